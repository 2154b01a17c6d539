// SPDX-License-Identifier: Apache-2.0
#include "html/html_text.h"
#include "mail/limits.h"
#include "mime/charset.h"
#include "mime/mime.h"
#include "mime/transfer.h"
#include "unit.h"

struct fixture {
	struct mime *mime;
	struct arena *arena;
};

static struct fixture *fixture;

static struct facts read_with(struct span bytes, bool partial, bool header_only)
{
	struct mime_message m = { .bytes = bytes, .partial = partial, .header_only = header_only };
	struct facts f;
	BUF_CLEANUP struct buf encoded = BUF_CAPPED(LIMIT_FACTS);
	struct facts again;

	mime_read(fixture->mime, fixture->arena, &m, &f);
	/* Whatever the message was, its facts can be sent. */
	facts_encode(&f, &encoded);
	assert_false(encoded.full);
	assert_true(facts_decode(fixture->arena, arena_span(fixture->arena, buf_span(&encoded)), &again));
	return f;
}

static struct facts read_text(const char *text)
{
	return read_with(span_of(text), false, false);
}

#define HEAD                                                                                                 \
	"From: Ann <ann@example.org>\r\nTo: support@example.com\r\nSubject: Hi\r\nMessage-ID: "              \
	"<1@example.org>\r\n"

static void test_plain(void **state)
{
	struct facts f =
	    read_text("Return-Path: <ann@example.org>\r\n" HEAD "Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
		      "In-Reply-To: <0@example.com>\r\nReferences: <a@example.com>\r\n <0@example.com>\r\n"
		      "\r\nHello\r\n\r\nthere\r\n");

	(void)state;
	assert_int_equal(f.depth, FACTS_WHOLE);
	assert_int_equal(f.flags, 0);
	assert_span(f.subject, "Hi");
	assert_span(f.message_id, "1@example.org");
	assert_int_equal(f.references.n, 2);
	assert_span(f.references.at[1], "0@example.com");
	assert_int_equal(f.in_reply_to.n, 1);
	assert_int_equal(f.date_at, 1795255200);
	assert_int_equal(f.from.n, 1);
	assert_span(f.from.at[0].name, "Ann");
	assert_span(f.from.at[0].domain, "example.org");
	assert_int_equal(f.from_fields, 1);
	assert_span(span_trim(f.from_raw), "Ann <ann@example.org>");
	assert_int_equal(f.return_path_kind, RETURN_PATH_ADDRESS);
	assert_span(f.return_path.local, "ann");
	assert_span(f.content_type, "text/plain");
	assert_span(f.text, "Hello\n\nthere\n");
	assert_int_equal(f.nparts, 0);
	assert_int_equal(f.nfields, 8);
}

static void test_header(void **state)
{
	struct facts f =
	    read_text("From: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>\r\nFrom: b@example.org\r\n"
		      "Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?utf-8?B?w7xi?=\r\n"
		      "X-Evil: =?utf-8?Q?a=0D=0ABcc:_v@example.org?=\r\nX-Raw: Gr\xfc\xdf"
		      "e\r\nX-Word: =?iso-8859-1?Q?Gr\xfc\xdf"
		      "e?= \xfc\r\n"
		      "Return-Path: <>\r\nAuto-Submitted: no\r\nAuto-Submitted: auto-replied\r\n\r\n");

	(void)state;
	assert_span(f.subject, "Gr\xc3\xbc\xc3\x9f"
			       "e\xc3\xbc"
			       "b");
	assert_int_equal(f.from_fields, 2);
	assert_int_equal(f.from.n, 2);
	assert_span(f.from.at[0].name, "J\xc3\xbcrgen");
	assert_int_equal(f.from_raw.n, 0);
	assert_span(facts_field(&f, "x-evil", 0)->value, "a  Bcc: v@example.org");
	assert_span(facts_field(&f, "x-raw", 0)->value, "Gr\xc3\xbc\xc3\x9f"
							"e");
	assert_span(facts_field(&f, "x-word", 0)->value, "Gr\xc3\xbc\xc3\x9f"
							 "e \xc3\xbc");
	assert_true(f.flags & FACT_BAD_CHARSET);
	assert_int_equal(f.return_path_kind, RETURN_PATH_NULL);
	assert_span(facts_field(&f, "Auto-Submitted", 1)->value, "auto-replied");
}

struct text_case {
	const char *fields;
	const char *body;
	const char *text;
	uint32_t flags;
};

static const struct text_case texts[] = {
	{ "Content-Type: text/plain; charset=utf-8", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", 0 },
	{ "Content-Type: text/plain; charset=iso-8859-1", "gr\xfc\xdf \x80",
	  "gr\xc3\xbc\xc3\x9f \xe2\x82\xac", 0 },
	{ "Content-Type: text/plain; charset=\"ISO-8859-15\"", "\xa4", "\xe2\x82\xac", 0 },
	{ "Content-Type: text/plain; charset=koi8-r", "\xf0\xd2\xc9", "\xd0\x9f\xd1\x80\xd0\xb8", 0 },
	{ "Content-Type: text/plain; charset=iso-2022-jp", "\x1b$B$3$s\x1b(B", "\xe3\x81\x93\xe3\x82\x93",
	  0 },
	{ "Content-Type: text/plain; charset=gb2312", "\xc4\xe3\xba\xc3", "\xe4\xbd\xa0\xe5\xa5\xbd", 0 },
	{ "Content-Type: text/plain; charset=ks_c_5601-1987", "\xc7\xd1", "\xed\x95\x9c", 0 },
	{ "Content-Type: text/plain; charset=iso-8859-1", "\xc3\xbc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "Content-Type: text/plain; charset=us-ascii", "\xc3\xbc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "Content-Type: text/plain; charset=no-such", "\xfc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "X-No: charset", "\xfc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "X-No: charset", "\xc3\xbc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "Content-Type: text/plain; charset=utf-8",
	  "a\xff"
	  "b",
	  "a\xef\xbf\xbd"
	  "b",
	  FACT_BAD_CHARSET },
	{ "Content-Type: text/plain; charset=iso-2022-jp", "\xc3\xbc", "\xc3\xbc", FACT_BAD_CHARSET },
	{ "Content-Type: text/plain; charset=utf-8",
	  "\xef\xbb\xbf"
	  "a",
	  "a", 0 },
	{ "Content-Transfer-Encoding: quoted-printable", "a=3Db =\r\nc=20\r\n=", "a=b c \n", 0 },
	{ "Content-Transfer-Encoding: quoted-printable (odd)", "100=\r\n=ZZ =4", "100=ZZ ", 0 },
	{ "Content-Transfer-Encoding: BASE64", "SGVs\r\nbG8=\r\nIQ==", "Hello!", 0 },
	{ "Content-Transfer-Encoding: base64", "SGVsbG8gdGhl!cmU", "Hello there", 0 },
	{ "Content-Transfer-Encoding: x-uuencode", "begin 644 x\n#0V%T\n`\nend\n", "Cat", 0 },
	{ "Content-Type: nonsense", "x", "x", 0 },
	{ "Content-Type: text/html", "<p>one</p><p>two</p>", "one\n\ntwo", FACT_HTML_ONLY },
	{ "Content-Type: text/html", "<meta charset=\"iso-8859-2\">\xb1", "\xc4\x85", FACT_HTML_ONLY },
	{ "Content-Type: text/x-log", "words", "words", 0 },
	{ "Content-Type: text/plain", "a\rb\r\nc\n", "a\nb\nc\n", 0 },
	{ "Content-Type: text/plain", "-----BEGIN PGP MESSAGE-----\nx", "-----BEGIN PGP MESSAGE-----\nx",
	  FACT_ENCRYPTED },
	{ "Content-Type: multipart/mixed; boundary=missing", "words", "words", 0 },
	/* Loaded beforehand, named as iconv names them. */
	{ "Content-Type: text/plain; charset=ARMSCII-8", "\xb2\xb3", "\xd4\xb1\xd5\xa1", 0 },
	{ "Content-Type: text/plain; charset=cp1125", "\xf3", "\xd2\x91", 0 },
	{ "Content-Type: text/plain; charset=\"utf-8//TRANSLIT\"", "\xc3\xbc", "\xc3\xbc", FACT_BAD_CHARSET },
	/* RFC 3676: stuffing, quotes, the line above a signature, DelSp. */
	{ "Content-Type: text/plain; format=flowed",
	  "one \r\ntwo\r\n\r\n>> deep \r\n>> er\r\n> up \r\nme \r\n-- \r\n >no quote\r\n From\r\n",
	  "one two\n\n>> deep er\n> up \nme \n-- \n >no quote\nFrom\n", 0 },
	{ "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes",
	  "\xe3\x81\x82 \r\n\xe3\x81\x84\r\n",
	  "\xe3\x81\x82\xe3\x81\x84\n", 0 },
	{ "Content-Type: text/plain; format=flowed", "one \r\ntwo ", "one two ", 0 },
	/* The message has no other text. */
	{ "Content-Type: text/plain; name=x.txt\r\nContent-Disposition: attachment", "words", "words", 0 },
	{ "Content-Type: multipart/mixed", "words", "words", 0 },
};

static void test_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		char *m = arena_printf(fixture->arena, HEAD "%s\r\n\r\n%s", texts[i].fields, texts[i].body);
		struct facts f = read_text(m);
		assert_string_equal(arena_str(fixture->arena, f.text), texts[i].text);
		assert_int_equal(f.flags, texts[i].flags);
	}
}

#define PART(type, body) "--B\r\nContent-Type: " type "\r\n\r\n" body "\r\n"
#define MULTI(kind, parts)                                                                                   \
	HEAD "Content-Type: multipart/" kind "; boundary=B\r\n\r\npreamble\r\n" parts "--B--"                \
										      "\r\nepilogue\r\n"

static void test_alternative(void **state)
{
	struct facts f =
	    read_text(MULTI("alternative", PART("text/plain", "plain") PART("text/html", "<b>html</b>")));

	(void)state;
	assert_span(f.text, "plain");
	assert_span(f.html_text, "html");
	assert_int_equal(f.flags, 0);
	f = read_text(MULTI("alternative", PART("text/plain", " ") PART("text/html", "<b>html</b>")));
	assert_span(f.text, "html");
	assert_int_equal(f.html_text.n, 0);
	assert_int_equal(f.flags, FACT_HTML_ONLY);
}

static void test_mixed(void **state)
{
	struct facts f = read_text(
	    MULTI("mixed",
		  PART("text/plain",
		       "one") "--B\r\nContent-Type: application/pdf; name=\"=?utf-8?Q?=C3=BC.pdf?=\"\r\n"
			      "Content-Disposition: attachment; "
			      "filename=\"../../etc/pa\\\"ss\"\r\n\r\n12345\r\n" PART(
				  "text/plain; name=x.txt", "file") PART("text/plain", "two\r\n")
				  PART("text/html", "<p>three</p>") PART("text/calendar", "BEGIN:VCALENDAR")
				      PART("application/ms-tnef", "x")));

	(void)state;
	assert_span(f.text, "one\ntwo\nthree");
	assert_int_equal(f.flags, FACT_CALENDAR | FACT_TNEF);
	assert_int_equal(f.nparts, 4);
	assert_span(f.parts[0].type, "application/pdf");
	assert_span(f.parts[0].name, "pa\"ss");
	assert_span(f.parts[0].disposition, "attachment");
	assert_int_equal(f.parts[0].size, 5);
	assert_span(f.parts[1].name, "x.txt");
	assert_span(f.parts[1].text, "file");
	assert_int_equal(f.parts[0].text.n, 0);
}

/* What is wrong with a file is not wrong with the message, and its text has a limit. */
static void test_attached_text(void **state)
{
	static char long_file[LIMIT_PART_TEXT + 200];
	struct facts f = read_text(
	    MULTI("mixed", PART("text/plain", "see the log")
			       PART("text/x-log; name=a.log", "one\r\ntwo \xff")
				   PART("text/html; name=a.html", "<b>x</b>") PART("text/vcard; name=a.vcf", "BEGIN:VCARD")));

	(void)state;
	assert_span(f.text, "see the log");
	assert_int_equal(f.flags, 0);
	assert_int_equal(f.nparts, 3);
	assert_span(f.parts[0].text, "one\ntwo \xc3\xbf");
	assert_int_equal(f.parts[1].text.n + f.parts[2].text.n, 0);

	memset(long_file, 'x', LIMIT_PART_TEXT + 10);
	BUF_CLEANUP struct buf b = BUF_CAPPED(400000);
	buf_printf(&b, MULTI("mixed", PART("text/plain", "see the logs") PART("text/plain; name=1", "%s")
					  PART("text/plain; name=2", "more")), long_file);
	f = read_text(buf_cstr(&b));
	assert_int_equal(f.parts[0].text.n, LIMIT_PART_TEXT);
	assert_int_equal(f.parts[1].text.n, 0);
}

static void test_message_within(void **state)
{
	struct facts f = read_text(MULTI(
	    "mixed", PART("text/plain", "see below")
			 PART("message/rfc822",
			      "From: else@example.org\r\nSubject: =?utf-8?Q?=C3=BC?=\r\n\r\ninner words")));

	(void)state;
	assert_span(f.text, "see below");
	assert_int_equal(f.from.n, 1);
	assert_span(f.from.at[0].local, "ann");
	assert_int_equal(f.nparts, 1);
	assert_span(f.parts[0].type, "message/rfc822");
	assert_span(f.parts[0].text, "inner words");
	assert_span(f.returned_header, "From: else@example.org\nSubject: \xc3\xbc\n");

	/* Forwarded without a word. */
	f = read_text(MULTI("mixed", PART("text/plain", "") PART("image/png", "x")
					 PART("message/rfc822", "Subject: x\r\n\r\ninner words")));
	assert_span(f.text, "inner words");
	assert_int_equal(f.nparts, 2);
	f = read_text(
	    MULTI("digest", "--B\r\n\r\nSubject: x\r\n\r\none\r\n--B\r\n\r\nSubject: y\r\n\r\ntwo\r\n"));
	assert_span(f.text, "one\ntwo");
	assert_int_equal(f.parts[0].text.n, 0);
	f = read_text(MULTI("report", PART("message/rfc822", "Subject: x\r\n\r\ninner words")));
	assert_int_equal(f.text.n, 0);
	assert_int_equal(f.parts[0].text.n, 0);
}

/* Nothing of it is found in the message outside but its text, which is that part's. */
static void test_message_aside(void **state)
{
	struct facts f = read_text(
	    MULTI("mixed",
		  PART("text/plain", "see below")
		  PART("message/rfc822",
		       "Subject: x\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n"
		       "--C\r\nContent-Type: multipart/alternative; boundary=D\r\n\r\n"
		       "--D\r\n\r\nplain\r\n--D\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--D--\r\n"
		       "--C\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
		       "--C\r\nContent-Type: application/ms-tnef; name=w.dat\r\n\r\nx\r\n"
		       "--C\r\nContent-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\ndeeper \xff\r\n--C--\r\n")
		  PART("text/plain", "goodbye")));

	(void)state;
	assert_span(f.text, "see below\ngoodbye");
	assert_int_equal(f.html_text.n, 0);
	assert_int_equal(f.nreports, 0);
	assert_int_equal(f.flags, 0);
	assert_int_equal(f.nparts, 1);
	assert_span(f.parts[0].text, "plain\ndeeper \xc3\xbf");
	assert_span(f.returned_header, "Subject: x\n");
}

/* RFC 2046 section 5.2.1 forbids it, and some do it. */
static void test_message_in_base64(void **state)
{
	/* "Subject: x" above "inner words"; and the same within another one. */
#define ONCE "U3ViamVjdDogeA0KDQppbm5lciB3b3Jkcw==\r\n"
#define TWICE                                                                                                  \
	"Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMg0KQ29udGVudC1UcmFuc2Zlci1FbmNvZGluZzogYmFzZTY0DQoNClUzVmlhbVZqZERv" \
	"Z2VBMEtEUXBwYm01bGNpQjNiM0prY3c9PQ0K\r\n"
	struct facts f = read_text(
	    MULTI("mixed", PART("text/plain", "see below") PART(
			       "message/rfc822\r\nContent-Transfer-Encoding: base64", ONCE)));

	(void)state;
	assert_span(f.text, "see below");
	assert_int_equal(f.nparts, 1);
	assert_span(f.parts[0].text, "inner words");
	assert_span(f.returned_header, "Subject: x\n");
	f = read_text(HEAD "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" ONCE);
	assert_span(f.text, "inner words");
	f = read_text(HEAD "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" TWICE);
	assert_span(f.text, "inner words");
}

static void test_report(void **state)
{
	struct facts f = read_text(
	    HEAD "Content-Type: multipart/report; report-type=\"Delivery-Status\"; boundary=B\r\n\r\n" PART(
		"text/plain", "It failed.")
		PART("message/delivery-status",
		     "\r\nReporting-MTA: dns; mx.example.org\r\n\r\n"
		     "Final-Recipient: rfc822; a@example.org\r\nAction: failed\r\n  (really)\r\nStatus: "
		     "5.1.1\r\n\r\n\r\n"
		     "Final-Recipient: rfc822; b@example.org\r\nAction: delayed\r\n")
		    PART("text/rfc822-headers",
			 "Message-ID: <sent@example.com>\r\nSubject: ours\r\n") "--B--\r\n");

	(void)state;
	assert_span(f.content_type, "multipart/report");
	assert_span(f.report_type, "delivery-status");
	assert_int_equal(f.nreports, 3);
	assert_int_equal(f.reports[1].n, 3);
	assert_int_equal(f.reports[0].part, f.reports[2].part);
	assert_span(f.reports[1].fields[1].value, "failed  (really)");
	assert_span(f.reports[2].fields[0].value, "rfc822; b@example.org");
	assert_span(f.returned_header, "Message-ID: <sent@example.com>\nSubject: ours\n");
	assert_span(f.text, "It failed.");
}

static void test_signed_and_encrypted(void **state)
{
	struct facts f =
	    read_text(MULTI("signed", PART("text/plain", "mine") PART("application/pgp-signature", "x")));

	(void)state;
	assert_span(f.text, "mine");
	assert_int_equal(f.flags, FACT_SIGNED);
	f = read_text(MULTI("encrypted", PART("application/pgp-encrypted", "Version: 1")
					     PART("application/octet-stream", "x")));
	assert_int_equal(f.flags, FACT_ENCRYPTED);
	assert_int_equal(f.nparts, 2);
	f = read_text(HEAD "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=x\r\n\r\nx");
	assert_int_equal(f.flags, FACT_SIGNED);
	f = read_text(HEAD "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx");
	assert_int_equal(f.flags, FACT_ENCRYPTED);
}

static void test_files_in_the_text(void **state)
{
	struct facts f = read_text(HEAD "\r\nSee:\r\nbegin 644 ../cat.txt\r\n#0V%T\r\n`\r\nend\r\nand\r\n"
					"begin 600 dog\r\n#1&]G\r\nthat is all\r\n");

	(void)state;
	assert_span(f.text, "See:\nand\nthat is all\n");
	assert_int_equal(f.nparts, 2);
	assert_span(f.parts[0].name, "cat.txt");
	assert_span(f.parts[0].type, "application/octet-stream");
	assert_span(f.parts[1].name, "dog");
	f = read_text(HEAD "\r\nWe\r\nbegin 100 pages later\r\nto read.\r\n");
	assert_span(f.text, "We\nbegin 100 pages later\nto read.\n");
	f = read_text(HEAD "\r\nbegin 644 x");
	assert_span(f.text, "begin 644 x");
	assert_int_equal(f.nparts, 0);
}

static void test_names_of_folders(void **state)
{
	struct facts f = read_text(
	    MULTI("mixed", PART("text/plain", "x") PART("application/pdf; name=\"x/..\"", "1")
			   PART("application/pdf; name=\"=?utf-8?Q?=E2=80=AEfdp.exe?=\"", "2")));

	(void)state;
	assert_int_equal(f.nparts, 2);
	assert_int_equal(f.parts[0].name.n, 0);
	assert_span(f.parts[1].name, "fdp.exe");
}

static void test_partial(void **state)
{
	struct facts f = read_with(
	    SPAN(HEAD
		 "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
		 "--B\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nwords\r\n"
		 "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		 "w7xiZXIgw7"),
	    true, false);

	(void)state;
	assert_span(f.text, "words\n\xc3\xbc"
			    "ber ");
	assert_int_equal(f.flags, FACT_PARTIAL);
	f = read_with(SPAN(HEAD "Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Ty"), true,
		      false);
	assert_int_equal(f.depth, FACTS_WHOLE);
	f = read_with(SPAN("From: a@example.org\r\nSubj"), true, false);
	assert_int_equal(f.from.n, 1);
	assert_true(f.flags & FACT_TRUNCATED);
}

static void test_nothing_there(void **state)
{
	struct facts f = read_text("");

	(void)state;
	assert_int_equal(f.depth, FACTS_NONE);
	f = read_text("just words\n\nno fields\n");
	assert_int_equal(f.depth, FACTS_WHOLE);
	assert_int_equal(f.flags, FACT_NO_HEADER);
	assert_span(f.text, "just words\n\nno fields\n");
	f = read_text("\r\n");
	assert_true(f.flags & FACT_NO_HEADER);
}

static void test_header_only(void **state)
{
	struct facts f = read_with(SPAN(MULTI("mixed", PART("text/plain", "body"))), false, true);

	(void)state;
	assert_int_equal(f.depth, FACTS_HEADER_ONLY);
	assert_span(f.subject, "Hi");
	assert_span(f.content_type, "multipart/mixed");
	assert_int_equal(f.text.n, 0);
}

static void repeat(struct buf *b, const char *text, size_t n)
{
	while (n--)
		buf_puts(b, text);
}

/* GMime reads addresses of messages within messages, and calls itself for each group. */
static void test_nested_groups(void **state)
{
	const char *const folds[] = { "g:", "g:\r\n ", "g : " };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(4 << 20);
		buf_puts(&b, "To: ");
		repeat(&b, folds[i], 100000);
		buf_puts(&b, "a@example.org\r\n" HEAD "Content-Type: multipart/mixed; boundary=B\r\n\r\n"
			     "--B\r\n\r\nfirst\r\n--B\r\nContent-Type: message/rfc822\r\n\r\nReply-To : ");
		repeat(&b, folds[i], 100000);
		buf_puts(&b, "a@example.org\r\n\r\nx\r\n--B--\r\n");
		struct facts f = read_with(buf_span(&b), false, false);
		assert_true(f.flags & FACT_TRUNCATED);
	}
}

static void test_too_many(void **state)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(32 << 20);

	(void)state;
	buf_puts(&b, HEAD "Content-Type: multipart/mixed; boundary=B\r\n\r\n");
	repeat(&b, "--B\r\nContent-Type: image/png\r\n\r\nx\r\n", 100000);
	struct facts f = read_with(buf_span(&b), false, false);
	assert_int_equal(f.nparts, LIMIT_PARTS);
	assert_true(f.flags & FACT_TRUNCATED);

	buf_reset(&b);
	buf_puts(&b, HEAD);
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&b, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
	buf_puts(&b, "\r\nhi\r\n");
	f = read_with(buf_span(&b), false, false);
	assert_true(f.flags & FACT_TRUNCATED);

	buf_reset(&b);
	buf_puts(&b, HEAD);
	repeat(&b, "Content-Type: message/rfc822\r\n\r\n", 100000);
	f = read_with(buf_span(&b), false, false);
	assert_int_equal(f.depth, FACTS_WHOLE);

	buf_reset(&b);
	buf_puts(&b, HEAD "\r\n");
	repeat(&b, "long text ", 300000);
	f = read_with(buf_span(&b), false, false);
	assert_int_equal(f.text.n, LIMIT_TEXT);
	assert_true(f.flags & FACT_TRUNCATED);
}

static int setup(void **state)
{
	static struct fixture shared;

	(void)state;
	mime_start();
	html_start();
	shared.mime = mime_new(html_to_text);
	shared.arena = arena_new();
	fixture = &shared;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mime_free(&fixture->mime);
	arena_free(&fixture->arena);
	return 0;
}

/* A message that is one file has it once. */
static void test_alone(void **state)
{
	struct facts pdf = read_text(HEAD "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64"
					  "\r\n\r\nQUJD\r\n");
	struct facts text = read_text(HEAD "Content-Type: text/plain; name=a.txt\r\n\r\nHello\r\n");
	struct facts html = read_text(HEAD "Content-Type: text/html; name=a.html\r\n\r\n<p>Hello\r\n");

	(void)state;
	assert_int_equal(pdf.nparts, 1);
	assert_span(pdf.parts[0].name, "a.pdf");
	assert_int_equal(text.nparts, 1);
	assert_span(span_trim(text.text), "Hello");
	assert_int_equal(html.nparts, 1);
	assert_span(span_trim(html.text), "Hello");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	    cmocka_unit_test(test_header),
		cmocka_unit_test(test_texts),	    cmocka_unit_test(test_alternative),
		cmocka_unit_test(test_mixed),	    cmocka_unit_test(test_message_within),
		cmocka_unit_test(test_message_aside), cmocka_unit_test(test_message_in_base64),
		cmocka_unit_test(test_attached_text),
		cmocka_unit_test(test_report),	    cmocka_unit_test(test_signed_and_encrypted),
		cmocka_unit_test(test_partial),	    cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_header_only), cmocka_unit_test(test_nested_groups),
		cmocka_unit_test(test_too_many),    cmocka_unit_test(test_files_in_the_text),
		cmocka_unit_test(test_names_of_folders), cmocka_unit_test(test_alone),
	};

	return cmocka_run_group_tests_name("mime", tests, setup, teardown);
}
