// SPDX-License-Identifier: Apache-2.0
/* A signature without a line above it: a last paragraph of a name and ways to reach its owner. */
#include "reading/new_text.h"

enum { CONTACT_LINES = 8, CONTACT_BYTES = 60, CONTACT_WAYS = 2, NAME_WORDS = 4 };

/* Nothing but an address, a link or a telephone number. */
static bool is_way(struct span s)
{
	size_t digits = 0, others = 0;

	if (!s.n || s.n > CONTACT_BYTES)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (!memchr(" ()+-./", s.p[i], 7))
			others++;
	}
	if (digits >= 7 && !others)
		return true;
	if (span_chr(s, ' ') >= 0)
		return false;
	return span_chr(s, '@') > 0 || span_istarts(s, SPAN("www.")) || span_istarts(s, SPAN("http"));
}

static bool is_name(struct span s)
{
	size_t words = 1;

	for (size_t i = 0; i < s.n; i++) {
		words += s.p[i] == ' ';
		if (memchr("0123456789@:?!;/", s.p[i], 16))
			return false;
	}
	return words <= NAME_WORDS && s.p[s.n - 1] != '.' && s.p[s.n - 1] != ',';
}

void mark_contacts(struct lines *l)
{
	uint32_t end = l->n, from, ways = 0;

	while (end && (l->at[end - 1].blank || l->at[end - 1].kind != STRETCH_NEW))
		end--;
	for (from = end; from && !l->at[from - 1].blank && l->at[from - 1].kind == STRETCH_NEW; from--) {
		if (end - from >= CONTACT_LINES || l->at[from - 1].n > CONTACT_BYTES)
			return;
		ways += is_way(line_trimmed(l, from - 1));
	}
	if (ways >= CONTACT_WAYS && is_name(line_trimmed(l, from)) && lines_any(l, 0, from, STRETCH_NEW))
		lines_mark(l, from, end, STRETCH_SIGNATURE);
}
