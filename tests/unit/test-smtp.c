// SPDX-License-Identifier: Apache-2.0
#include "mail/limits.h"
#include "smtp/body.h"
#include "smtp/reply.h"
#include "unit.h"
#include <errno.h>
#include <stdlib.h>

static enum smtp_line feed(struct smtp_reply *r, const char *line)
{
	return smtp_reply_line(r, span_of(line));
}

static void test_reply_one_line(void **state)
{
	static const struct {
		const char *line;
		enum smtp_line what;
		unsigned code;
	} lines[] = {
		{ "250 ok", SMTP_LINE_LAST, 250 },
		{ "250", SMTP_LINE_LAST, 250 },
		{ "250 ", SMTP_LINE_LAST, 250 },
		{ "571 not for you", SMTP_LINE_LAST, 571 },
		{ "250-more", SMTP_LINE_MORE, 250 },
		{ "", SMTP_LINE_BROKEN, 0 },
		{ "25", SMTP_LINE_BROKEN, 0 },
		{ "2500 ok", SMTP_LINE_BROKEN, 250 },
		{ "250_ok", SMTP_LINE_BROKEN, 250 },
		{ "150 too soon", SMTP_LINE_BROKEN, 0 },
		{ "650 too far", SMTP_LINE_BROKEN, 0 },
		{ " 250 ok", SMTP_LINE_BROKEN, 0 },
		{ "2x0 ok", SMTP_LINE_BROKEN, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct smtp_reply r;
		smtp_reply_start(&r);
		assert_int_equal(feed(&r, lines[i].line), lines[i].what);
		assert_int_equal(r.code, lines[i].code);
		assert_span(buf_span(&r.text), lines[i].line);
		smtp_reply_clear(&r);
	}
}

static void test_reply_lines(void **state)
{
	struct smtp_reply r;
	(void)state;

	smtp_reply_start(&r);
	assert_int_equal(feed(&r, "550-5.1.1 no such person"), SMTP_LINE_MORE);
	assert_int_equal(feed(&r, "550-"), SMTP_LINE_MORE);
	assert_int_equal(feed(&r, "550 5.1.1 here"), SMTP_LINE_LAST);
	assert_span(buf_span(&r.text), "550-5.1.1 no such person\n550-\n550 5.1.1 here");
	assert_int_equal(smtp_class(&r), 5);

	smtp_reply_clear(&r);
	assert_int_equal(feed(&r, "250-one"), SMTP_LINE_MORE);
	assert_int_equal(feed(&r, "251 other code"), SMTP_LINE_BROKEN);

	smtp_reply_clear(&r);
	for (unsigned i = 0; i < LIMIT_SMTP_REPLY_LINES; i++)
		assert_int_equal(feed(&r, "250-x"), SMTP_LINE_MORE);
	assert_int_equal(feed(&r, "250 x"), SMTP_LINE_BROKEN);

	smtp_reply_clear(&r);
	char longest[LIMIT_SMTP_LINE + 1];
	memset(longest, 'x', LIMIT_SMTP_LINE);
	memcpy(longest, "250-", 4);
	longest[LIMIT_SMTP_LINE] = '\0';
	for (unsigned i = 0; i < LIMIT_SMTP_REPLY / LIMIT_SMTP_LINE; i++)
		assert_int_equal(feed(&r, longest), SMTP_LINE_MORE);
	assert_int_equal(feed(&r, longest), SMTP_LINE_BROKEN);
	smtp_reply_clear(&r);
}

static struct smtp_offer offers(const char *const *lines)
{
	struct smtp_reply r;

	smtp_reply_start(&r);
	for (; *lines; lines++)
		feed(&r, *lines);
	struct smtp_offer o = smtp_offer_parse(&r);
	smtp_reply_clear(&r);
	return o;
}

static void test_offer(void **state)
{
	(void)state;
	struct smtp_offer o =
		offers((const char *const[]){ "250-mx DSN AUTH", "250-size 35882577", "250-Pipelining",
					      "250-DSN", "250-STARTTLS", "250-AUTH GSSAPI LOGIN XOAUTH2", "250 HELP", NULL });
	assert_true(o.size && o.pipelining && o.dsn && o.login && o.xoauth2 && o.starttls);
	assert_false(o.plain);
	assert_int_equal(o.max, 35882577);

	o = offers((const char *const[]){ "250-mx PIPELINING DSN", "250-AUTH=PLAIN", "250-SIZE", "250-",
					  "250", NULL });
	assert_true(o.plain && o.size);
	assert_false(o.login || o.pipelining || o.dsn);
	assert_int_equal(o.max, 0);

	o = offers((const char *const[]){ "250-mx", "250-SIZE 99999999999999999999999", "250 XPIPELINING",
					  NULL });
	assert_int_equal(o.max, 0);
	assert_false(o.pipelining);
}

static void test_body_check(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		int result;
	} bodies[] = {
#define BODY(text, result) { text, sizeof(text) - 1, result }
		BODY("Subject: x\r\n\r\nhello\r\n", 0),
		BODY("\r\n", 0),
		BODY(".\r\n", 0),
		BODY("", -EBADMSG),
		BODY("no end", -EBADMSG),
		BODY("a\r\nno end\r", -EBADMSG),
		BODY("a\nb\r\n", -EBADMSG),
		BODY("a\rb\r\n", -EBADMSG),
		BODY("a\r\r\n", -EBADMSG),
		BODY("a\n.\nQUIT\r\n", -EBADMSG),
		BODY("a\n", -EBADMSG),
		BODY("a\0b\r\n", -EBADMSG),
		BODY("caf\xc3\xa9\r\n", -EBADMSG),
#undef BODY
	};
	struct err err;
	(void)state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++)
		assert_int_equal(smtp_body_check(span_make(bodies[i].bytes, bodies[i].n), &err),
				 bodies[i].result);
}

static void test_body_limits(void **state)
{
	char *big = malloc(LIMIT_OUTGOING + 2);
	struct err err;
	(void)state;

	assert_non_null(big);
	memset(big, 'x', LIMIT_OUTGOING + 2);
	memcpy(big + LIMIT_LINE, "\r\n", 2);
	assert_int_equal(smtp_body_check(span_make(big, LIMIT_LINE + 2), &err), 0);
	memcpy(big + LIMIT_LINE, "x\r\n", 3);
	assert_int_equal(smtp_body_check(span_make(big, LIMIT_LINE + 3), &err), -EBADMSG);
	for (size_t i = 0; i + 1 < LIMIT_OUTGOING + 2; i += 2)
		memcpy(big + i, "\r\n", 2);
	assert_int_equal(smtp_body_check(span_make(big, LIMIT_OUTGOING), &err), 0);
	assert_int_equal(smtp_body_check(span_make(big, LIMIT_OUTGOING + 2), &err), -E2BIG);
	free(big);
}

static void test_body_stuff(void **state)
{
	static const struct {
		const char *in, *out;
	} bodies[] = {
		{ "a\r\nb\r\n", "a\r\nb\r\n" },
		{ ".\r\n", "..\r\n" },
		{ "..\r\n.a\r\na.\r\n", "...\r\n..a\r\na.\r\n" },
		{ "\r\n\r\n.\r\n", "\r\n\r\n..\r\n" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(100);
		smtp_body_stuff(span_of(bodies[i].in), &out);
		assert_span(buf_span(&out), bodies[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply_one_line), cmocka_unit_test(test_reply_lines),
		cmocka_unit_test(test_offer),	       cmocka_unit_test(test_body_check),
		cmocka_unit_test(test_body_limits),    cmocka_unit_test(test_body_stuff),
	};

	return cmocka_run_group_tests_name("smtp", tests, NULL, NULL);
}
