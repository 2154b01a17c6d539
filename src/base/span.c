// SPDX-License-Identifier: Apache-2.0
#include "base/span.h"

bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_ieq(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int span_cmp(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int r = n ? memcmp(a.p, b.p, n) : 0;

	if (r)
		return r;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_sub(s, 0, prefix.n), prefix);
}

bool span_istarts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_ieq(span_sub(s, 0, prefix.n), prefix);
}

bool span_iends(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_ieq(span_sub(s, s.n - suffix.n, suffix.n), suffix);
}

ptrdiff_t span_find(struct span s, struct span what)
{
	if (what.n == 0)
		return 0;
	if (s.n < what.n)
		return -1;
	const char *hit = memmem(s.p, s.n, what.p, what.n);
	return hit ? hit - s.p : -1;
}

ptrdiff_t span_ifind(struct span s, struct span what)
{
	if (what.n == 0)
		return 0;
	char low = ascii_lower(what.p[0]), high = low >= 'a' && low <= 'z' ? (char)(low - 32) : low;
	for (size_t i = 0; i + what.n <= s.n; i++)
		if ((s.p[i] == low || s.p[i] == high) && span_ieq(span_sub(s, i, what.n), what))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t span_chr(struct span s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
	return hit ? hit - s.p : -1;
}

struct span span_trim(struct span s)
{
	while (s.n && ascii_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && ascii_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool span_split(struct span *rest, char sep, struct span *head)
{
	if (!rest->p)
		return false;
	ptrdiff_t at = span_chr(*rest, sep);
	if (at < 0) {
		*head = *rest;
		*rest = SPAN_NONE;
	} else {
		*head = span_sub(*rest, 0, (size_t)at);
		*rest = span_sub(*rest, (size_t)at + 1, SIZE_MAX);
	}
	return true;
}

bool span_to_u64(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t d = (uint64_t)(s.p[i] - '0');
		if (v > (max - d) / 10 && (v > max / 10 || v * 10 > max - d))
			return false;
		v = v * 10 + d;
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}
