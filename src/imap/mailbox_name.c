// SPDX-License-Identifier: Apache-2.0
/* RFC 3501 section 5.1.3: UTF-16 in a base64 of its own between '&' and '-'. */
#include "base/text.h"
#include "imap/imap.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

struct bits {
	uint32_t held;
	unsigned n;
};

static bool plain(char c)
{
	return c >= 0x20 && c <= 0x7e;
}

bool mailbox_name_may_write(struct span raw)
{
	for (size_t i = 0; i < raw.n; i++)
		if (!plain(raw.p[i]))
			return false;
	return raw.n >= 1 && raw.n <= LIMIT_MAILBOX_NAME;
}

static void put_unit(struct buf *out, struct bits *b, uint32_t unit)
{
	b->held = b->held << 16 | unit;
	b->n += 16;
	while (b->n >= 6) {
		b->n -= 6;
		buf_putc(out, alphabet[b->held >> b->n & 63]);
	}
	b->held &= (1u << b->n) - 1;
}

static void end_shift(struct buf *out, struct bits *b)
{
	if (b->n)
		buf_putc(out, alphabet[b->held << (6 - b->n) & 63]);
	buf_putc(out, '-');
	*b = (struct bits){ 0 };
}

static void put_rune(struct buf *out, struct bits *b, uint32_t rune)
{
	if (rune < 0x10000) {
		put_unit(out, b, rune);
		return;
	}
	put_unit(out, b, 0xd800 + ((rune - 0x10000) >> 10));
	put_unit(out, b, 0xdc00 + ((rune - 0x10000) & 0x3ff));
}

/* False for what is no name; `out` may hold a part of it then. */
static bool encode(struct span utf8, struct buf *out)
{
	struct bits b = { 0 };
	bool shifted = false;

	while (utf8.n) {
		uint32_t rune = 0;
		size_t n = utf8_next(utf8, &rune);
		if (!n || rune < 0x20 || rune == 0x7f)
			return false;
		utf8 = span_sub(utf8, n, utf8.n);
		bool shift = rune > 0x7e;
		if (shift && !shifted)
			buf_putc(out, '&');
		if (!shift && shifted)
			end_shift(out, &b);
		shifted = shift;
		if (shift)
			put_rune(out, &b, rune);
		else
			buf_puts(out, rune == '&' ? "&-" : (char[]){ (char)rune, '\0' });
	}
	if (shifted)
		end_shift(out, &b);
	return true;
}

bool mailbox_name_encode(struct span utf8, struct buf *out)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(LIMIT_MAILBOX_NAME);

	if (!encode(utf8, &name) || name.full || !name.n)
		return false;
	buf_put_span(out, buf_span(&name));
	return true;
}

static int value_of(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

/* One UTF-16 unit after the other; *high keeps the first half of a pair. */
static bool take_unit(struct buf *out, uint32_t unit, uint32_t *high)
{
	bool low_half = unit >= 0xdc00 && unit < 0xe000;

	if (low_half != (*high != 0))
		return false;
	if (unit >= 0xd800 && unit < 0xdc00) {
		*high = unit;
		return true;
	}
	utf8_put(out, low_half ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : unit);
	*high = 0;
	return true;
}

static bool decode_shifted(struct span in, struct buf *out)
{
	struct bits b = { 0 };
	uint32_t high = 0;

	for (size_t i = 0; i < in.n; i++) {
		int v = value_of(in.p[i]);
		if (v < 0)
			return false;
		b.held = b.held << 6 | (uint32_t)v;
		b.n += 6;
		if (b.n < 16)
			continue;
		b.n -= 16;
		if (!take_unit(out, b.held >> b.n & 0xffff, &high))
			return false;
		b.held &= (1u << b.n) - 1;
	}
	return !high && b.n < 6 && !b.held && in.n;
}

static bool decode(struct span raw, struct buf *out)
{
	while (raw.n) {
		char c = raw.p[0];
		raw = span_sub(raw, 1, raw.n);
		if (!plain(c))
			return false;
		if (c != '&') {
			buf_putc(out, c);
			continue;
		}
		ptrdiff_t end = span_chr(raw, '-');
		if (end < 0)
			return false;
		if (end == 0)
			buf_putc(out, '&');
		else if (!decode_shifted(span_sub(raw, 0, (size_t)end), out))
			return false;
		raw = span_sub(raw, (size_t)end + 1, raw.n);
	}
	return true;
}

void mailbox_name_decode(struct span raw, struct buf *out)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(4 * LIMIT_MAILBOX_NAME);

	if (decode(raw, &name) && !name.full)
		buf_put_span(out, buf_span(&name));
	else
		text_escape(out, span_sub(raw, 0, LIMIT_MAILBOX_NAME));
}
