// SPDX-License-Identifier: Apache-2.0
/* Is every parser linear? Each gets inputs made to be slow, of a size and of twice that size: the second may take
 * at most 2.5 times as long.
 *	bench-linear [PARSER]	a line for each input, exit status 1 if one takes longer */
#include "config/config.h"
#include "html/html_text.h"
#include "mail/address.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "mail/mail_date.h"
#include "mail/message_id.h"
#include "mime/flowed.h"
#include "mime/mime.h"
#include "mime/transfer.h"
#include "mime/uu_text.h"
#include "mime/words.h"
#include "mustache/mustache.h"
#include "reading/reading.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	ROUNDS = 5,
	TRIES = 6,		/* before an input is called slow: other work on the machine may be to blame */
	LEAST_US = 2000,	/* of one measurement */
	OUT = LIMIT_TEXT * 16,
};

/* What a parser is given, and where it writes what is no matter here. */
struct run {
	struct arena *a;
	struct buf *out;
	struct facts facts; /* of the input as a message, read before the clock starts */
};
typedef void (*parser)(struct run *r, struct span in);

static struct mime *mime;

static void run_header(struct run *r, struct span in)
{
	struct raw_header h;

	raw_header_parse(r->a, in, &h);
	for (uint32_t i = 0; i < h.n; i++)
		header_strip_comments(r->a, header_unfold(r->a, h.at[i].value));
}

static void run_addresses(struct run *r, struct span in)
{
	struct address_list list = { 0 };

	address_list_parse(r->a, in, words_decode, &list);
	for (uint32_t i = 0; i < list.n; i++)
		address_key(r->a, list.at[i], '+');
}

static void run_references(struct run *r, struct span in)
{
	struct message_ids ids = { 0 };

	message_ids_parse(r->a, in, &ids);
	message_id_parse(r->a, in);
}

static void run_date(struct run *r, struct span in)
{
	int64_t at;

	(void)r;
	mail_date_parse(in, &at);
}

static void run_words(struct run *r, struct span in)
{
	words_decode(r->a, in);
	words_keep_tell(r->a, in, NULL);
}

static void run_base64(struct run *r, struct span in)
{
	transfer_base64(in, r->out);
}

static void run_quoted_printable(struct run *r, struct span in)
{
	transfer_quoted_printable(in, r->out);
}

static void run_uu(struct run *r, struct span in)
{
	transfer_uu(in, r->out);
}

static void drop_file(void *context, struct span name, struct span content)
{
	(void)context;
	(void)name;
	(void)content;
}

static void run_uu_text(struct run *r, struct span in)
{
	uu_text_split(in, r->out, drop_file, NULL);
}

static void run_flowed(struct run *r, struct span in)
{
	flowed_unfold(in, true, r->out);
}

static void run_message(struct run *r, struct span in)
{
	const struct mime_message message = { .bytes = in };
	struct facts f;

	mime_read(mime, r->a, &message, &f);
}

static void run_html(struct run *r, struct span in)
{
	struct stretch *at;

	html_to_text(in, r->out);
	reading_new_text(r->a, buf_span(r->out), &at);
}

static void run_new_text(struct run *r, struct span in)
{
	struct stretch *at;

	reading_new_text(r->a, in, &at);
}

static void run_bounce(struct run *r, struct span in)
{
	struct bounce_recipient *at;

	(void)in;
	reading_bounce(r->a, &r->facts, &at);
	reading_returned_id(r->a, &r->facts);
}

static void run_kind(struct run *r, struct span in)
{
	struct span own = SPAN("support@example.com");
	const struct reading_account us = { .own = &own, .nown = 1, .group = own };
	struct kind_found found;
	struct voice_found voice;

	(void)in;
	reading_kind(r->a, &r->facts, &us, false, &found);
	reading_voice(r->a, &r->facts, &us, found.kind, false, &voice);
	reading_addressed(r->a, &r->facts, &us);
}

static void run_language(struct run *r, struct span in)
{
	reading_language(r->a, in);
}

static void run_authentication(struct run *r, struct span in)
{
	const struct reading_account us = { .authserv_id = SPAN("mx.example.com"), .hops = 1 };

	(void)in;
	reading_proof(r->a, &r->facts, &us);
}

static void run_config(struct run *r, struct span in)
{
	const struct config_source none = { .find = NULL };
	struct config c;
	struct config_errors errors;

	config_parse(r->a, (struct config_file){ SPAN("h.conf"), in }, &none, &c, &errors);
}

static void run_template(struct run *r, struct span in)
{
	const struct mustache_options how = { .escape = mustache_escape_html };
	struct mustache_value *data = mustache_new(r->a, MUSTACHE_MAP);
	struct mustache *t;
	struct err err;

	mustache_add_string(r->a, data, "a", SPAN("<&>"));
	if (mustache_compile(r->a, in, 1, 0, &t, &err) == 0)
		mustache_render(t, data, &how, r->out, &err);
}

#define FROM "From: a@b.example\n"
#define MULTIPART FROM "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
#define REPORT FROM "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
#define RESULTS FROM "Received: from x\nAuthentication-Results: mx.example.com"

static const struct trial {
	const char *name;
	parser run;
	size_t size; /* of the larger input */
	const char *head, *piece, *tail;
} trials[] = {
	{ "header", run_header, LIMIT_HEADER_BLOCK, "", "a: b\n", "" },
	{ "header", run_header, LIMIT_HEADER_BLOCK, "a: ", "x\n ", "" },
	{ "header", run_header, LIMIT_HEADER_BLOCK, "", "no field\n", "" },
	{ "header", run_header, LIMIT_HEADER_BLOCK, "", "\r", "" },
	{ "header", run_header, LIMIT_HEADER_BLOCK, "", "a: ((((((((((((((((((((((((((((((((\n", "" },
	{ "header", run_header, LIMIT_HEADER_BLOCK, "", "a: \"\"\"\\\"(\\(\n", "" },
	{ "header", run_header, LIMIT_FIELD_VALUE, "a: ", "(", "" },
	{ "header", run_header, LIMIT_FIELD_VALUE, "a: ", "(\"", "" },
	{ "header", run_header, LIMIT_FIELD_VALUE, "a: ", "\\", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "a@b.example,", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "(", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "(x", ")" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "\"", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "<", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "a:", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "a:b@c.example;", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "@a,@b:", "" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "a b \"c\" (d) ", "<e@f.example>" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "=?utf-8?q?a?= ", "<e@f.example>" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "", "a.", "@b.example" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "a@", "xn--a.", "example" },
	{ "addresses", run_addresses, LIMIT_FIELD_VALUE, "a@", "\xc3\xa9.", "example" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "", "<a@b>", "" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "", "<", "" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "", ">", "" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "", "(", "" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "", "\"<", "" },
	{ "references", run_references, LIMIT_FIELD_VALUE, "<", "a ", "@b>" },
	{ "date", run_date, LIMIT_FIELD_VALUE, "", "Mon ", "" },
	{ "date", run_date, LIMIT_FIELD_VALUE, "", "(", "" },
	{ "date", run_date, LIMIT_FIELD_VALUE, "Mon, 2 Apr 2012 ", "(x)", " 18:26:00 +0200" },
	{ "date", run_date, LIMIT_FIELD_VALUE, "Mon, ", "1", " Apr 2012 18:26:00 +0200" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?utf-8?q?a_=20?= ", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?utf-8?b?w6k=?= ", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?utf-8?q?", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?x?=", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?nonsense?q?\xff?=", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "=?iso-2022-jp?b?GyRCJCIbKEI=?=\n ", "" },
	{ "words", run_words, LIMIT_FIELD_VALUE, "", "\xff\xc3", "" },
	{ "base64", run_base64, LIMIT_TEXT, "", "QUJD\n", "" },
	{ "base64", run_base64, LIMIT_TEXT, "", "Q=", "" },
	{ "base64", run_base64, LIMIT_TEXT, "", "!", "" },
	{ "quoted-printable", run_quoted_printable, LIMIT_TEXT, "", "=41=\n", "" },
	{ "quoted-printable", run_quoted_printable, LIMIT_TEXT, "", "=", "" },
	{ "quoted-printable", run_quoted_printable, LIMIT_FIELD_VALUE, "", " ", "" },
	{ "quoted-printable", run_quoted_printable, LIMIT_TEXT, "", "= \t ", "" },
	{ "uuencode", run_uu, LIMIT_TEXT, "begin 644 a\n", "#0V%T\n", "`\nend\n" },
	{ "uuencode", run_uu, LIMIT_TEXT, "", "begin 644 a\n", "" },
	{ "uuencode", run_uu_text, LIMIT_TEXT, "", "begin 644 a\n", "" },
	{ "uuencode", run_uu_text, LIMIT_TEXT, "", "begin 644 a\n#0V%T\n", "" },
	{ "uuencode", run_uu_text, LIMIT_TEXT, "", "begin 644 a\n#0V%T\n`\nend\n", "" },
	{ "flowed", run_flowed, LIMIT_TEXT, "", "a \n", "" },
	{ "flowed", run_flowed, LIMIT_TEXT, "", ">", "" },
	{ "flowed", run_flowed, LIMIT_TEXT, "", "> a \n>> b \n", "" },
	{ "flowed", run_flowed, LIMIT_TEXT, "", "-- \n", "" },
	{ "message", run_message, LIMIT_TEXT, FROM "\n", "word word word word\n", "" },
	{ "message", run_message, LIMIT_TEXT, FROM "\n", "\r", "" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\n\n", "--b--\n" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\n\nx\n", "--b--\n" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--a\n\n", "--b--\n" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\nContent-Type: multipart/mixed; boundary=b\n\n", "" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n", "" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\nContent-Type: message/rfc822\n\n", "" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\nContent-Disposition: attachment; filename*0*=''a; filename*1=b\n\n", "" },
	{ "message", run_message, LIMIT_TEXT, MULTIPART, "--b\nContent-Type: text/html\n\n<p>x\n", "--b--\n" },
	{ "message", run_message, LIMIT_TEXT, FROM "Content-Type: message/rfc822\n\n", "Content-Type: message/rfc822\n\n", "" },
	{ "message", run_message, LIMIT_HEADER_BLOCK, FROM "Content-Type: text/plain", "; a=b", "\n\nx" },
	{ "message", run_message, LIMIT_HEADER_BLOCK, FROM "Content-Type: text/plain", "; a*0=b", "\n\nx" },
	{ "message", run_message, LIMIT_TEXT, FROM "Content-Type: text/html\n\n", "&amp;<b>", "" },
	{ "message", run_message, LIMIT_TEXT, FROM "Content-Type: text/plain; charset=utf-7\n\n", "+AOk-", "" },
	{ "message", run_message, LIMIT_TEXT, FROM "\n", "\xff\xe9\xc3", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<blockquote>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<blockquote></blockquote>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<div>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<", "" },
	{ "html", run_html, LIMIT_TEXT, "", "&", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<!--", "" },
	{ "html", run_html, LIMIT_TEXT, "", "</p>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<a href=\"", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<table><tr><td>x", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<b><i></b>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<script>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<ol><li>x", "" },
	{ "html", run_html, LIMIT_TEXT, "<p ", "a=b ", ">" },
	{ "html", run_html, LIMIT_TEXT, "", "<div id=divRplyFwdMsg>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<div class='a a a a a a a a a a a a a a a a x_x_x_x_ yahoo_quoted'>x</div>", "" },
	{ "html", run_html, LIMIT_TEXT, "", "<p style='border-top:solid #E1E1E1 1.0pt'>x", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "word word word word word word word\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", ">", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "> \n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", ">\nx\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "",
	  "> a long quoted line without an end, of more than sixty bytes, that goes on\nrest\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "On Mon, 2 Apr 2012 at 18:26,\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "On 1:11 <\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "On Mon, 2 Apr 2012, Bob wrote:\n\n\n\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "On Mon, 2 Apr 2012, Bob wrote:\n> \n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "Am 02.04.2012 um 18:26 schrieb Bob <bob@example.com>:\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "From: a@b\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "From: a@b\n\nDate: x\nTo: y\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "-----Original Message-----\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "--- On \n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "----\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "-- \n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "",
	  "confidential intended recipient confidential intended recipient confidential intended recipient\n\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "bob@example.com\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "Sent from my x\n", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", ":", "" },
	{ "new text", run_new_text, LIMIT_TEXT, "", "1:11 2012 wrote:", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "<a@b.example>: 550 5.1.1 no\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "a@b.example\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "Final-Recipient: rfc822; a@b.example\nAction: failed\n\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "The following addresses had permanent fatal errors\n<a@b.example>\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", ">>> RCPT TO:<a@b.example>\n<<< 550 5.1.1\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "@", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "<", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "Message-ID: <\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "\n", "--- Below this line is a copy of the message.\n", "" },
	{ "bounce", run_bounce, LIMIT_TEXT, REPORT "--b\nContent-Type: message/delivery-status\n\n",
	  "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n", "--b--\n" },
	{ "bounce", run_bounce, LIMIT_TEXT, FROM "X-Failed-Recipients: ", "a@b.example, ", "\n\nx\n" },
	{ "kind", run_kind, LIMIT_HEADER_BLOCK, FROM, "Precedence: bulk\n", "\nx" },
	{ "kind", run_kind, LIMIT_HEADER_BLOCK, FROM, "List-Id: x\n", "\nx" },
	{ "kind", run_kind, LIMIT_HEADER_BLOCK, FROM, "Auto-Submitted: (((((((((((((((((((((((((((((((((((\n", "\nx" },
	{ "kind", run_kind, LIMIT_FIELD_VALUE, FROM "Auto-Submitted: ", "(", "\n\nx" },
	{ "kind", run_kind, LIMIT_FIELD_VALUE, FROM "Subject: ", "(auto ", ")\n\nx" },
	{ "kind", run_kind, LIMIT_FIELD_VALUE, FROM "To: ", "a@b.example, ", "\n\nx" },
	{ "kind", run_kind, LIMIT_FIELD_VALUE, "From: ", "a@b.example, ", "\n\nx" },
	{ "language", run_language, LIMIT_TEXT, "", "a ", "" },
	{ "language", run_language, 4096, "", "\xc3\xa9 ", "" },
	{ "language", run_language, 4096, "", "the quick brown fox and das ist nicht ", "" },
	{ "language", run_language, 4096, "", "http://a ", "" },
	{ "authentication", run_authentication, LIMIT_FIELD_VALUE, RESULTS, "; spf=pass smtp.mailfrom=a@b.example", "\n\nx" },
	{ "authentication", run_authentication, LIMIT_FIELD_VALUE, RESULTS, "; dkim=pass (", "\n\nx" },
	{ "authentication", run_authentication, LIMIT_FIELD_VALUE, RESULTS, ";", "\n\nx" },
	{ "authentication", run_authentication, LIMIT_FIELD_VALUE, RESULTS "; ", "\"", "\n\nx" },
	{ "authentication", run_authentication, LIMIT_HEADER_BLOCK, FROM,
	  "Authentication-Results: mx.example.com; dmarc=fail\n", "\nx" },
	{ "authentication", run_authentication, LIMIT_HEADER_BLOCK, FROM, "Received: from x\n",
	  "Authentication-Results: mx.example.com; dmarc=pass\n\nx" },
	{ "config", run_config, CONFIG_BYTES / 4, "", "debug = yes\n", "" },
	{ "config", run_config, CONFIG_BYTES / 4, "", "what = ever\n", "" },
	{ "config", run_config, CONFIG_BYTES / 4, "", "account a {\n}\n", "" },
	{ "config", run_config, CONFIG_BYTES / 4, "", "account a {\n", "" },
	{ "config", run_config, CONFIG_BYTES / 4, "account a {\n agents = ", "a@b.example, ", "\n}\n" },
	{ "config", run_config, CONFIG_BYTES / 4, "account a {\n agents = ", "\"", "\n}\n" },
	{ "config", run_config, CONFIG_BYTES / 4, "", "}", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "{{a}}", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "{{#a}}x{{/a}}\n", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "{{", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "{{!x}}\n", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "{{=a b=}}a=c d=bc={{ }}=d", "" },
	{ "template", run_template, MUSTACHE_SIZE, "", "\n", "" },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Head, so many pieces that all is about `n` bytes long, tail. */
static void fill(struct buf *b, const struct trial *t, size_t n)
{
	buf_reset(b);
	buf_puts(b, t->head);
	while (b->n < n)
		buf_puts(b, t->piece);
	buf_puts(b, t->tail);
}

static double once(const struct trial *t, struct span in, struct buf *out)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	struct run r = { .a = a, .out = out, .facts = facts_none() };
	const struct mime_message message = { .bytes = in };

	buf_reset(out);
	if (t->run == run_bounce || t->run == run_kind || t->run == run_authentication)
		mime_read(mime, a, &message, &r.facts);
	double from = now();
	t->run(&r, in);
	return now() - from;
}

/* Microseconds: the best of several, for whatever else runs on this machine. */
static double measure(const struct trial *t, struct span in, struct buf *out)
{
	double best = 1e12;

	for (int i = 0; i < ROUNDS; i++) {
		double sum = 0;
		unsigned times = 0;
		while (sum < LEAST_US) {
			sum += once(t, in, out);
			times++;
		}
		best = sum / times < best ? sum / times : best;
	}
	return best;
}

static bool is_linear(const struct trial *t, struct buf *out)
{
	BUF_CLEANUP struct buf one = BUF_CAPPED(LIMIT_TEXT * 2), two = BUF_CAPPED(LIMIT_TEXT * 2);
	double ratio = 1e9, took = 0;

	fill(&one, t, t->size / 2);
	fill(&two, t, t->size);
	for (int i = 0; i < TRIES && ratio > 2.5; i++) {
		double half = measure(t, buf_span(&one), out);
		took = measure(t, buf_span(&two), out);
		ratio = took / half < ratio ? took / half : ratio;
	}
	printf("%-4s %-16s %5.2f times  %8.1f ns a byte  ", ratio <= 2.5 ? "ok" : "SLOW", t->name, ratio,
	       took * 1000 / (double)two.n);
	for (const char *p = t->piece; *p && p < t->piece + 50; p++)
		putchar(*p < ' ' || *p > '~' ? '.' : *p);
	putchar('\n');
	return ratio <= 2.5;
}

int main(int argc, char **argv)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUT);
	bool good = true;

	mime_start();
	html_start();
	mime = mime_new(html_to_text);
	for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++)
		if (argc < 2 || strcmp(argv[1], trials[i].name) == 0)
			good = is_linear(&trials[i], &out) && good;
	mime_free(&mime);
	return !good;
}
