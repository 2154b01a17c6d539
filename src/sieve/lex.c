// SPDX-License-Identifier: Apache-2.0
/* RFC 5228 section 8.1: from bytes to tokens. */
#include "sieve/internal.h"

void sieve_lexer_start(struct sieve_lexer *l, struct arena *a, struct span source)
{
	*l = (struct sieve_lexer){ .a = a, .source = source, .line = 1 };
	if (span_starts(source, SPAN("\xef\xbb\xbf")))
		l->line_start = l->at = 3;
	sieve_lexer_next(l);
}

static char peek(const struct sieve_lexer *l, size_t ahead)
{
	return l->at + ahead < l->source.n ? l->source.p[l->at + ahead] : '\0';
}

static void advance(struct sieve_lexer *l)
{
	if (l->source.p[l->at++] == '\n') {
		l->line++;
		l->line_start = l->at;
	}
}

static void broken(struct sieve_lexer *l, const char *why)
{
	l->token.type = TOKEN_BROKEN;
	l->token.text = span_of(why);
	l->at = l->source.n;
}

/* Blanks and comments; false for a comment that never ends. */
static bool skip_blanks(struct sieve_lexer *l)
{
	while (l->at < l->source.n) {
		if (ascii_blank(peek(l, 0))) {
			advance(l);
		} else if (peek(l, 0) == '#') {
			while (l->at < l->source.n && peek(l, 0) != '\n')
				advance(l);
		} else if (peek(l, 0) == '/' && peek(l, 1) == '*') {
			ptrdiff_t end = span_find(span_sub(l->source, l->at + 2, SIZE_MAX), SPAN("*/"));
			if (end < 0)
				return false;
			for (size_t to = l->at + 4 + (size_t)end; l->at < to;)
				advance(l);
		} else {
			break;
		}
	}
	return true;
}

static bool name_char(char c, bool first)
{
	return c == '_' || (ascii_alnum(c) && !(first && c >= '0' && c <= '9'));
}

static struct span take_name(struct sieve_lexer *l)
{
	size_t from = l->at;

	while (l->at < l->source.n && name_char(peek(l, 0), l->at == from))
		advance(l);
	return span_sub(l->source, from, l->at - from);
}

static void take_number(struct sieve_lexer *l)
{
	size_t from = l->at;
	unsigned shift = 0;
	uint64_t v;

	while (peek(l, 0) >= '0' && peek(l, 0) <= '9')
		advance(l);
	struct span digits = span_sub(l->source, from, l->at - from);
	switch (ascii_lower(peek(l, 0))) {
	case 'k':
		shift = 10;
		break;
	case 'm':
		shift = 20;
		break;
	case 'g':
		shift = 30;
		break;
	default:
		break;
	}
	if (shift)
		advance(l);
	if (name_char(peek(l, 0), false)) {
		broken(l, "a number ends in digits, K, M or G");
		return;
	}
	if (!span_to_u64(digits, UINT64_C(1) << 32, &v)) {
		broken(l, "this number is too large, 4294967296 is the most");
		return;
	}
	l->token.type = TOKEN_NUMBER;
	l->token.number = v << shift;
}

/* Line ends become LF, as in decoded mail. */
static void take_quoted(struct sieve_lexer *l)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(SIEVE_SIZE);

	advance(l);
	while (l->at < l->source.n && peek(l, 0) != '"') {
		if (peek(l, 0) == '\\' && l->at + 1 < l->source.n)
			advance(l);
		if (peek(l, 0) != '\r' || peek(l, 1) != '\n')
			buf_putc(&b, peek(l, 0));
		advance(l);
	}
	if (l->at == l->source.n) {
		broken(l, "this string never ends, write \" behind it");
	} else {
		advance(l);
		l->token.type = TOKEN_STRING;
		l->token.text = arena_span(l->a, buf_span(&b));
	}
}

/* "text:" (RFC 5228 section 2.4.2): until a line with a dot alone; a dot before a dot is taken off. */
static void take_multi_line(struct sieve_lexer *l)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(SIEVE_SIZE);
	struct span rest, line;

	while (peek(l, 0) == ' ' || peek(l, 0) == '\t')
		advance(l);
	if (peek(l, 0) == '#')
		while (l->at < l->source.n && peek(l, 0) != '\n')
			advance(l);
	if (peek(l, 0) == '\r')
		advance(l);
	if (peek(l, 0) != '\n') {
		broken(l, "behind text: begins a new line");
		return;
	}
	advance(l);
	for (rest = span_sub(l->source, l->at, SIZE_MAX); span_split(&rest, '\n', &line);) {
		bool last = !rest.p;
		l->at += line.n + !last;
		l->line += !last;
		l->line_start = l->at;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (span_eq(line, SPAN("."))) {
			l->token.type = TOKEN_STRING;
			l->token.text = arena_span(l->a, buf_span(&b));
			return;
		}
		buf_put_span(&b, span_starts(line, SPAN("..")) ? span_sub(line, 1, SIZE_MAX) : line);
		buf_putc(&b, '\n');
	}
	broken(l, "this text never ends, write a line with a dot alone below it");
}

void sieve_lexer_next(struct sieve_lexer *l)
{
	bool closed = skip_blanks(l);
	char c = peek(l, 0);

	l->token = (struct sieve_token){ .place = { l->line, (uint32_t)(l->at - l->line_start) + 1 } };
	if (!closed) {
		broken(l, "this comment never ends, write */ behind it");
	} else if (l->at >= l->source.n) {
		l->token.type = TOKEN_END;
	} else if (name_char(c, true)) {
		l->token.type = TOKEN_NAME;
		l->token.text = take_name(l);
		if (span_ieq(l->token.text, SPAN("text")) && peek(l, 0) == ':') {
			advance(l);
			take_multi_line(l);
		}
	} else if (c == ':' && name_char(peek(l, 1), true)) {
		advance(l);
		l->token.type = TOKEN_TAG;
		l->token.text = take_name(l);
	} else if (c >= '0' && c <= '9') {
		take_number(l);
	} else if (c == '"') {
		take_quoted(l);
	} else if (strchr("(){}[],;", c) && c) {
		advance(l);
		l->token.type = TOKEN_MARK;
		l->token.mark = c;
	} else {
		broken(l, "this character has no meaning here; strings stand in double quotes");
	}
}
