// SPDX-License-Identifier: Apache-2.0
/* The language: its errors with their places, what its tests see in a small message, its budget. */
#include "unit.h"
#include "mail/header.h"
#include "sieve/sieve.h"
#include <stdio.h>

/* -- a host that notes whether `hit` was reached ------------------------------------------------------------ */

static void act_hit(struct sieve_run *run, const struct sieve_node *n)
{
	(void)n;
	++*(int *)run->context;
}

static const struct sieve_command words[] = {
	{ .name = "hit", .arguments = "", .act = act_hit },
	{ .name = "say", .capability = "vnd.say", .arguments = "s" },
	{ .name = "redirect", .arguments = "s", .refused = "nothing is sent on from here" },
	{ .name = "fileinto", .capability = "fileinto", .arguments = "s", .refused = "nothing is filed from here" },
};
static const struct sieve_dialect dialect = { words, sizeof(words) / sizeof(words[0]) };

static bool field(const void *context, struct span name, uint32_t nth, struct span *value)
{
	const struct raw_header *h = context;

	for (uint32_t i = 0; i < h->n; i++)
		if (span_ieq(h->at[i].name, name) && nth-- == 0) {
			*value = h->at[i].value;
			return true;
		}
	return false;
}

static bool addresses(const void *context, struct arena *a, struct span name, uint32_t nth, struct address_list *out)
{
	struct span value;

	if (!field(context, name, nth, &value))
		return false;
	address_list_parse(a, value, NULL, out);
	return true;
}

static enum sieve_end run_on(const char *script, struct span message, int *hits)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct sieve_node *node;
	struct sieve_errors errors;
	struct raw_header header;
	uint64_t steps;

	raw_header_parse(a, message, &header);
	struct sieve_mail mail = { .context = &header,
				   .field = field,
				   .addresses = addresses,
				   .text = header.body,
				   .size = message.n,
				   .now = 1795305600 };
	*hits = 0;
	if (!sieve_compile(a, span_of(script), &dialect, &node, &errors))
		fail_msg("%s\n%u:%u: %s", script, errors.at[0].place.line, errors.at[0].place.column, errors.at[0].text);
	return sieve_run_script(a, node, &mail, hits, &steps);
}

static const char letter[] = "From: \"Maria\" <maria+shop@Customer.Example>\n"
			     "To: support@hearback.example, Sales <sales@hearback.example>\n"
			     "Subject:  Where is my order 1042?  \n"
			     "X-Spam: 7\n"
			     "Received: from a\n"
			     "Received: from b; Sat, 21 Nov 2026 23:30:00 +0100\n"
			     "Date: Sat, 21 Nov 2026 23:30:05 -0330\n"
			     "X-Empty:\n"
			     "\n"
			     "Hello,\nit has not come.\n";

static void tests_look_where_they_say(void **state)
{
	static const struct {
		const char *test;
		bool holds;
	} rows[] = {
		{ "true", true },
		{ "not true", false },
		{ "anyof (false, true)", true },
		{ "allof (false, true)", false },
		{ "header \"subject\" \"where is my ORDER 1042?\"", true },
		{ "header :comparator \"i;octet\" \"subject\" \"where is my ORDER 1042?\"", false },
		{ "header :contains [\"x-none\", \"subject\"] [\"bill\", \"order\"]", true },
		{ "header :contains \"x-none\" \"\"", false },
		{ "header :is \"x-empty\" \"\"", true },
		{ "header :matches \"subject\" \"*order ?042*\"", true },
		{ "header :matches \"subject\" \"*order ?042\"", false },
		{ "header :matches \"subject\" \"*1042\\\\?\"", true },
		{ "header :matches \"subject\" \"\"", false },
		{ "address \"from\" \"maria+shop@customer.example\"", true },
		{ "address :domain :is \"from\" \"customer.example\"", true },
		{ "address :localpart \"from\" \"maria+shop\"", true },
		{ "address :user \"from\" \"maria\"", true },
		{ "address :detail \"from\" \"shop\"", true },
		{ "address :detail \"to\" \"\"", false },
		{ "address :count \"eq\" :comparator \"i;ascii-numeric\" \"to\" \"2\"", true },
		{ "header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-spam\" \"06\"", true },
		{ "header :value \"gt\" :comparator \"i;ascii-numeric\" \"x-spam\" \"10\"", false },
		{ "header :value \"lt\" :comparator \"i;ascii-numeric\" \"x-spam\" \"none\"", true },
		{ "header :count \"ge\" :comparator \"i;ascii-numeric\" \"received\" \"2\"", true },
		{ "header :value \"gt\" \"x-spam\" \"10\"", true },
		{ "exists [\"from\", \"to\"]", true },
		{ "exists [\"from\", \"x-none\"]", false },
		{ "size :over 100", true },
		{ "size :under 100", false },
		{ "size :over 1K", false },
		{ "body :text :contains \"NOT COME\"", true },
		{ "body :contains \"has come\"", false },
		{ "currentdate :is \"date\" \"2026-11-22\"", true },
		{ "currentdate :zone \"-0100\" :is \"weekday\" \"6\"", true },
		{ "currentdate :value \"ge\" \"hour\" \"09\"", false },
		{ "date :originalzone \"date\" \"time\" \"23:30:05\"", true },
		{ "date :zone \"+0000\" \"date\" \"date\" \"2026-11-22\"", true },
		{ "date \"date\" \"std11\" \"Sun, 22 Nov 2026 03:00:05 +0000\"", true },
		{ "date \"subject\" \"year\" \"2026\"", false },
		{ "header :contains \"subject\" \"${hex: 6f}rder\"", true },
		{ "header :contains \"subject\" \"${unicode:006f}rder\"", true },
		{ "header :contains \"subject\" \"${hex:6g}\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char script[500];
		int hits;
		snprintf(script, sizeof(script),
			 "require [\"relational\", \"comparator-i;ascii-numeric\", \"subaddress\", \"body\", \"date\", "
			 "\"encoded-character\"];\nif %s { hit; }", rows[i].test);
		assert_int_equal(run_on(script, span_of(letter), &hits), SIEVE_FINISHED);
		if (hits != rows[i].holds)
			fail_msg("%s", rows[i].test);
	}
}

static void branches_exclude_one_another(void **state)
{
	int hits;

	(void)state;
	run_on("if true { hit; } elsif true { hit; } else { hit; }", span_of(letter), &hits);
	assert_int_equal(hits, 1);
	run_on("if false { hit; } elsif false { hit; } else { hit; hit; } hit;", span_of(letter), &hits);
	assert_int_equal(hits, 3);
	run_on("if false { hit; } if true { if true { hit; } else { stop; } hit; } else { hit; }", span_of(letter), &hits);
	assert_int_equal(hits, 2);
	assert_int_equal(run_on("hit; if true { stop; } hit;", span_of(letter), &hits), SIEVE_STOPPED);
	assert_int_equal(hits, 1);
	assert_int_equal(run_on("# nothing\n/* at all */", span_of(letter), &hits), SIEVE_FINISHED);
}

static void errors_have_a_place(void **state)
{
	static const struct {
		const char *script, *error;
	} bad[] = {
		{ "hit", "1:4: write ; behind a command" },
		{ "\n  hop;", "2:3: there is no command 'hop'" },
		{ "if hit { }", "1:4: there is no test 'hit'; it is a command" },
		{ "header \"a\" \"b\";", "1:1: there is no command 'header'; it is a test, write it behind if" },
		{ "if header \"a\" { }", "1:4: header takes a string or a list of strings, a string or a list of strings" },
		{ "if not (true) { }", "1:4: not takes a test" },
		{ "if anyof true { }", "1:4: anyof takes tests in parentheses with commas between them" },
		{ "if true hit;", "1:9: there is no test 'hit'; it is a command" },
		{ "if true { hit;", "1:15: this block never ends, write } behind it" },
		{ "hit; }", "1:6: this } closes nothing, take it out" },
		{ "else { }", "1:1: 'else' follows an if or elsif and nothing else" },
		{ "if true { } else { } elsif true { }", "1:22: 'elsif' follows an if or elsif and nothing else" },
		{ "hit; require \"body\";", "1:6: require stands at the beginning, move it there" },
		{ "require \"vnd.none\";", "1:1: require \"vnd.none\": not known here, take it out with what needs it" },
		{ "require \"fileinto\";", "1:1: require \"fileinto\": nothing is filed from here" },
		{ "redirect \"a@b\";", "1:1: 'redirect': nothing is sent on from here" },
		{ "say \"x\";", "1:1: 'say' needs require \"vnd.say\"; at the beginning" },
		{ "require \"vnd.say\"; say [\"x\", \"y\"];", "1:20: say takes a string" },
		{ "if body \"x\" { }", "1:4: 'body' needs require \"body\"; at the beginning" },
		{ "if header :over \"a\" \"b\" { }", "1:11: header takes no :over" },
		{ "if header :is :contains \"a\" \"b\" { }", "1:15: :contains: another tag of this kind stands before it, keep one" },
		{ "if header :value \"gt\" \"a\" \"b\" { }", "1:11: :value needs require \"relational\"; at the beginning" },
		{ "require \"relational\"; if header :value \"xx\" \"a\" \"b\" { }",
		  "1:40: \"xx\" compares nothing, write \"gt\", \"ge\", \"lt\", \"le\", \"eq\" or \"ne\"" },
		{ "if header :comparator \"i;basic\" \"a\" \"b\" { }",
		  "1:23: there is no comparator \"i;basic\", write \"i;ascii-casemap\", \"i;octet\" or \"i;ascii-numeric\"" },
		{ "if header \"a b\" \"b\" { }", "1:4: \"a b\" is no name of a header field" },
		{ "if address \"subject\" \"b\" { }", "1:4: \"subject\" holds no addresses, look at it with header" },
		{ "if size 10 { }", "1:4: size needs :over or :under" },
		{ "if size :over 10X { }", "1:15: a number ends in digits, K, M or G" },
		{ "if header \"a\" \"b { }", "1:15: this string never ends, write \" behind it" },
		{ "/* hit;", "1:1: this comment never ends, write */ behind it" },
		{ "if header \"a\" text:\nx\n", "1:15: this text never ends, write a line with a dot alone below it" },
		{ "hit; \x01", "1:6: this character has no meaning here; strings stand in double quotes" },
		{ "require \"date\"; if currentdate \"age\" \"1\" { }",
		  "1:20: \"age\" is no part of a date, write year, month, day, date, julian, hour, minute, second, time, iso8601, "
		  "std11, zone or weekday" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct sieve_node *node;
		struct sieve_errors e;
		assert_false(sieve_compile(a, span_of(bad[i].script), &dialect, &node, &e));
		assert_true(e.n > 0);
		assert_string_equal(arena_printf(a, "%u:%u: %s", e.at[0].place.line, e.at[0].place.column, e.at[0].text),
				    bad[i].error);
	}
}

static void all_mistakes_are_told_at_once(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct sieve_node *node;
	struct sieve_errors e;

	(void)state;
	assert_false(sieve_compile(a, span_of("hop;\nif header :over \"a\" \"b\" { skip; }\nhit 1;\n"), &dialect, &node, &e));
	assert_int_equal(e.n, 4);
	assert_int_equal(e.at[3].place.line, 3);
}

static void strings_are_read_as_written(void **state)
{
	int hits;

	(void)state;
	run_on("require \"body\"; if body :contains text: # comment\r\nit has not come.\n.\n { hit; }", span_of(letter), &hits);
	assert_int_equal(hits, 1);
	run_on("require \"body\"; if body :contains text:\n..it has\n.\n { hit; }", span_of("A: b\n\nx .it has\n"), &hits);
	assert_int_equal(hits, 1);
	run_on("if header \"a\" \"b\\\"\\\\\" { hit; }", span_of("A: b\"\\\n\n"), &hits);
	assert_int_equal(hits, 1);
}

/* A pattern that would take exponential time where stars are tried one within another. */
static void a_run_ends(void **state)
{
	BUF_CLEANUP struct buf mail = BUF_CAPPED(1 << 20);
	BUF_CLEANUP struct buf script = BUF_CAPPED(SIEVE_SIZE + 1000);
	ARENA_CLEANUP struct arena *a = arena_new();
	struct sieve_node *node;
	struct sieve_errors e;
	int hits;

	(void)state;
	buf_puts(&mail, "Subject: x\n\n");
	for (int i = 0; i < 500000; i++)
		buf_putc(&mail, 'a');
	buf_puts(&script, "require \"body\"; if body :matches [");
	for (int i = 0; i < 1000; i++)
		buf_printf(&script, "%s\"*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*a*b\"", i ? "," : "");
	buf_puts(&script, "] { hit; }");
	assert_int_equal(run_on(buf_cstr(&script), buf_span(&mail), &hits), SIEVE_OVERRUN);
	assert_int_equal(hits, 0);

	buf_reset(&script);
	for (int i = 0; i < 10000; i++)
		buf_puts(&script, "if not not true { ");
	assert_false(sieve_compile(a, buf_span(&script), &dialect, &node, &e));
	assert_true(strstr(e.at[0].text, "too deep") != NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tests_look_where_they_say),
		cmocka_unit_test(branches_exclude_one_another),
		cmocka_unit_test(errors_have_a_place),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(strings_are_read_as_written),
		cmocka_unit_test(a_run_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
