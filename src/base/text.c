// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

size_t utf8_next(struct span s, uint32_t *rune_out)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t rune;
	size_t n;

	if (s.n == 0)
		return 0;
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x80) {
		n = 1;
		rune = c;
	} else if (c >= 0xc2 && c < 0xe0) {
		n = 2;
		rune = c & 0x1f;
	} else if (c >= 0xe0 && c < 0xf0) {
		n = 3;
		rune = c & 0x0f;
	} else if (c >= 0xf0 && c < 0xf5) {
		n = 4;
		rune = c & 0x07;
	} else {
		return 0;
	}
	if (s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char d = (unsigned char)s.p[i];
		if ((d & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (d & 0x3f);
	}
	if (rune < least[n] || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		return 0;
	if (rune_out)
		*rune_out = rune;
	return n;
}

/* Most text is ASCII: eight bytes of it are passed at once. */
static bool eight_ascii(const unsigned char *p, const unsigned char *end)
{
	uint64_t eight;

	if (end - p < (ptrdiff_t)sizeof(eight))
		return false;
	memcpy(&eight, p, sizeof(eight));
	return !(eight & UINT64_C(0x8080808080808080));
}

/* The second byte of a sequence that begins with `c`: RFC 3629 section 4 leaves some leads less room. */
static bool second_fits(unsigned char c, unsigned char d)
{
	switch (c) {
	case 0xe0:
		return d >= 0xa0 && d <= 0xbf;
	case 0xed:
		return d >= 0x80 && d <= 0x9f;
	case 0xf0:
		return d >= 0x90 && d <= 0xbf;
	case 0xf4:
		return d >= 0x80 && d <= 0x8f;
	default:
		return (d & 0xc0) == 0x80;
	}
}

static size_t sequence_length(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
}

/* Every text of every message passes here, so it goes by bytes and builds no code points. */
bool utf8_valid(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p, *end;

	if (s.n == 0)
		return true;
	end = p + s.n;
	while (p < end) {
		if (eight_ascii(p, end)) {
			p += 8;
			continue;
		}
		size_t n = sequence_length(*p);
		if (!n || (size_t)(end - p) < n || (n > 1 && !second_fits(p[0], p[1])))
			return false;
		for (size_t i = 2; i < n; i++)
			if ((p[i] & 0xc0) != 0x80)
				return false;
		p += n;
	}
	return true;
}

void utf8_repair(struct buf *out, struct span s)
{
	while (s.n) {
		size_t n = utf8_next(s, NULL);
		if (n)
			buf_put(out, s.p, n);
		else
			buf_puts(out, "\xef\xbf\xbd");
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
}

struct span utf8_cut(struct span s, size_t n)
{
	if (s.n <= n)
		return s;
	while (n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return span_sub(s, 0, n);
}

void utf8_put(struct buf *out, uint32_t rune)
{
	if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
		rune = 0xfffd;
	if (rune < 0x80) {
		buf_putc(out, (char)rune);
	} else if (rune < 0x800) {
		buf_putc(out, (char)(0xc0 | rune >> 6));
		buf_putc(out, (char)(0x80 | (rune & 0x3f)));
	} else if (rune < 0x10000) {
		buf_putc(out, (char)(0xe0 | rune >> 12));
		buf_putc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (rune & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | rune >> 18));
		buf_putc(out, (char)(0x80 | (rune >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (rune & 0x3f)));
	}
}

static bool unsafe(uint32_t r)
{
	return r < 0x20 || (r >= 0x7f && r < 0xa0) || r == 0x2028 || r == 0x2029 || r == 0x61c ||
	       r == 0x200e || r == 0x200f || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) ||
	       r == 0xfeff;
}

/* The sequence of n bytes (0: a malformed byte) that s begins with, by its code if it is unsafe. */
static void put_visible(struct buf *out, struct span s, size_t n, uint32_t rune)
{
	if (!n)
		buf_printf(out, "\\x%02x", (unsigned)(unsigned char)s.p[0]);
	else if (unsafe(rune))
		buf_printf(out, rune < 0x100 ? "\\x%02x" : "\\u{%x}", rune);
	else
		buf_put(out, s.p, n);
}

void text_escape(struct buf *out, struct span s)
{
	uint32_t rune;

	while (s.n) {
		size_t n = utf8_next(s, &rune);
		if (n && (rune == '"' || rune == '\\'))
			buf_printf(out, "\\%c", (char)rune);
		else
			put_visible(out, s, n, rune);
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
}

void text_visible(struct buf *out, struct span s, bool lines)
{
	uint32_t rune;

	while (s.n) {
		size_t n = utf8_next(s, &rune);
		bool cr = n && rune == '\r' && s.n > 1 && s.p[1] == '\n';
		if (lines && n && (rune == '\n' || rune == '\t'))
			buf_putc(out, s.p[0]);
		else if (!lines || !cr)
			put_visible(out, s, n, rune);
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
}

void text_printable(struct buf *out, struct span s)
{
	uint32_t rune;

	while (s.n) {
		size_t n = utf8_next(s, &rune);
		bool cr = n && rune == '\r' && s.n > 1 && s.p[1] == '\n';
		if (n && (rune == '\n' || rune == '\t' || !unsafe(rune)))
			buf_put(out, s.p, n);
		else if (!cr)
			buf_puts(out, "\xef\xbf\xbd");
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
}

void text_squeeze(struct buf *out, struct span s)
{
	bool gap = false;
	bool any = false;
	uint32_t rune;

	while (s.n) {
		size_t n = utf8_next(s, &rune);
		if (n && (rune == ' ' || unsafe(rune) || rune == 0xa0)) {
			gap = true;
		} else {
			if (gap && any)
				buf_putc(out, ' ');
			gap = false;
			any = true;
			if (n)
				buf_put(out, s.p, n);
			else
				buf_puts(out, "\xef\xbf\xbd");
		}
		s = span_sub(s, n ? n : 1, SIZE_MAX);
	}
}
