// SPDX-License-Identifier: Apache-2.0
#include "command/page.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	NARROWEST = 40, /* columns: a terminal that says less is not believed */
	NAME_COLUMNS = 12,
	TAB = 8,
};

void page_start(struct page *p)
{
	const char *no = getenv("NO_COLOR");
	struct winsize size = { 0 };

	*p = (struct page){ 0 };
	if (!isatty(STDOUT_FILENO))
		return;
	p->colours = !no || !*no;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= NARROWEST)
		p->width = size.ws_col;
}

/* Wide letters of East Asia and pictures; marks that stand on the letter before them (the common blocks). */
unsigned page_columns(uint32_t r)
{
	static const struct {
		uint32_t first, last;
		unsigned columns;
	} blocks[] = {
		{ 0x300, 0x36f, 0 },	 { 0x591, 0x5bd, 0 },	  { 0x64b, 0x65f, 0 },	  { 0x93c, 0x93c, 0 },
		{ 0x941, 0x948, 0 },	 { 0x94d, 0x94d, 0 },	  { 0x1100, 0x115f, 2 },  { 0x200b, 0x200d, 0 },
		{ 0x2e80, 0xa4cf, 2 },	 { 0xac00, 0xd7a3, 2 },	  { 0xf900, 0xfaff, 2 },  { 0xfe00, 0xfe0f, 0 },
		{ 0xfe30, 0xfe6f, 2 },	 { 0xff00, 0xff60, 2 },	  { 0xffe0, 0xffe6, 2 },  { 0x1f300, 0x1faff, 2 },
		{ 0x20000, 0x3fffd, 2 },
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (r >= blocks[i].first && r <= blocks[i].last)
			return blocks[i].columns;
	return 1;
}

static unsigned columns_of(struct span s)
{
	unsigned columns = 0;
	uint32_t rune;

	while (s.n) {
		size_t n = utf8_next(s, &rune);
		columns += !n ? 1 : rune == '\t' ? TAB - columns % TAB : page_columns(rune);
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
	return columns;
}

/* Bytes of `s` that fit into so many columns: up to a blank if there is one, at least one code point. */
static size_t fitting(struct span s, unsigned columns)
{
	size_t at = 0, blank = 0;
	unsigned used = 0;
	uint32_t rune;

	while (at < s.n) {
		size_t n = utf8_next(span_sub(s, at, SIZE_MAX), &rune);
		n = n ? n : 1;
		used += rune == '\t' ? TAB - used % TAB : page_columns(rune);
		if (used > columns && at)
			return blank ? blank : at;
		if (rune == ' ')
			blank = at + n;
		at += n;
	}
	return s.n;
}

static const char *on(const struct page *p, enum page_style style)
{
	static const char *const codes[] = { [PAGE_PLAIN] = "", [PAGE_BOLD] = "\033[1m", [PAGE_DIM] = "\033[2m" };

	return p->colours ? codes[style] : "";
}

static const char *off(const struct page *p, enum page_style style)
{
	return p->colours && style != PAGE_PLAIN ? "\033[0m" : "";
}

/* One line that is safe already, behind `first`; what does not fit goes on behind `next`. */
static void put_line(const struct page *p, const char *first, const char *next, enum page_style style, struct span line)
{
	unsigned margin = columns_of(span_of(next)), room = p->width > margin + NARROWEST / 2 ? p->width - margin : 0;

	do {
		size_t n = room ? fitting(line, room) : line.n;
		printf("%s%s%.*s%s\n", on(p, style), first, SPAN_ARG(span_sub(line, 0, n)), off(p, style));
		line = span_sub(line, n, SIZE_MAX);
		first = next;
	} while (line.n);
}

void page_title(const struct page *p, struct span title, struct span rest)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED((title.n + rest.n) * TEXT_VISIBLE_MAX + 1);

	text_visible(&b, title, false);
	printf("%s%s%s", on(p, PAGE_BOLD), buf_cstr(&b), off(p, PAGE_BOLD));
	buf_reset(&b);
	text_visible(&b, rest, false);
	printf("%s%s\n", rest.n ? "  " : "", buf_cstr(&b));
}

void page_field(const struct page *p, const char *name, struct span value)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(value.n * TEXT_VISIBLE_MAX + 1);
	BUF_CLEANUP struct buf first = BUF_CAPPED(NAME_COLUMNS * 4);
	BUF_CLEANUP struct buf next = BUF_CAPPED(NAME_COLUMNS * 4);

	if (!value.n)
		return;
	text_visible(&b, value, false);
	buf_printf(&first, "  %-*s ", NAME_COLUMNS, name);
	buf_printf(&next, "  %-*s ", NAME_COLUMNS, "");
	put_line(p, buf_cstr(&first), buf_cstr(&next), PAGE_PLAIN, buf_span(&b));
}

void page_text(const struct page *p, const char *margin, enum page_style style, struct span text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(text.n * TEXT_VISIBLE_MAX + 1);
	struct span rest, line;

	text_visible(&b, text, true);
	rest = buf_span(&b);
	if (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	while (span_split(&rest, '\n', &line))
		put_line(p, margin, margin, style, line);
}
