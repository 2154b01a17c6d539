// SPDX-License-Identifier: Apache-2.0
/* What of src/imap needs no server: names and words. */
#include "imap/imap.h"
#include "imap/nesting.h"
#include "imap/words.h"
#include "unit.h"

static void test_names_both_ways(void **state)
{
	static const struct {
		const char *utf8;
		const char *raw;
	} cases[] = {
		{ "INBOX", "INBOX" },
		{ "[Gmail]/Sent Mail", "[Gmail]/Sent Mail" },
		{ "größe", "gr&APYA3w-e" },
		{ "a&b", "a&-b" },
		{ "&", "&-" },
		{ "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" }, /* RFC 3501 section 5.1.3 */
		{ "Éléments envoyés", "&AMk-l&AOk-ments envoy&AOk-s" },
		{ "😀", "&2D3eAA-" },
		{ "x😀é-", "x&2D3eAADp--" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BUF_CLEANUP struct buf raw = BUF_CAPPED(1024);
		BUF_CLEANUP struct buf utf8 = BUF_CAPPED(1024);

		assert_true(mailbox_name_encode(span_of(cases[i].utf8), &raw));
		assert_span(buf_span(&raw), cases[i].raw);
		assert_true(mailbox_name_may_write(buf_span(&raw)));
		mailbox_name_decode(buf_span(&raw), &utf8);
		assert_span(buf_span(&utf8), cases[i].utf8);
	}
}

static void test_names_that_cannot_be_written(void **state)
{
	static const char *const bad[] = { "", "a\r\nA1 LOGOUT", "a\tb", "a\x7f", "bad \xff utf-8", "\xc3" };
	char longest[LIMIT_MAILBOX_NAME + 2];
	BUF_CLEANUP struct buf raw = BUF_CAPPED(1024);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(mailbox_name_encode(span_of(bad[i]), &raw));
		assert_int_equal(raw.n, 0);
		assert_false(mailbox_name_may_write(span_of(bad[i])));
	}
	memset(longest, 'x', sizeof(longest));
	assert_true(mailbox_name_encode(span_make(longest, LIMIT_MAILBOX_NAME), &raw));
	assert_false(mailbox_name_encode(span_make(longest, LIMIT_MAILBOX_NAME + 1), &raw));
	assert_false(mailbox_name_may_write(span_make(longest, LIMIT_MAILBOX_NAME + 1)));
}

/* A server may send anything as a name: shown, but never with a control or half a letter in it. */
static void test_names_that_are_no_utf7(void **state)
{
	static const struct {
		const char *raw;
		const char *shown;
	} cases[] = {
		{ "a&b", "a&b" },		 /* no end */
		{ "&!-", "&!-" },		 /* no base64 */
		{ "&2D0-", "&2D0-" },		 /* half a pair */
		{ "&3gA-", "&3gA-" },		 /* the other half */
		{ "&AB-", "&AB-" },		 /* too short for a letter */
		{ "&APY3-", "&APY3-" },		 /* bits left over */
		{ "x\x1b[2J", "x\\x1b[2J" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		BUF_CLEANUP struct buf shown = BUF_CAPPED(1024);

		mailbox_name_decode(span_of(cases[i].raw), &shown);
		assert_span(buf_span(&shown), cases[i].shown);
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_span(words_of_tagged(SPAN("* OK hello\r\n3 NO [AUTHENTICATIONFAILED] Wrong.\r\n")),
		    "[AUTHENTICATIONFAILED] Wrong.");
	assert_span(words_of_tagged(SPAN("h1 BAD what\r\n")), "what");
	assert_int_equal(words_of_tagged(SPAN("* NO not tagged\r\n+ NO idling\r\n")).n, 0);
	assert_int_equal(words_of_tagged(SPAN("")).n, 0);
	assert_span(words_of_bye(SPAN("* 3 EXISTS\r\n* BYE Too many connections\r\n")),
		    "Too many connections");
	assert_int_equal(words_of_bye(SPAN("* OK BYE\r\n")).n, 0);
}

static void test_backoff(void **state)
{
	static const struct {
		const char *words;
		int64_t seconds;
	} cases[] = {
		{ "Suggested Backoff Time: 299923 milliseconds", 300 },
		{ "User is throttled. Suggested Backoff Time: 1 milliseconds", 1 },
		{ "Suggested Backoff Time: 99999999 milliseconds", 3600 },
		{ "Suggested Backoff Time: 99999999999999999999 milliseconds", 0 },
		{ "Suggested Backoff Time: -5 milliseconds", 0 },
		{ "Suggested Backoff Time: soon", 0 },
		{ "[THROTTLED] Account exceeded command limits", 60 },
		{ "[AUTHENTICATIONFAILED] no", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(words_retry_after(span_of(cases[i].words)), cases[i].seconds);
}

static void test_refusals_that_pass(void **state)
{
	(void)state;
	assert_true(words_are_transient(SPAN("[UNAVAILABLE] backend down")));
	assert_true(words_are_transient(SPAN("[LIMIT] Too many connections")));
	assert_true(words_are_transient(SPAN("Too many simultaneous connections. (Failure)")));
	assert_false(words_are_transient(SPAN("[AUTHENTICATIONFAILED] Authentication failed.")));
	assert_false(words_are_transient(SPAN("Too many failed logins: account locked")));
	assert_false(words_are_transient(SPAN("")));
	assert_true(words_are_expiry(SPAN("Session invalidated - AccessTokenExpired")));
	assert_true(words_are_expiry(SPAN("[EXPIRED] log in again")));
	assert_false(words_are_expiry(SPAN("[AUTHENTICATIONFAILED] Authentication failed.")));
}

/* libetpan reads 99999999999 as 1215752191. */
static void test_uidvalidity(void **state)
{
	(void)state;
	assert_true(words_confirm_uidvalidity(SPAN("* OK [UIDVALIDITY 7] ok\r\n1 OK\r\n"), 7));
	assert_true(words_confirm_uidvalidity(SPAN("* OK [uidvalidity 4294967295] ok\r\n"), UINT32_MAX));
	assert_false(words_confirm_uidvalidity(SPAN("* OK [UIDVALIDITY 99999999999] ok\r\n"), 1215752191));
	assert_false(words_confirm_uidvalidity(SPAN("* OK [UIDVALIDITY 7]\r\n* OK [UIDVALIDITY 8]\r\n"), 8));
	assert_false(words_confirm_uidvalidity(SPAN("* OK [UIDVALIDITY -7]\r\n"), 7));
	assert_false(words_confirm_uidvalidity(SPAN("1 OK nothing said\r\n"), 7));
	assert_false(words_confirm_uidvalidity(SPAN("* OK [UIDVALIDITY 7"), 7));
}

/* Fed in pieces of any size, for so it comes. */
static bool nests(const char *head, unsigned n, const char *tail)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(4096);
	bool good = true;

	buf_puts(&b, head);
	for (unsigned i = 0; i < n; i++)
		buf_putc(&b, '(');
	buf_puts(&b, tail);
	for (size_t piece = 1; piece <= b.n; piece = piece * 2 + 1) {
		struct nesting state = { 0 };
		bool fine = true;
		for (size_t at = 0; at < b.n; at += piece)
			fine = nesting_feed(&state, span_sub(buf_span(&b), at, piece)) && fine;
		assert_true(piece == 1 || fine == good);
		good = fine;
	}
	return good;
}

static void test_nesting(void **state)
{
	(void)state;
	assert_true(nests("* 1 FETCH ", LIMIT_IMAP_NESTING, "\r\n"));
	assert_false(nests("* 1 FETCH ", LIMIT_IMAP_NESTING + 1, "\r\n"));
	/* Each line for itself; what is closed does not count. */
	assert_true(nests("* 1 FETCH ((((\r\n* 1 FETCH ()()", LIMIT_IMAP_NESTING, "\r\n"));
	/* Letters of a message. */
	assert_true(nests("* 1 FETCH (BODY[] {300}\r\n", 300, ")\r\n"));
	assert_false(nests("* 1 FETCH (BODY[] {300}\r\n", 301 + LIMIT_IMAP_NESTING, "\r\n"));
	assert_true(nests("* 1 FETCH (BODY[] \"\\\"", 300, "\")\r\n"));
	/* What only looks like the head of a literal hides nothing. */
	assert_false(nests("* OK wait {300}\r\n* 1 FETCH ", 300, "\r\n"));
	assert_false(nests("* 1 FETCH (X {300} \r\n* 1 FETCH ", 300, "\r\n"));
	assert_false(nests("* OK a \" b\r\n* 1 FETCH ", 300, "\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_both_ways),
		cmocka_unit_test(test_names_that_cannot_be_written),
		cmocka_unit_test(test_names_that_are_no_utf7),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_refusals_that_pass),
		cmocka_unit_test(test_uidvalidity),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
