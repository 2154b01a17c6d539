// SPDX-License-Identifier: Apache-2.0
/* ${hex: 24 24} and ${unicode: 40 1f600} in strings (RFC 5228 section 2.4.2.4). What has not this form stands for
 * itself. */
#include "base/text.h"
#include "sieve/internal.h"

static bool hex(struct span s, size_t most, uint32_t *out)
{
	*out = 0;
	if (!s.n || s.n > most)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*out = *out * 16 + (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* The numbers between the colon and the brace; false where they have not the form. */
static bool take_numbers(struct sieve_compiler *c, struct sieve_place where, struct span list, bool unicode, struct buf *out)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(SIEVE_SIZE);
	uint32_t v, count = 0;

	while ((list = span_trim(list)).n) {
		size_t n = 0;
		while (n < list.n && !ascii_blank(list.p[n]))
			n++;
		if (!hex(span_sub(list, 0, n), unicode ? 6 : 2, &v))
			return false;
		if (unicode && (v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff)))
			sieve_complain(c, where, "${unicode: %x} is no character", v);
		else if (unicode)
			utf8_put(&b, v);
		else
			buf_putc(&b, (char)v);
		count++;
		list = span_sub(list, n, SIZE_MAX);
	}
	buf_put_span(out, buf_span(&b));
	return count > 0;
}

struct span sieve_decode_characters(struct sieve_compiler *c, struct sieve_place where, struct span text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(2 * SIEVE_SIZE);

	while (text.n) {
		ptrdiff_t from = span_find(text, SPAN("${")), end;
		struct span rest = from < 0 ? SPAN_NONE : span_sub(text, (size_t)from + 2, SIZE_MAX);
		if (from < 0 || (end = span_chr(rest, '}')) < 0)
			break;
		bool unicode = span_istarts(rest, SPAN("unicode:"));
		size_t skip = unicode ? 8 : 4;
		bool good = (unicode || span_istarts(rest, SPAN("hex:"))) && (size_t)end > skip;
		buf_put(&b, text.p, (size_t)from);
		good = good && take_numbers(c, where, span_sub(rest, skip, (size_t)end - skip), unicode, &b);
		if (!good)
			buf_puts(&b, "${");
		text = good ? span_sub(rest, (size_t)end + 1, SIZE_MAX) : rest;
	}
	buf_put_span(&b, text);
	return arena_span(c->a, buf_span(&b));
}
