// SPDX-License-Identifier: Apache-2.0
/* The new part of a text, for fingerprints and listings. A view only: nothing is lost by it. */
#include "base/text.h"
#include "reading/reading.h"

/* RFC 3676 section 4.3: "-- " alone; without the blank after some programs. */
static bool is_signature(struct span line)
{
	return span_eq(line, SPAN("-- ")) || span_eq(line, SPAN("--"));
}

static bool is_divider(struct span line)
{
	static const struct span words[] = {
		{ .p = "-----Original Message", .n = 21 },
		{ .p = "-----Urspr", .n = 10 },
		{ .p = "-----Message d'origine", .n = 22 },
		{ .p = "________________________________", .n = 32 },
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_starts(line, words[i]))
			return true;
	return false;
}

static bool is_quote(struct span line)
{
	line = span_trim(line);
	return line.n && line.p[0] == '>';
}

static void gather(struct span text, struct buf *out)
{
	struct span line;

	while (!out->full && span_split(&text, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (out->n && (is_signature(line) || is_divider(line)))
			break;
		if (is_quote(line))
			continue;
		if (out->n + line.n + 1 > out->cap)
			line = utf8_cut(line, out->cap > out->n ? out->cap - out->n - 1 : 0);
		buf_put_span(out, line);
		buf_putc(out, '\n');
	}
}

struct span reading_excerpt(struct arena *a, const struct facts *f, size_t max)
{
	size_t cap = f->text.n + 1 < max ? f->text.n + 1 : max;
	BUF_CLEANUP struct buf new = BUF_CAPPED(cap);

	gather(f->text, &new);
	struct span found = span_trim(buf_span(&new));
	return found.n ? arena_span(a, found) : utf8_cut(span_trim(f->text), max);
}
