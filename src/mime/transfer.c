// SPDX-License-Identifier: Apache-2.0
#include "mime/transfer.h"

static int base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static void base64_table(signed char table[static 256])
{
	for (int i = 0; i < 256; i++)
		table[i] = (signed char)base64_value((char)i);
}

void transfer_base64(struct span in, struct buf *out)
{
	static signed char table[256];
	static bool made;
	uint32_t bits = 0;
	unsigned have = 0;

	if (!made)
		base64_table(table);
	made = true;
	char *start = buf_reserve(out, in.n / 4 * 3 + 3);
	if (!start)
		return;
	char *at = start;
	for (size_t i = 0; i < in.n; i++) {
		int v = table[(unsigned char)in.p[i]];
		if (v < 0) {
			if (in.p[i] == '=')
				have = 0;
			continue;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			*at++ = (char)(bits >> have);
		}
	}
	buf_added(out, (size_t)(at - start));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Length of a soft line break after a '=' (RFC 2045 section 6.7 rule 5; blanks may have crept in),
 * 0 if there is none. */
static size_t soft_break(struct span s)
{
	size_t i = 0;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\r'))
		i++;
	if (i == s.n)
		return s.n ? s.n : 1;
	return s.p[i] == '\n' ? i + 1 : 0;
}

void transfer_quoted_printable(struct span in, struct buf *out)
{
	char *start = buf_reserve(out, in.n);
	char *at = start;

	while (start && in.n) {
		const char *equal = memchr(in.p, '=', in.n);
		size_t n = equal ? (size_t)(equal - in.p) : in.n;
		memcpy(at, in.p, n);
		at += n;
		if (!equal)
			break;
		in = span_sub(in, n + 1, SIZE_MAX);
		int high = in.n ? hex_value(in.p[0]) : -1;
		int low = in.n > 1 ? hex_value(in.p[1]) : -1;
		size_t skip = high < 0 ? soft_break(in) : 0;
		if (high >= 0 && low >= 0) {
			*at++ = (char)(high << 4 | low);
			in = span_sub(in, 2, SIZE_MAX);
		} else if (skip) {
			in = span_sub(in, skip, SIZE_MAX);
		} else if (high < 0 || in.n > 1) {
			*at++ = '=';
		} else {
			break; /* cut inside an escape */
		}
	}
	if (start)
		buf_added(out, (size_t)(at - start));
}

static void uu_line(struct span line, struct buf *out)
{
	size_t count = line.n ? (size_t)((line.p[0] - ' ') & 0x3f) : 0;

	for (size_t i = 1; count && i < line.n; i += 4) {
		unsigned v[4];
		for (size_t j = 0; j < 4; j++)
			v[j] = i + j < line.n ? (unsigned)(line.p[i + j] - ' ') & 0x3f : 0;
		const char three[3] = { (char)(v[0] << 2 | v[1] >> 4), (char)(v[1] << 4 | v[2] >> 2),
					(char)(v[2] << 6 | v[3]) };
		size_t n = count < 3 ? count : 3;
		buf_put(out, three, n);
		count -= n;
	}
}

void transfer_uu(struct span in, struct buf *out)
{
	struct span line;

	while (span_split(&in, '\n', &line)) {
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (span_eq(line, SPAN("end")))
			return;
		if (!span_starts(line, SPAN("begin ")))
			uu_line(line, out);
	}
}
