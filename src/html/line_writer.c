// SPDX-License-Identifier: Apache-2.0
#include "html/line_writer.h"

void line_break(struct line_writer *w, unsigned n)
{
	if (w->started && w->breaks < n)
		w->breaks = n;
	w->blank = false;
}

void line_forced_break(struct line_writer *w)
{
	if (w->started && w->breaks < 2)
		w->breaks++;
	w->blank = false;
}

static unsigned shown(unsigned quotes)
{
	return quotes < LINE_QUOTES ? quotes : LINE_QUOTES;
}

static void put_quotes(struct line_writer *w, unsigned n, bool text_follows)
{
	for (unsigned i = 0; i < n; i++)
		buf_putc(w->out, '>');
	if (n && text_follows)
		buf_putc(w->out, ' ');
}

static void put_item(struct line_writer *w)
{
	unsigned level = w->lists < LINE_LISTS ? w->lists : LINE_LISTS;

	for (unsigned i = 1; i < level; i++)
		buf_puts(w->out, "  ");
	if (level && w->next_item[level - 1])
		buf_printf(w->out, "%u. ", w->next_item[level - 1]++);
	else
		buf_puts(w->out, "- ");
	w->item = false;
}

/* What has been asked for since the last text. */
static void settle(struct line_writer *w)
{
	unsigned now = shown(w->quotes + w->rest_quoted);
	bool fresh = !w->started || w->breaks;

	for (unsigned i = 0; i < w->breaks; i++) {
		if (i)
			put_quotes(w, now < w->shown_quotes ? now : w->shown_quotes, false);
		buf_putc(w->out, '\n');
	}
	if (fresh)
		put_quotes(w, now, true);
	if (w->item)
		put_item(w);
	else if (w->blank && !fresh)
		buf_putc(w->out, ' ');
	w->started = true;
	w->blank = false;
	w->breaks = 0;
	w->shown_quotes = now;
}

/* Length of the white space at s, 0 for none; a no-break space is only a blank to us. */
static size_t white(struct span s)
{
	if (ascii_blank(s.p[0]) || s.p[0] == '\f')
		return 1;
	return s.n > 1 && s.p[0] == '\xc2' && s.p[1] == '\xa0' ? 2 : 0;
}

static void preformatted(struct line_writer *w, struct span s)
{
	struct span line;

	for (bool first = true; span_split(&s, '\n', &line); first = false) {
		if (!first)
			line_forced_break(w);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.n)
			continue;
		settle(w);
		buf_put_span(w->out, line);
	}
}

void line_text(struct line_writer *w, struct span s)
{
	if (w->preformatted) {
		preformatted(w, s);
		return;
	}
	while (s.n) {
		size_t n = white(s);
		if (n) {
			w->blank = true;
			s = span_sub(s, n, SIZE_MAX);
			continue;
		}
		while (n < s.n && !white(span_sub(s, n, SIZE_MAX)))
			n++;
		settle(w);
		buf_put(w->out, s.p, n);
		s = span_sub(s, n, SIZE_MAX);
	}
}

void line_list_open(struct line_writer *w, bool numbered)
{
	line_break(w, 1);
	if (w->lists < LINE_LISTS)
		w->next_item[w->lists] = numbered ? 1 : 0;
	w->lists++;
}

void line_list_close(struct line_writer *w)
{
	if (w->lists)
		w->lists--;
	w->item = false;
	line_break(w, 1);
}

void line_item(struct line_writer *w)
{
	line_break(w, 1);
	w->item = true;
}
