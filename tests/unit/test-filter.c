// SPDX-License-Identifier: Apache-2.0
/* Filters beside the interlocks: what they see, what becomes of what they say. */
#include "unit.h"
#include "eml.h"
#include "guard/filter.h"
#include "mail/limits.h"
#include "reply/reply.h"
#include <errno.h>

enum { NOW = 1795305600 };

static struct span own[] = { { "support@example.com", 19 } };
static const char question[] = "Return-Path: <maria@example.org>\nFrom: \"Huber, Maria\" <maria@example.org>\n"
			       "Reply-To: claims@elsewhere.example\nTo: support@example.com, Sales <sales@example.com>\n"
			       "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nMessage-ID: <1@example.org>\nIn-Reply-To: <0@example.com>\n\n"
			       "Wo ist meine Lampe? Ich habe sie vor zwei Wochen bestellt und noch nichts von Ihnen gehört.\n\n"
			       "> Wir melden uns.\n";

static struct guard_case case_of(struct arena *a, const char *message)
{
	return (struct guard_case){
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.mode = MODE_SEND,
		.now = NOW,
		.ack_age = 6 * 3600,
		.account = { .own = own, .nown = 1, .subaddress = '+' },
		.ask_addressed = true,
		.recipient = SPAN("maria@example.org"),
		.has_message = true,
		.facts = eml_facts(a, span_of(message)),
		.internal_at = NOW - 60,
		.history = { .opens = true },
	};
}

static struct filter compile(struct arena *a, enum filter_point point, const char *name, const char *source)
{
	struct filter f;
	struct sieve_errors e;

	if (!filter_compile(a, point, span_of(name), span_of(source), &f, &e))
		fail_msg("%u:%u: %s", e.at[0].place.line, e.at[0].place.column, e.at[0].text);
	return f;
}

static struct judgement judge(struct arena *a, struct guard_case *c, struct filter *at, uint32_t n)
{
	struct filters all = { at, n };
	struct judgement j;

	c->filters = &all;
	guard_judge(a, c, &j);
	return j;
}

#define WORDS "require [\"vnd.hearback\", \"relational\", \"comparator-i;ascii-numeric\", \"body\", \"date\"];\n"

static void a_filter_sees_the_message(void **state)
{
	static const char *const true_of_it[] = {
		"fact \"purpose\" \"acknowledgement\"", "fact \"recipient\" \"maria@example.org\"", "fact \"kind\" \"human\"",
		"fact \"voice\" \"requester\"", "fact \"authentication\" \"unverified\"",
		"fact :value \"eq\" :comparator \"i;ascii-numeric\" \"recipients\" \"2\"", "fact \"attachments\" \"0\"",
		"fact \"return-path\" \"address\"", "fact \"reply-to\" \"elsewhere\"", "fact \"is-reply\" \"yes\"",
		"fact \"addressed\" \"yes\"", "fact \"language\" \"de\"", "fact :contains \"new-text\" \"Lampe\"",
		"not fact :contains \"new-text\" \"melden\"", "body :contains \"melden\"", "header \"subject\" \"Grüße\"",
		"address \"from\" \"maria@example.org\"", "address :domain \"reply-to\" \"elsewhere.example\"",
		"address :count \"eq\" :comparator \"i;ascii-numeric\" \"from\" \"1\"",
		"fact :value \"gt\" :comparator \"i;ascii-numeric\" \"new-text-size\" \"50\"", "currentdate \"date\" \"2026-11-22\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(true_of_it) / sizeof(true_of_it[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct guard_case c = case_of(a, question);
		struct filter f = compile(a, FILTER_INTAKE, "one",
					  arena_printf(a, WORDS "if %s { suppress \"so it is\"; }", true_of_it[i]));
		struct judgement j = judge(a, &c, &f, 1);
		if (j.n != 1 || j.verdict != VERDICT_SUPPRESS)
			fail_msg("%s", true_of_it[i]);
		assert_span(j.at[0].rule, "intake/one");
		assert_span(j.at[0].text, "so it is");
	}
}

static void compose(struct arena *a, struct guard_case *c, const char *text)
{
	struct buf b = BUF_CAPPED(LIMIT_OUTGOING);
	struct err err;
	struct reply_input in = {
		.from_address = own[0], .to_address = c->recipient, .answers = true, .subject = SPAN("Ihre Grüße an Łódź"),
		.text = span_of(text), .language = SPAN("de"), .date_at = NOW, .message_id = SPAN("hb.abc@example.com"),
		.hearback_id = SPAN("hb.abc"), .audit_head = SPAN("v=1; n=0"),
	};

	if (reply_compose(&in, &b, &err))
		fail_msg("%s", err.text);
	c->has_bytes = true;
	c->bytes = arena_span(a, buf_span(&b));
	buf_free(&b);
}

static void an_outbound_filter_sees_what_a_reader_will_see(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct guard_case c = case_of(a, question);
	struct filter f = compile(a, FILTER_OUTBOUND, "shown", WORDS
				  "if allof (header \"subject\" \"Auto: Ihre Grüße an Łódź\", address \"to\" \"maria@example.org\",\n"
				  "header \"auto-submitted\" \"auto-replied\", body :contains \"grün = gut\",\n"
				  "not exists \"bcc\") { hold \"seen\"; }");

	(void)state;
	struct judgement j = judge(a, &c, &f, 1);
	assert_int_equal(j.verdict, VERDICT_SEND);
	compose(a, &c, "Alles ist grün = gut, und diese Zeile ist so lang, dass sie in der Übertragung umbrochen werden muss.\n");
	j = judge(a, &c, &f, 1);
	assert_int_equal(j.verdict, VERDICT_HOLD);
	assert_span(j.at[0].rule, "outbound/shown");
	compose(a, &c, "nur ASCII\n");
	assert_int_equal(judge(a, &c, &f, 1).verdict, VERDICT_SEND);
	/* What tells staff is not filtered. */
	struct filter any = compile(a, FILTER_OUTBOUND, "any", WORDS "suppress \"all\";");
	assert_int_equal(judge(a, &c, &any, 1).verdict, VERDICT_SUPPRESS);
	struct guard_case lead = { .purpose = PURPOSE_ESCALATION, .mode = MODE_SEND, .now = NOW, .account = c.account, .staff = own,
				   .nstaff = 1, .recipient = own[0] };
	assert_int_equal(judge(a, &lead, &any, 1).verdict, VERDICT_SEND);
}

static void the_strictest_word_counts(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct guard_case c = case_of(a, question);
	struct filter f[] = {
		compile(a, FILTER_INTAKE, "10-none", "keep; stop;"),
		compile(a, FILTER_INTAKE, "20-both", WORDS "hold \"first\"; suppress \"second\"; hold \"third\"; suppress \"fourth\";"),
		compile(a, FILTER_INTAKE, "30-hold", WORDS "hold \"only\";"),
	};

	(void)state;
	struct judgement j = judge(a, &c, f, 3);
	assert_int_equal(j.verdict, VERDICT_SUPPRESS);
	assert_int_equal(j.but_for_mode, VERDICT_SUPPRESS);
	assert_int_equal(j.n, 2);
	assert_span(j.at[0].text, "second");
	assert_span(j.at[1].rule, "intake/30-hold");
	/* An interlock cannot be talked out of anything. */
	c.mode = MODE_HOLD;
	assert_int_equal(judge(a, &c, f, 1).verdict, VERDICT_HOLD);
}

static void too_many_steps_hold(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf source = BUF_CAPPED(SIEVE_SIZE), mail = BUF_CAPPED(1 << 20);
	struct filter f;
	struct sieve_errors e;

	(void)state;
	buf_puts(&source, WORDS "if body :matches [");
	for (int i = 0; i < 600; i++)
		buf_printf(&source, "%s\"*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab%d\"", i ? "," : "", i);
	buf_puts(&source, "] { suppress \"never\"; }");
	buf_puts(&mail, question);
	for (int i = 0; i < 6000; i++)
		buf_puts(&mail, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
	assert_true(filter_compile(a, FILTER_INTAKE, SPAN("slow"), buf_span(&source), &f, &e));
	struct guard_case c = case_of(a, buf_cstr(&mail));
	struct judgement j = judge(a, &c, &f, 1);
	assert_int_equal(j.verdict, VERDICT_HOLD);
	assert_span(j.at[0].text, "the filter has used up its budget of steps");
}

static void what_has_no_place_in_a_filter_is_told(void **state)
{
	static const char *const bad[] = {
		"discard;", "redirect \"a@example.org\";", "require \"fileinto\";", "require \"vacation\";", "require \"variables\";",
		"if envelope \"from\" \"x\" { }", "hold \"no require\";", WORDS "hold \"two\nlines\";", WORDS "hold \"\";",
		WORDS "if fact \"age\" \"1\" { }", "require \"vnd.dovecot.testsuite\";",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct filter f;
		struct sieve_errors e;
		assert_false(filter_compile(a, FILTER_INTAKE, SPAN("bad"), span_of(bad[i]), &f, &e));
	}
	assert_true(filter_may_be_named(SPAN("50-mass_Mail")));
	assert_false(filter_may_be_named(SPAN("")) || filter_may_be_named(SPAN("a b")) || filter_may_be_named(SPAN("../x")));
}

static void a_filter_that_always_speaks_is_known(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct filter always = compile(a, FILTER_INTAKE, "a", WORDS "if not header \"x\" \"y\" { hold \"all\"; }");
	struct filter seldom = compile(a, FILTER_INTAKE, "b", WORDS "if header :contains \"subject\" \"sale\" { hold \"some\"; }");

	(void)state;
	assert_true(filter_always_speaks(a, &always));
	assert_false(filter_always_speaks(a, &seldom));
}

static void a_bundle_comes_back_or_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(FILTER_BUNDLE_MAX);
	struct filters all;
	struct err err;

	(void)state;
	assert_int_equal(filter_bundle_parse(a, SPAN(""), &all, &err), 0);
	assert_int_equal(all.n, 0);
	filter_bundle_put(&b, FILTER_INTAKE, SPAN("one"), SPAN("keep;"));
	filter_bundle_put(&b, FILTER_OUTBOUND, SPAN("two"), SPAN("stop;"));
	assert_int_equal(filter_bundle_parse(a, buf_span(&b), &all, &err), 0);
	assert_int_equal(all.n, 2);
	assert_span(all.at[1].id, "outbound/two");
	for (size_t n = 1; n < b.n; n++)
		if (n != 1 + 4 + 3 + 4 + 5)
			assert_int_equal(filter_bundle_parse(a, span_sub(buf_span(&b), 0, n), &all, &err), -EBADMSG);
	filter_bundle_put(&b, FILTER_INTAKE, SPAN("three"), SPAN("keep;\nnonsense;"));
	assert_int_equal(filter_bundle_parse(a, buf_span(&b), &all, &err), -EBADMSG);
	assert_string_equal(err.text, "intake/three.sieve:2:1: there is no command 'nonsense'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_sees_the_message),
		cmocka_unit_test(an_outbound_filter_sees_what_a_reader_will_see),
		cmocka_unit_test(the_strictest_word_counts),
		cmocka_unit_test(too_many_steps_hold),
		cmocka_unit_test(what_has_no_place_in_a_filter_is_told),
		cmocka_unit_test(a_filter_that_always_speaks_is_known),
		cmocka_unit_test(a_bundle_comes_back_or_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
