// SPDX-License-Identifier: Apache-2.0
/* What is taken for a password or a token, however it comes. */
#include "base/io.h"
#include "daemon/secret.h"
#include "mail/limits.h"
#include "unit.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const struct secret_source password = { .key = "password_file", .path = { .p = "/p", .n = 2 } };
static const struct secret_source file = { .key = "token_file", .token = true, .path = { .p = "/t", .n = 2 } };
static const struct secret_source command = { .key = "token_command", .token = true, .command = { .p = "/c", .n = 2 } };

static int read_piped(const struct secret_source *s, struct span text, struct buf *out, struct err *err)
{
	int pair[2];
	int64_t written_at = -1;

	assert_int_equal(pipe(pair), 0);
	assert_int_equal(io_write_all(pair[1], text.p, text.n), 0);
	close(pair[1]);
	int r = secret_read(s, pair[0], out, &written_at, err);
	assert_int_equal(written_at, 0);
	return r;
}

static void test_what_is_taken(void **state)
{
	static const struct {
		const struct secret_source *from;
		const char *text, *secret;
	} cases[] = {
		{ &password, "hunter 2 \n", "hunter 2 " },
		{ &password, "hunter2\r\n", "hunter2" },
		{ &password, "hunter2\r\nof support@\n", "hunter2" },
		{ &password, "abcd efgh ijkl mnop\n", "abcdefghijklmnop" },
		{ &password, "abcd efgh ijkl mno1\n", "abcd efgh ijkl mno1" },
		{ &password, "abcd efgh ijkl mnopq", "abcd efgh ijkl mnopq" },
		{ &password, "abcde fgh ijkl mnop", "abcde fgh ijkl mnop" },
		{ &file, "eyJ0-._~+/9==\n", "eyJ0-._~+/9==" },
		{ &command, "t", "t" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(secret_room(cases[i].from));
		struct err err;

		assert_int_equal(read_piped(cases[i].from, span_of(cases[i].text), &out, &err), 0);
		assert_span(buf_span(&out), cases[i].secret);
		assert_string_equal(buf_cstr(&out), cases[i].secret);
	}
}

static void test_what_is_refused(void **state)
{
	const struct {
		const struct secret_source *from;
		struct span text;
		const char *says;
	} cases[] = {
		{ &password, SPAN("\n"), "password_file is empty" },
		{ &password, SPAN("a\0b"), "password_file is empty or holds a NUL byte" },
		{ &file, SPAN(""), "token_file is empty" },
		{ &file, SPAN("{\"access_token\":\"x\"}"), "what token_file gave is no token" },
		{ &command, SPAN("==\n"), "what token_command gave is no token" },
		{ &command, SPAN("Error: not logged in\n"), "what token_command gave is no token" },
		{ &command, SPAN(""), "token_command printed nothing" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(secret_room(cases[i].from));
		struct err err = { .text = "" };

		assert_true(read_piped(cases[i].from, cases[i].text, &out, &err) < 0);
		assert_true(span_starts(span_of(err.text), span_of(cases[i].says)));
	}
}

static void test_limits(void **state)
{
	static const struct secret_source *const sources[] = { &password, &file };
	char *text = malloc(LIMIT_TOKEN + 1);
	(void)state;

	memset(text, 'a', LIMIT_TOKEN + 1);
	for (size_t i = 0; i < 2; i++) {
		size_t most = i ? LIMIT_TOKEN : LIMIT_SECRET;
		BUF_CLEANUP struct buf out = BUF_CAPPED(secret_room(sources[i]));
		BUF_CLEANUP struct buf over = BUF_CAPPED(secret_room(sources[i]));
		struct err err;

		assert_int_equal(read_piped(sources[i], span_make(text, most), &out, &err), 0);
		assert_int_equal(out.n, most);
		assert_int_equal(read_piped(sources[i], span_make(text, most + 1), &over, &err), -E2BIG);
	}
	free(text);
}

static void test_age(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(200);
	(void)state;

	secret_put_age(&password, 1000, 9000, &out);
	assert_int_equal(out.n, 0);
	secret_put_age(&file, 1000, 8300, &out);
	assert_span(buf_span(&out), "; token_file is 121 min old: is it still renewed?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_taken),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_age),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
