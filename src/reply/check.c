// SPDX-License-Identifier: Apache-2.0
/* The last gate. Shares nothing with the composer but the standards. */
#include "base/text.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "mail/mail_date.h"
#include "reply/reply.h"
#include <errno.h>

enum { LINE_MAX_BYTES = 998, QP_LINE_MAX = 76 };

enum field {
	FROM,
	TO,
	SUBJECT,
	DATE,
	MESSAGE_ID,
	AUTO_SUBMITTED,
	SUPPRESS,
	HEARBACK_ID,
	AUDIT,
	MIME_VERSION,
	CONTENT_TYPE,
	ENCODING,
	LANGUAGE,
	REQUIRED,
	IN_REPLY_TO = REQUIRED,
	REFERENCES,
	FIELDS
};

static const char *const names[FIELDS] = {
	[FROM] = "From",
	[TO] = "To",
	[SUBJECT] = "Subject",
	[DATE] = "Date",
	[MESSAGE_ID] = "Message-ID",
	[AUTO_SUBMITTED] = "Auto-Submitted",
	[SUPPRESS] = "X-Auto-Response-Suppress",
	[HEARBACK_ID] = "X-Hearback-Id",
	[AUDIT] = "Hearback-Audit",
	[MIME_VERSION] = "MIME-Version",
	[CONTENT_TYPE] = "Content-Type",
	[ENCODING] = "Content-Transfer-Encoding",
	[LANGUAGE] = "Content-Language",
	[IN_REPLY_TO] = "In-Reply-To",
	[REFERENCES] = "References",
};

struct message {
	struct arena *a;
	struct span values[FIELDS]; /* unfolded; p is NULL where the field is not there */
	struct span body;
	struct err *fault;
};

static bool faulty(struct message *m, const char *where, const char *what)
{
	err_set(m->fault, -EBADMSG, "%s: %s", where, what);
	return false;
}

/* Every byte and every line end, before anything is understood. */
static bool check_raw(struct message *m, struct span s)
{
	size_t line = 0;
	bool header = true;

	if (s.n == 0 || s.n > LIMIT_OUTGOING)
		return faulty(m, "message", s.n ? "larger than 64 KB" : "empty");
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n') {
			header &= line > 0;
			line = 0;
			i++;
			continue;
		}
		if (c == '\r' || c == '\n')
			return faulty(m, "message", "a bare CR or LF");
		if (c >= 0x7f || (c < ' ' && (c != '\t' || header)))
			return faulty(m, "message", c >= 0x80 ? "an 8-bit byte" : "a control character");
		if (++line > LINE_MAX_BYTES)
			return faulty(m, "message", "a line of more than 998 bytes");
	}
	return line == 0 || faulty(m, "message", "the last line has no end");
}

/* Takes one line without its CRLF; check_raw has been there. */
static struct span next_line(struct span *rest)
{
	ptrdiff_t n = span_find(*rest, SPAN("\r\n"));
	struct span line = span_sub(*rest, 0, n < 0 ? rest->n : (size_t)n);

	*rest = span_sub(*rest, line.n + 2, SIZE_MAX);
	return line;
}

static bool take_field(struct message *m, struct span line)
{
	ptrdiff_t colon = span_chr(line, ':');

	for (int f = 0; f < FIELDS && colon > 0; f++) {
		if (!span_eq(span_sub(line, 0, (size_t)colon), span_of(names[f])))
			continue;
		if (m->values[f].p)
			return faulty(m, names[f], "stands there twice");
		m->values[f] = span_trim(span_sub(line, (size_t)colon + 1, SIZE_MAX));
		return true;
	}
	return faulty(m, "header", "a field that has no place in an automated message");
}

/* The header block without its line breaks inside fields; the body is what follows it. */
static bool unfold_header(struct message *m, struct span s, struct span *header)
{
	ptrdiff_t end = span_find(s, SPAN("\r\n\r\n"));
	char *flat = arena_alloc(m->a, s.n);
	size_t n = 0;

	if (end < 0)
		return faulty(m, "header", "does not end");
	m->body = span_sub(s, (size_t)end + 4, SIZE_MAX);
	s = span_sub(s, 0, (size_t)end + 2);
	for (size_t i = 0; i < s.n; i++) {
		bool fold = s.p[i] == '\r' && i + 2 < s.n && s.p[i + 2] == ' ';
		if (fold && (i + 3 == s.n || ascii_blank(s.p[i + 3])))
			return faulty(m, "header", "a folded line without content");
		i += fold ? 2 : 0;
		flat[n++] = s.p[i];
	}
	*header = span_make(flat, n);
	return true;
}

static bool take_header(struct message *m, struct span bytes)
{
	struct span header;

	if (!unfold_header(m, bytes, &header))
		return false;
	while (header.n)
		if (!take_field(m, next_line(&header)))
			return false;
	return true;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* =XX at s[i]; -1 if it is none. */
static int hex_byte(struct span s, size_t i)
{
	if (i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0)
		return -1;
	return hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2]);
}

/* What a mail program will show must be UTF-8 without anything that moves or hides. */
static bool shows_plainly(struct span text)
{
	BUF_CLEANUP struct buf again = BUF_CAPPED((size_t)4 * LIMIT_OUTGOING);

	text_printable(&again, text);
	return span_eq(buf_span(&again), text);
}

/* Only =?utf-8?Q?...?= is written by us. Appends what the value shows. */
static bool decode_words(struct message *m, enum field f, struct buf *shown)
{
	static const struct span begin = { "=?utf-8?Q?", 10 };
	struct span s = m->values[f];

	while (s.n) {
		if (!span_starts(s, SPAN("=?"))) {
			buf_putc(shown, s.p[0]);
			s = span_sub(s, 1, SIZE_MAX);
			continue;
		}
		struct span word = span_sub(s, begin.n, SIZE_MAX);
		ptrdiff_t end = span_find(word, SPAN("?="));
		if (!span_starts(s, begin) || end < 0)
			return faulty(m, names[f], "an encoded word that is not ours");
		word.n = (size_t)end;
		for (size_t i = 0; i < word.n; i++) {
			bool escaped = word.p[i] == '=';
			int c = escaped ? hex_byte(word, i) : word.p[i] == '_' ? ' ' : word.p[i];
			i += escaped ? 2 : 0;
			if (c < ' ' || (c == '?' && !escaped))
				return faulty(m, names[f], "a broken encoded word");
			buf_putc(shown, (char)(unsigned char)c);
		}
		s = span_sub(s, begin.n + (size_t)end + 2, SIZE_MAX);
		/* Blanks between two encoded words are not shown (RFC 2047 section 6.2). */
		if (span_starts(span_trim(s), SPAN("=?")))
			s = span_trim(s);
	}
	if (shown->full || !shows_plainly(buf_span(shown)))
		return faulty(m, names[f], "shows something else than plain text");
	return true;
}

static bool check_from(struct message *m, struct span want)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(4 * LINE_MAX_BYTES);
	struct span from = m->values[FROM];
	bool quoted = false;
	ptrdiff_t open = -1;

	if (!decode_words(m, FROM, &shown))
		return false;
	if (span_eq(from, want) && address_may_send(from))
		return true;
	for (size_t i = 0; i < from.n; i++) {
		char c = from.p[i];
		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '<' && open < 0)
			open = (ptrdiff_t)i;
		else if (!quoted && (strchr("<(),:;", c) || (c == '>' && i + 1 < from.n)))
			return faulty(m, "From", "more than one name and address");
	}
	if (open < 0 || quoted || from.p[from.n - 1] != '>')
		return faulty(m, "From", "is not one name and address");
	struct span address = span_sub(from, (size_t)open + 1, from.n - (size_t)open - 2);
	if (!span_eq(address, want) || !address_may_send(address))
		return faulty(m, "From", "is not the address of the account");
	return true;
}

static bool id_in_brackets(struct span s)
{
	return s.n > 2 && s.p[0] == '<' && s.p[s.n - 1] == '>' &&
	       message_id_may_write(span_sub(s, 1, s.n - 2));
}

static bool check_ids(struct message *m)
{
	struct span rest = m->values[REFERENCES], id = SPAN_NONE;
	unsigned n = 0;

	if (!id_in_brackets(m->values[MESSAGE_ID]))
		return faulty(m, "Message-ID", "is not one plain id");
	if (!m->values[IN_REPLY_TO].p != !m->values[REFERENCES].p)
		return faulty(m, "References", "In-Reply-To and References go together");
	if (!m->values[IN_REPLY_TO].p)
		return true;
	if (!id_in_brackets(m->values[IN_REPLY_TO]))
		return faulty(m, "In-Reply-To", "is not one plain id");
	while (span_split(&rest, ' ', &id))
		if (!id_in_brackets(id) || ++n > LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL)
			return faulty(m, "References", "is no list of at most 21 plain ids");
	return span_eq(id, m->values[IN_REPLY_TO]) ||
	       faulty(m, "References", "does not end with In-Reply-To");
}

static bool letters(struct span s, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && !strchr(others, c))
			return false;
	}
	return s.n > 0;
}

static bool check_fixed(struct message *m, const struct reply_expected *want)
{
	bool answers = span_eq(want->auto_submitted, SPAN("auto-replied"));

	if (!answers && !span_eq(want->auto_submitted, SPAN("auto-generated")))
		return faulty(m, "Auto-Submitted", "neither auto-replied nor auto-generated is expected");
	if (!span_eq(m->values[AUTO_SUBMITTED], want->auto_submitted))
		return faulty(m, "Auto-Submitted", "is not what this purpose demands (RFC 3834 section 5)");
	if (!span_eq(m->values[SUPPRESS], SPAN("All")))
		return faulty(m, "X-Auto-Response-Suppress", "is not All");
	if (!span_eq(m->values[MIME_VERSION], SPAN("1.0")))
		return faulty(m, "MIME-Version", "is not 1.0");
	if (m->values[HEARBACK_ID].n > REPLY_TOKEN_MAX || !letters(m->values[HEARBACK_ID], "-_.=+/"))
		return faulty(m, "X-Hearback-Id", "is no token");
	if (!span_starts(m->values[AUDIT], SPAN("v=1;")) || !letters(m->values[AUDIT], "-_.=+/; "))
		return faulty(m, "Hearback-Audit", "is no audit head");
	if (m->values[LANGUAGE].n > REPLY_TOKEN_MAX || !letters(m->values[LANGUAGE], "-"))
		return faulty(m, "Content-Language", "is no language tag");
	return true;
}

static bool check_header(struct message *m, const struct reply_expected *want)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(4 * LINE_MAX_BYTES);
	bool answers = span_eq(want->auto_submitted, SPAN("auto-replied"));
	int64_t date;

	for (int f = 0; f < REQUIRED; f++)
		if (!m->values[f].p)
			return faulty(m, names[f], "is missing");
	if (!check_fixed(m, want) || !check_from(m, want->from) || !check_ids(m))
		return false;
	if (!span_eq(m->values[TO], want->to) || !address_may_send(m->values[TO]))
		return faulty(m, "To", "is not exactly the one recipient");
	if (!mail_date_parse(m->values[DATE], &date))
		return faulty(m, "Date", "is no date");
	if (!decode_words(m, SUBJECT, &shown))
		return false;
	if (!shown.n || span_starts(buf_span(&shown), SPAN("Auto: ")) < answers)
		return faulty(m, "Subject", answers ? "does not begin with Auto:" : "is empty");
	return true;
}

static bool decode_quoted_printable(struct message *m, struct buf *text)
{
	struct span rest = m->body;

	while (rest.n) {
		struct span line = next_line(&rest);
		if (line.n > QP_LINE_MAX)
			return faulty(m, "body", "a quoted-printable line of more than 76 bytes");
		bool soft = line.n && line.p[line.n - 1] == '=';
		line.n -= soft;
		for (size_t i = 0; i < line.n; i++) {
			int c = line.p[i] == '=' ? hex_byte(line, i) : line.p[i];
			if (c < 0)
				return faulty(m, "body", "broken quoted-printable");
			i += line.p[i] == '=' ? 2 : 0;
			buf_putc(text, (char)(unsigned char)c);
		}
		if (!soft)
			buf_putc(text, '\n');
	}
	return true;
}

static bool check_body(struct message *m)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(LIMIT_OUTGOING);
	bool utf8 = span_eq(m->values[CONTENT_TYPE], SPAN("text/plain; charset=utf-8"));
	bool qp = span_eq(m->values[ENCODING], SPAN("quoted-printable"));

	if (!utf8 && !span_eq(m->values[CONTENT_TYPE], SPAN("text/plain; charset=us-ascii")))
		return faulty(m, "Content-Type", "is not plain text in utf-8 or us-ascii");
	if (!qp && (utf8 || !span_eq(m->values[ENCODING], SPAN("7bit"))))
		return faulty(m, "Content-Transfer-Encoding", "does not fit the charset");
	if (!qp)
		return span_trim(m->body).n || faulty(m, "body", "is empty");
	if (!decode_quoted_printable(m, &text))
		return false;
	if (!span_trim(buf_span(&text)).n)
		return faulty(m, "body", "is empty");
	if (!shows_plainly(buf_span(&text)))
		return faulty(m, "body", "shows something else than plain text");
	for (size_t i = 0; i < text.n && !utf8; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return faulty(m, "body", "is not us-ascii");
	return true;
}

bool reply_check_bytes(struct span bytes, const struct reply_expected *want, struct err *fault)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct message m = { .a = a, .fault = fault };

	return check_raw(&m, bytes) && take_header(&m, bytes) && check_header(&m, want) && check_body(&m);
}

bool reply_shows(struct arena *a, struct span bytes, struct reply_shown *out)
{
	struct err fault;
	struct message m = { .a = a, .fault = &fault };
	BUF_CLEANUP struct buf text = BUF_CAPPED(2 * LIMIT_OUTGOING);

	*out = (struct reply_shown){ .n = 0 };
	if (!check_raw(&m, bytes) || !take_header(&m, bytes))
		return false;
	for (enum field f = 0; f < FIELDS; f++) {
		BUF_CLEANUP struct buf shown = BUF_CAPPED(4 * LINE_MAX_BYTES);
		if (!m.values[f].p)
			continue;
		if (!decode_words(&m, f, &shown))
			return false;
		out->fields[out->n].name = span_of(names[f]);
		out->fields[out->n++].value = arena_span(a, buf_span(&shown));
	}
	if (span_eq(m.values[ENCODING], SPAN("quoted-printable")) && !decode_quoted_printable(&m, &text))
		return false;
	if (!span_eq(m.values[ENCODING], SPAN("quoted-printable")))
		for (struct span rest = m.body; rest.n;) {
			buf_put_span(&text, next_line(&rest));
			buf_putc(&text, '\n');
		}
	out->text = arena_span(a, buf_span(&text));
	return true;
}
_Static_assert((int)FIELDS <= (int)REPLY_FIELDS, "every field has its place");
