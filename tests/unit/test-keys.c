// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/io.h"
#include "ledger/keys.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 8192 };
static char folder[64], path[100], ledger[100], data[120];

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/hearback-keys-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/keys", folder);
	snprintf(ledger, sizeof(ledger), "%s/ledger", folder);
	snprintf(data, sizeof(data), "%s/data.mdb", ledger);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(data);
	rmdir(ledger);
	return rmdir(folder);
}

static void write_text(struct span text)
{
	struct err err;

	assert_int_equal(io_replace_file(path, text, 0600, &err), 0);
}

static void read_text(struct buf *text)
{
	struct err err;

	assert_int_equal(io_read_file(path, TEXT_MAX, text, &err), 0);
}

static void the_first_start_makes_them(void **state)
{
	struct keys first, second;
	struct stat st;
	struct err err;

	(void)state;
	assert_int_equal(keys_load(path, &first, &err), -ENOENT);
	assert_int_equal(keys_open(path, ledger, &first, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(first.nknown, 1);
	assert_memory_not_equal(first.tag, first.id, KEY_SIZE);
	assert_memory_not_equal(first.id, first.message_id, KEY_SIZE);
	assert_int_equal(keys_open(path, ledger, &second, &err), 0);
	assert_memory_equal(&first.tag, &second.tag, KEY_SIZE);
	assert_memory_equal(&first.id, &second.id, KEY_SIZE);
	assert_memory_equal(&first.message_id, &second.message_id, KEY_SIZE);
	assert_memory_equal(&first.secret, &second.secret, SIGN_SECRET);
	keys_wipe(&second);
	assert_int_equal(second.tag[0] | second.secret[5], 0);
}

static void a_ledger_without_keys_is_refused(void **state)
{
	struct keys k;
	struct err err;

	(void)state;
	assert_int_equal(mkdir(ledger, 0700), 0);
	close(open(data, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(keys_open(path, ledger, &k, &err), -ENOENT);
	assert_non_null(strstr(err.text, "restore it from the backup"));
	assert_int_equal(access(path, F_OK), -1);
}

static void others_may_not_read_them(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0610, 0602 };
	struct keys k;
	struct err err;

	(void)state;
	assert_int_equal(keys_open(path, ledger, &k, &err), 0);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(keys_open(path, ledger, &k, &err), -EPERM);
		assert_non_null(strstr(err.text, "chmod 600"));
	}
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(keys_open(path, ledger, &k, &err), 0);
}

static void damage_is_refused(void **state)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(TEXT_MAX);
	struct keys k;
	struct err err;

	(void)state;
	assert_int_equal(keys_open(path, ledger, &k, &err), 0);
	read_text(&text);
	for (size_t n = 0; n < text.n; n++) {
		write_text(span_sub(buf_span(&text), 0, n));
		assert_int_equal(keys_load(path, &k, &err), -EBADMSG);
	}
	for (size_t i = 0; i < text.n; i += 7) {
		text.p[i] ^= 1;
		write_text(buf_span(&text));
		assert_int_equal(keys_load(path, &k, &err), -EBADMSG);
		text.p[i] ^= 1;
	}
	buf_puts(&text, "more\n");
	write_text(buf_span(&text));
	assert_int_equal(keys_load(path, &k, &err), -EBADMSG);
	write_text(SPAN("hearback keys 1\n"));
	assert_int_equal(keys_load(path, &k, &err), -EBADMSG);
}

/* Replaces the check line by one that fits what stands before it. */
static void finish(struct buf *text)
{
	struct hash h = hash_blake2b(SPAN("hearback keys"), buf_span(text));

	buf_puts(text, "check ");
	put_hex(text, h.b, 16);
	buf_putc(text, '\n');
	write_text(buf_span(text));
}

static void retired_keys_are_kept(void **state)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(TEXT_MAX);
	uint8_t pub[SIGN_PUBLIC], sec[SIGN_SECRET];
	struct keys k;
	struct err err;

	(void)state;
	assert_int_equal(keys_open(path, ledger, &k, &err), 0);
	read_text(&text);
	size_t body = (size_t)span_find(buf_span(&text), SPAN("check "));
	sign_keypair(pub, sec);
	for (int i = 0; i <= KEYS_RETIRED_MAX; i++) {
		text.n = body;
		for (int j = 0; j < i; j++) {
			buf_puts(&text, "retired ");
			put_hex(&text, pub, sizeof(pub));
			buf_putc(&text, '\n');
		}
		finish(&text);
		assert_int_equal(keys_load(path, &k, &err), 0);
		assert_int_equal(k.nknown, i + 1);
	}
	assert_memory_equal(k.known[KEYS_RETIRED_MAX], pub, SIGN_PUBLIC);
	text.n = (size_t)span_find(buf_span(&text), SPAN("check "));
	buf_puts(&text, "retired ");
	put_hex(&text, pub, sizeof(pub));
	buf_putc(&text, '\n');
	finish(&text);
	assert_int_equal(keys_load(path, &k, &err), -EBADMSG);

	/* A public key that does not belong to the secret one. */
	text.n = (size_t)span_find(buf_span(&text), SPAN("sign-public "));
	buf_puts(&text, "sign-public ");
	put_hex(&text, pub, sizeof(pub));
	buf_putc(&text, '\n');
	finish(&text);
	assert_int_equal(keys_load(path, &k, &err), -EBADMSG);
}

static void two_first_starts_agree(void **state)
{
	struct keys k;
	struct err err;
	uint8_t got[4][KEY_SIZE];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	for (int i = 0; i < 4; i++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(keys_open(path, ledger, &k, &err) ||
			      write(fds[1], k.tag, KEY_SIZE) != KEY_SIZE);
	}
	for (int i = 0; i < 4; i++) {
		int status;
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
		assert_int_equal(read(fds[0], got[i], KEY_SIZE), KEY_SIZE);
		assert_memory_equal(got[i], got[0], KEY_SIZE);
	}
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_start_makes_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_ledger_without_keys_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_may_not_read_them, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damage_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(retired_keys_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_first_starts_agree, set_up, tear_down),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
