// SPDX-License-Identifier: Apache-2.0
/* Who answers in place leaves standing what he answers. Such quotes belong to what he wrote. */
#include "reading/new_text.h"

enum { CLOSING_LINES = 1 }; /* below a quote this is a greeting, more is an answer */

/* A run of marked quotes, and the new lines below it. */
struct block {
	uint32_t from, to;
	uint32_t below;
	bool attributed;
};

static bool is_block_line(const struct lines *l, uint32_t i)
{
	return l->at[i].kind == STRETCH_QUOTE && l->at[i].quoted;
}

/* Attributions are written into the quote, too. */
static bool names_author(const struct lines *l, uint32_t i)
{
	struct span s = line_trimmed(l, i);

	return s.p[s.n - 1] == ':';
}

static uint32_t block_end(const struct lines *l, uint32_t i)
{
	uint32_t end = i;

	for (; i < l->n && (l->at[i].blank || is_block_line(l, i)); i++)
		if (!l->at[i].blank)
			end = i + 1;
	return end;
}

/* The next one from line i on; false if there is none. */
static bool next_block(const struct lines *l, uint32_t i, struct block *b)
{
	bool introduction = false;

	for (; i < l->n && !is_block_line(l, i); i++)
		if (!l->at[i].blank)
			introduction = l->at[i].kind == STRETCH_QUOTE;
	if (i == l->n)
		return false;
	*b = (struct block){ .from = i, .to = block_end(l, i), .attributed = introduction || names_author(l, i) };
	for (i = b->to; i < l->n && !is_block_line(l, i); i++)
		b->below += !l->at[i].blank && l->at[i].kind == STRETCH_NEW;
	return true;
}

/* New text stands between two blocks. */
static bool answers_in_place(const struct lines *l)
{
	struct block b;
	bool open = false;

	for (uint32_t i = 0; next_block(l, i, &b); i = b.to) {
		if (open)
			return true;
		open = b.below > 0;
	}
	return false;
}

void mark_context(struct lines *l)
{
	bool in_place = answers_in_place(l), above = false;
	uint32_t i = 0;
	struct block b;

	while (next_block(l, i, &b)) {
		above = above || lines_any(l, i, b.from, STRETCH_NEW);
		if (b.below && (in_place || (above && (!b.attributed || b.below > CLOSING_LINES))))
			lines_mark(l, b.from, b.to, STRETCH_CONTEXT);
		i = b.to;
	}
}
