// SPDX-License-Identifier: Apache-2.0
/* The one binary encoding of hearback: frames between processes, facts, ledger and audit records.
 * Integers are big-endian; bytes are a u32 length and the bytes. Writing goes to a capped buf.
 * Reading never fails loudly: a reader that runs past its end or meets a value out of bounds turns
 * `bad`, yields zeroes from then on, and is asked once at the end with wire_done(). */
#pragma once
#include "base/buf.h"

struct wire {
	struct span rest;
	bool bad;
};

void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u16(struct buf *b, uint16_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);
void wire_put_i64(struct buf *b, int64_t v);
void wire_put_bytes(struct buf *b, struct span s);

/* What is kept is kept small: LEB128 in its shortest form, zigzag for signed, and bytes behind such a
 * length. */
void wire_put_var(struct buf *b, uint64_t v);
void wire_put_ivar(struct buf *b, int64_t v);
void wire_put_vbytes(struct buf *b, struct span s);

static inline struct wire wire_over(struct span s)
{
	return (struct wire){ .rest = s };
}
uint8_t wire_u8(struct wire *w);
/* A u8 that must be below `limit` (for enums and booleans). */
uint8_t wire_u8_below(struct wire *w, unsigned limit);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
int64_t wire_i64(struct wire *w);
/* A view into the input; longer than `max` is bad. */
struct span wire_bytes(struct wire *w, size_t max);
/* More than `max`, more than ten bytes, or not in the shortest form is bad. */
uint64_t wire_var(struct wire *w, uint64_t max);
int64_t wire_ivar(struct wire *w);
struct span wire_vbytes(struct wire *w, size_t max);
/* n raw bytes without a length. */
struct span wire_raw(struct wire *w, size_t n);
/* A count of items that take at least `min_size` bytes each: more than can follow, or more than
 * `max`, is bad, so that a lying count allocates nothing. */
uint32_t wire_count(struct wire *w, size_t min_size, uint32_t max);
/* True if everything was read, nothing is left over and nothing was bad. */
static inline bool wire_done(const struct wire *w)
{
	return !w->bad && w->rest.n == 0;
}
