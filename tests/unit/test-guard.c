// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "eml.h"
#include "base/io.h"
#include "guard/guard.h"
#include "mail/header.h"
#include "reply/reply.h"
#include <stdlib.h>
#include <stdio.h>

enum { NOW = 1790000000 };

static struct span own[] = { { "support@example.com", 19 } };
static struct span agents[] = { { "anna@example.com", 16 } };
static struct span form[] = { { "www@example.com", 15 } };
static struct span staff[] = { { "lead@example.com", 16 } };

/* An acknowledgement of a message that has just arrived and opened a conversation, in mode send. */
static struct guard_case case_of(struct facts f)
{
	return (struct guard_case){
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.mode = MODE_SEND,
		.now = NOW,
		.ack_age = 6 * 3600,
		.account = { .own = own,
			     .nown = 1,
			     .agents = agents,
			     .nagents = 1,
			     .form = form,
			     .nform = 1,
			     .group = SPAN("help@example.com"),
			     .authserv_id = SPAN("mx.example.com"),
			     .hops = 1,
			     .subaddress = '+' },
		.ask_addressed = true,
		.staff = staff,
		.nstaff = 1,
		.has_message = true,
		.facts = f,
		.internal_at = NOW - 60,
		.history = { .opens = true },
	};
}

/* What the keeper proposes: the author, as reading finds him. */
static void propose_author(struct arena *a, struct guard_case *c)
{
	struct kind_found kind;
	struct voice_found voice;

	reading_kind(a, &c->facts, &c->account, c->own_automated, &kind);
	reading_voice(a, &c->facts, &c->account, kind.kind, c->in_sent, &voice);
	c->recipient = address_text(a, voice.author);
	if (c->recipient.n == 0 && c->facts.from.n)
		c->recipient = address_text(a, c->facts.from.at[0]);
}

static const char human[] = "From: Alice <alice@example.org>\nTo: support@example.com\nSubject: It burns\n"
			    "Message-ID: <1@example.org>\n\nHello\n";

static struct guard_case human_case(struct arena *a)
{
	struct guard_case c = case_of(eml_facts(a, SPAN(human)));

	propose_author(a, &c);
	return c;
}

static struct judgement judge(struct arena *a, const struct guard_case *c)
{
	struct judgement j;

	guard_judge(a, c, &j);
	return j;
}

/* -- the messages of tests/cases/guard ------------------------------------------------------------ */

static struct span read_case(struct arena *a, const char *name)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(1 << 20);
	const char *top = getenv("top_srcdir");
	struct err err;

	if (io_read_file(arena_printf(a, "%s/tests/cases/guard/%s", top ? top : ".", name), 1 << 20, &b,
			 &err))
		fail_msg("%s", err.text);
	return arena_span(a, buf_span(&b));
}

static bool case_holds(struct arena *a, const char *name, struct span verdict, struct span rule,
		       struct span evidence)
{
	struct guard_case c = case_of(eml_facts(a, read_case(a, arena_printf(a, "%s.eml", name))));

	propose_author(a, &c);
	struct judgement j = judge(a, &c);
	struct span said = j.n ? j.at[0].rule : SPAN("-");
	if (!span_eq(span_of(verdict_name(j.verdict)), verdict) || !span_eq(said, rule) ||
	    (!span_eq(evidence, SPAN("-")) && (!j.n || span_find(j.at[0].evidence, evidence) < 0))) {
		print_error("%s: %s by %.*s [%.*s]\n", name, verdict_name(j.verdict), SPAN_ARG(said),
			    SPAN_ARG(j.n ? j.at[0].evidence : SPAN_NONE));
		return false;
	}
	return true;
}

static void each_message_gets_its_verdict(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct span table = read_case(a, "expected.tsv"), line, name, verdict, rule, evidence;
	uint32_t n = 0, good = 0;

	while (span_split(&table, '\n', &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		assert_true(span_split(&line, '\t', &name) && span_split(&line, '\t', &verdict) &&
			    span_split(&line, '\t', &rule) && span_split(&line, '\t', &evidence));
		n++;
		good += case_holds(a, arena_str(a, name), verdict, rule, evidence);
	}
	assert_true(n > 100);
	assert_int_equal(good, n);
}

/* Who looks for a rule finds it by its name. */
static void the_table_names_its_files(void **state)
{
	(void)state;
	const char *top = getenv("top_srcdir");

	for (uint32_t i = 0; i < guard_interlock_count; i++) {
		char path[500];
		snprintf(path, sizeof(path), "%s/src/guard/interlock/%s.c", top ? top : ".",
			 guard_interlocks[i]->id);
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		fclose(f);
		assert_true(strlen(guard_interlocks[i]->meaning) > 10);
	}
}

/* -- what stands in no message -------------------------------------------------------------------- */

static void must_not(struct arena *a, const struct guard_case *c, enum verdict verdict, const char *rule)
{
	struct judgement j = judge(a, c);

	assert_int_equal(j.verdict, verdict);
	assert_span(j.at[0].rule, rule);
	assert_true(j.at[0].text.n > 0);
}

static void may(struct arena *a, const struct guard_case *c)
{
	struct judgement j = judge(a, c);

	assert_int_equal(j.n, 0);
	assert_int_equal(j.verdict, VERDICT_SEND);
}

static void age_must_not_and_may(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	may(a, &c);
	c.internal_at = NOW - 6 * 3600;
	may(a, &c);
	c.internal_at--;
	must_not(a, &c, VERDICT_SUPPRESS, "age");
	c.internal_at = NOW + 3600;
	may(a, &c);
	c.internal_at++;
	must_not(a, &c, VERDICT_HOLD, "age");
	c.internal_at = 0;
	must_not(a, &c, VERDICT_SUPPRESS, "age");
}

static void window_must_not_and_may(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.history.automated_to_address = AUTOMATED_PER_WINDOW - 1;
	may(a, &c);
	c.history.automated_to_address++;
	must_not(a, &c, VERDICT_SUPPRESS, "window");
	c = human_case(a);
	c.history.acks_to_address = ACKS_PER_WINDOW;
	must_not(a, &c, VERDICT_SUPPRESS, "window");
	c.purpose = PURPOSE_NOTICE;
	may(a, &c);
	c = human_case(a);
	c.history.acks_in_conversation = 1;
	must_not(a, &c, VERDICT_SUPPRESS, "window");
	c = human_case(a);
	c.history.opens = false;
	must_not(a, &c, VERDICT_SUPPRESS, "window");
	c = human_case(a);
	c.history.known_duplicate = true;
	must_not(a, &c, VERDICT_SUPPRESS, "window");
}

static void answered_and_collision_must_not(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.history.answered = true;
	must_not(a, &c, VERDICT_SUPPRESS, "answered");
	c = human_case(a);
	c.history.collision = true;
	must_not(a, &c, VERDICT_SUPPRESS, "unreadable");
}

static void depth_must_not_and_may(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.facts.depth = FACTS_HEADER_ONLY;
	must_not(a, &c, VERDICT_HOLD, "unreadable");
	c.facts.depth = FACTS_WHOLE;
	c.facts.flags = FACT_TRUNCATED;
	must_not(a, &c, VERDICT_HOLD, "unreadable");
	c.facts.flags = FACT_HEADER_BROKEN;
	must_not(a, &c, VERDICT_HOLD, "unreadable");
	c.facts.flags = FACT_PARTIAL | FACT_HTML_ONLY | FACT_SIGNED;
	may(a, &c);
	c.facts = facts_none();
	must_not(a, &c, VERDICT_SUPPRESS, "unreadable");
}

static void own_identity_must_not(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.own_automated = true;
	must_not(a, &c, VERDICT_SUPPRESS, "own");
	assert_int_equal(judge(a, &c).kind, KIND_OWN);
}

static void compose(struct guard_case *c, bool answers, struct buf *out)
{
	const struct reply_input in = {
		.from_address = SPAN("support@example.com"),
		.to_address = c->recipient,
		.answers = answers,
		.subject = SPAN("We have your message"),
		.text = SPAN("Hello,\n\nwe have it.\n"),
		.language = SPAN("en"),
		.date_at = NOW,
		.message_id = SPAN("hb.abc@example.com"),
		.hearback_id = SPAN("hb.abc"),
		.audit_head = SPAN("v=1; n=0"),
	};
	struct err err;

	if (reply_compose(&in, out, &err))
		fail_msg("%s", err.text);
	c->has_bytes = true;
	c->bytes = buf_span(out);
}

static void bytes_must_not_and_may(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(1 << 16), wrong = BUF_CAPPED(1 << 16),
			       more = BUF_CAPPED(1 << 16);
	struct guard_case c = human_case(a);

	compose(&c, true, &b);
	may(a, &c);
	/* To another; of the wrong purpose; with a field more; not composed at all. */
	struct guard_case other = c;
	other.recipient = SPAN("bob@example.org");
	compose(&other, true, &wrong);
	c.bytes = buf_span(&wrong);
	must_not(a, &c, VERDICT_SUPPRESS, "bytes");
	buf_reset(&wrong);
	compose(&c, false, &wrong);
	must_not(a, &c, VERDICT_SUPPRESS, "bytes");
	buf_puts(&more, "Bcc: bob@example.org\r\n");
	buf_put_span(&more, buf_span(&b));
	c.bytes = buf_span(&more);
	must_not(a, &c, VERDICT_SUPPRESS, "bytes");
	assert_true(judge(a, &c).at[0].evidence.n > 0);
	c.bytes = SPAN_NONE;
	must_not(a, &c, VERDICT_HOLD, "bytes");
}

static void modes_hold_back_and_say_what_they_would_do(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.mode = MODE_OBSERVE;
	must_not(a, &c, VERDICT_SUPPRESS, "mode");
	assert_int_equal(judge(a, &c).but_for_mode, VERDICT_SEND);
	c.mode = MODE_HOLD;
	must_not(a, &c, VERDICT_HOLD, "mode");
	assert_int_equal(judge(a, &c).but_for_mode, VERDICT_SEND);
	c.history.answered = true;
	must_not(a, &c, VERDICT_SUPPRESS, "answered");
	assert_int_equal(judge(a, &c).but_for_mode, VERDICT_SUPPRESS);
}

static void every_verdict_is_kept(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c =
		case_of(eml_facts(a, SPAN("Return-Path: <>\nFrom: no-reply@example.org\nTo: x@example.org\n"
					  "Precedence: bulk\nAuto-Submitted: auto-generated\n\n")));
	static const char *const want[] = { "auto_reply",  "list",     "null_return_path",
					    "sender_name", "audience", "addressed" };

	propose_author(a, &c);
	struct judgement j = judge(a, &c);
	assert_int_equal(j.n, sizeof(want) / sizeof(want[0]));
	for (uint32_t i = 0; i < j.n; i++)
		assert_span(j.at[i].rule, want[i]);
	assert_int_equal(j.kind, KIND_AUTO_GENERATED);
	assert_int_equal(j.voice, VOICE_MACHINE);
}

/* -- who may receive what ------------------------------------------------------------------------- */

static void acknowledgements_go_to_the_author_alone(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char mail[] =
		"From: \"bob@example.org\" <alice@example.org>\nTo: support@example.com, carol@example.org\n"
		"Reply-To: dave@example.org\nSender: eve@example.org\nReturn-Path: <frank@example.org>\n"
		"Cc: grace@example.org\nSubject: mail bob@example.org\n\nheidi@example.org\n";
	static const char *const others[] = {
		"bob@example.org", "carol@example.org", "dave@example.org", "eve@example.org",
		"frank@example.org", "grace@example.org", "heidi@example.org", "support@example.com",
		"lead@example.com", "lice@example.org", "alice@example.or",
		"alice@example.org.example.net", "alice@example.org ", "<alice@example.org>", "",
		"alice"
	};
	struct guard_case c = case_of(eml_facts(a, SPAN(mail)));

	c.recipient = SPAN("alice@example.org");
	may(a, &c);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		c.recipient = span_of(others[i]);
		assert_int_equal(judge(a, &c).verdict, VERDICT_SUPPRESS);
	}
	c.recipient = SPAN("alice@example.org");
	c.has_message = false;
	must_not(a, &c, VERDICT_SUPPRESS, "audience");
}

static void a_reader_that_lies_about_the_author_is_caught(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.facts.from.at[0].local = SPAN("victim");
	c.recipient = SPAN("victim@example.org");
	must_not(a, &c, VERDICT_SUPPRESS, "author");
	c.facts.from_raw = SPAN("\"victim@example.org\" <alice@example.org>");
	must_not(a, &c, VERDICT_SUPPRESS, "author");
	c.facts.from_raw = SPAN("(victim@example.org) alice@example.org");
	must_not(a, &c, VERDICT_SUPPRESS, "author");
	c.facts.from_raw = SPAN("other.victim@example.org");
	must_not(a, &c, VERDICT_SUPPRESS, "author");
}

static void staff_mail_goes_to_staff_alone(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const enum purpose purposes[] = { PURPOSE_ESCALATION, PURPOSE_DIGEST, PURPOSE_HELD,
						 PURPOSE_BRAKE };
	/* Whatever message it is about: it answers none. */
	struct guard_case c = case_of(
		eml_facts(a, SPAN("Return-Path: <>\nFrom: no-reply@example.org\nPrecedence: bulk\n\n")));

	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		c.purpose = purposes[i];
		c.recipient = SPAN("lead@example.com");
		may(a, &c);
		c.recipient = SPAN("no-reply@example.org");
		must_not(a, &c, VERDICT_SUPPRESS, "audience");
		c.recipient = SPAN("support@example.com");
		must_not(a, &c, VERDICT_SUPPRESS, "audience");
	}
}

static void briefings_stay_in_our_mailbox(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct guard_case c = human_case(a);

	c.purpose = PURPOSE_BRIEFING;
	c.recipient = SPAN("support+trace@example.com");
	may(a, &c);
	c.recipient = SPAN("lead@example.com");
	must_not(a, &c, VERDICT_SUPPRESS, "audience");
	c.recipient = SPAN("alice@example.org");
	must_not(a, &c, VERDICT_SUPPRESS, "audience");
}

/* A small generator: the same messages in every run. */
static uint32_t roll(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/* The sender may call himself what he likes: then the victim is the one author his From names. */
static bool names_himself(struct arena *a, struct span from_raw, struct span victim)
{
	size_t at = from_raw.n;

	while (at && from_raw.p[at - 1] != '<')
		at--;
	struct span last = span_sub(from_raw, at, SIZE_MAX);
	if (at)
		return span_starts(last, victim) && last.n > victim.n && last.p[victim.n] == '>';
	return span_eq(span_trim(header_strip_comments(a, from_raw)), victim);
}

/* Whatever bytes stand in a message, only the address between its From's brackets can be sent to. */
static void no_bytes_change_the_recipient(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char *const pieces[] = {
		"victim@example.net", "<", ">", ",", ";", ":", "\"", "(", ")", "\r\n", "\n", " ", "\\",
		"@", "alice", "From: ", "Reply-To: ", "Bcc: ", "=?utf-8?q?=3Cvictim=40example.net=3E?=",
		"\t", "\xff", "", "support@example.com", "\n\n", "To: ", "Resent-From: "
	};
	uint32_t seed = 2026, named = 0;

	for (int i = 0; i < 10000; i++) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(4096);
		buf_puts(&b, "To: support@example.com\nFrom: ");
		for (uint32_t n = roll(&seed, 12); n > 0; n--)
			buf_puts(&b, pieces[roll(&seed, sizeof(pieces) / sizeof(pieces[0]))]);
		buf_puts(&b, " <alice@example.org>\n");
		for (uint32_t n = roll(&seed, 12); n > 0; n--)
			buf_puts(&b, pieces[roll(&seed, sizeof(pieces) / sizeof(pieces[0]))]);
		buf_puts(&b, "\n\nvictim@example.net\n");
		struct guard_case c = case_of(eml_facts(a, buf_span(&b)));
		c.account.nform = 0;
		c.recipient = SPAN("victim@example.net");
		struct judgement j = judge(a, &c);
		if (j.verdict == VERDICT_SEND && !names_himself(a, c.facts.from_raw, c.recipient))
			fail_msg("sent to the victim: %.*s", SPAN_ARG(buf_span(&b)));
		named += j.verdict == VERDICT_SEND;
		arena_reset(a);
	}
	assert_true(named > 0);
}

/* -- the kept case -------------------------------------------------------------------------------- */

static void assert_same(const struct judgement *x, const struct judgement *y)
{
	assert_int_equal(x->verdict, y->verdict);
	assert_int_equal(x->but_for_mode, y->but_for_mode);
	assert_int_equal(x->kind, y->kind);
	assert_int_equal(x->voice, y->voice);
	assert_int_equal(x->n, y->n);
	for (uint32_t i = 0; i < x->n; i++) {
		assert_int_equal(x->at[i].verdict, y->at[i].verdict);
		assert_true(span_eq(x->at[i].rule, y->at[i].rule) && span_eq(x->at[i].text, y->at[i].text) &&
			    span_eq(x->at[i].evidence, y->at[i].evidence));
	}
}

static struct guard_case random_case(struct arena *a, uint32_t *seed, struct facts f)
{
	struct guard_case c = case_of(f);

	c.purpose = (enum purpose)roll(seed, PURPOSE_COUNT);
	c.mode = (enum mode)roll(seed, MODE_COUNT);
	c.internal_at = NOW + 4000 - (int64_t)roll(seed, 30000);
	c.account.nown = roll(seed, 2);
	c.account.nagents = roll(seed, 2);
	c.account.hops = (uint16_t)roll(seed, 3);
	c.account.subaddress = roll(seed, 2) ? '+' : 0;
	c.ask_addressed = roll(seed, 2);
	c.own_automated = roll(seed, 8) == 0;
	c.in_sent = roll(seed, 8) == 0;
	c.has_message = roll(seed, 8) != 0;
	c.history = (struct guard_history){
		.acks_to_address = roll(seed, 2),
		.automated_to_address = roll(seed, 5),
		.acks_in_conversation = roll(seed, 2),
		.opens = roll(seed, 2),
		.answered = roll(seed, 8) == 0,
		.collision = roll(seed, 8) == 0,
		.known_duplicate = roll(seed, 8) == 0,
	};
	propose_author(a, &c);
	return c;
}

static void a_kept_case_gives_the_same_judgement(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char *const mails[] = { human, "From: a@b.example\n\n", "",
					     "Auto-Submitted: auto-replied\nFrom: x@example.org\n\n",
					     "From: support@example.com\nTo: support@example.com\n\n" };
	uint8_t facts_hash[32], bytes_hash[32], f[32], b[32];
	uint32_t seed = 42;

	memset(facts_hash, 7, sizeof(facts_hash));
	memset(bytes_hash, 9, sizeof(bytes_hash));
	for (uint32_t i = 0; i < 2000; i++) {
		BUF_CLEANUP struct buf kept = BUF_CAPPED(1 << 16);
		struct guard_case c = random_case(a, &seed, eml_facts(a, span_of(mails[i % 5]))), again;
		guard_case_encode(&c, facts_hash, bytes_hash, &kept);
		assert_true(guard_case_decode(a, buf_span(&kept), &again, f, b));
		assert_memory_equal(f, facts_hash, 32);
		assert_memory_equal(b, bytes_hash, 32);
		again.facts = c.facts;
		struct judgement x = judge(a, &c), y = judge(a, &again);
		assert_same(&x, &y);
		for (size_t cut = 0; cut < kept.n; cut += 1 + kept.n / 7)
			assert_false(guard_case_decode(a, span_make(kept.p, cut), &again, f, b));
		buf_putc(&kept, 0);
		assert_false(guard_case_decode(a, buf_span(&kept), &again, f, b));
		arena_reset(a);
	}
}

static void names_are_told(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PURPOSE_COUNT; i++) {
		const struct purpose_rule *r = purpose_rule((enum purpose)i);
		assert_non_null(purpose_name((enum purpose)i));
		/* RFC 3834 section 5.1: a direct answer is auto-replied, everything else auto-generated. */
		assert_string_equal(r->auto_submitted, r->answers ? "auto-replied" : "auto-generated");
		assert_int_equal(r->audience == AUDIENCE_REQUESTER, r->answers);
	}
	for (unsigned i = 0; i < MODE_COUNT; i++)
		assert_non_null(mode_name((enum mode)i));
	for (unsigned i = 0; i < VERDICT_COUNT; i++)
		assert_non_null(verdict_name((enum verdict)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_gets_its_verdict),
		cmocka_unit_test(the_table_names_its_files),
		cmocka_unit_test(age_must_not_and_may),
		cmocka_unit_test(window_must_not_and_may),
		cmocka_unit_test(answered_and_collision_must_not),
		cmocka_unit_test(depth_must_not_and_may),
		cmocka_unit_test(own_identity_must_not),
		cmocka_unit_test(bytes_must_not_and_may),
		cmocka_unit_test(modes_hold_back_and_say_what_they_would_do),
		cmocka_unit_test(every_verdict_is_kept),
		cmocka_unit_test(acknowledgements_go_to_the_author_alone),
		cmocka_unit_test(a_reader_that_lies_about_the_author_is_caught),
		cmocka_unit_test(staff_mail_goes_to_staff_alone),
		cmocka_unit_test(briefings_stay_in_our_mailbox),
		cmocka_unit_test(no_bytes_change_the_recipient),
		cmocka_unit_test(a_kept_case_gives_the_same_judgement),
		cmocka_unit_test(names_are_told),
	};
	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
