// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

static void put_int(struct buf *b, uint64_t v, size_t n)
{
	char *at = buf_reserve(b, n);

	if (!at)
		return;
	for (size_t i = 0; i < n; i++)
		at[i] = (char)(v >> (8 * (n - 1 - i)));
	buf_added(b, n);
}

void wire_put_u8(struct buf *b, uint8_t v)
{
	put_int(b, v, 1);
}

void wire_put_u16(struct buf *b, uint16_t v)
{
	put_int(b, v, 2);
}

void wire_put_u32(struct buf *b, uint32_t v)
{
	put_int(b, v, 4);
}

void wire_put_u64(struct buf *b, uint64_t v)
{
	put_int(b, v, 8);
}

void wire_put_i64(struct buf *b, int64_t v)
{
	put_int(b, (uint64_t)v, 8);
}

void wire_put_bytes(struct buf *b, struct span s)
{
	if (s.n > UINT32_MAX) {
		b->full = true;
		return;
	}
	wire_put_u32(b, (uint32_t)s.n);
	buf_put_span(b, s);
}

void wire_put_var(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;

	do {
		bytes[n++] = (char)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
		v >>= 7;
	} while (v);
	buf_put(b, bytes, n);
}

void wire_put_ivar(struct buf *b, int64_t v)
{
	wire_put_var(b, (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0));
}

void wire_put_vbytes(struct buf *b, struct span s)
{
	wire_put_var(b, s.n);
	buf_put_span(b, s);
}

struct span wire_raw(struct wire *w, size_t n)
{
	if (w->bad || w->rest.n < n) {
		w->bad = true;
		w->rest = SPAN_NONE;
		return SPAN_NONE;
	}
	struct span s = span_sub(w->rest, 0, n);
	w->rest = span_sub(w->rest, n, SIZE_MAX);
	return s;
}

static uint64_t get_int(struct wire *w, size_t n)
{
	struct span s = wire_raw(w, n);
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

uint8_t wire_u8(struct wire *w)
{
	return (uint8_t)get_int(w, 1);
}

uint8_t wire_u8_below(struct wire *w, unsigned limit)
{
	uint8_t v = wire_u8(w);

	if (v >= limit) {
		w->bad = true;
		return 0;
	}
	return v;
}

uint16_t wire_u16(struct wire *w)
{
	return (uint16_t)get_int(w, 2);
}

uint32_t wire_u32(struct wire *w)
{
	return (uint32_t)get_int(w, 4);
}

uint64_t wire_u64(struct wire *w)
{
	return get_int(w, 8);
}

int64_t wire_i64(struct wire *w)
{
	return (int64_t)get_int(w, 8);
}

struct span wire_bytes(struct wire *w, size_t max)
{
	uint32_t n = wire_u32(w);

	if (n > max)
		w->bad = true;
	return wire_raw(w, n);
}

uint32_t wire_count(struct wire *w, size_t min_size, uint32_t max)
{
	uint32_t n = wire_u32(w);

	if (n > max || (min_size && n > w->rest.n / min_size)) {
		w->bad = true;
		return 0;
	}
	return n;
}

uint64_t wire_var(struct wire *w, uint64_t max)
{
	uint64_t v = 0;
	unsigned shift = 0;
	uint8_t c;

	do {
		c = wire_u8(w);
		/* The tenth byte has room for one bit; a last byte of zero says nothing. */
		if (w->bad || (shift == 63 && c > 1) || (shift && c == 0)) {
			w->bad = true;
			return 0;
		}
		v |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	if (v > max) {
		w->bad = true;
		return 0;
	}
	return v;
}

int64_t wire_ivar(struct wire *w)
{
	uint64_t v = wire_var(w, UINT64_MAX);

	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

struct span wire_vbytes(struct wire *w, size_t max)
{
	return wire_raw(w, (size_t)wire_var(w, max));
}
