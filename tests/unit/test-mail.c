// SPDX-License-Identifier: Apache-2.0
/* Header blocks, Message-IDs and dates. */
#include "unit.h"
#include "base/text.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"

static void repeat(struct buf *b, const char *text, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_puts(b, text);
}

/* -- header ------------------------------------------------------------------------------------ */

static void blocks_are_cut_into_fields(void **state)
{
	static const struct {
		const char *message, *fields, *body, *flags;
	} table[] = {
		{ "", "", "", "" },
		{ "\r\n", "", "", "" },
		{ "\nbody", "", "body", "" },
		{ "A: b\r\n\r\nbody\r\n", "A={ b}", "body\r\n", "" },
		{ "A: b\n\nbody\n", "A={ b}", "body\n", "" },
		{ "A:b\nA:c\r\n\nx", "A={b}A={c}", "x", "" },
		{ "A: b\r\n c\r\n\td\r\nE:\r\n\r\n", "A={ b\r\n c\r\n\td}E={}", "", "" },
		{ "A: b\n \n c\n\nx", "A={ b\n \n c}", "x", "" },
		{ "A : b\n\n", "A={ b}", "", "" },
		{ "From me@x Sat Jan  1\nA: b\n\nx", "A={ b}", "x", "" },
		{ ">From me@x Sat Jan  1\r\nA: b\r\n\r\nx", "A={ b}", "x", "" },
		{ "From: a\nFrom: b\n\n", "From={ a}From={ b}", "", "" },
		{ "A: b\nno field\n folded\nC: d\n\nx", "A={ b}C={ d}", "x", "broken" },
		{ "A: b\nFrom me@x Sat Jan\nC: d\n\nx", "A={ b}C={ d}", "x", "broken" },
		{ "A: b", "A={ b}", "", "truncated" },
		{ "A: b\n", "A={ b}", "", "truncated" },
		{ "A: b\r\n\r", "A={ b}", "\r", "broken truncated" },
		{ "A: b\nC: d\nno field\nE: f\n", "A={ b}C={ d}", "no field\nE: f\n", "broken truncated" },
		{ "just text\n\nA: b\n\n", "", "just text\n\nA: b\n\n", "" },
		{ " folded: first\n\n", "", " folded: first\n\n", "" },
		{ ": no name\n\n", "", ": no name\n\n", "" },
		{ "a b: c\n\n", "", "a b: c\n\n", "" },
		{ "A: x\rB: y\n\n", "A={ x\rB: y}", "", "" },
		{ "A\x01: x\n\n", "", "A\x01: x\n\n", "" },
		{ "\xc3\xa4: x\n\n", "", "\xc3\xa4: x\n\n", "" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(1000);
		struct raw_header h;
		raw_header_parse(a, span_of(table[i].message), &h);
		for (uint32_t k = 0; k < h.n; k++)
			buf_printf(&b, "%.*s={%.*s}", SPAN_ARG(h.at[k].name), SPAN_ARG(h.at[k].value));
		assert_string_equal(buf_cstr(&b), table[i].fields);
		assert_span(h.body, table[i].body);
		assert_int_equal(h.broken, strstr(table[i].flags, "broken") != NULL);
		assert_int_equal(h.truncated, strstr(table[i].flags, "truncated") != NULL);
	}
}

static void a_block_is_its_own_bytes(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct raw_header h;

	(void)state;
	raw_header_parse(a, SPAN("From x\nA: b\n c\n\nbody"), &h);
	assert_span(h.block, "A: b\n c\n");
	raw_header_parse(a, SPAN("A: \0b\n\nbody"), &h);
	assert_int_equal(h.at[0].value.n, 3);
	assert_span(h.body, "body");
}

static void fields_are_found_by_name(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct raw_header h;

	(void)state;
	raw_header_parse(a, SPAN("From: a\nTo: t\nFROM: b\n\n"), &h);
	assert_span(raw_header_find(&h, "from", 0)->value, " a");
	assert_span(raw_header_find(&h, "From", 1)->value, " b");
	assert_null(raw_header_find(&h, "from", 2));
	assert_null(raw_header_find(&h, "fro", 0));
	assert_span(raw_header_find(&h, "to", 0)->value, " t");
}

static void limits_of_a_block_hold(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(40000000);
	struct raw_header h;

	(void)state;
	repeat(&b, "A: b\r\n", LIMIT_FIELDS + 5);
	buf_puts(&b, "\r\nbody");
	raw_header_parse(a, buf_span(&b), &h);
	assert_int_equal(h.n, LIMIT_FIELDS);
	assert_true(h.truncated);
	assert_span(h.body, "body");

	buf_reset(&b);
	repeat(&b, "A: b\r\n", LIMIT_FIELDS);
	buf_puts(&b, "\r\nbody");
	raw_header_parse(a, buf_span(&b), &h);
	assert_int_equal(h.n, LIMIT_FIELDS);
	assert_false(h.truncated);

	buf_reset(&b);
	buf_puts(&b, "A:");
	repeat(&b, "x", LIMIT_FIELD_VALUE + 1);
	buf_puts(&b, "\nB: c\n\n");
	raw_header_parse(a, buf_span(&b), &h);
	assert_int_equal(h.at[0].value.n, LIMIT_FIELD_VALUE);
	assert_int_equal(h.n, 2);
	assert_true(h.truncated);

	buf_reset(&b);
	repeat(&b, "n", LIMIT_FIELD_NAME + 1);
	buf_puts(&b, ": x\n\n");
	raw_header_parse(a, buf_span(&b), &h);
	assert_int_equal(h.n, 0);
	assert_int_equal(h.body.n, b.n);
}

static void a_block_without_end_is_cut(void **state)
{
	static const char *const middles[] = { "A: b\n", "A: b\n c\n", "x", "no field\n", " \n", "\r" };

	(void)state;
	for (size_t i = 0; i < sizeof(middles) / sizeof(middles[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf b = BUF_CAPPED(40000000);
		struct raw_header h;
		buf_puts(&b, "S: x\n");
		repeat(&b, middles[i], 2000000);
		raw_header_parse(a, buf_span(&b), &h);
		assert_true(h.truncated);
		assert_true(h.n >= 1 && h.n <= LIMIT_FIELDS);
		assert_true(h.block.n <= LIMIT_HEADER_BLOCK);
		assert_int_equal(h.body.n, h.broken ? b.n - h.block.n : 0);
	}
}

static void values_are_unfolded(void **state)
{
	static const struct {
		struct span in;
		const char *out;
	} table[] = {
		{ { "", 0 }, "" },
		{ { " a ", 3 }, "a" },
		{ { " a\r\n b", 6 }, "a b" },
		{ { " a\n\tb", 5 }, "a\tb" },
		{ { "a\r\n \r\n b", 8 }, "a  b" },
		{ { "a\rb", 3 }, "a b" },
		{ { "a\nb", 3 }, "a b" },
		{ { "a\r\nb", 4 }, "a b" },
		{ { "a\0b", 3 }, "a b" },
		{ { "\0\0", 2 }, "" },
		{ { "a\r\n", 3 }, "a" },
		{ { "a\r\r\n b", 6 }, "a  b" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_span(header_unfold(a, table[i].in), table[i].out);
}

static void comments_are_taken_out(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "auto-replied", "auto-replied" },
		{ " auto-replied (vacation)", "auto-replied" },
		{ "(x) no", "no" },
		{ "a(b)c", "a c" },
		{ "a (b (c) d) e", "a   e" },
		{ "a (b \\) c) d", "a   d" },
		{ "\"a (b)\" c", "\"a (b)\" c" },
		{ "\"a \\\" (b)\" (c)", "\"a \\\" (b)\"" },
		{ "a (unclosed", "a" },
		{ "a) b (x)", "a) b" },
		{ "(\\", "" },
		{ "", "" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(4000000);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_span(header_strip_comments(a, span_of(table[i].in)), table[i].out);
	repeat(&b, "(", 100000);
	repeat(&b, ")", 100000);
	buf_puts(&b, "no");
	assert_span(header_strip_comments(a, buf_span(&b)), "no");
	assert_int_equal(header_comment_end(buf_span(&b), 0), 200000);
	assert_int_equal(header_comment_end(SPAN("(a"), 0), 0);
	assert_int_equal(header_comment_end(SPAN("(a\\)"), 0), 0);
	assert_int_equal(header_comment_end(SPAN("x(a)b"), 1), 4);
}

/* -- message ids ------------------------------------------------------------------------------- */

static void an_id_is_read(void **state)
{
	static const struct {
		const char *in, *out;
	} table[] = {
		{ "<a@b>", "a@b" },
		{ " <a@b> (comment)", "a@b" },
		{ "<a @\r\n b>", "a@b" },
		{ "<<a@b>>", "a@b" },
		{ "<a@b> <c@d>", "a@b" },
		{ " a@b ", "a@b" },
		{ "<no-at>", "no-at" },
		{ "a b@c", "" },
		{ "word", "" },
		{ "<a@b", "" },
		{ "<>", "" },
		{ "", "" },
		{ "<a\x01@b>", "a@b" },
		{ "<\xc3\xa4@b>", "\xc3\xa4@b" },
		{ "<\xff@b>", "\xef\xbf\xbd@b" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_span(message_id_parse(a, span_of(table[i].in)), table[i].out);
}

static void long_ids_are_kept_by_their_hash(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(200000);

	(void)state;
	buf_puts(&b, "<");
	repeat(&b, "x", 100000);
	buf_puts(&b, "@b>");
	struct span one = message_id_parse(a, buf_span(&b));
	assert_true(one.n > 0 && one.n <= LIMIT_MESSAGE_ID);
	assert_false(message_id_may_write(one));
	assert_true(span_eq(one, message_id_parse(a, buf_span(&b))));
	b.p[1] = 'y';
	assert_false(span_eq(one, message_id_parse(a, buf_span(&b))));
}

static void references_are_read(void **state)
{
	static const struct {
		const char *in, *out;
		unsigned seen;
	} table[] = {
		{ "", "", 0 },
		{ "<a@b>", "a@b", 1 },
		{ "<a@b> <c@d>\r\n\t<e@f>", "a@b c@d e@f", 3 },
		{ "<a@b><c@d>,<e@f>", "a@b c@d e@f", 3 },
		{ "<a@b> <c@d> <a@b>", "c@d a@b", 2 },
		{ "your mail of Monday", "", 0 },
		{ "Message from Joe of \"Mon\" <a@b> (Joe <joe@x.org>'s message)", "a@b", 1 },
		{ "<a@b> (unclosed <c@d>", "a@b c@d", 2 },
		{ "<a@b> <broken <c@d> <e@f", "a@b c@d", 2 },
		{ "<> <a@b>", "a@b", 1 },
		{ "<a@\r\n b>", "a@b", 1 },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(1000);
		struct message_ids ids;
		message_ids_parse(a, span_of(table[i].in), &ids);
		for (uint32_t k = 0; k < ids.n; k++)
			buf_printf(&b, "%s%.*s", k ? " " : "", SPAN_ARG(ids.at[k]));
		assert_string_equal(buf_cstr(&b), table[i].out);
		assert_int_equal(ids.seen, table[i].seen);
	}
}

static void of_many_references_both_ends_stay(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(40000000);
	struct message_ids ids;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_printf(&b, "<%d@x> ", i);
	message_ids_parse(a, buf_span(&b), &ids);
	assert_int_equal(ids.seen, 200000);
	assert_int_equal(ids.n, LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL);
	assert_span(ids.at[0], "0@x");
	assert_span(ids.at[1], "199980@x");
	assert_span(ids.at[20], "199999@x");

	buf_reset(&b);
	repeat(&b, "(", 1000000);
	buf_puts(&b, "<a@b>");
	message_ids_parse(a, buf_span(&b), &ids);
	assert_int_equal(ids.n, 1);
	buf_reset(&b);
	repeat(&b, "<", 1000000);
	message_ids_parse(a, buf_span(&b), &ids);
	assert_int_equal(ids.n, 0);
	buf_reset(&b);
	repeat(&b, "<same@x>", 200000);
	message_ids_parse(a, buf_span(&b), &ids);
	assert_int_equal(ids.n, 1);
	assert_int_equal(ids.seen, 1);
}

static void only_harmless_ids_are_written(void **state)
{
	static const char *const good[] = { "a@b", "a.b+c=$%@[192.0.2.1]", "!&!AAA@x.org" };
	static const char *const bad[] = {
		"", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "a@b>", "a\"@b", "a\\@b", "(a)@b", "a\r\n@b", "a\x7f@b",
		"\xc3\xa4@b",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(message_id_may_write(span_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(message_id_may_write(span_of(bad[i])));
	assert_false(message_id_may_write(SPAN("a\0@b")));
	BUF_CLEANUP struct buf b = BUF_CAPPED(1000);
	repeat(&b, "x", LIMIT_MESSAGE_ID - 2);
	buf_puts(&b, "@b");
	assert_true(message_id_may_write(buf_span(&b)));
	buf_puts(&b, "b");
	assert_false(message_id_may_write(buf_span(&b)));
}

/* -- dates ------------------------------------------------------------------------------------- */

static void dates_are_read(void **state)
{
	static const struct {
		const char *in;
		int64_t at; /* -1: no date */
	} table[] = {
		{ "Sat, 21 Nov 2026 10:00:00 +0000", 1795255200 },
		{ "Sat, 21 Nov 2026 10:00:00 +0100", 1795251600 },
		{ "21 Nov 2026 10:00 -0000", 1795255200 },
		{ " Sat,21 NOV 26 05:00:00 EST (Eastern (Standard) Time)", 1795255200 },
		{ "Sat, (comment) 21 (x) Nov (y) 2026 (z) 10:00:00 GMT", 1795255200 },
		{ "Sat, 21 November 2026 10:00:00 Z", 1795255200 },
		{ "Sat, 21 Nov 2026 10:00:00", 1795255200 },
		{ "Sat, 21 Nov 2026 10:00:00 Nowhere", 1795255200 },
		{ "Sat, 21 Nov 126 10:00:00 +0000", 1795255200 },
		{ "Montag, 21 Nov 2026 03:00:00 PDT", 1795255200 },
		{ "Sat, 21\r\n Nov 2026\r\n\t10:00:00 +0000", 1795255200 },
		{ "1 Jan 1970 00:00:00 +0000", 0 },
		{ "Thu, 29 Feb 2024 23:59:60 +0000", 1709251200 },
		{ "31 Dec 2200 23:59:59 +0000", 7289654399 },
		{ "1 Jan 1970 00:00:00 +0100", -1 },
		{ "31 Dec 1969 23:59:59 +0000", -1 },
		{ "1 Jan 2201 00:00:00 +0000", -1 },
		{ "1 Jan 0001 00:00:00 +0000", -1 },
		{ "1 Jan 99999 00:00:00 +0000", -1 },
		{ "29 Feb 2023 10:00:00 +0000", -1 },
		{ "31 Apr 2026 10:00:00 +0000", -1 },
		{ "0 Apr 2026 10:00:00 +0000", -1 },
		{ "21 Nov 2026 24:00:00 +0000", -1 },
		{ "21 Nov 2026 10:60:00 +0000", -1 },
		{ "21 Nov 2026 10:00:61 +0000", -1 },
		{ "21 Nov 2026 10 +0000", -1 },
		{ "21 Nov 2026 10:00:00:00 +0000", -1 },
		{ "21 Nov 2026 10:00:00 -9999", -1 },
		{ "21 Nov 2026 10:00:00 +1", -1 },
		{ "21 Xyz 2026 10:00:00 +0000", -1 },
		{ "21 Nov", -1 },
		{ "yesterday", -1 },
		{ "(21 Nov 2026 10:00:00 +0000", -1 },
		{ "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int64_t at = -7;
		bool ok = mail_date_parse(span_of(table[i].in), &at);
		if (ok != (table[i].at >= 0) || (ok && at != table[i].at))
			fail_msg("'%s' gave %lld", table[i].in, (long long)at);
	}
	assert_false(mail_date_parse(SPAN("21 Nov 2026 10:00\0:00 +0000"), &(int64_t){ 0 }));
	BUF_CLEANUP struct buf b = BUF_CAPPED(4000000);
	repeat(&b, "(", 1000000);
	assert_false(mail_date_parse(buf_span(&b), &(int64_t){ 0 }));
	repeat(&b, ")", 1000000);
	buf_puts(&b, "21 Nov 2026 10:00:00 +0000");
	assert_true(mail_date_parse(buf_span(&b), &(int64_t){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_cut_into_fields),
		cmocka_unit_test(a_block_is_its_own_bytes),
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(limits_of_a_block_hold),
		cmocka_unit_test(a_block_without_end_is_cut),
		cmocka_unit_test(values_are_unfolded),
		cmocka_unit_test(comments_are_taken_out),
		cmocka_unit_test(an_id_is_read),
		cmocka_unit_test(long_ids_are_kept_by_their_hash),
		cmocka_unit_test(references_are_read),
		cmocka_unit_test(of_many_references_both_ends_stay),
		cmocka_unit_test(only_harmless_ids_are_written),
		cmocka_unit_test(dates_are_read),
	};

	return cmocka_run_group_tests_name("mail", tests, NULL, NULL);
}
