// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "eml.h"
#include "reading/reading.h"

static struct span own[] = { { "support@example.com", 19 } };
static struct span agents[] = { { "anna@example.com", 16 } };
static struct span form[] = { { "www@example.com", 15 } };
static const struct reading_account account = {
	.own = own,
	.nown = 1,
	.agents = agents,
	.nagents = 1,
	.form = form,
	.nform = 1,
	.group = { "help@example.com", 16 },
	.authserv_id = { "mx.example.com", 14 },
	.hops = 1,
	.subaddress = '+',
};

/* -- kind ----------------------------------------------------------------------------------------- */

static struct kind_found kind_of(struct arena *a, const char *mail)
{
	struct facts f = eml_facts(a, span_of(mail));
	struct kind_found k;

	reading_kind(a, &f, &account, false, &k);
	return k;
}

static void the_kind_that_says_most_decides(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct kind_found k =
		kind_of(a, "Precedence: bulk\nList-Id: <x.example.org>\nAuto-Submitted: auto-generated\n"
			   "X-Failed-Recipients: b@example.org\nX-Autoreply: yes\n\n");
	static const enum kind want[] = { KIND_BOUNCE, KIND_AUTO_REPLY, KIND_AUTO_GENERATED, KIND_LIST,
					  KIND_BULK };

	assert_int_equal(k.kind, KIND_BOUNCE);
	assert_int_equal(k.n, 5);
	for (uint32_t i = 0; i < k.n; i++)
		assert_int_equal(k.signs[i].kind, want[i]);
	assert_span(k.signs[0].rule, "x-failed-recipients");
	assert_span(k.signs[0].evidence, "X-Failed-Recipients: b@example.org");
}

static void own_identity_stands_above_all(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct facts f =
		eml_facts(a, SPAN("Auto-Submitted: auto-replied\nX-Failed-Recipients: b@example.org\n\n"));
	struct kind_found k;

	reading_kind(a, &f, &account, true, &k);
	assert_int_equal(k.kind, KIND_OWN);
}

static void a_sign_is_noted_once_and_many_do_no_harm(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(1 << 20);

	for (int i = 0; i < 900; i++)
		buf_puts(&b, "Precedence: bulk\n");
	buf_puts(&b, "X-Failed-Recipients: b@example.org\n\n");
	struct kind_found k = kind_of(a, buf_cstr(&b));
	assert_int_equal(k.n, 2);
	assert_int_equal(k.kind, KIND_BOUNCE);
}

static void silence_proves_no_machine(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct kind_found k = kind_of(a, "From: a@example.org\nX-Auto-Response-Suppress: All\n\n");

	assert_int_equal(k.kind, KIND_HUMAN);
	assert_int_equal(k.n, 0);
	assert_true(k.asks_silence);
	assert_span(k.silence.evidence, "X-Auto-Response-Suppress: All");
	assert_false(kind_of(a, "X-Auto-Response-Suppress: none\n\n").asks_silence);
}

static void evidence_is_short_and_whole(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(10000);

	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "é");
	struct span e = reading_evidence(a, SPAN("Subject"), buf_span(&b));
	assert_true(e.n <= 200 && e.n > 190);
	assert_int_equal((e.n - 9) % 2, 0);
}

/* -- authentication ------------------------------------------------------------------------------- */

struct proof_case {
	const char *header;
	enum proof want;
};

#define RECEIVED "Received: from a by b; Fri, 20 Nov 2026 09:00:00 +0000\n"
#define FROM "From: alice@mail.example.org\n"
#define AR "Authentication-Results: mx.example.com"

static const struct proof_case proofs[] = {
	{ FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=pass header.from=mail.example.org\n" FROM, PROOF_PROVEN },
	{ AR "; dmarc=pass\n" FROM, PROOF_PROVEN },
	{ AR "; dmarc=PASS (p=none dis=none)\n header.from=Mail.Example.ORG\n" FROM, PROOF_PROVEN },
	{ AR " 1; dmarc=pass\n" FROM, PROOF_PROVEN },
	{ "Authentication-Results: \"MX.example.com\"; dmarc=pass\n" FROM, PROOF_PROVEN },
	{ "Authentication-Results: (x) mx.example.com (y); dmarc (z) = (w) pass\n" FROM, PROOF_PROVEN },
	{ AR "; dmarc=pass header.from=example.net\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=fail header.from=mail.example.org\n" FROM, PROOF_FAILED },
	{ AR "; dkim=pass header.d=mail.example.org; dmarc=fail\n" FROM, PROOF_FAILED },
	{ AR "; dmarc=none; spf=softfail smtp.mailfrom=alice@mail.example.org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; spf=pass smtp.mailfrom=alice@mail.example.org\n" FROM, PROOF_PROVEN },
	{ AR "; spf=pass smtp.mailfrom=bounce.mail.example.org\n" FROM, PROOF_PROVEN },
	{ AR "; spf=pass smtp.mailfrom=alice@example.net\n" FROM, PROOF_UNVERIFIED },
	{ AR "; spf=pass smtp.helo=mail.example.org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=pass header.d=example.org\n" FROM, PROOF_PROVEN },
	{ AR "; dkim=pass header.i=@example.org\n" FROM, PROOF_PROVEN },
	{ AR "; dkim=pass header.d=org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=pass header.d=other.example.org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=pass header.d=example.org.example.net\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=pass header.d=notexample.org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=fail header.d=example.net; dkim=pass header.d=example.org\n" FROM, PROOF_PROVEN },
	{ AR "; dkim=pass reason=\"a; dmarc=pass\" header.d=example.net\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dkim=fail reason=\"dkim=pass header.d=example.org\"\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=wow\n" FROM, PROOF_UNVERIFIED },
	{ AR "; xdmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ AR "; none\n" FROM, PROOF_UNVERIFIED },
	{ AR "\n" FROM, PROOF_UNVERIFIED },
	{ AR ";;; = \"\n" FROM, PROOF_UNVERIFIED },
	/* other ids */
	{ "Authentication-Results: mx.example.net; dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ "Authentication-Results: mx.example.com.example.net; dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ "Authentication-Results: evil (mx.example.com); dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ "Authentication-Results: dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	/* where it stands: one Received of our own may be above it, no more */
	{ RECEIVED AR "; dmarc=pass\n" RECEIVED FROM, PROOF_PROVEN },
	{ RECEIVED RECEIVED AR "; dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=none\n" RECEIVED AR "; dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ AR "; spf=none\n" RECEIVED AR "; dmarc=pass\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=fail\n" AR "; dmarc=pass\n" FROM, PROOF_FAILED },
	{ AR "; dkim=none\n" AR "; dkim=pass header.d=example.org\n" FROM, PROOF_UNVERIFIED },
	{ AR "; dmarc=pass\n" AR "; dkim=none\n" FROM, PROOF_PROVEN },
	/* which From? (RFC 7489 section 6.6.1) */
	{ AR "; dmarc=pass\nFrom: a@mail.example.org, b@example.net\n", PROOF_UNVERIFIED },
	{ AR "; dmarc=pass\n" FROM "From: b@example.net\n", PROOF_UNVERIFIED },
	{ AR "; dmarc=pass\n", PROOF_UNVERIFIED },
};

static void results_of_our_border_server_count(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();

	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		const char *mail = arena_printf(a, "%s\n", proofs[i].header);
		struct facts f = eml_facts(a, span_of(mail));
		enum proof p = reading_proof(a, &f, &account);
		if (p != proofs[i].want)
			fail_msg("%s for %s", proof_name(p), mail);
	}
}

static void no_id_means_no_proof_and_microsoft_has_none(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct facts f = eml_facts(
		a, SPAN(RECEIVED "Authentication-Results: spf=pass (sender IP is 192.0.2.1)\n"
				 " smtp.mailfrom=mail.example.org; dkim=pass (signature was verified)\n"
				 " header.d=mail.example.org;dmarc=pass action=none\n"
				 " header.from=mail.example.org;compauth=pass reason=100\n" FROM "\n"));
	struct reading_account acc = account;

	assert_int_equal(reading_proof(a, &f, &acc), PROOF_UNVERIFIED);
	acc.authserv_id = SPAN("microsoft365");
	assert_int_equal(reading_proof(a, &f, &acc), PROOF_PROVEN);
	f = eml_facts(a, SPAN(AR "; dmarc=pass\n" FROM "\n"));
	assert_int_equal(reading_proof(a, &f, &acc), PROOF_UNVERIFIED);
	acc.authserv_id = SPAN("none");
	assert_int_equal(reading_proof(a, &f, &acc), PROOF_UNVERIFIED);
	acc.authserv_id = SPAN_NONE;
	assert_int_equal(reading_proof(a, &f, &acc), PROOF_UNVERIFIED);
}

/* -- voice ---------------------------------------------------------------------------------------- */

static struct voice_found voice_of(struct arena *a, const char *mail, bool in_sent)
{
	struct facts f = eml_facts(a, span_of(mail));
	struct kind_found k;
	struct voice_found v;

	reading_kind(a, &f, &account, false, &k);
	reading_voice(a, &f, &account, k.kind, in_sent, &v);
	return v;
}

static void agents_must_be_proven(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char *const ours[] = { "From: anna@example.com\n\n",
					    "From: Support <support@example.com>\n\n",
					    "From: support+anna@example.com\n\n" };

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(voice_of(a, ours[i], false).voice, VOICE_CLAIMED_AGENT);
		assert_int_equal(voice_of(a, ours[i], true).voice, VOICE_AGENT);
		assert_int_equal(voice_of(a, arena_printf(a, AR "; dmarc=pass\n%s", ours[i]), false).voice,
				 VOICE_AGENT);
		assert_int_equal(voice_of(a, arena_printf(a, AR "; dmarc=fail\n%s", ours[i]), false).voice,
				 VOICE_CLAIMED_AGENT);
	}
	assert_int_equal(voice_of(a, "From: eva@example.com\n\n", false).voice, VOICE_REQUESTER);
	assert_int_equal(voice_of(a, "From: anna@example.com\nAuto-Submitted: auto-replied\n\n", true).voice,
			 VOICE_MACHINE);
}

static void an_author_is_one(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct voice_found v =
		voice_of(a, "From: Alice <Alice+x@Example.org>\nReply-To: bob@example.org\n\n", false);

	assert_int_equal(v.voice, VOICE_REQUESTER);
	assert_span(v.author_key, "alice+x@example.org");
	assert_span(v.author_field, "Alice <Alice+x@Example.org>");
	static const char *const none[] = { "\n",
					    "From: a@example.org, b@example.org\n\n",
					    "From: <>\n\n",
					    "From: alice\n\n",
					    "From: a@example.org\nFrom: a@example.org\n\n",
					    "From: www@example.com\n\n" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		v = voice_of(a, none[i], false);
		assert_int_equal(v.voice, VOICE_NOBODY);
		assert_int_equal(v.author_key.n, 0);
	}
}

static void behind_form_and_group_stands_the_author(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct voice_found v = voice_of(a, AR "; dmarc=pass\nFrom: Form <www@example.com>\n"
					      "Reply-To: Alice <alice@example.org>\n\n", false);

	assert_true(v.by_form);
	assert_int_equal(v.voice, VOICE_REQUESTER);
	assert_int_equal(v.proof, PROOF_UNVERIFIED);
	assert_span(v.author_key, "alice@example.org");
	assert_span(v.author_field, "Alice <alice@example.org>");
	v = voice_of(
		a,
		"From: 'Alice' via Help <help@example.com>\nList-Id: <help.example.com>\nPrecedence: list\n"
		"X-Original-From: Alice <alice@example.org>\nReply-To: bob@example.org\n\n",
		false);
	assert_int_equal(v.voice, VOICE_REQUESTER);
	assert_span(v.author_key, "alice@example.org");
	/* Without the list's own fields nobody vouches for what stands behind it. */
	v = voice_of(a, "From: help@example.com\nX-Original-From: alice@example.org\n\n", false);
	assert_span(v.author_key, "help@example.com");
	v = voice_of(a, "From: www@example.com\nReply-To: anna@example.com\n\n", false);
	assert_int_equal(v.voice, VOICE_CLAIMED_AGENT);
}

static void addressed_means_named(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char *const yes[] = {
		"To: Support <SUPPORT@Example.COM>\n\n", "Cc: x@example.org, support+7@example.com\n\n",
		"Bcc: support@example.com\n\n", "To: help@example.com\n\n",
		"To: x@example.org\nResent-Cc: y@example.org\nResent-Cc: support@example.com\n\n"
	};
	static const char *const no[] = { "\n", "To: asupport@example.com\n\n", "To: support@example.org\n\n",
					  "To: \"support@example.com\" <x@example.org>\n\n",
					  "Reply-To: support@example.com\n\n" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		struct facts f = eml_facts(a, span_of(yes[i]));
		assert_true(reading_addressed(a, &f, &account));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		struct facts f = eml_facts(a, span_of(no[i]));
		assert_false(reading_addressed(a, &f, &account));
	}
}

/* -- bounces -------------------------------------------------------------------------------------- */

static void reports_name_recipients(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct fact_field message[] = { { SPAN("Reporting-MTA"), SPAN("dns; mx.example.org") } };
	struct fact_field gone[] = { { SPAN("Final-Recipient"), SPAN("rfc822; <Bob@example.org>") },
				     { SPAN("Action"), SPAN("failed (gave up)") },
				     { SPAN("Status"), SPAN("5.1.1 (no such user)") },
				     { SPAN("Diagnostic-Code"), SPAN("smtp; 550 no such user") } };
	struct fact_field full[] = { { SPAN("Original-Recipient"), SPAN("rfc822;carol@example.org") },
				     { SPAN("Action"), SPAN("Failed") },
				     { SPAN("Status"), SPAN("4.2.2") } };
	struct fact_field late[] = { { SPAN("Final-Recipient"), SPAN("rfc822;dave@example.org") },
				     { SPAN("Action"), SPAN("delayed") } };
	struct fact_field odd[] = { { SPAN("Final-Recipient"), SPAN("rfc822;") },
				    { SPAN("Status"), SPAN("....") } };
	struct fact_report reports[] = { { 0, message, 1 }, { 0, gone, 4 }, { 0, full, 3 }, { 0, late, 2 },
					 { 0, gone, 4 },    { 0, odd, 2 } };
	struct facts f = eml_facts(a, SPAN("X-Failed-Recipients: eve@example.org,\n bob@example.org\n\n"));
	struct bounce_recipient *at;

	f.reports = reports;
	f.nreports = 6;
	assert_int_equal(reading_bounce(a, &f, &at), 4);
	assert_span(at[0].address, "Bob@example.org");
	assert_span(at[0].status, "5.1.1");
	assert_span(at[0].diagnostic, "smtp; 550 no such user");
	assert_int_equal(at[0].action, BOUNCE_FAILED);
	assert_true(at[0].permanent);
	assert_span(at[1].address, "carol@example.org");
	assert_false(at[1].permanent);
	assert_int_equal(at[2].action, BOUNCE_DELAYED);
	assert_false(at[2].permanent);
	assert_span(at[3].address, "eve@example.org");
	f.returned_header = SPAN("From: support@example.com\nMessage-ID: <hb.x@example.com>\n");
	assert_span(reading_returned_id(a, &f), "hb.x@example.com");
	f.returned_header = SPAN("From: support@example.com\n");
	assert_int_equal(reading_returned_id(a, &f).n, 0);
}

static void words_name_recipients_too(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char mail[] =
		"From: MAILER-DAEMON@example.org\nTo: support@example.com\nSubject: failure notice\n\n"
		"Hi. This is the qmail-send program at example.org.\nsupport@example.com wrote to:\n\n"
		"<bob@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
		"450 4.2.2 <carol@example.org>... Mailbox full\n\n"
		"--- Below this line is a copy of the message.\n\n"
		"Message-ID: <hb.x@example.com>\nTo: dave@example.org\n";
	struct facts f = eml_facts(a, SPAN(mail));
	struct bounce_recipient *at;

	assert_int_equal(reading_bounce(a, &f, &at), 2);
	assert_span(at[0].address, "bob@example.org");
	assert_true(at[0].permanent);
	assert_span(at[0].diagnostic, "Sorry, no mailbox here by that name. (#5.1.1)");
	assert_span(at[1].address, "carol@example.org");
	assert_false(at[1].permanent);
	assert_span(reading_returned_id(a, &f), "hb.x@example.com");
	f.text = SPAN("Your message to bob@example.org is delayed; support@example.com need do nothing.");
	assert_int_equal(reading_bounce(a, &f, &at), 0);
	f.text = SPAN("Your message to bob@example.org is delayed: 451 busy; support@example.com need do nothing.");
	assert_int_equal(reading_bounce(a, &f, &at), 1);
	assert_int_equal(at[0].action, BOUNCE_DELAYED);
}

/* -- excerpt -------------------------------------------------------------------------------------- */

static void an_excerpt_is_what_is_new(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct facts f = { .text = SPAN("It burns.\n\n> Is it on?\n>> Hello\nYes.\n-- \nAlice\n") };

	assert_span(reading_excerpt(a, &f, 1000), "It burns.\n\n> Is it on?\n>> Hello\nYes.");
	assert_span(reading_excerpt(a, &f, 5), "It bu");
	f.text = SPAN("> all of it\n> is quoted\n");
	assert_span(reading_excerpt(a, &f, 1000), "> all of it\n> is quoted");
	f.text = SPAN("-- \nonly a signature\n");
	assert_true(reading_excerpt(a, &f, 1000).n > 0);
	f.text = SPAN("short\n-----Original Message-----\nFrom: x\n");
	assert_span(reading_excerpt(a, &f, 1000), "short");
	f.text = SPAN_NONE;
	assert_int_equal(reading_excerpt(a, &f, 1000).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kind_that_says_most_decides),
		cmocka_unit_test(own_identity_stands_above_all),
		cmocka_unit_test(a_sign_is_noted_once_and_many_do_no_harm),
		cmocka_unit_test(silence_proves_no_machine),
		cmocka_unit_test(evidence_is_short_and_whole),
		cmocka_unit_test(results_of_our_border_server_count),
		cmocka_unit_test(no_id_means_no_proof_and_microsoft_has_none),
		cmocka_unit_test(agents_must_be_proven),
		cmocka_unit_test(an_author_is_one),
		cmocka_unit_test(behind_form_and_group_stands_the_author),
		cmocka_unit_test(addressed_means_named),
		cmocka_unit_test(reports_name_recipients),
		cmocka_unit_test(words_name_recipients_too),
		cmocka_unit_test(an_excerpt_is_what_is_new),
	};
	return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
