// SPDX-License-Identifier: Apache-2.0
#include "frame/reader.h"
#include "frame/codec.h"
#include "mail/limits.h"

enum { READ_ITEM_SIZE = 13, FACTS_ITEM_SIZE = 12 };

void frame_read_put(struct buf *b, const struct frame_read *r)
{
	wire_put_u64(b, r->number);
	frame_put_bool(b, r->header_only);
	wire_put_u32(b, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		wire_put_u32(b, r->at[i].ordinal);
		wire_put_u32(b, r->at[i].offset);
		wire_put_u32(b, r->at[i].length);
		frame_put_bool(b, r->at[i].partial);
	}
}

bool frame_read_get(struct arena *a, struct wire *w, size_t size, struct frame_read *out)
{
	uint64_t end = 0;

	out->number = wire_u64(w);
	out->header_only = frame_get_bool(w);
	out->n = wire_count(w, READ_ITEM_SIZE, LIMIT_BATCH_MESSAGES);
	out->at = arena_many(a, out->n, struct frame_read_item);
	for (uint32_t i = 0; i < out->n; i++) {
		struct frame_read_item *it = &out->at[i];
		it->ordinal = wire_u32(w);
		it->offset = wire_u32(w);
		it->length = wire_u32(w);
		it->partial = frame_get_bool(w);
		if (it->length && !frame_inside(it->offset, it->length, size, &end))
			return false;
	}
	return wire_done(w);
}

void frame_facts_put(struct buf *b, const struct frame_facts *f)
{
	wire_put_u64(b, f->number);
	wire_put_u32(b, f->n);
	for (uint32_t i = 0; i < f->n; i++) {
		wire_put_u32(b, f->at[i].ordinal);
		wire_put_u32(b, f->at[i].offset);
		wire_put_u32(b, f->at[i].length);
	}
}

bool frame_facts_get(struct arena *a, struct wire *w, size_t size, struct frame_facts *out)
{
	uint64_t end = 0;

	out->number = wire_u64(w);
	out->n = wire_count(w, FACTS_ITEM_SIZE, LIMIT_BATCH_MESSAGES);
	out->at = arena_many(a, out->n, struct frame_facts_item);
	for (uint32_t i = 0; i < out->n; i++) {
		struct frame_facts_item *it = &out->at[i];
		it->ordinal = wire_u32(w);
		it->offset = wire_u32(w);
		it->length = wire_u32(w);
		if (it->length > LIMIT_FACTS || !frame_inside(it->offset, it->length, size, &end))
			return false;
	}
	return wire_done(w);
}
