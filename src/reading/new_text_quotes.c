// SPDX-License-Identifier: Apache-2.0
/* Quotes: lines with a mark in front, and all that stands below an introduction and has no mark. */
#include "reading/new_text.h"

enum {
	WRAPPED_FROM = 60,  /* bytes of a quoted line that a program may have broken */
	WRAPPED_WORDS = 24, /* bytes of its rest that may begin with a capital */
};

static bool ends_in_link(struct span s)
{
	const char *blank = memrchr(s.p, ' ', s.n);

	return span_find(blank ? span_sub(s, (size_t)(blank - s.p), SIZE_MAX) : s, SPAN("://")) > 0;
}

/* The rest of a quoted line that was broken without a mark:
 *	> ... sapien id dolor posuere placerat et
 *	vitae felis
 *	> Fusce mollis */
static bool is_wrapped_rest(const struct lines *l, uint32_t i)
{
	if (i == 0 || i + 1 >= l->n || l->at[i].blank || !l->at[i - 1].quoted || !l->at[i + 1].quoted)
		return false;
	struct span above = line_trimmed(l, i - 1), here = line_trimmed(l, i);
	if (ends_in_link(above) && span_chr(here, ' ') < 0)
		return true;
	bool closed = memchr(".?!:>", above.p[above.n - 1], 5);
	bool lower = here.p[0] >= 'a' && here.p[0] <= 'z';
	bool words = here.n <= WRAPPED_WORDS && !memchr(".?!", here.p[here.n - 1], 3);
	return above.n >= WRAPPED_FROM && here.n < above.n && !closed && (lower || words);
}

/* Lines that introduce the text of somebody else. */
static uint32_t introduction_at(const struct lines *l, uint32_t i, bool *headed, bool *forwarded)
{
	bool forward = false;
	uint32_t n = attribution_at(l, i);

	if (n)
		return n;
	n = divider_at(l, i, &forward);
	if (!n)
		n = header_block_at(l, i);
	*headed = *headed || n;
	*forwarded = *forwarded || forward;
	return n;
}

struct introduction {
	uint32_t end;	/* the line after it */
	bool headed;	/* a divider or header fields, not only an attribution */
	bool forwarded;
	bool marked;	/* what follows has quote marks */
	bool barred;	/* ... which are bars */
};

/* Several may follow one another: a divider, then the fields. */
static bool introduced(const struct lines *l, uint32_t i, struct introduction *in)
{
	uint32_t n;

	*in = (struct introduction){ .end = i };
	while (in->end < l->n && (n = introduction_at(l, in->end, &in->headed, &in->forwarded)))
		in->end = lines_next(l, in->end + n);
	if (in->end == i)
		return false;
	in->marked = in->end < l->n && l->at[in->end].quoted;
	in->barred = in->end < l->n && line_trimmed(l, in->end).p[0] == '|';
	return true;
}

/* A line drawn above an introduction belongs to it. */
static uint32_t with_rule(const struct lines *l, uint32_t i)
{
	uint32_t k = i;

	while (k && l->at[k - 1].blank && i - k < 3)
		k--;
	if (!k)
		return i;
	struct span s = line_trimmed(l, k - 1);
	return is_rule(s) || is_titled_rule(s) ? k - 1 : i;
}

static uint32_t mark_bars(struct lines *l, uint32_t i)
{
	while (i < l->n && (l->at[i].blank || line_trimmed(l, i).p[0] == '|'))
		l->at[i++].kind = STRETCH_QUOTE;
	return i;
}

void mark_quotes(struct lines *l)
{
	struct introduction in;
	bool new_before = false;
	uint32_t i = 0;

	while (i < l->n) {
		if (l->at[i].blank || l->at[i].code) {
			new_before = new_before || l->at[i].code;
			i++;
		} else if (l->at[i].quoted || is_wrapped_rest(l, i)) {
			l->at[i].quoted = true;
			l->at[i++].kind = STRETCH_QUOTE;
		} else if (!introduced(l, i, &in)) {
			new_before = true;
			i++;
		} else if (in.marked || in.barred || (!new_before && !in.headed)) {
			/* Above everything else and without marks: what was quoted cannot be told from the answer. */
			lines_mark(l, in.headed ? with_rule(l, i) : i, in.end, STRETCH_QUOTE);
			i = in.barred ? mark_bars(l, in.end) : in.end;
		} else if (new_before) {
			lines_mark(l, with_rule(l, i), l->n, in.forwarded ? STRETCH_FORWARDED : STRETCH_QUOTE);
			return;
		} else { /* passed on without a word: that is the message */
			new_before = true;
			i = in.end;
		}
	}
}
