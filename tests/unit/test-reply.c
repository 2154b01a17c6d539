// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/io.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "reply/reply.h"
#include "reply/template.h"
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD "v=1; n=17; h=AAAA; t=1; k=BBBB; s=CCCC"

static struct reply_input plain_input(void)
{
	return (struct reply_input){
		.from_name = SPAN("Support"),
		.from_address = SPAN("support@example.com"),
		.to_address = SPAN("ann@example.org"),
		.answers = true,
		.subject = SPAN("We have received your message (C-1042)"),
		.text = SPAN("Hello,\n\nyour message has arrived.\n"),
		.language = SPAN("en"),
		.date_at = 1795255200,
		.message_id = SPAN("hb.abc234@example.com"),
		.hearback_id = SPAN("abc-123"),
		.audit_head = SPAN(HEAD),
		.parent_id = SPAN("q1@mail.example.org"),
	};
}

static const struct reply_expected wanted = {
	.from = { "support@example.com", 19 },
	.to = { "ann@example.org", 15 },
	.auto_submitted = { "auto-replied", 12 },
};

static void the_plain_message_stands_byte_for_byte(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct err err;

	(void)state;
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_string_equal(buf_cstr(&out), "From: \"Support\" <support@example.com>\r\n"
					    "To: ann@example.org\r\n"
					    "Subject: Auto: We have received your message (C-1042)\r\n"
					    "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
					    "Message-ID: <hb.abc234@example.com>\r\n"
					    "In-Reply-To: <q1@mail.example.org>\r\n"
					    "References: <q1@mail.example.org>\r\n"
					    "Auto-Submitted: auto-replied\r\n"
					    "X-Auto-Response-Suppress: All\r\n"
					    "X-Hearback-Id: abc-123\r\n"
					    "Hearback-Audit: " HEAD "\r\n"
					    "MIME-Version: 1.0\r\n"
					    "Content-Type: text/plain; charset=us-ascii\r\n"
					    "Content-Transfer-Encoding: 7bit\r\n"
					    "Content-Language: en\r\n"
					    "\r\n"
					    "Hello,\r\n"
					    "\r\n"
					    "your message has arrived.\r\n");
	if (!reply_check_bytes(buf_span(&out), &wanted, &err))
		fail_msg("%s", err.text);
}

static void staff_mail_is_auto_generated(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct reply_expected want = wanted;
	struct err err;

	(void)state;
	in.answers = false;
	in.from_name = SPAN_NONE;
	in.text = SPAN("gr\xc3\xbc\xc3\x9f"
		       "e = .\n.\nFrom me \n");
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	struct span all = buf_span(&out);
	assert_true(span_starts(all, SPAN("From: support@example.com\r\n")));
	assert_true(span_find(all, SPAN("\r\nSubject: We have")) > 0);
	assert_true(span_find(all, SPAN("\r\nAuto-Submitted: auto-generated\r\n")) > 0);
	assert_true(span_find(all, SPAN("In-Reply-To")) < 0);
	assert_true(span_iends(all, SPAN("\r\n\r\ngr=C3=BC=C3=9Fe =3D .\r\n=2E\r\n=46rom me\r\n")));
	want.auto_submitted = SPAN("auto-generated");
	assert_true(reply_check_bytes(all, &want, &err));
	assert_false(reply_check_bytes(all, &wanted, &err));
	assert_string_equal(err.text,
			    "Auto-Submitted: is not what this purpose demands (RFC 3834 section 5)");
}

/* Decoded by the code that reads foreign mail's lines: unfolded, no column over 78 but for one word. */
static void long_subjects_are_folded_and_encoded(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct raw_header h;
	struct err err;
	struct span rest, line;

	(void)state;
	in.subject = SPAN("\xc3\x9c"
			  "ber \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe3\x81\xae\xe4\xbb\xb6\xe5\x90\x8d"
			  "\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80 and more of it?");
	in.from_name = SPAN("Hilfe \"B\xc3\xbcro\" <x@y>, team");
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(reply_check_bytes(buf_span(&out), &wanted, &err));
	rest = buf_span(&out);
	while (span_split(&rest, '\n', &line))
		assert_true(line.n <= 79);
	raw_header_parse(a, buf_span(&out), &h);
	assert_span(header_unfold(a, raw_header_find(&h, "Subject", 0)->value),
		    "Auto: =?utf-8?Q?=C3=9Cber_=E6=97=A5=E6=9C=AC=E8=AA=9E=E3=81=AE?= "
		    "=?utf-8?Q?=E4=BB=B6=E5=90=8D=F0=9F=98=80=F0=9F=98=80=F0=9F=98=80?= "
		    "=?utf-8?Q?=F0=9F=98=80_and_more_of_it=3F?=");
	assert_span(header_unfold(a, raw_header_find(&h, "From", 0)->value),
		    "=?utf-8?Q?Hilfe_=22B=C3=BCro=22_=3Cx=40y=3E=2C_team?= <support@example.com>");
	buf_reset(&out);
	in.subject = SPAN("a long plain subject of many short words goes over several lines as it is, "
			  "unencoded, to the end");
	in.from_name = SPAN("A \"quoted\" \\ name, with (signs)");
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(reply_check_bytes(buf_span(&out), &wanted, &err));
	raw_header_parse(a, buf_span(&out), &h);
	assert_span(header_unfold(a, raw_header_find(&h, "Subject", 0)->value),
		    "Auto: a long plain subject of many short words goes over several lines as it is, "
		    "unencoded, to the end");
	assert_span(header_unfold(a, raw_header_find(&h, "From", 0)->value),
		    "\"A \\\"quoted\\\" \\\\ name, with (signs)\" <support@example.com>");
}

static void references_keep_the_first_and_the_last(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct span ids[40],
		evil[] = { SPAN("a@b>\r\nBcc: v@example.com"), SPAN("ok@example.com"), SPAN("no at") };
	struct raw_header h;
	struct message_ids got;
	struct err err;

	(void)state;
	for (int i = 0; i < 40; i++)
		ids[i] = span_of(arena_printf(a, "r%d@example.com", i));
	ids[5] = in.parent_id;
	in.parent_references = (struct message_ids){ ids, 40, 40 };
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(reply_check_bytes(buf_span(&out), &wanted, &err));
	raw_header_parse(a, buf_span(&out), &h);
	message_ids_parse(a, raw_header_find(&h, "References", 0)->value, &got);
	assert_int_equal(got.n, 21);
	assert_span(got.at[0], "r0@example.com");
	assert_span(got.at[1], "r21@example.com");
	assert_span(got.at[19], "r39@example.com");
	assert_span(got.at[20], "q1@mail.example.org");

	buf_reset(&out);
	in.parent_references = (struct message_ids){ evil, 3, 3 };
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(span_find(buf_span(&out),
			      SPAN("References: <ok@example.com> <q1@mail.example.org>\r\n")) > 0);
	buf_reset(&out);
	in.parent_references.n = 0;
	in.parent_in_reply_to = (struct message_ids){ &evil[1], 1, 1 };
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(span_find(buf_span(&out),
			      SPAN("References: <ok@example.com> <q1@mail.example.org>\r\n")) > 0);
	buf_reset(&out);
	in.parent_id = evil[0];
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	assert_true(span_find(buf_span(&out), SPAN("References")) < 0);
	assert_true(span_find(buf_span(&out), SPAN("In-Reply-To")) < 0);
}

static void what_cannot_be_written_is_refused(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	BUF_CLEANUP struct buf small = BUF_CAPPED(100);
	struct err err;
	struct reply_input in;

	(void)state;
#define REFUSED(field, value)                                                                                \
	do {                                                                                                 \
		in = plain_input();                                                                          \
		in.field = (value);                                                                          \
		buf_reset(&out);                                                                             \
		assert_int_equal(reply_compose(&in, &out, &err), -EINVAL);                                   \
	} while (0)
	REFUSED(to_address, SPAN("a@x>\r\nRCPT TO:<victim@z"));
	REFUSED(to_address, SPAN("ann@example.org, bob@example.org"));
	REFUSED(from_address, SPAN(""));
	REFUSED(message_id, SPAN("a b@example.com"));
	REFUSED(hearback_id, SPAN("x\r\nBcc: y"));
	REFUSED(hearback_id, SPAN(""));
	REFUSED(audit_head, SPAN("v=1;\r\nBcc: y"));
	REFUSED(language, SPAN("en\r\n"));
	REFUSED(subject, SPAN(" \r\n\x01"));
	REFUSED(text, SPAN("\n \r\n"));
	in = plain_input();
	assert_int_equal(reply_compose(&in, &small, &err), -E2BIG);
}

/* Replaces the first `old` in the plain message by `new` and looks at the fault. */
static void mutated(const char *old, struct span new, const char *fault)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	BUF_CLEANUP struct buf bad = BUF_CAPPED(4 * LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct err err = { "" };

	assert_int_equal(reply_compose(&in, &out, &err), 0);
	ptrdiff_t at = span_find(buf_span(&out), span_of(old));
	assert_true(at >= 0);
	buf_put_span(&bad, span_sub(buf_span(&out), 0, (size_t)at));
	buf_put_span(&bad, new);
	buf_put_span(&bad, span_sub(buf_span(&out), (size_t)at + strlen(old), SIZE_MAX));
	if (reply_check_bytes(buf_span(&bad), &wanted, &err))
		fail_msg("accepted: %s", buf_cstr(&bad));
	assert_string_equal(err.text, fault);
}

static void the_gate_names_the_first_fault(void **state)
{
	static char big[LIMIT_OUTGOING];
	static char lines[LIMIT_OUTGOING];

	(void)state;
	memset(big, 'x', sizeof(big));
	for (size_t i = 0; i < sizeof(lines); i += 2)
		memcpy(lines + i, "\r\n", 2);
	mutated("Hello,", span_make(lines, sizeof(lines)), "message: larger than 64 KB");
	mutated("Hello,", span_make(big, 999), "message: a line of more than 998 bytes");
	mutated("Hello,", SPAN("a\rb"), "message: a bare CR or LF");
	mutated("Hello,", SPAN("a\n.\r\nb"), "message: a bare CR or LF");
	mutated("Hello,", SPAN("a\0b"), "message: a control character");
	mutated("Hello,", SPAN("\x1b[2J"), "message: a control character");
	mutated("Hello,", SPAN("\xc3\xbc"), "message: an 8-bit byte");
	mutated("arrived.\r\n", SPAN("arrived."), "message: the last line has no end");
	mutated("To: ann", SPAN("To:\tann"), "message: a control character");
	mutated("To: ann@example.org\r\n", SPAN(""), "To: is missing");
	mutated("To: ann@example.org", SPAN("To: bob@example.org"), "To: is not exactly the one recipient");
	mutated("To: ann@example.org", SPAN("To: ann@example.org, b@example.org"),
		"To: is not exactly the one recipient");
	mutated("To: ann@example.org", SPAN("To: ann@example.org\r\nTo: b@example.org"),
		"To: stands there twice");
	mutated("Date:", SPAN("Bcc: v@example.com\r\nDate:"),
		"header: a field that has no place in an automated message");
	mutated("Date:", SPAN("\r\nDate:"), "Date: is missing");
	mutated("Date:", SPAN("date:"), "header: a field that has no place in an automated message");
	mutated("Date:", SPAN("noise\r\nDate:"), "header: a field that has no place in an automated message");
	mutated("Date: Sat", SPAN("Date: \r\n \r\n Sat"), "header: a folded line without content");
	mutated("Sat, 21 Nov 2026 10:00:00 +0000", SPAN("soon"), "Date: is no date");
	mutated("\"Support\" <", SPAN("\"Support\" <a@example.net>, <"),
		"From: more than one name and address");
	mutated("<support@", SPAN("<other@"), "From: is not the address of the account");
	mutated("\"Support\" <support@example.com>", SPAN("x@example.com"),
		"From: is not one name and address");
	mutated("\"Support\"", SPAN("=?utf-8?Q?a=0D=0ABcc:?="), "From: a broken encoded word");
	mutated("\"Support\"", SPAN("=?utf-8?Q?=FF?="), "From: shows something else than plain text");
	mutated("Auto: We", SPAN("We"), "Subject: does not begin with Auto:");
	mutated("Auto: We", SPAN("Auto: =?utf-8?B?Cg==?="), "Subject: an encoded word that is not ours");
	mutated("Auto: We", SPAN("Auto: =?utf-8?Q?=E2=80=AE?="),
		"Subject: shows something else than plain text");
	mutated("<hb.abc234@example.com>", SPAN("<a b@example.com>"), "Message-ID: is not one plain id");
	mutated("In-Reply-To: <q1@mail.example.org>\r\n", SPAN(""),
		"References: In-Reply-To and References go together");
	mutated("In-Reply-To: <q1@", SPAN("In-Reply-To: <q2@"), "References: does not end with In-Reply-To");
	mutated("auto-replied", SPAN("auto-generated"),
		"Auto-Submitted: is not what this purpose demands (RFC 3834 section 5)");
	mutated("Suppress: All", SPAN("Suppress: None"), "X-Auto-Response-Suppress: is not All");
	mutated("MIME-Version: 1.0", SPAN("MIME-Version: 2.0"), "MIME-Version: is not 1.0");
	mutated("X-Hearback-Id: abc-123", SPAN("X-Hearback-Id: a b"), "X-Hearback-Id: is no token");
	mutated("v=1;", SPAN("v=2;"), "Hearback-Audit: is no audit head");
	mutated("Content-Language: en", SPAN("Content-Language: "), "Content-Language: is no language tag");
	mutated("text/plain", SPAN("text/html"), "Content-Type: is not plain text in utf-8 or us-ascii");
	mutated("us-ascii", SPAN("utf-8"), "Content-Transfer-Encoding: does not fit the charset");
	mutated("7bit", SPAN("8bit"), "Content-Transfer-Encoding: does not fit the charset");
	mutated("7bit\r\nContent-Language: en\r\n\r\nHello,",
		SPAN("quoted-printable\r\nContent-Language: en\r\n\r\n=zz"), "body: broken quoted-printable");
	mutated("7bit\r\nContent-Language: en\r\n\r\nHello,",
		SPAN("quoted-printable\r\nContent-Language: en\r\n\r\n=1B"),
		"body: shows something else than plain text");
	mutated("7bit\r\nContent-Language: en\r\n\r\nHello,",
		SPAN("quoted-printable\r\nContent-Language: en\r\n\r\n=C3=BC"), "body: is not us-ascii");
	mutated("Hello,\r\n\r\nyour message has arrived.", SPAN(" \r\n"), "body: is empty");
}

static struct span random_bytes(struct arena *a, unsigned *seed)
{
	static const char *const pieces[] = { "\r\n",
					      "\n",
					      "\r",
					      "\xe2\x80\xa8",
					      "=?utf-8?B?Cg==?=",
					      "=?",
					      "?=",
					      "Bcc: v@example.com",
					      "\x80",
					      "\xff",
					      " ",
					      "\t",
					      "\"",
					      "<x@example.com>",
					      ",",
					      "\xf0\x9f\x98\x80",
					      "word",
					      "\x1b",
					      "\x7f",
					      "\\",
					      "\r\n\r\n",
					      "\r\n ",
					      ".",
					      "{{x}}" };
	BUF_CLEANUP struct buf b = BUF_CAPPED(10240);
	size_t n = (size_t)rand_r(seed) % (rand_r(seed) % 50 ? 60 : 3000);

	for (size_t i = 0; i < n; i++) {
		unsigned r = (unsigned)rand_r(seed);
		if (r % 4 == 0)
			buf_putc(&b, (char)(r >> 8 & 0xff));
		else
			buf_puts(&b, pieces[r / 4 % (sizeof(pieces) / sizeof(pieces[0]))]);
	}
	return arena_span(a, buf_span(&b));
}

/* Whatever a sender chooses, header fields and recipients stay the same. */
static void no_bytes_change_fields_or_recipients(void **state)
{
	static const char expected[] =
		"From To Subject Date Message-ID In-Reply-To References Auto-Submitted "
		"X-Auto-Response-Suppress X-Hearback-Id Hearback-Audit MIME-Version Content-Type "
		"Content-Transfer-Encoding Content-Language ";
	unsigned seed = 11;
	int composed = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
		BUF_CLEANUP struct buf names = BUF_CAPPED(1000);
		struct reply_input in = plain_input();
		struct span ids[4];
		struct raw_header h;
		struct err err;
		for (int k = 0; k < 4; k++)
			ids[k] = random_bytes(a, &seed);
		in.from_name = random_bytes(a, &seed);
		in.subject = random_bytes(a, &seed);
		in.text = random_bytes(a, &seed);
		in.parent_references = (struct message_ids){ ids, 4, 4 };
		if (reply_compose(&in, &out, &err))
			continue;
		composed++;
		if (!reply_check_bytes(buf_span(&out), &wanted, &err))
			fail_msg("%s in: %s", err.text, buf_cstr(&out));
		raw_header_parse(a, buf_span(&out), &h);
		assert_false(h.broken);
		for (uint32_t k = 0; k < h.n; k++)
			buf_printf(&names, "%.*s ", SPAN_ARG(h.at[k].name));
		assert_span(buf_span(&names), expected);
		assert_span(header_unfold(a, raw_header_find(&h, "To", 0)->value), "ann@example.org");
	}
	assert_true(composed > 3000);
}

static void random_damage_never_passes_for_another_message(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	unsigned seed = 17;
	struct err err;

	(void)state;
	in.text = SPAN("gr\xc3\xbc\xc3\x9f"
		       "e\n");
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	for (int i = 0; i < 20000; i++) {
		size_t at = (size_t)rand_r(&seed) % out.n;
		char kept = out.p[at];
		out.p[at] = (char)(rand_r(&seed) & 0xff);
		if (reply_check_bytes(buf_span(&out), &wanted, &err))
			assert_true(span_find(buf_span(&out), SPAN("\r\nTo: ann@example.org\r\n")) > 0);
		out.p[at] = kept;
	}
}

/* ---- templates ---- */

static void shipped(struct arena *a, const char *name, struct reply_templates *set)
{
	BUF_CLEANUP struct buf bundle = BUF_CAPPED(REPLY_BUNDLE_MAX);
	BUF_CLEANUP struct buf text = BUF_CAPPED(REPLY_TEMPLATE_MAX);
	const char *top = getenv("top_srcdir");
	const char *path = arena_printf(a, "%s/templates/en/%s.mustache", top ? top : ".", name);
	struct err err;

	assert_int_equal(io_read_file(path, REPLY_TEMPLATE_MAX, &text, &err), 0);
	reply_bundle_put(&bundle, SPAN("en"), span_of(name), buf_span(&text));
	if (reply_bundle_parse(a, arena_span(a, buf_span(&bundle)), set, &err))
		fail_msg("%s", err.text);
}

static void the_acknowledgement_promises_only_what_it_is_told(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct reply_templates set;
	struct reply_acknowledgement with = { .conversation = SPAN("C-1042"), .team = SPAN("Support") };
	struct span subject, text;
	struct err err;

	(void)state;
	shipped(a, "acknowledgement", &set);
	const struct reply_template *t = reply_template_find(&set, SPAN("de"), SPAN("acknowledgement"));
	assert_non_null(t);
	assert_null(reply_template_find(&set, SPAN("en"), SPAN("other")));
	assert_int_equal(t->audience, TEMPLATE_REQUESTER);
	assert_int_equal(
		reply_template_render(a, t, reply_acknowledgement_data(a, &with), &subject, &text, &err), 0);
	assert_span(subject, "We have received your message (C-1042)");
	assert_true(span_find(text, SPAN("C-1042")) > 0);
	assert_true(span_find(text, SPAN("hear from us")) < 0);
	with.due = SPAN("16:00");
	assert_int_equal(
		reply_template_render(a, t, reply_acknowledgement_data(a, &with), &subject, &text, &err), 0);
	assert_true(span_find(text, SPAN("You will hear from us by 16:00.\n")) > 0);
	assert_true(span_starts(text, SPAN("Hello,\n")));
	with.subject = SPAN("On\r\nfire");
	assert_int_equal(
		reply_template_render(a, t, reply_acknowledgement_data(a, &with), &subject, &text, &err), 0);
	assert_true(span_starts(text, SPAN("> On fire\n\nHello,\n")));
	with.conversation = SPAN_NONE;
	assert_int_equal(
		reply_template_render(a, t, reply_acknowledgement_data(a, &with), &subject, &text, &err),
		-EINVAL);
	assert_string_equal(
		err.text,
		"template en/acknowledgement: subject: line 1, column 32: {{conversation}} is empty, "
		"give it a value or ask with {{#name}}");
}

static void put_small(struct buf *bundle, const char *language, const char *name, const char *text)
{
	reply_bundle_put(bundle, span_of(language), span_of(name), span_of(text));
}

#define SMALL "subject: s {{conversation}}\naudience: requester\n\nHello {{team}}\n"

static void the_requesters_language_is_chosen(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf bundle = BUF_CAPPED(REPLY_BUNDLE_MAX);
	static const char *const languages[] = { "de", "en", "no", "pt", "pt-br", "zh-hant" };
	static const struct choice {
		const char *told, *account, *chosen;
	} choices[] = {
		{ "de", "en", "de" },	       /* what the requester writes */
		{ "", "de", "de" },	       /* nobody knows: the account's */
		{ "fi", "de", "de" },	       /* no template in it: the account's */
		{ "pt", "en", "pt" },
		{ "pt", "pt-br", "pt-br" },    /* the account's form of it */
		{ "zh", "en", "zh-hant" },     /* the only form there is */
		{ "zh-hant", "zh", "zh-hant" },
		{ "pt-br", "pt", "pt-br" },
		{ "nb", "en", "no" },	       /* two names of one language */
		{ "en", "pt-br", "en" },
	};
	struct reply_templates set;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
		put_small(&bundle, languages[i], "acknowledgement", SMALL);
	put_small(&bundle, "sv", "other", SMALL);
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), 0);
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		assert_span(reply_language(&set, SPAN("acknowledgement"), span_of(choices[i].told), span_of(choices[i].account)),
			    choices[i].chosen);
	/* A language that has only other templates. */
	assert_span(reply_language(&set, SPAN("acknowledgement"), SPAN("sv"), SPAN("en")), "en");
}

static void languages_must_agree(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf bundle = BUF_CAPPED(REPLY_BUNDLE_MAX);
	struct reply_templates set;
	struct span lines[10];
	struct err err;

	(void)state;
	put_small(&bundle, "de", "hello", "subject: s\naudience: staff\n\n{{team}} {{due}}\n");
	put_small(&bundle, "de", "more", SMALL);
	put_small(&bundle, "en", "hello", SMALL);
	put_small(&bundle, "en", "notice", "subject: s\naudience: staff\n\nx\n");
	put_small(&bundle, "german", "notice", "subject: s\naudience: staff\n\nx\n");
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), 0);
	assert_int_equal(reply_templates_check(a, &set, lines, 10), 6);
	assert_span(lines[0], "de/hello.mustache: its audience is not that of en");
	assert_span(lines[1], "de/hello.mustache: its subject lacks {{conversation}}, which stands in en: write it");
	assert_span(lines[2], "de/hello.mustache: its text has {{due}}, which en lacks: take it out or write it there");
	assert_span(lines[3], "de/more.mustache: there is none of this name in en: write it there");
	assert_span(lines[4], "german: is no language tag, name the folder like de or pt-br");
	assert_span(lines[5], "german/hello.mustache: is missing, en has it: write it");
	assert_int_equal(reply_templates_check(a, &set, lines, 1), 1);
}

/* What a template in this language says, through the composer and the last gate, back in plain text. */
static void through_the_gate(struct arena *a, const struct reply_template *t)
{
	const struct reply_acknowledgement with = { .conversation = SPAN("C-1042"),
						     .team = SPAN("Support"),
						     .due = SPAN("2026-11-23 16:00 +01:00"),
						     .subject = SPAN("The printer is on fire") };
	BUF_CLEANUP struct buf out = BUF_CAPPED(LIMIT_OUTGOING);
	BUF_CLEANUP struct buf again = BUF_CAPPED(LIMIT_OUTGOING);
	struct reply_input in = plain_input();
	struct span body, line;
	struct err err;

	if (reply_template_render(a, t, reply_acknowledgement_data(a, &with), &in.subject, &in.text, &err))
		fail_msg("%s", err.text);
	in.language = t->language;
	assert_int_equal(reply_compose(&in, &out, &err), 0);
	if (!reply_check_bytes(buf_span(&out), &wanted, &err))
		fail_msg("%.*s: %s", SPAN_ARG(t->language), err.text);
	ptrdiff_t at = span_find(buf_span(&out), SPAN("\r\n\r\n"));
	body = span_sub(buf_span(&out), (size_t)at + 4, SIZE_MAX);
	while (span_split(&body, '\n', &line)) {
		bool soft = span_iends(line, SPAN("=\r"));
		line = span_sub(line, 0, line.n ? line.n - 1 - soft : 0);
		for (size_t i = 0; i < line.n; i++) {
			bool escaped = line.p[i] == '=' && span_find(buf_span(&out), SPAN("quoted-printable")) > 0;
			char hex[3] = { 0 };
			if (escaped)
				memcpy(hex, line.p + i + 1, 2);
			buf_putc(&again, escaped ? (char)(unsigned char)strtoul(hex, NULL, 16) : line.p[i]);
			i += escaped ? 2 : 0;
		}
		if (!soft)
			buf_putc(&again, '\n');
	}
	if (!span_eq(span_trim(buf_span(&again)), span_trim(in.text)))
		fail_msg("%.*s: another text came out:\n%s", SPAN_ARG(t->language), buf_cstr(&again));
	assert_true(span_find(in.subject, SPAN("C-1042")) > 0 && span_find(in.text, SPAN("C-1042")) > 0);
	assert_true(span_find(in.text, SPAN("Support")) > 0 && span_find(in.text, SPAN("2026-11-23")) > 0);
}

/* Every shipped language, those that are written from right to left among them. */
static void shipped_languages_agree_and_arrive_unharmed(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf bundle = BUF_CAPPED(REPLY_BUNDLE_MAX);
	const char *top = getenv("top_srcdir");
	struct reply_templates set;
	struct span lines[10];
	struct err err;
	glob_t found;

	(void)state;
	assert_int_equal(glob(arena_printf(a, "%s/templates/*/*.mustache", top ? top : "."), 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		BUF_CLEANUP struct buf text = BUF_CAPPED(REPLY_TEMPLATE_MAX);
		struct span path = span_of(found.gl_pathv[i]), language = SPAN_NONE, name = SPAN_NONE, piece;
		assert_int_equal(io_read_file(found.gl_pathv[i], REPLY_TEMPLATE_MAX, &text, &err), 0);
		while (span_split(&path, '/', &piece)) {
			language = name;
			name = piece;
		}
		reply_bundle_put(&bundle, language, span_sub(name, 0, name.n - strlen(".mustache")), buf_span(&text));
	}
	globfree(&found);
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), 0);
	if (reply_templates_check(a, &set, lines, 10))
		fail_msg("%.*s", SPAN_ARG(lines[0]));
	uint32_t languages = 0;
	for (uint32_t i = 0; i < set.n; i++)
		if (span_eq(set.at[i].name, SPAN("acknowledgement"))) {
			through_the_gate(a, &set.at[i]);
			languages++;
		}
	assert_true(languages > 17);
	assert_non_null(reply_template_exactly(&set, SPAN("he"), SPAN("acknowledgement")));
}

static void mails_to_the_lead_show_what_mail_says_on_one_line(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct reply_templates set;
	struct reply_line line = { .conversation = SPAN("C-7"),
				   .requester = SPAN("ann@example.org"),
				   .subject = SPAN("hi\r\nBREACHED {{team}}\xe2\x80\xae"),
				   .due = SPAN("10:00"),
				   .span = SPAN("1 h"),
				   .entry = SPAN("12"),
				   .reason = SPAN("mode is hold") };
	struct span subject, text;
	struct err err;

	(void)state;
	shipped(a, "notice", &set);
	assert_int_equal(reply_template_render(a, &set.at[0],
					       reply_notice_data(a, SPAN("Support"), &line, 1, NULL, 0, 0, SPAN_NONE),
					       &subject, &text, &err),
			 0);
	assert_span(subject, "Waiting for an answer at Support");
	assert_true(
		span_starts(text, SPAN("Due in 1 h: C-7\n    from ann@example.org: hi BREACHED {{team}}\n")));
	assert_int_equal(reply_template_render(a, &set.at[0],
					       reply_notice_data(a, SPAN("Support"), NULL, 0, &line, 1, 0, SPAN_NONE),
					       &subject, &text, &err),
			 0);
	assert_true(span_starts(text, SPAN("BREACHED 1 h ago: C-7\n")));
	shipped(a, "held", &set);
	assert_int_equal(reply_template_render(a, &set.at[0], reply_held_data(a, SPAN("Support"), &line, 1),
					       &subject, &text, &err),
			 0);
	assert_true(span_find(text, SPAN("12: C-7 to ann@example.org\n    mode is hold\n")) > 0);
}

static void bad_templates_are_refused_when_loaded(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "", "line 1: subject: is missing, write it above the empty line" },
		{ "hello\n\nx\n",
		  "line 1: write subject: or audience: here, then an empty line, then the text" },
		{ "subject: a\n\nx\n", "line 2: audience: is missing, write it above the empty line" },
		{ "subject: a\nsubject: b\n\nx\n", "line 2: subject: stands there twice, keep one" },
		{ "subject:\n\nx\n", "line 1: subject: has no value, write one" },
		{ "subject: a\naudience: all\n\nx\n",
		  "line 3: audience: is neither requester nor staff, write one of them" },
		{ "subject: a\naudience: staff\n\n \n", "line 3: no text, write it below an empty line" },
		{ "audience: requester\nsubject: {{a\n\nx\n",
		  "line 2, column 1: a tag that is not closed, write the closing delimiter" },
		{ "subject: a\naudience: requester\n\nx\n{{{team}}}\n",
		  "line 5, column 1: 'team' is not escaped, which is not allowed here: write {{name}}" },
		{ "subject: a\naudience: requester\n\n{{tema}}\n",
		  "line 4: {{tema}} is not known for this audience, write one that is" },
		{ "subject: a\naudience: requester\n\n{{entry}}\n",
		  "line 4: {{entry}} is not known for this audience, write one that is" },
		{ "subject: a\naudience: staff\n\n\n{{>x}}\n",
		  "line 5: {{>x}}: templates of mail have no partials, write the text here" },
		{ "subject: a\xff\naudience: staff\n\nx\n",
		  "line 1: larger than 64 KB or no UTF-8 text, save it as UTF-8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct reply_template t;
		struct err err;
		assert_int_equal(reply_template_parse(a, span_of(bad[i].text), &t, &err), -EINVAL);
		assert_string_equal(err.text, bad[i].error);
	}
}

static void a_damaged_bundle_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf bundle = BUF_CAPPED(1000);
	struct reply_templates set;
	struct err err;

	(void)state;
	reply_bundle_put(&bundle, SPAN("de"), SPAN("x"), SPAN("subject: a\naudience: staff\n\ntext\n"));
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), 0);
	assert_int_equal(set.n, 1);
	bundle.n--;
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), -EBADMSG);
	buf_reset(&bundle);
	reply_bundle_put(&bundle, SPAN("de"), SPAN("x"), SPAN("text\n"));
	assert_int_equal(reply_bundle_parse(a, buf_span(&bundle), &set, &err), -EINVAL);
	assert_string_equal(
		err.text,
		"de/x.mustache: line 1: write subject: or audience: here, then an empty line, then the text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_message_stands_byte_for_byte),
		cmocka_unit_test(staff_mail_is_auto_generated),
		cmocka_unit_test(long_subjects_are_folded_and_encoded),
		cmocka_unit_test(references_keep_the_first_and_the_last),
		cmocka_unit_test(what_cannot_be_written_is_refused),
		cmocka_unit_test(the_gate_names_the_first_fault),
		cmocka_unit_test(no_bytes_change_fields_or_recipients),
		cmocka_unit_test(random_damage_never_passes_for_another_message),
		cmocka_unit_test(the_acknowledgement_promises_only_what_it_is_told),
		cmocka_unit_test(the_requesters_language_is_chosen),
		cmocka_unit_test(languages_must_agree),
		cmocka_unit_test(shipped_languages_agree_and_arrive_unharmed),
		cmocka_unit_test(mails_to_the_lead_show_what_mail_says_on_one_line),
		cmocka_unit_test(bad_templates_are_refused_when_loaded),
		cmocka_unit_test(a_damaged_bundle_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
