// SPDX-License-Identifier: Apache-2.0
/* One batch of messages -> one memfd of encoded facts. */
#pragma once
#include "frame/reader.h"
#include "mime/mime.h"

struct batch {
	struct mime *mime;
	struct arena *arena; /* of one message */
	struct buf facts;    /* of the whole batch, encoded */
};

void batch_start(struct batch *b);
/* Reads every message of `read` in `bytes`; fills b->facts and `items` (room for read->n). */
void batch_read(struct batch *b, const struct frame_read *read, struct span bytes,
		struct frame_facts_item *items);
/* Gives memory back that only an unusual batch needed. */
void batch_trim(struct batch *b);
