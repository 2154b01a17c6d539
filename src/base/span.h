// SPDX-License-Identifier: Apache-2.0
/* A span is a view of bytes that somebody else owns: never freed, never NUL-terminated by promise. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p;
	size_t n;
};

#define SPAN(literal) ((struct span){ .p = (literal), .n = sizeof(literal) - 1 })
#define SPAN_NONE ((struct span){ .p = NULL, .n = 0 })
/* For printf("%.*s", SPAN_ARG(s)); a span longer than INT_MAX is cut. */
#define SPAN_ARG(s) ((int)((s).n > 0x7fffffff ? 0x7fffffff : (s).n)), ((s).p ? (s).p : "")

static inline struct span span_of(const char *s)
{
	return (struct span){ .p = s, .n = s ? strlen(s) : 0 };
}

static inline struct span span_make(const void *p, size_t n)
{
	return (struct span){ .p = p, .n = n };
}

/* The bytes from `from` on, at most `n`; both are clamped to the span. */
static inline struct span span_sub(struct span s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct span){ .p = s.p ? s.p + from : NULL, .n = n };
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool ascii_alnum(char c)
{
	return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* RFC 5322 WSP, CR and LF. */
static inline bool ascii_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool span_eq(struct span a, struct span b);
/* Equal but for ASCII case. */
bool span_ieq(struct span a, struct span b);
int span_cmp(struct span a, struct span b);
bool span_starts(struct span s, struct span prefix);
bool span_istarts(struct span s, struct span prefix);
bool span_iends(struct span s, struct span suffix);
/* Index of the first occurrence, or -1. span_ifind ignores ASCII case. */
ptrdiff_t span_find(struct span s, struct span what);
ptrdiff_t span_ifind(struct span s, struct span what);
ptrdiff_t span_chr(struct span s, char c);
/* Without blanks at both ends. */
struct span span_trim(struct span s);
/* Takes what stands before `sep` off the front of *rest into *head (all of it where there is no
 * `sep`); false once *rest has been used up. An empty input yields one empty head. Start with
 * *rest = input; afterwards rest->p is NULL at the end. */
bool span_split(struct span *rest, char sep, struct span *head);
/* Decimal number without sign, at most `max`; false for anything else. */
bool span_to_u64(struct span s, uint64_t max, uint64_t *out);
