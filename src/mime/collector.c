// SPDX-License-Identifier: Apache-2.0
#include "mime/collector.h"
#include "base/text.h"
#include "mail/limits.h"
#include "mime/charset.h"
#include "mime/content_type.h"
#include "mime/fields.h"
#include "mime/flowed.h"
#include "mime/report.h"
#include "mime/transfer.h"
#include "mime/uu_text.h"
#include "mime/words.h"

enum { WORK_KEPT = 1024 * 1024 }; /* memory that one unusual message may leave to the next */

void collector_start(struct collector *c, struct arena *a, struct facts *f, bool partial)
{
	struct buf *const texts[] = { &c->text, &c->html_text, &c->plain_choice, &c->html_choice };
	struct buf *const work[] = { &c->raw, &c->utf8, &c->lines };

	c->a = a;
	c->f = f;
	c->partial = partial;
	c->alternatives = 0;
	c->within = c->aside = false;
	c->text_from = c->part_text = 0;
	c->plain_seen = c->html_seen = false;
	c->parts = NULL;
	c->part_room = c->report_room = c->report_parts = 0;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_reset(texts[i]);
		texts[i]->cap = LIMIT_TEXT;
	}
	for (size_t i = 0; i < sizeof(work) / sizeof(*work); i++) {
		if (work[i]->room > WORK_KEPT)
			buf_free(work[i]);
		work[i]->cap = (size_t)LIMIT_FETCH_MAX * 8;
	}
	buf_reset(&c->returned);
	c->returned.cap = LIMIT_HEADER_BLOCK;
}

void collector_release(struct collector *c)
{
	struct buf *const all[] = {
		&c->text, &c->html_text, &c->plain_choice, &c->html_choice,
		&c->raw,  &c->utf8,	 &c->lines,	   &c->returned,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		buf_free(all[i]);
}

void collector_finish(struct collector *c)
{
	struct facts *f = c->f;

	f->text = arena_span(c->a, buf_span(&c->text));
	f->html_text = arena_span(c->a, buf_span(&c->html_text));
	f->returned_header = arena_span(c->a, buf_span(&c->returned));
	f->parts = c->parts;
	if (c->html_seen && !c->plain_seen)
		f->flags |= FACT_HTML_ONLY;
}

/* -- text -------------------------------------------------------------------------------------- */

/* LF line ends, no NUL. */
static void put_lines(struct buf *out, struct span s)
{
	while (s.n) {
		size_t n = 0;
		while (n < s.n && s.p[n] != '\r' && s.p[n] != '\0')
			n++;
		buf_put(out, s.p, n);
		if (n == s.n)
			return;
		if (s.p[n] == '\0')
			buf_puts(out, "\xef\xbf\xbd");
		else if (n + 1 == s.n || s.p[n + 1] != '\n')
			buf_putc(out, '\n');
		s = span_sub(s, n + 1, SIZE_MAX);
	}
}

/* On a line of its own, as much of it as there is room for. */
static void append_text(struct collector *c, struct buf *to, struct span s)
{
	if (!s.n)
		return;
	if (to->n && to->p[to->n - 1] != '\n')
		buf_putc(to, '\n');
	struct span fits = utf8_cut(s, to->cap - to->n);
	if (fits.n < s.n || to->full)
		c->f->flags |= FACT_TRUNCATED;
	buf_put_span(to, fits);
}

struct span collector_bytes(struct collector *c, const struct part *p)
{
	buf_reset(&c->raw);
	switch (p->encoding) {
	case PART_IDENTITY:
		return p->content;
	case PART_BASE64:
		transfer_base64(p->content, &c->raw);
		break;
	case PART_QUOTED_PRINTABLE:
		transfer_quoted_printable(p->content, &c->raw);
		break;
	case PART_UU:
		transfer_uu(p->content, &c->raw);
		break;
	}
	return buf_span(&c->raw);
}

/* HTML says its charset itself where the message does not. */
static struct span meta_charset(struct span html)
{
	struct span head = span_sub(html, 0, 1024);
	ptrdiff_t at = span_ifind(head, SPAN("charset="));

	if (at < 0)
		return SPAN_NONE;
	head = span_sub(head, (size_t)at + sizeof("charset=") - 1, 40);
	if (head.n && (head.p[0] == '"' || head.p[0] == '\''))
		head = span_sub(head, 1, SIZE_MAX);
	size_t n = 0;
	while (n < head.n && head.p[n] > ' ' && !strchr("\"'>;/", head.p[n]))
		n++;
	return span_sub(head, 0, n);
}

/* The part as UTF-8 with LF line ends, in c->lines. */
static void decode_text(struct collector *c, const struct part *p, bool html)
{
	struct span bytes = collector_bytes(c, p);
	struct span label = p->charset;

	if (html && !charset_known(label))
		label = meta_charset(bytes);
	buf_reset(&c->utf8);
	buf_reset(&c->lines);
	if (!charset_to_utf8(label, bytes, c->partial, &c->utf8))
		c->f->flags |= FACT_BAD_CHARSET;
	put_lines(&c->lines, buf_span(&c->utf8));
	if (c->raw.full || c->utf8.full || c->lines.full)
		c->f->flags |= FACT_TRUNCATED;
}

/* RFC 4880 section 6.2. */
static void note_pgp(struct collector *c, struct span text)
{
	text = span_trim(text);
	if (span_starts(text, SPAN("-----BEGIN PGP MESSAGE-----")))
		c->f->flags |= FACT_ENCRYPTED;
	else if (span_starts(text, SPAN("-----BEGIN PGP SIGNED MESSAGE-----")))
		c->f->flags |= FACT_SIGNED;
}

/* Files that stand in the text itself. */
static void note_file(void *context, struct span name, struct span content)
{
	const struct part file = {
		.type = SPAN("application/octet-stream"),
		.name = name,
		.disposition = SPAN("attachment"),
		.size = content.n,
	};

	collector_attachment(context, &file);
}

/* Text as it is shown, in c->utf8. */
static struct span shown_text(struct collector *c, const struct part *p)
{
	struct span text = buf_span(&c->lines);

	if (!p->flowed && !uu_text_any(text))
		return text;
	buf_reset(&c->utf8);
	if (p->flowed)
		flowed_unfold(text, p->delsp, &c->utf8);
	else
		uu_text_split(text, &c->utf8, note_file, c);
	return buf_span(&c->utf8);
}

static void plain_text(struct collector *c, const struct part *p)
{
	decode_text(c, p, false);
	struct span text = shown_text(c, p);
	note_pgp(c, text);
	if (c->alternatives) {
		append_text(c, &c->plain_choice, text);
		return;
	}
	c->plain_seen = c->plain_seen || span_trim(text).n > 0;
	append_text(c, &c->text, text);
}

static void html_text(struct collector *c, const struct part *p)
{
	decode_text(c, p, true);
	buf_reset(&c->utf8);
	c->utf8.cap = LIMIT_TEXT;
	if (!c->html(buf_span(&c->lines), &c->utf8))
		c->f->flags |= FACT_TRUNCATED;
	c->utf8.cap = c->lines.cap;
	if (c->alternatives) {
		append_text(c, &c->html_choice, buf_span(&c->utf8));
		return;
	}
	c->html_seen = c->html_seen || c->utf8.n > 0;
	append_text(c, &c->text, buf_span(&c->utf8));
}

void collector_alternative_begin(struct collector *c)
{
	c->alternatives++;
}

/* Plain text is the text, unless it is empty beside HTML that is not. */
void collector_alternative_end(struct collector *c)
{
	if (--c->alternatives)
		return;
	struct span plain = buf_span(&c->plain_choice);
	struct span html = buf_span(&c->html_choice);
	if (span_trim(plain).n) {
		c->plain_seen = true;
		append_text(c, &c->text, plain);
		append_text(c, &c->html_text, html);
	} else {
		c->html_seen = c->html_seen || html.n > 0;
		append_text(c, &c->text, html);
	}
	buf_reset(&c->plain_choice);
	buf_reset(&c->html_choice);
}

/* -- other parts ------------------------------------------------------------------------------- */

/* The last component, on one line, never one that names a folder. */
static struct span show_name(struct arena *a, struct span name)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(name.n * 3 + 1);

	for (size_t i = name.n; i > 0; i--) {
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = span_sub(name, i, SIZE_MAX);
			break;
		}
	}
	text_squeeze(&out, name);
	struct span shown = buf_span(&out);
	if (span_eq(shown, SPAN(".")) || span_eq(shown, SPAN("..")))
		return SPAN_NONE;
	return arena_span(a, utf8_cut(shown, LIMIT_FILE_NAME));
}

struct fact_part *collector_attachment(struct collector *c, const struct part *p)
{
	struct facts *f = c->f;

	if (c->within)
		return NULL;
	if (f->nparts == LIMIT_PARTS) {
		f->flags |= FACT_TRUNCATED;
		return NULL;
	}
	if (f->nparts == c->part_room) {
		uint32_t room = c->part_room ? c->part_room * 2 : 8;
		struct fact_part *more = arena_many(c->a, room, struct fact_part);
		if (f->nparts)
			memcpy(more, c->parts, f->nparts * sizeof(*more));
		c->parts = more;
		c->part_room = room;
	}
	c->parts[f->nparts] = (struct fact_part){
		.type = content_type_clean(c->a, p->type),
		.name = show_name(c->a, p->name),
		.disposition = content_type_clean(c->a, p->disposition),
		.size = p->size,
	};
	return &c->parts[f->nparts++];
}

/* -- what parts say ------------------------------------------------------------------------------ */

static void give_text(struct collector *c, struct fact_part *part, struct span text)
{
	part->text = arena_span(c->a, utf8_cut(text, LIMIT_PART_TEXT - c->part_text));
	c->part_text += part->text.n;
}

/* What is wrong with a file is not wrong with the message. */
static void attached_text(struct collector *c, const struct part *p, struct fact_part *part)
{
	uint32_t flags = c->f->flags;

	decode_text(c, p, false);
	c->f->flags = flags;
	give_text(c, part, buf_span(&c->lines));
}

struct aside collector_aside_begin(struct collector *c, struct fact_part *part)
{
	struct aside outside = {
		.part = part,
		.text_n = c->text.n,
		.html_n = c->html_text.n,
		.flags = c->f->flags,
		.plain_seen = c->plain_seen,
		.html_seen = c->html_seen,
	};

	c->within = c->aside = true;
	if (c->text.n)
		buf_putc(&c->text, '\n');
	c->text_from = c->text.n;
	return outside;
}

void collector_aside_end(struct collector *c, const struct aside *outside)
{
	give_text(c, outside->part, span_sub(buf_span(&c->text), c->text_from, SIZE_MAX));
	c->text.n = outside->text_n;
	c->html_text.n = outside->html_n;
	c->text_from = 0;
	c->within = c->aside = false;
	c->f->flags = outside->flags;
	c->plain_seen = outside->plain_seen;
	c->html_seen = outside->html_seen;
}

void collector_again(struct collector *c)
{
	for (uint32_t i = 0; i < c->f->nparts; i++)
		if (span_starts(c->parts[i].type, SPAN("message/")))
			c->parts[i].text = SPAN_NONE;
	buf_reset(&c->text);
	c->within = true;
}

static bool is_report(struct span type)
{
	return span_eq(type, SPAN("message/delivery-status")) ||
	       span_eq(type, SPAN("message/global-delivery-status")) ||
	       span_eq(type, SPAN("message/disposition-notification")) ||
	       span_eq(type, SPAN("message/global-disposition-notification")) ||
	       span_eq(type, SPAN("message/feedback-report"));
}

/* A message or its header block that GMime did not take apart (base64 is not allowed there, RFC 2046 section
 * 5.2.1, but is met). */
static bool is_returned(struct span type)
{
	return span_eq(type, SPAN("text/rfc822-headers")) || span_eq(type, SPAN("message/global-headers")) ||
	       span_eq(type, SPAN("message/rfc822")) || span_eq(type, SPAN("message/global"));
}

static void note_kind(struct collector *c, const struct part *p)
{
	struct span type = p->type;

	if (span_eq(type, SPAN("text/calendar")))
		c->f->flags |= FACT_CALENDAR;
	else if (span_eq(type, SPAN("application/ms-tnef")) || span_eq(type, SPAN("application/vnd.ms-tnef")))
		c->f->flags |= FACT_TNEF;
	else if (span_eq(type, SPAN("application/pkcs7-mime")) ||
		 span_eq(type, SPAN("application/x-pkcs7-mime")))
		c->f->flags |= span_ieq(p->smime, SPAN("signed-data")) ||
					       span_ieq(p->smime, SPAN("certs-only"))
				       ? FACT_SIGNED
				       : FACT_ENCRYPTED;
	else if (span_eq(type, SPAN("application/pgp-encrypted")))
		c->f->flags |= FACT_ENCRYPTED;
}

bool collector_wants_returned(const struct collector *c)
{
	return c->returned.n == 0;
}

void collector_returned(struct collector *c, const struct fact_field *fields, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct buf *b = &c->returned;
		if (fields[i].name.n + fields[i].value.n + 3 > b->cap - b->n) {
			c->f->flags |= FACT_TRUNCATED;
			return;
		}
		buf_put_span(b, fields[i].name);
		buf_puts(b, ": ");
		buf_put_span(b, fields[i].value);
		buf_putc(b, '\n');
	}
}

static void returned_part(struct collector *c, const struct part *p)
{
	struct raw_header h;

	raw_header_parse(c->a, arena_span(c->a, collector_bytes(c, p)), &h);
	collector_returned(c, fields_decode(c->a, &h, &c->f->flags), h.n);
}

/* Text of an unknown kind is plain text (RFC 2046 section 4.1.4), but not where it is one form of several. */
static bool is_plain(const struct collector *c, const struct part *p)
{
	static const struct span others[] = {
		{ "text/html", 9 }, { "text/enriched", 13 }, { "text/calendar", 13 },
		{ "text/rfc822-headers", 19 }, { "text/css", 8 }, { "text/rtf", 8 }, { "text/vcard", 10 },
		{ "text/x-vcard", 12 }, { "text/directory", 14 },
	};

	if (span_eq(p->type, SPAN("text/plain")))
		return true;
	if (!span_starts(p->type, SPAN("text/")) || c->alternatives)
		return false;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (span_eq(p->type, others[i]))
			return false;
	}
	return true;
}

void collector_part(struct collector *c, const struct part *p)
{
	/* Where there is nothing else, a text is what the message says, whatever it is called. */
	bool attached = (span_ieq(p->disposition, SPAN("attachment")) && !p->alone) ||
			(p->name.n && !p->nameless_root && !span_ieq(p->disposition, SPAN("inline")) &&
			 (c->text.n > c->text_from || c->plain_choice.n || c->html_choice.n));
	bool plain = is_plain(c, p);
	bool html = span_eq(p->type, SPAN("text/html")) || span_eq(p->type, SPAN("text/enriched"));
	struct fact_part *part;

	if (!attached && (html || (plain && (!p->name.n || span_eq(p->type, SPAN("text/plain")))))) {
		/* A message that is nothing but a file of text is both. */
		if (p->alone && p->name.n)
			collector_attachment(c, p);
		if (html)
			html_text(c, p);
		else
			plain_text(c, p);
		return;
	}
	if (c->aside)
		return;
	note_kind(c, p);
	part = collector_attachment(c, p);
	if (part && plain)
		attached_text(c, p, part);
	else if (is_report(p->type))
		report_read(c, collector_bytes(c, p));
	else if (is_returned(p->type) && collector_wants_returned(c))
		returned_part(c, p);
}
