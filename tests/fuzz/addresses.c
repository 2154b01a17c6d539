// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "mail/address.h"
#include "mail/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct address_list list = { 0 };

	address_list_parse(a, span_sub(span_make(data, size), 0, LIMIT_FIELD_VALUE), NULL, &list);
	must(list.n <= LIMIT_ADDRESSES && list.n <= list.seen);
	for (uint32_t i = 0; i < list.n; i++) {
		struct span text = address_text(a, list.at[i]);
		must(text.n <= LIMIT_ADDRESS + 1);
		must(address_same(list.at[i], list.at[i]) || !text.n);
		address_key(a, list.at[i], '+');
		if (address_may_send(text))
			must(span_chr(text, '\n') < 0 && span_chr(text, ' ') < 0 && span_chr(text, '>') < 0);
	}
	arena_free(&a);
	return 0;
}
