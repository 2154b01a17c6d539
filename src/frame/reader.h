// SPDX-License-Identifier: Apache-2.0
/* keeper (or a command) <-> reader: bytes in, facts out. Ordinals, never places. */
#pragma once
#include "frame/frame.h"

/* -> reader, with the sealed memfd of the bytes. */
struct frame_read_item {
	uint32_t ordinal;
	uint32_t offset;
	uint32_t length;
	bool partial;		/* there is more than was fetched */
};
struct frame_read {
	uint64_t number;
	bool header_only;	/* do not start the MIME parser */
	uint32_t n;
	struct frame_read_item *at;
};
void frame_read_put(struct buf *b, const struct frame_read *r);
bool frame_read_get(struct arena *a, struct wire *w, size_t size, struct frame_read *out);

/* -> keeper, with a sealed memfd that holds the encoded facts (mail/facts.h), one for each ordinal
 * asked for, in the same order. */
struct frame_facts_item {
	uint32_t ordinal;
	uint32_t offset;
	uint32_t length;
};
struct frame_facts {
	uint64_t number;
	uint32_t n;
	struct frame_facts_item *at;
};
void frame_facts_put(struct buf *b, const struct frame_facts *f);
bool frame_facts_get(struct arena *a, struct wire *w, size_t size, struct frame_facts *out);
