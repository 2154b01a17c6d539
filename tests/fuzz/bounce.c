// SPDX-License-Identifier: Apache-2.0
/* The words of a bounce, without the message around them. */
#include "base/text.h"
#include "fuzz.h"
#include "mail/limits.h"
#include "reading/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct facts f = facts_none();
	struct buf text = BUF_CAPPED(LIMIT_TEXT);
	struct bounce_recipient *at;

	utf8_repair(&text, span_sub(span_make(data, size), 0, LIMIT_TEXT / 4));
	f.text = buf_span(&text);
	uint32_t n = reading_bounce(a, &f, &at);
	must(n <= LIMIT_REPORT_RECIPIENTS);
	for (uint32_t i = 0; i < n; i++) {
		must(at[i].address.n > 0 && utf8_valid(at[i].diagnostic));
		must(!at[i].permanent || at[i].action == BOUNCE_FAILED);
	}
	reading_returned_id(a, &f);
	buf_free(&text);
	arena_free(&a);
	return 0;
}
