// SPDX-License-Identifier: Apache-2.0
#include "frame/codec.h"
#include "base/text.h"

void frame_put_text(struct buf *b, struct span s, size_t max)
{
	s = utf8_cut(s, max);
	if (utf8_valid(s)) {
		wire_put_bytes(b, s);
		return;
	}
	BUF_CLEANUP struct buf repaired = BUF_CAPPED(3 * s.n);
	utf8_repair(&repaired, s);
	wire_put_bytes(b, utf8_cut(buf_span(&repaired), max));
}

struct span frame_get_text(struct wire *w, size_t max)
{
	struct span s = wire_bytes(w, max);

	if (utf8_valid(s))
		return s;
	w->bad = true;
	return SPAN_NONE;
}

void frame_put_bool(struct buf *b, bool v)
{
	wire_put_u8(b, v);
}

bool frame_get_bool(struct wire *w)
{
	return wire_u8_below(w, 2);
}

bool frame_inside(uint32_t offset, uint32_t length, size_t size, uint64_t *end)
{
	if (offset < *end)
		return false;
	*end = (uint64_t)offset + length;
	return *end <= size;
}
