// SPDX-License-Identifier: Apache-2.0
/* The new part of a text, for fingerprints and listings. A view only: nothing is lost by it. */
#include "base/text.h"
#include "reading/reading.h"

struct span reading_excerpt(struct arena *a, const struct facts *f, size_t max)
{
	BUF_CLEANUP struct buf new = BUF_CAPPED(f->text.n + 1);
	struct stretch *at;
	uint32_t n = reading_new_text(a, f->text, &at);

	for (uint32_t i = 0; i < n; i++)
		if (at[i].kind == STRETCH_NEW || at[i].kind == STRETCH_CONTEXT)
			buf_put_span(&new, span_sub(f->text, at[i].from, at[i].n));
	return arena_span(a, utf8_cut(span_trim(buf_span(&new)), max));
}
