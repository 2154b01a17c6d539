// SPDX-License-Identifier: Apache-2.0
/* The new part of a text, for listings and for its language. A view only: nothing is lost by it. */
#include "base/text.h"
#include "reading/reading.h"

static struct span stretches(struct arena *a, const struct facts *f, bool context)
{
	BUF_CLEANUP struct buf new = BUF_CAPPED(f->text.n + 1);
	struct stretch *at;
	uint32_t n = reading_new_text(a, f->text, &at);

	for (uint32_t i = 0; i < n; i++)
		if (at[i].kind == STRETCH_NEW || (context && at[i].kind == STRETCH_CONTEXT))
			buf_put_span(&new, span_sub(f->text, at[i].from, at[i].n));
	return arena_span(a, span_trim(buf_span(&new)));
}

struct span reading_excerpt(struct arena *a, const struct facts *f, size_t max)
{
	return utf8_cut(stretches(a, f, true), max);
}

struct span reading_own_words(struct arena *a, const struct facts *f)
{
	return stretches(a, f, false);
}

struct span reading_own_language(struct arena *a, const struct facts *f, struct span own)
{
	struct span language = reading_language(a, own);

	/* "Rechnung 4711" says nothing; with "Wo bleibt meine Rechnung?" above it, it does. */
	if (!language.n)
		language = reading_language(a, span_of(arena_printf(a, "%.*s %.*s", SPAN_ARG(f->subject), SPAN_ARG(own))));
	return language;
}
