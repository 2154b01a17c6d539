// SPDX-License-Identifier: Apache-2.0
/* token_command: what it prints comes through a pipe, and whoever takes longer than it may is ended. */
#include "base/io.h"
#include "daemon/secret.h"
#include "daemon/supervisor/house.h"
#include "mail/limits.h"
#include "unit.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_US = 10 * 1000 };

static struct house house;

static int start(struct config_account *account, const char *command)
{
	house = (struct house){ .n = 0 };
	*account = (struct config_account){ .name = SPAN("support"), .token_command = span_of(command) };
	int fd = command_token(&house, account, false);
	assert_true(fd >= 0);
	return fd;
}

static int read_token(const struct config_account *account, int fd, struct buf *token, struct err *err)
{
	const struct secret_source source = { .key = "token_command", .token = true, .command = account->token_command };
	int64_t written_at;

	return secret_read(&source, fd, token, &written_at, err);
}

static void bury(void)
{
	int status;
	pid_t pid = wait(&status);

	assert_true(command_ended(&house, pid, status));
	assert_false(commands_end(&house, 0));
}

static void test_token_comes(void **state)
{
	struct config_account account;
	BUF_CLEANUP struct buf token = BUF_CAPPED(LIMIT_TOKEN + 2);
	struct err err;

	(void)state;
	int fd = start(&account, "/bin/echo  ya29.token");
	assert_int_equal(read_token(&account, fd, &token, &err), 0);
	assert_span(buf_span(&token), "ya29.token");
	bury();
}

static void test_slow_one_is_ended(void **state)
{
	struct config_account account;
	BUF_CLEANUP struct buf token = BUF_CAPPED(LIMIT_TOKEN + 2);
	struct err err;
	int status;

	(void)state;
	int64_t before = clock_mono_ms();
	int fd = start(&account, "/bin/sleep 60");
	int64_t after = clock_mono_ms();
	/* Up to its last instant it may go on. */
	assert_true(commands_end(&house, before + SECRET_COMMAND_MS - 1));
	usleep(TICK_US);
	assert_int_equal(waitpid(-1, &status, WNOHANG), 0);
	/* Then it is ended, however long that takes to be heard. */
	pid_t ended;
	do {
		assert_true(commands_end(&house, after + SECRET_COMMAND_MS));
		usleep(TICK_US);
		ended = waitpid(-1, &status, WNOHANG);
	} while (ended == 0);
	assert_true(WIFSIGNALED(status));
	assert_true(command_ended(&house, ended, status));
	assert_int_equal(read_token(&account, fd, &token, &err), -ENODATA);
	assert_non_null(strstr(err.text, "token_command printed nothing: run it by hand"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_comes),
		cmocka_unit_test(test_slow_one_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
