// SPDX-License-Identifier: Apache-2.0
#include "imap/nesting.h"
#include "mail/limits.h"

/* Only a row of FETCH ("* 12 ...") may carry literals: anywhere else, as in the text of an OK, {9} is what it
 * looks like, and a server could hide behind it. */
enum at { LINE_BEGINS, AFTER_STAR, AFTER_BLANK, IN_ROW, IN_QUOTES, AFTER_BACKSLASH, IN_BRACES, AFTER_BRACES, IN_LINE };

static enum at begins(enum at at, char c)
{
	if (at == LINE_BEGINS)
		return c == '*' ? AFTER_STAR : IN_LINE;
	if (at == AFTER_STAR)
		return c == ' ' ? AFTER_BLANK : IN_LINE;
	return c >= '0' && c <= '9' ? IN_ROW : IN_LINE;
}

static enum at counted(struct nesting *n, enum at at, char c)
{
	if (c == '(' && ++n->depth > LIMIT_IMAP_NESTING)
		n->too_deep = true;
	if (c == ')' && n->depth)
		n->depth--;
	if (at == IN_LINE || (c != '"' && c != '{'))
		return at;
	n->number = 0;
	return c == '"' ? IN_QUOTES : IN_BRACES;
}

static enum at in_braces(struct nesting *n, char c)
{
	if (c == '}')
		return AFTER_BRACES;
	if (c < '0' || c > '9')
		return counted(n, IN_ROW, c);
	/* More than this is never read. */
	n->number = n->number < UINT32_MAX ? n->number * 10 + (uint64_t)(c - '0') : n->number;
	return IN_BRACES;
}

static enum at step(struct nesting *n, char c)
{
	enum at at = (enum at)n->at;

	if (c == '\n') {
		n->literal = at == AFTER_BRACES ? n->number : 0;
		n->depth = at == AFTER_BRACES ? n->depth : 0;
		return at == AFTER_BRACES ? IN_ROW : LINE_BEGINS;
	}
	switch (at) {
	case LINE_BEGINS:
	case AFTER_STAR:
	case AFTER_BLANK:
		return begins(at, c);
	case IN_ROW:
	case IN_LINE:
		return counted(n, at, c);
	case IN_QUOTES:
		return c == '"' ? IN_ROW : c == '\\' ? AFTER_BACKSLASH : IN_QUOTES;
	case AFTER_BACKSLASH:
		return IN_QUOTES;
	case IN_BRACES:
		return in_braces(n, c);
	case AFTER_BRACES:
		return c == '\r' ? AFTER_BRACES : counted(n, IN_ROW, c);
	}
	return at;
}

bool nesting_feed(struct nesting *n, struct span bytes)
{
	for (size_t i = 0; i < bytes.n && !n->too_deep; i++) {
		if (n->literal) {
			size_t skip = n->literal < bytes.n - i ? (size_t)n->literal : bytes.n - i;
			n->literal -= skip;
			i += skip - 1;
			continue;
		}
		n->at = step(n, bytes.p[i]);
	}
	return !n->too_deep;
}
