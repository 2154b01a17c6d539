// SPDX-License-Identifier: Apache-2.0
/* Match types and comparators (RFC 5228 section 2.7, RFC 5231, RFC 4790). */
#include "sieve/internal.h"

bool sieve_step(struct sieve_run *run, uint64_t bytes)
{
	run->steps += 1 + bytes / 64;
	if (run->steps > SIEVE_STEPS)
		run->overrun = true;
	return !run->overrun;
}

static char folded(char c, bool fold)
{
	return fold ? ascii_lower(c) : c;
}

/* The length of the character at p: one "?" stands for all of its bytes (RFC 5228 section 2.7.1). */
static size_t character(struct span text, size_t at)
{
	size_t n = 1;

	while (at + n < text.n && ((unsigned char)text.p[at + n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* "*" any number of characters, "?" one, "\" takes the next one as it is. Two pointers: only the last star is ever
 * gone back to, so no pattern takes more than length times length steps, which are counted. */
static bool glob(struct sieve_run *run, struct span pattern, struct span text, bool fold)
{
	size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;
	uint64_t looked = 0;

	while (t < text.n) {
		bool escaped = p + 1 < pattern.n && pattern.p[p] == '\\';
		size_t q = p + escaped;
		if (++looked % 4096 == 0 && !sieve_step(run, 4096))
			return false;
		if (q < pattern.n && !escaped && pattern.p[q] == '*') {
			star = ++p;
			mark = t;
		} else if (q < pattern.n && !escaped && pattern.p[q] == '?') {
			p++;
			t += character(text, t);
		} else if (q < pattern.n && folded(pattern.p[q], fold) == folded(text.p[t], fold)) {
			p = q + 1;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n && sieve_step(run, looked % 4096);
}

/* The digits at the beginning without leading zeros; none: infinity (RFC 4790 section 9.1.1). */
static bool digits_of(struct span s, struct span *out)
{
	size_t from = 0, to;

	while (from < s.n && s.p[from] == '0')
		from++;
	for (to = from; to < s.n && s.p[to] >= '0' && s.p[to] <= '9'; to++)
		continue;
	*out = span_sub(s, from, to - from);
	return to > 0;
}

static int compare_numbers(struct span a, struct span b)
{
	struct span x, y;
	bool finite_a = digits_of(a, &x), finite_b = digits_of(b, &y);

	if (!finite_a || !finite_b)
		return (int)finite_b - (int)finite_a;
	if (x.n != y.n)
		return x.n < y.n ? -1 : 1;
	return span_cmp(x, y);
}

static int compare(enum sieve_comparator how, struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	if (how == SIEVE_NUMERIC)
		return compare_numbers(a, b);
	if (how == SIEVE_OCTET)
		return span_cmp(a, b);
	for (size_t i = 0; i < n; i++) {
		unsigned char x = (unsigned char)ascii_lower(a.p[i]), y = (unsigned char)ascii_lower(b.p[i]);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n == b.n ? 0 : a.n < b.n ? -1 : 1;
}

static bool holds(enum sieve_relation relation, int order)
{
	switch (relation) {
	case SIEVE_GT:
		return order > 0;
	case SIEVE_GE:
		return order >= 0;
	case SIEVE_LT:
		return order < 0;
	case SIEVE_LE:
		return order <= 0;
	case SIEVE_EQ:
		return order == 0;
	case SIEVE_NE:
		return order != 0;
	}
	return false;
}

static struct span fold(struct arena *a, struct span s)
{
	char *copy = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++)
		copy[i] = ascii_lower(copy[i]);
	return span_make(copy, s.n);
}

static bool match_one(struct sieve_run *run, const struct sieve_node *n, struct span value, struct span key)
{
	if (!sieve_step(run, value.n + key.n))
		return false;
	switch (n->match) {
	case SIEVE_IS:
		return compare(n->comparator, value, key) == 0;
	case SIEVE_CONTAINS:
		return span_find(value, n->comparator == SIEVE_CASEMAP ? fold(run->arena, key) : key) >= 0;
	case SIEVE_MATCHES:
		return glob(run, key, value, n->comparator == SIEVE_CASEMAP);
	case SIEVE_VALUE:
	case SIEVE_COUNT:
		return holds(n->relation, compare(n->comparator, value, key));
	}
	return false;
}

bool sieve_match(struct sieve_run *run, const struct sieve_node *n, const struct sieve_strings *values,
		 const struct sieve_strings *keys)
{
	struct span count = span_of(arena_printf(run->arena, "%u", values->n));
	struct sieve_strings counted = { &count, 1 };

	if (n->match == SIEVE_COUNT)
		values = &counted;
	for (uint32_t v = 0; v < values->n; v++) {
		struct span value = values->at[v];
		/* Folded beforehand, so that the search for each key is linear. */
		if (n->match == SIEVE_CONTAINS && n->comparator == SIEVE_CASEMAP)
			value = fold(run->arena, value);
		for (uint32_t k = 0; k < keys->n && !run->overrun; k++)
			if (match_one(run, n, value, keys->at[k]) && !run->overrun)
				return true;
	}
	return false;
}

bool sieve_collect(struct sieve_run *run, struct sieve_list *list, struct span value)
{
	if (list->s.n == SIEVE_VALUES || !sieve_step(run, 0)) {
		run->overrun = true;
		return false;
	}
	if (list->s.n == list->room) {
		list->room = list->room ? list->room * 2 : 8;
		struct span *more = arena_many(run->arena, list->room, struct span);
		if (list->s.n)
			memcpy(more, list->s.at, list->s.n * sizeof(*more));
		list->s.at = more;
	}
	list->s.at[list->s.n++] = value;
	return true;
}
