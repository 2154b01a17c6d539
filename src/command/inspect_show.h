// SPDX-License-Identifier: Apache-2.0
/* hearback inspect, for people. */
#pragma once
#include "command/page.h"
#include "reading/reading.h"

/* What the reader has noticed, as programs and as people are told. */
struct inspect_note {
	enum facts_flag flag;
	const char *name, *meaning;
};
const struct inspect_note *inspect_notes(size_t *n);
struct span inspect_language(struct arena *a, const struct facts *f);
void inspect_show(const struct page *p, struct arena *a, const char *path, const struct facts *f,
		  const struct kind_found *k);
