// SPDX-License-Identifier: Apache-2.0
/* One message for each family of bounces, and what must not be taken for a recipient. */
#include "eml.h"
#include "reading/reading.h"
#include "unit.h"

#define FROM "From: Mail Delivery System <MAILER-DAEMON@mx.example.org>\nTo: support@example.com\n\n"

static const struct telling_case {
	const char *name;
	const char *message;
	const char *recipients; /* address=action[!], one a line; ! for permanent */
	const char *status;	/* of the first */
} cases[] = {
	{ "fields in the text",
	  FROM "Technical report:\n\nAction: failed\nFinal-Recipient: rfc822; bob@example.net\n"
	       "Diagnostic-Code: smtp; 554 4.4.7 expired\nStatus: 4.4.7\n\n"
	       "Action: failure\nFinal-Recipient: rfc822;carol@example.net\nStatus: 553 too big\n",
	  "bob@example.net=0\ncarol@example.net=0!\n", "4.4.7" },
	{ "another name in the words",
	  "X-Failed-Recipients: bob@example.net\n" FROM
	  "The following address(es) failed:\n\n  info@example.net\n    550 5.1.1 no such user\n",
	  "bob@example.net=0!\ninfo@example.net=0!\n", "" },
	{ "a notification",
	  FROM "{\n  \"Message\" : \"{\\\"notificationType\\\":\\\"Bounce\\\",\\\"bounce\\\":{\\\"bounceType\\\":"
	       "\\\"Transient\\\",\\\"bouncedRecipients\\\":[{\\\"emailAddress\\\":\\\"bob@example.net\\\"}]}}\"\n}\n",
	  "bob@example.net=0\n", "" },
	{ "behind bullets", FROM "Delivery to the following recipients failed:\n\n   * bob@example.net\n",
	  "bob@example.net=0!\n", "" },
	{ "behind arrows, and behind a reply without brackets",
	  FROM ">>> bob@example.net <b@example.net>\n\n550 5.1.1 carol@example.net... User unknown\n"
	       "450 write to help@example.net\n",
	  "bob@example.net=0!\ncarol@example.net=0!\n", "" },
	{ "a transcript",
	  FROM "Transcript of session follows.\n\n In:  MAIL FROM:<support@example.com>\n"
	       " In:  RCPT TO:<bob@example.net>\n Out: 451 4.3.0 Error: queue file write error\n",
	  "bob@example.net=0\n", "4.3.0" },
	{ "names without a domain",
	  FROM "Your mail to the following recipients could not be delivered because they do not accept mail "
	       "from support@example.com:\n\tbob\n\nThank you.\n",
	  "bob@mx.example.org=0!\n", "" },
	{ "a sentence",
	  FROM "There was an error delivering your mail to <postmaster@example.net>.\n\nPlease write to "
	       "help@example.org.\n",
	  "postmaster@example.net=0!\n", "" },
	{ "nothing but the returned message",
	  FROM "Sorry.\n\n----- Unsent message follows -----\nFrom: support@example.com\nTo: bob@example.net\n",
	  "bob@example.net=0!\n", "" },
	{ "the returned message went to several",
	  FROM "Sorry.\n\n----- Unsent message follows -----\nTo: bob@example.net, carol@example.net\n", "", NULL },
	{ "patience that ended",
	  FROM "<bob@example.net>:\nretry timeout exceeded\n", "bob@example.net=0\n", "" },
	{ "patience that ended with a refusal",
	  FROM "<bob@example.net>:\nretry timeout exceeded\nlast answer: 550 5.1.1 unknown\n",
	  "bob@example.net=0!\n", "5.1.1" },
	{ "a telephone number is no reply", FROM "<bob@example.net>:\ncall us: 480-624-2500\n",
	  "bob@example.net=0!\n", "" },
	{ "names that are explained",
	  FROM " --------Message not delivered to the following:\n\n bob    No matches to nameserver query\n"
	       "\n --------Error Detail (phquery V4.1):\n\n Try emailing to NAME@cs.example.org, e.g.\n"
	       "mike@example.org fails.\n",
	  "bob@cs.example.org=0!\n", "" },
	{ "names with a reason", FROM "Undeliverable to the following recipients:\n\n\tbob (user not found)\n",
	  "bob@mx.example.org=0!\n", "" },
	{ "a warning that says why",
	  FROM "Warning: the message has not yet been delivered to:\n\n  bob@example.net\n    450 come later\n",
	  "bob@example.net=1\n", "" },
	{ "a warning by its subject",
	  "Subject: Warning--Could not send mail for past 8.5 hours\n" FROM
	  "---The following addresses had delivery errors---\n\nbob@example.net [Connection timed out]\n",
	  "bob@example.net=1\n", "" },
	{ "a mere warning",
	  FROM "Warning: the message has not yet been delivered to:\n\n  bob@example.net\n\nNo action is required.\n",
	  "bob@example.net=4\n", "" },
	{ "a sentence without blanks",
	  FROM "退信原因 收件人邮件地址（bob@example.net）不存在，邮件无法送达。\n550 Mailbox not found\n",
	  "bob@example.net=0!\n", "" },
	{ "an address in another script", FROM "<jörg@example.net>:\nunknown\n", "jörg@example.net=0!\n", "" },
	{ "a masked address", FROM "This address failed:\n\n  davi...@example.net\n", "", NULL },
	{ "what pleases them not", FROM "<bob@example.net>:\nwe are not accepting mail with attachments\n",
	  "bob@example.net=0\n", "" },
	{ "a program is no address",
	  "X-Failed-Recipients: |/bin/x bob@example.net y\n" FROM "Sorry.\n", "", NULL },
};

static void every_family_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct facts f = eml_facts(a, span_of(cases[i].message));
		struct bounce_recipient *at;
		uint32_t n = reading_bounce(a, &f, &at);
		BUF_CLEANUP struct buf told = BUF_CAPPED(4096);
		for (uint32_t j = 0; j < n; j++)
			buf_printf(&told, "%.*s=%d%s\n", SPAN_ARG(at[j].address), (int)at[j].action,
				   at[j].permanent ? "!" : "");
		if (strcmp(buf_cstr(&told), cases[i].recipients))
			fail_msg("%s: %s", cases[i].name, buf_cstr(&told));
		if (n && !span_eq(at[0].status, span_of(cases[i].status)))
			fail_msg("%s: status %.*s", cases[i].name, SPAN_ARG(at[0].status));
	}
}

/* Success reports (RFC 3461) repeat the recipient, perhaps under another name: nobody failed. */
static void words_beside_a_report_change_nothing(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct fact_field fields[] = { { SPAN("Final-Recipient"), SPAN("rfc822; bob@mx.example.net") },
				       { SPAN("Original-Recipient"), SPAN("rfc822; bob@example.net") },
				       { SPAN("Action"), SPAN("relayed") } };
	struct fact_report report = { 0, fields, 3 };
	struct facts f = eml_facts(a, SPAN(FROM "<bob@mx.example.net>: delivery via mx: 250 2.1.5 Ok\n"));
	struct bounce_recipient *at;

	f.reports = &report;
	f.nreports = 1;
	uint32_t n = reading_bounce(a, &f, &at);
	assert_int_equal(n, 2);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(at[i].action, BOUNCE_DELIVERED);
}

/* A report without a diagnosis: the words have it. */
static void words_diagnose(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct fact_field fields[] = { { SPAN("Final-Recipient"), SPAN("rfc822; bob@example.net") },
				       { SPAN("Action"), SPAN("failed") },
				       { SPAN("Status"), SPAN("5.0.0") } };
	struct fact_report report = { 0, fields, 3 };
	struct facts f = eml_facts(a, SPAN(FROM "bob@example.net: 550 5.7.26 not authenticated\n"));
	struct bounce_recipient *at;

	f.reports = &report;
	f.nreports = 1;
	assert_int_equal(reading_bounce(a, &f, &at), 1);
	assert_span(at[0].diagnostic, "bob@example.net: 550 5.7.26 not authenticated");
	assert_span(at[0].status, "5.7.26");
	f.text = SPAN("<bob@example.net>:\nhas moved\n\n451 later\n");
	assert_int_equal(reading_bounce(a, &f, &at), 1);
	assert_true(at[0].permanent);
	assert_span(at[0].status, "5.0.0");
	f.nreports = 0;
	f.text = SPAN("<bob@example.net>:\nno such user here\n\nSorry.\n");
	assert_int_equal(reading_bounce(a, &f, &at), 1);
	assert_span(at[0].diagnostic, "no such user here");
	assert_true(at[0].permanent);
}

/* The report tells what happened, and only the words tell to whom. */
static void a_nameless_report_counts(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	struct fact_field fields[] = { { SPAN("Final-Recipient"), SPAN("rfc822;/var/mail/bob") },
				       { SPAN("Action"), SPAN("failed") },
				       { SPAN("Status"), SPAN("5.0.0") } };
	struct fact_report report = { 0, fields, 3 };
	struct facts f = eml_facts(a, SPAN(FROM "save to /var/mail/bob\n  generated by bob@example.net\n"
						"  mailbox is full: retry timeout exceeded\n"));
	struct bounce_recipient *at;

	f.reports = &report;
	f.nreports = 1;
	assert_int_equal(reading_bounce(a, &f, &at), 1);
	assert_span(at[0].address, "bob@example.net");
	assert_span(at[0].status, "5.0.0");
	assert_true(at[0].permanent);
}

static void kinds_of_bounces(void **state)
{
	(void)state;
	static const char *const bounces[] = {
		"From: no-reply@sns.example.org\n\n{ \"x\": \"{\\\"notificationType\\\":\\\"Bounce\\\"}\" }\n",
		"From: no-reply@example.org\nSubject: Undelivered Mail Returned to Sender\n\nx\n",
		"From: x@example.org\nContent-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b--\n",
		"From: postmaster@example.org\nSubject: [BOUNCE]\n\nHi.\nI wasn't able to deliver your message to\n"
		"bob@example.net\n",
		"From: system@example.org\nSubject: x\n\n|--- Failed addresses follow: ---|\nbob@example.net\n",
		"From: postmaster@example.org\nSubject: Niet bezorgd: x\n\nbob@example.net\n",
		"From: x@example.org\nSubject: RE: Hello : non remis (delivery failed)\n\n*****\n"
		"Votre message n'a pas pu etre delivre a\nbob@example.net\n",
	};
	static const char *const none[] = {
		"From: no-reply@shop.example.org\nSubject: Delivery failed\n\nYour parcel is back.\n",
		("From: bob@example.org\nSubject: Delivery failed\n\nHello,\nyour message could not be delivered to\n"
		 "me@example.org is what I get. Why?\n"),
		"From: postmaster@example.org\nSubject: Re: x\nIn-Reply-To: <a@example.com>\n\nIt could not be delivered.\n",
		"From: postmaster@example.org\nSubject: certificates\n\nYours ends tomorrow.\n",
		"From: bob@example.org\nSubject: x\n\nMy mail could not be delivered.\n",
		"From: bob@example.org\nSubject: Bounce\n\nnotificationType: Bounce does not work\n",
	};
	const struct reading_account nobody = { 0 };
	struct kind_found k;

	for (size_t i = 0; i < sizeof(bounces) / sizeof(bounces[0]); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct facts f = eml_facts(a, span_of(bounces[i]));
		reading_kind(a, &f, &nobody, false, &k);
		assert_int_equal(k.kind, KIND_BOUNCE);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct facts f = eml_facts(a, span_of(none[i]));
		reading_kind(a, &f, &nobody, false, &k);
		assert_int_not_equal(k.kind, KIND_BOUNCE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_family_is_read),
		cmocka_unit_test(words_beside_a_report_change_nothing),
		cmocka_unit_test(words_diagnose),
		cmocka_unit_test(a_nameless_report_counts),
		cmocka_unit_test(kinds_of_bounces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
