// SPDX-License-Identifier: Apache-2.0
#include "mime/flowed.h"

struct line {
	size_t depth;	/* of quoting */
	struct span text;
	bool flowed;	/* goes on in the next line */
};

static struct line read_line(struct span s, bool delsp)
{
	struct line line = { .depth = 0 };

	while (line.depth < s.n && s.p[line.depth] == '>')
		line.depth++;
	line.text = span_sub(s, line.depth, SIZE_MAX);
	if (line.text.n && line.text.p[0] == ' ') /* stuffed: section 4.4 */
		line.text = span_sub(line.text, 1, SIZE_MAX);
	/* The line above a signature ends in a blank, too: section 4.3. */
	line.flowed = line.text.n && line.text.p[line.text.n - 1] == ' ' &&
		      !span_eq(line.text, SPAN("-- "));
	if (line.flowed && delsp)
		line.text.n--;
	return line;
}

static void begin_paragraph(const struct line *line, struct buf *out)
{
	for (size_t i = 0; i < line->depth; i++)
		buf_putc(out, '>');
	/* What was stuffed to be no quote must not become one. */
	if (line->depth || (line->text.n && line->text.p[0] == '>'))
		buf_putc(out, ' ');
}

void flowed_unfold(struct span text, bool delsp, struct buf *out)
{
	struct span rest = text, s;
	size_t depth = 0;
	bool open = false;

	while (span_split(&rest, '\n', &s)) {
		if (!rest.p && s.n == 0)
			break;
		struct line line = read_line(s, delsp);
		bool goes_on = open && line.depth == depth && !span_eq(line.text, SPAN("-- "));
		if (open && !goes_on)
			buf_putc(out, '\n');
		if (!goes_on)
			begin_paragraph(&line, out);
		buf_put_span(out, line.text);
		if (!line.flowed && rest.p)
			buf_putc(out, '\n');
		open = line.flowed;
		depth = line.depth;
	}
}
