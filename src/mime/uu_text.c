// SPDX-License-Identifier: Apache-2.0
#include "mime/uu_text.h"

static const struct span opening = { "begin ", 6 };

bool uu_text_any(struct span text)
{
	return span_starts(text, opening) || span_find(text, SPAN("\nbegin ")) >= 0;
}

/* "begin 644 name": the name, or empty. */
static struct span name_of(struct span line)
{
	size_t at = opening.n, digits = 0;

	if (!span_starts(line, opening))
		return SPAN_NONE;
	while (at < line.n && line.p[at] >= '0' && line.p[at] <= '7') {
		at++;
		digits++;
	}
	if (digits < 3 || digits > 4 || at == line.n || line.p[at] != ' ')
		return SPAN_NONE;
	return span_trim(span_sub(line, at, SIZE_MAX));
}

/* The first character says how many bytes follow; one for a checksum may stand behind them, and blanks at
 * the end may have been lost. */
static bool is_data(struct span line)
{
	if (line.n < 2 || line.p[0] <= ' ' || line.p[0] > 'M')
		return false;
	size_t bytes = (size_t)(line.p[0] - ' ');
	size_t whole = 1 + (bytes + 2) / 3 * 4;
	for (size_t i = 1; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	return line.n <= whole + 1 && line.n + 4 > whole;
}

/* The lines that follow `begin`, without "end", which is left where *rest begins. */
static struct span data_lines(struct span *rest)
{
	struct span all = *rest, line, ahead = *rest;

	while (span_split(&ahead, '\n', &line) && is_data(line))
		*rest = ahead;
	if (rest->p && (span_eq(line, SPAN("`")) || line.n == 0 || span_eq(line, SPAN(" "))))
		*rest = ahead;
	return span_sub(all, 0, rest->p ? (size_t)(rest->p - all.p) : SIZE_MAX);
}

void uu_text_split(struct span text, struct buf *out,
		   void (*file)(void *context, struct span name, struct span content), void *context)
{
	struct span rest = text, line;

	while (rest.p && span_split(&rest, '\n', &line)) {
		struct span name = rest.p ? name_of(line) : SPAN_NONE;
		struct span after = rest, first;
		bool begins = name.n && span_split(&after, '\n', &first) && is_data(first);
		if (begins) {
			file(context, name, data_lines(&rest));
			after = rest;
			if (span_split(&after, '\n', &line) && span_eq(line, SPAN("end")))
				rest = after;
			continue;
		}
		buf_put_span(out, line);
		if (rest.p)
			buf_putc(out, '\n');
	}
}
