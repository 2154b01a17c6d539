// SPDX-License-Identifier: Apache-2.0
#include "mail/header.h"
#include "mail/limits.h"

struct line {
	struct span text; /* without its line end */
	size_t next;	  /* where the next line begins */
	bool ended;	  /* there was a line end */
};

/* Lines end with LF or CRLF; a bare CR is an ordinary byte. */
static struct line line_at(struct span s, size_t at)
{
	struct span rest = span_sub(s, at, SIZE_MAX);
	ptrdiff_t lf = span_chr(rest, '\n');

	if (lf < 0)
		return (struct line){ .text = rest, .next = s.n };
	struct span text = span_sub(rest, 0, (size_t)lf);
	if (text.n && text.p[text.n - 1] == '\r')
		text.n--;
	return (struct line){ .text = text, .next = at + (size_t)lf + 1, .ended = true };
}

static bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

static bool folded(struct span line)
{
	return line.n && is_wsp(line.p[0]);
}

/* Length of the field name at the start of a line, 0 where there is none. White space before the
 * colon is allowed (RFC 5322 section 4.5.8). */
static size_t name_length(struct span line)
{
	size_t n = 0;

	while (n < line.n && n < LIMIT_FIELD_NAME && line.p[n] > ' ' && line.p[n] < 0x7f && line.p[n] != ':')
		n++;
	size_t colon = n;
	while (colon < line.n && is_wsp(line.p[colon]))
		colon++;
	return colon < line.n && line.p[colon] == ':' ? n : 0;
}

/* Programs that keep mail in mbox files leave their separator in front. */
static size_t skip_mbox_line(struct span message)
{
	if (!span_starts(message, SPAN("From ")) && !span_starts(message, SPAN(">From ")))
		return 0;
	return line_at(message, 0).next;
}

/* Finds the end of the block and the most fields it can have. */
static uint32_t measure(struct span message, size_t start, size_t limit, struct raw_header *out)
{
	struct span looked = span_sub(message, 0, limit);
	size_t at = start;
	uint32_t lines = 0;

	out->truncated = true;
	while (at < looked.n) {
		struct line l = line_at(looked, at);
		if (l.ended && l.text.n == 0) {
			out->truncated = false;
			out->body = span_sub(message, l.next, SIZE_MAX);
			break;
		}
		lines += !folded(l.text);
		at = l.next;
	}
	out->block = span_sub(message, start, at - start);
	if (lines > LIMIT_FIELDS) {
		out->truncated = true;
		return LIMIT_FIELDS;
	}
	return lines;
}

static void add_field(struct raw_header *out, struct span field, size_t name)
{
	size_t colon = name + (size_t)span_chr(span_sub(field, name, SIZE_MAX), ':');
	struct span value = span_sub(field, colon + 1, SIZE_MAX);

	if (value.n > LIMIT_FIELD_VALUE) {
		value.n = LIMIT_FIELD_VALUE;
		out->truncated = true;
	}
	out->at[out->n++] = (struct raw_field){ .name = span_sub(field, 0, name), .value = value };
}

/* Somebody forgot the empty line: the block ends before the first line that is no field. */
static void start_body(struct raw_header *out, struct span message, size_t from)
{
	out->broken = true;
	out->body = span_sub(message, (size_t)(out->block.p - message.p) + from, SIZE_MAX);
	out->block = span_sub(out->block, 0, from);
}

void raw_header_parse(struct arena *a, struct span message, struct raw_header *out)
{
	size_t start = skip_mbox_line(message);
	struct line l = line_at(message, start);

	*out = (struct raw_header){ .body = message };
	if (l.text.n ? !name_length(span_sub(l.text, 0, LIMIT_HEADER_BLOCK)) : !l.ended)
		return;
	out->body = SPAN_NONE;
	uint32_t room = measure(message, start, start + LIMIT_HEADER_BLOCK, out);
	bool ended = out->body.p != NULL;
	out->at = arena_many(a, room, struct raw_field);

	for (size_t at = 0; at < out->block.n && out->n < room;) {
		l = line_at(out->block, at);
		size_t name = name_length(l.text);
		struct span field = l.text;
		size_t from = at;
		at = l.next;
		while (at < out->block.n && is_wsp(out->block.p[at])) {
			l = line_at(out->block, at);
			field.n = (size_t)(l.text.p - out->block.p) - from + l.text.n;
			at = l.next;
		}
		if (name)
			add_field(out, field, name);
		else if (ended)
			out->broken = true;
		else
			start_body(out, message, from);
	}
}

const struct raw_field *raw_header_find(const struct raw_header *h, const char *name, uint32_t nth)
{
	struct span wanted = span_of(name);

	for (uint32_t i = 0; i < h->n; i++)
		if (span_ieq(h->at[i].name, wanted) && nth-- == 0)
			return &h->at[i];
	return NULL;
}

static bool needs_unfolding(struct span value)
{
	return span_chr(value, '\n') >= 0 || span_chr(value, '\r') >= 0 || span_chr(value, '\0') >= 0;
}

struct span header_unfold(struct arena *a, struct span value)
{
	value = span_trim(value);
	if (!needs_unfolding(value))
		return value;
	char *out = arena_alloc(a, value.n);
	size_t n = 0;
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		bool crlf = c == '\r' && i + 1 < value.n && value.p[i + 1] == '\n';
		if (c == '\n' || crlf) {
			i += crlf;
			if (i + 1 < value.n && is_wsp(value.p[i + 1]))
				continue;
		}
		out[n++] = c == '\n' || c == '\r' || c == '\0' ? ' ' : c;
	}
	return span_trim(span_make(out, n));
}

/* Each comment leaves one blank behind, so that it goes on separating words. */
struct span header_strip_comments(struct arena *a, struct span value)
{
	char *out;
	size_t n = 0;
	size_t depth = 0;
	bool quoted = false;

	if (span_chr(value, '(') < 0)
		return span_trim(value);
	out = arena_alloc(a, value.n);
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];
		if (c == '\\' && (depth || quoted) && i + 1 < value.n) {
			if (!depth) {
				out[n++] = c;
				out[n++] = value.p[i + 1];
			}
			i++;
		} else if (c == '(' && !quoted) {
			if (depth++ == 0)
				out[n++] = ' ';
		} else if (depth) {
			depth -= c == ')';
		} else {
			quoted ^= c == '"';
			out[n++] = c;
		}
	}
	return span_trim(span_make(out, n));
}

size_t header_comment_end(struct span s, size_t at)
{
	size_t depth = 0;

	for (; at < s.n; at++) {
		if (s.p[at] == '\\')
			at++;
		else if (s.p[at] == '(')
			depth++;
		else if (s.p[at] == ')' && --depth == 0)
			return at + 1;
	}
	return 0;
}
