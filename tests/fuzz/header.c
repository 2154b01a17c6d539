// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "mail/header.h"
#include "mail/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct span in = span_make(data, size);
	struct raw_header h;

	raw_header_parse(a, in, &h);
	must(h.n <= LIMIT_FIELDS && h.block.n + h.body.n <= size);
	for (uint32_t i = 0; i < h.n; i++) {
		must(h.at[i].name.n <= LIMIT_FIELD_NAME && h.at[i].value.n <= LIMIT_FIELD_VALUE);
		struct span value = header_unfold(a, h.at[i].value);
		must(span_chr(value, '\n') < 0 && value.n <= h.at[i].value.n);
		must(header_strip_comments(a, value).n <= value.n);
	}
	arena_free(&a);
	return 0;
}
