// SPDX-License-Identifier: Apache-2.0
#include "fuzz.h"
#include "mail/limits.h"
#include "mail/message_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct message_ids ids = { 0 };
	struct span in = span_sub(span_make(data, size), 0, LIMIT_FIELD_VALUE);

	message_ids_parse(a, in, &ids);
	must(ids.n <= LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL && ids.n <= ids.seen);
	for (uint32_t i = 0; i < ids.n; i++)
		must(ids.at[i].n > 0);
	message_id_may_write(message_id_parse(a, in));
	arena_free(&a);
	return 0;
}
