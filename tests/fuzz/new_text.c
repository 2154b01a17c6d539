// SPDX-License-Identifier: Apache-2.0
/* What a person wrote now, and in which language. */
#include "base/text.h"
#include "fuzz.h"
#include "mail/limits.h"
#include "reading/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct buf text = BUF_CAPPED(LIMIT_TEXT);
	struct stretch *at;
	size_t next = 0;

	utf8_repair(&text, span_sub(span_make(data, size), 0, LIMIT_TEXT / 4));
	uint32_t n = reading_new_text(a, buf_span(&text), &at);
	for (uint32_t i = 0; i < n; i++) {
		must(at[i].from == next);
		next += at[i].n;
	}
	must(next == text.n);
	must(reading_language(a, buf_span(&text)).n <= 2);
	buf_free(&text);
	arena_free(&a);
	return 0;
}
