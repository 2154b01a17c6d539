// SPDX-License-Identifier: Apache-2.0
#include "mail/message_id.h"
#include "base/crypto.h"
#include "base/text.h"
#include "mail/header.h"
#include "mail/limits.h"

enum { KEPT = LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL };

static bool dropped(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* An id as it is kept: no blanks and controls, UTF-8, at most LIMIT_MESSAGE_ID. */
static struct span clean(struct arena *a, struct span raw)
{
	bool dirty = false;

	for (size_t i = 0; i < raw.n; i++)
		dirty |= dropped(raw.p[i]) || (unsigned char)raw.p[i] >= 0x80;
	if (dirty) {
		BUF_CLEANUP struct buf text = BUF_CAPPED(3 * raw.n);
		char *copy = arena_alloc(a, raw.n);
		size_t n = 0;
		for (size_t i = 0; i < raw.n; i++)
			if (!dropped(raw.p[i]))
				copy[n++] = raw.p[i];
		raw = span_make(copy, n);
		if (!utf8_valid(raw)) {
			utf8_repair(&text, raw);
			raw = arena_span(a, buf_span(&text));
		}
	}
	if (raw.n <= LIMIT_MESSAGE_ID)
		return raw;
	struct hash h = hash_blake2b(raw, SPAN_NONE);
	BUF_CLEANUP struct buf hex = BUF_CAPPED(LIMIT_MESSAGE_ID);
	buf_puts(&hex, "long-id:");
	put_hex(&hex, h.b, sizeof(h.b));
	return arena_span(a, buf_span(&hex));
}

/* Takes the next <...> off *rest, without a second '<' inside. */
static bool next_bracketed(struct span *rest, struct span *raw)
{
	ptrdiff_t open = span_chr(*rest, '<');

	if (open < 0)
		return false;
	*rest = span_sub(*rest, (size_t)open + 1, SIZE_MAX);
	ptrdiff_t close = span_chr(*rest, '>');
	if (close < 0)
		return false;
	struct span inside = span_sub(*rest, 0, (size_t)close);
	const char *again = memrchr(inside.p, '<', inside.n);
	if (again)
		inside = span_sub(inside, (size_t)(again - inside.p) + 1, SIZE_MAX);
	*raw = inside;
	*rest = span_sub(*rest, (size_t)close + 1, SIZE_MAX);
	return true;
}

struct span message_id_parse(struct arena *a, struct span value)
{
	struct span rest = value;
	struct span raw;

	if (next_bracketed(&rest, &raw))
		return clean(a, raw);
	value = span_trim(value);
	if (span_chr(value, '<') >= 0 || span_chr(value, '@') < 0)
		return SPAN_NONE;
	for (size_t i = 0; i < value.n; i++)
		if (dropped(value.p[i]))
			return SPAN_NONE;
	return clean(a, value);
}

/* Moves *rest to the next '<' outside comments. A comment that never closes is text, and so is all
 * that follows it: each byte is looked at twice at most. */
static void skip_comments(struct span *rest, bool *unclosed)
{
	while (!*unclosed) {
		size_t i = 0;
		while (i < rest->n && rest->p[i] != '<' && rest->p[i] != '(')
			i++;
		*rest = span_sub(*rest, i, SIZE_MAX);
		if (rest->n == 0 || rest->p[0] == '<')
			return;
		size_t end = header_comment_end(*rest, 0);
		*unclosed = end == 0;
		*rest = span_sub(*rest, end, SIZE_MAX);
	}
}

static void take_out(struct message_ids *ids, uint32_t i)
{
	memmove(&ids->at[i], &ids->at[i + 1], (ids->n - i - 1) * sizeof(ids->at[0]));
	ids->n--;
}

/* Keeps the first ids and the last ones; comparing with those alone bounds the work. */
static void add(struct message_ids *ids, struct span id)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		if (span_eq(ids->at[i], id)) {
			take_out(ids, i);
			ids->seen--;
			break;
		}
	}
	if (ids->n == KEPT)
		take_out(ids, LIMIT_REFERENCES_HEAD);
	ids->at[ids->n++] = id;
	ids->seen++;
}

void message_ids_parse(struct arena *a, struct span value, struct message_ids *out)
{
	bool unclosed = false;
	struct span rest = value;
	struct span raw;

	*out = (struct message_ids){ 0 };
	for (skip_comments(&rest, &unclosed); next_bracketed(&rest, &raw); skip_comments(&rest, &unclosed)) {
		struct span id = clean(a, raw);
		if (!id.n)
			continue;
		if (!out->at)
			out->at = arena_many(a, KEPT, struct span);
		add(out, id);
	}
}

bool message_id_may_write(struct span id)
{
	size_t ats = 0;

	if (id.n < 3 || id.n > LIMIT_MESSAGE_ID || id.p[0] == '@' || id.p[id.n - 1] == '@')
		return false;
	for (size_t i = 0; i < id.n; i++) {
		if (id.p[i] <= ' ' || id.p[i] >= 0x7f || strchr("<>()\"\\", id.p[i]))
			return false;
		ats += id.p[i] == '@';
	}
	return ats == 1;
}
