// SPDX-License-Identifier: Apache-2.0
#include "reading/reading.h"

enum { GIST_READ = 8 * 1024, GIST_LEAST = 40, GIST_MOST = 400 };

static struct span letters_of(struct arena *a, struct span line)
{
	char *p = arena_alloc(a, GIST_MOST);
	size_t n = 0;

	for (size_t i = 0; i < line.n && n < GIST_MOST; i++) {
		char c = ascii_lower(line.p[i]);
		if ((c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80)
			p[n++] = c;
	}
	return span_make(p, n);
}

struct span reading_gist(struct arena *a, struct span own)
{
	struct span rest = span_sub(own, 0, GIST_READ), line, longest = SPAN_NONE;

	while (span_split(&rest, '\n', &line))
		if (line.n > longest.n)
			longest = line;
	struct span gist = letters_of(a, longest);
	return gist.n < GIST_LEAST ? SPAN_NONE : gist;
}
