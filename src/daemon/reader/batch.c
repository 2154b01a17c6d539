// SPDX-License-Identifier: Apache-2.0
#include "daemon/reader/batch.h"
#include "daemon/reader/fault.h"
#include "html/html_text.h"
#include "mail/limits.h"
#include "sandbox/sandbox.h"
#include <malloc.h>

enum {
	WORK_SECONDS = 5,		    /* of CPU time for one message; more ends the process */
	FACTS_MAX = 64 * 1024 * 1024,	    /* bytes of facts of one batch */
	FACTS_KEPT = 4 * 1024 * 1024,   /* memory that is kept for the next batch */
};

void batch_start(struct batch *b)
{
	mime_start();
	html_start();
	*b = (struct batch){ .mime = mime_new(html_to_text), .arena = arena_new() };
	b->facts.cap = FACTS_MAX;
}

/* Appends the encoding; false if it passes LIMIT_FACTS or the room of the batch. */
static bool encode(struct batch *b, const struct facts *f, size_t from)
{
	facts_encode(f, &b->facts);
	if (!b->facts.full && b->facts.n - from <= LIMIT_FACTS)
		return true;
	b->facts.n = from;
	b->facts.full = false;
	return false;
}

/* Whole, or else the header, or else that there is a message. */
static void read_one(struct batch *b, struct mime_message *m)
{
	size_t from = b->facts.n;
	struct facts f;

	mime_read(b->mime, b->arena, m, &f);
	if (encode(b, &f, from))
		return;
	m->header_only = true;
	mime_read(b->mime, b->arena, m, &f);
	if (encode(b, &f, from))
		return;
	f = facts_none();
	encode(b, &f, from);
}

void batch_read(struct batch *b, const struct frame_read *read, struct span bytes,
		struct frame_facts_item *items)
{
	buf_reset(&b->facts);
	for (uint32_t i = 0; i < read->n; i++) {
		const struct frame_read_item *in = &read->at[i];
		struct mime_message m = {
			.bytes = span_sub(bytes, in->offset, in->length),
			.partial = in->partial,
			.header_only = read->header_only,
		};
		size_t from = b->facts.n;
		sandbox_work_timer(WORK_SECONDS);
		fault(&m);
		read_one(b, &m);
		arena_reset(b->arena);
		items[i] = (struct frame_facts_item){
			.ordinal = in->ordinal,
			.offset = (uint32_t)from,
			.length = (uint32_t)(b->facts.n - from),
		};
	}
	sandbox_work_timer(0);
}

void batch_trim(struct batch *b)
{
	if (b->facts.room <= FACTS_KEPT)
		return;
	buf_free(&b->facts);
	malloc_trim(0);
}
