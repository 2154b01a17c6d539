// SPDX-License-Identifier: Apache-2.0
/* One pass over the field cuts it into mailboxes; what a mailbox needs (its words, its name) is read
 * from its own stretch again. Nothing here calls itself, however deep comments or groups nest. */
#include "mail/address.h"
#include "base/text.h"
#include "mail/domain.h"
#include "mail/header.h"
#include "mail/limits.h"

enum { ENCODED_WORD_MAX = 1000 };

struct parser {
	struct arena *arena;
	struct span in;
	address_decode decode;
	struct address_list *out;
	uint32_t room;
	size_t quotes_end;   /* from here on a quote is an ordinary byte, because none closes */
	size_t comments_end; /* the same for opening parentheses */
	struct buf word;
	struct buf text;

	/* The list item being read: between two commas, mostly one mailbox. */
	size_t begin;	 /* its first byte that is still unread */
	bool angle;	 /* a <...> of it was read ... */
	uint32_t named;	 /* ... and this is the address that a comment behind it may name */

	/* Items without an address just before: "Doe, John <a@b>" is one mailbox. */
	bool loose;
	size_t loose_begin;
	uint32_t loose_n, loose_seen;
};

static bool is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool is_angle(char c)
{
	return c == '<' || c == '>';
}

/* -- tokens ------------------------------------------------------------------------------------ */

/* Index after the quoted string at `at`, 0 where it never closes. */
static size_t quoted_end(struct span in, size_t at)
{
	for (at++; at < in.n; at++) {
		if (in.p[at] == '\\')
			at++;
		else if (in.p[at] == '"')
			return at + 1;
	}
	return 0;
}

/* Index after the encoded word at `at` (RFC 2047), 0 where there is none. Some mailers leave commas
 * unencoded in it. */
static size_t encoded_end(struct span in, size_t at)
{
	struct span word = span_sub(in, at, ENCODED_WORD_MAX);
	unsigned marks = 0;

	if (!span_starts(word, SPAN("=?")))
		return 0;
	for (size_t i = 1; i < word.n && !is_gap(word.p[i]) && word.p[i] != '<'; i++) {
		if (word.p[i] == '?' && ++marks == 4)
			return i + 1 < word.n && word.p[i + 1] == '=' ? at + i + 2 : 0;
	}
	return 0;
}

/* Index after the address literal whose '@' stands at `at`, 0 where there is none. */
static size_t literal_end(struct span in, size_t at)
{
	struct span text = span_sub(in, at, DOMAIN_LITERAL + 1);

	if (!span_starts(text, SPAN("@[")))
		return 0;
	for (size_t i = 2; i < text.n && !is_gap(text.p[i]) && text.p[i] != '<' && text.p[i] != '['; i++)
		if (text.p[i] == ']')
			return at + i + 1;
	return 0;
}

static bool opens_quote(const struct parser *p, size_t at)
{
	return p->in.p[at] == '"' && at < p->quotes_end;
}

static bool opens_comment(const struct parser *p, size_t at)
{
	return p->in.p[at] == '(' && at < p->comments_end;
}

/* Index after the token at `at`: a quoted string, comment, encoded word, literal with its '@', or one
 * byte. A quote or comment that never closes is found out once, so that the whole stays linear. */
static size_t token_end(struct parser *p, size_t at)
{
	size_t end = 0;

	if (opens_quote(p, at)) {
		end = quoted_end(p->in, at);
		if (!end)
			p->quotes_end = at;
	} else if (opens_comment(p, at)) {
		end = header_comment_end(p->in, at);
		if (!end)
			p->comments_end = at;
	} else if (p->in.p[at] == '=') {
		end = encoded_end(p->in, at);
	} else if (p->in.p[at] == '@') {
		end = literal_end(p->in, at);
	}
	if (!end && (p->in.p[at] == '"' || p->in.p[at] == '('))
		p->out->broken = true;
	return end ? end : at + 1;
}

/* Appends what stands in quotes or parentheses, without the escapes. */
static void put_inside(struct buf *b, struct span token)
{
	for (size_t i = 1; i + 1 < token.n; i++) {
		if (token.p[i] == '\\' && i + 2 < token.n)
			i++;
		buf_putc(b, token.p[i]);
	}
}

/* -- names ------------------------------------------------------------------------------------- */

static bool plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x7f || (unsigned char)s.p[i] < ' ')
			return false;
	return span_find(s, SPAN("=?")) < 0;
}

/* The name in p->text, decoded, on one line, within its limit, in the arena. */
static struct span finish_name(struct parser *p)
{
	struct span raw = span_trim(buf_span(&p->text));

	if (!raw.n)
		return SPAN_NONE;
	if (plain(raw))
		return arena_span(p->arena, span_trim(span_sub(raw, 0, LIMIT_DISPLAY_NAME)));
	if (p->decode)
		raw = p->decode(p->arena, arena_span(p->arena, raw));
	BUF_CLEANUP struct buf line = BUF_CAPPED(3 * raw.n + 1);
	text_squeeze(&line, raw);
	return arena_span(p->arena, span_trim(utf8_cut(buf_span(&line), LIMIT_DISPLAY_NAME)));
}

static struct span phrase(struct parser *p, size_t from, size_t to)
{
	bool gap = false;

	buf_reset(&p->text);
	while (from < to) {
		size_t end = token_end(p, from);
		if (is_gap(p->in.p[from]) || is_angle(p->in.p[from]) || opens_comment(p, from)) {
			gap = true;
		} else {
			if (gap && p->text.n)
				buf_putc(&p->text, ' ');
			gap = false;
			if (opens_quote(p, from))
				put_inside(&p->text, span_sub(p->in, from, end - from));
			else
				buf_put(&p->text, p->in.p + from, end - from);
		}
		from = end;
	}
	return finish_name(p);
}

static struct span comment_name(struct parser *p, size_t at)
{
	buf_reset(&p->text);
	put_inside(&p->text, span_sub(p->in, at, token_end(p, at) - at));
	return finish_name(p);
}

/* -- mailboxes --------------------------------------------------------------------------------- */

static struct span local_of(struct parser *p, struct span s)
{
	if (utf8_valid(s))
		return arena_span(p->arena, s);
	buf_reset(&p->text);
	utf8_repair(&p->text, s);
	return arena_span(p->arena, buf_span(&p->text));
}

static void grow(struct parser *p)
{
	struct address *at;

	if (p->out->n < p->room)
		return;
	p->room = p->room ? 2 * p->room : 2;
	at = arena_many(p->arena, p->room, struct address);
	if (p->out->n)
		memcpy(at, p->out->at, p->out->n * sizeof(*at));
	p->out->at = at;
}

struct word {
	size_t from;   /* where it begins in the field */
	size_t at;     /* its last unquoted '@' in p->word, if `ats` */
	uint32_t ats;  /* unquoted '@' */
	bool control;  /* holds what no address may hold */
};

/* Counts the mailbox whose local@domain stands in p->word and keeps it if it is one. */
static void emit(struct parser *p, const struct word *w, struct span name)
{
	struct address_list *out = p->out;
	struct span text = buf_span(&p->word);
	struct address found = { .name = name };

	out->seen++;
	if (out->n == LIMIT_ADDRESSES)
		return;
	found.local = local_of(p, w->ats ? span_sub(text, 0, w->at) : text);
	if (w->ats)
		found.domain = domain_clean(p->arena, span_sub(text, w->at + 1, SIZE_MAX));
	out->broken |= w->ats != 1 || !found.domain.n || !found.local.n;
	if (!found.local.n || found.local.n + 1 + found.domain.n > LIMIT_ADDRESS || w->control) {
		out->broken = true;
		return;
	}
	grow(p);
	out->at[out->n++] = found;
}

static void put_token(struct parser *p, struct word *w, size_t from, size_t end)
{
	struct span token = span_sub(p->in, from, end - from);

	if (p->word.n == 0)
		w->from = from;
	if (opens_quote(p, from)) {
		for (size_t i = 0; i < token.n; i++)
			w->control |= (unsigned char)token.p[i] < ' ' || token.p[i] == 0x7f;
		put_inside(&p->word, token);
		return;
	}
	if (token.p[0] == '@') {
		w->at = p->word.n;
		w->ats++;
	}
	buf_put_span(&p->word, token);
}

/* Reads the next word of [*from, to) into p->word. Blanks and comments around '.' and '@' are part of
 * it (RFC 5322 section 4.4), other blanks end it. The first comment met is noted in *comment. */
static bool next_word(struct parser *p, size_t *from, size_t to, struct word *w, size_t *comment)
{
	bool gap = false;

	*w = (struct word){ .from = *from };
	buf_reset(&p->word);
	while (*from < to) {
		char c = p->in.p[*from];
		size_t end = token_end(p, *from);
		if (is_gap(c) || is_angle(c) || opens_comment(p, *from)) {
			if (c == '(' && *comment == SIZE_MAX)
				*comment = *from;
			p->out->broken |= is_angle(c);
			gap = true;
		} else {
			char last = p->word.n ? p->word.p[p->word.n - 1] : '\0';
			bool joins = c == '.' || c == '@' || last == '.' || last == '@';
			if (gap && p->word.n && !joins)
				return true;
			gap = false;
			put_token(p, w, *from, end);
		}
		*from = end;
	}
	return p->word.n > 0;
}

/* What is left of an item outside angle brackets: "a@b (Name)", "Name a@b", "root", or what follows
 * a '>'. */
static void read_bare(struct parser *p, size_t to)
{
	struct address_list *out = p->out;
	size_t from = p->begin;
	size_t comment = SIZE_MAX;
	uint32_t words = 0;
	uint32_t found = 0;
	struct word w;

	if (!p->angle)
		p->named = out->n;
	while (next_word(p, &from, to, &w, &comment)) {
		bool alone = words++ == 0 && from == to && !p->angle;
		if (!w.ats && !alone)
			continue;
		emit(p, &w, phrase(p, p->begin, w.from));
		found++;
		p->begin = from;
	}
	if (words > found || found + p->angle > 1)
		out->broken = true;
	if (words && !found && !p->angle)
		out->seen++;
	if (comment != SIZE_MAX && p->named < out->n && !out->at[p->named].name.n)
		out->at[p->named].name = comment_name(p, comment);
}

/* Ends the item at the separator at `to`. */
static void end_item(struct parser *p, size_t to)
{
	size_t begin = p->begin;
	struct address_list before = *p->out;

	read_bare(p, to);
	uint32_t added = p->out->n - before.n;
	bool nowhere = p->out->seen > before.seen &&
		       (added == 0 || (added == 1 && !p->out->at[before.n].domain.n));
	if (!nowhere || p->angle || p->in.p[to] != ',') {
		p->loose = false;
	} else if (!p->loose) {
		p->loose = true;
		p->loose_begin = begin;
		p->loose_n = before.n;
		p->loose_seen = before.seen;
	}
	p->begin = to + 1;
	p->angle = false;
}

/* Index where the contents of the angle bracket at `open` end: at its '>', or where it must have been
 * forgotten. *from is where the address begins: after the route of <@a,@b:c@d>. */
static size_t angle_end(struct parser *p, size_t open, size_t *from)
{
	size_t at = open + 1;
	bool route;

	while (at < p->in.n && is_gap(p->in.p[at]))
		at++;
	route = at < p->in.n && p->in.p[at] == '@';
	*from = at;
	while (at < p->in.n) {
		char c = p->in.p[at];
		if (c == '>' || c == '<' || (!route && (c == ',' || c == ';')))
			return at;
		size_t end = token_end(p, at);
		if (c == ':' && route) {
			route = false;
			*from = end;
		}
		at = end;
	}
	return at;
}

/* Reads the "<...>" at `open` with the phrase before it; returns where to go on. */
static size_t read_angle(struct parser *p, size_t open)
{
	struct address_list *out = p->out;
	size_t comment = SIZE_MAX;
	size_t from;
	size_t end = angle_end(p, open, &from);
	bool closed = end < p->in.n && p->in.p[end] == '>';
	struct word w;

	out->broken |= !closed || p->angle;
	if (!closed && from == end && end < p->in.n)
		return end; /* "<<a@b>>", "<,": nothing in it */
	if (p->loose) {
		p->begin = p->loose_begin;
		out->n = p->loose_n;
		out->seen = p->loose_seen;
		p->loose = false;
	}
	struct span name = phrase(p, p->begin, open);
	p->named = out->n;
	bool any = next_word(p, &from, end, &w, &comment);
	if (any && (w.ats || from == end)) {
		emit(p, &w, name);
	} else {
		out->seen++;
		out->broken = true;
	}
	out->broken |= from < end;
	p->named = out->n > p->named ? p->named : UINT32_MAX;
	p->angle = true;
	p->begin = closed ? end + 1 : end;
	return p->begin;
}

void address_list_parse(struct arena *a, struct span value, address_decode decode, struct address_list *out)
{
	struct parser p = {
		.arena = a, .in = value, .decode = decode, .out = out,
		.quotes_end = SIZE_MAX, .comments_end = SIZE_MAX,
		.word = BUF_CAPPED(value.n), .text = BUF_CAPPED(3 * value.n),
	};
	size_t at = 0;

	*out = (struct address_list){ 0 };
	while (at < value.n) {
		char c = value.p[at];
		if (c == ',' || c == ';') {
			end_item(&p, at++);
		} else if (c == ':') {
			out->group = true;
			p.begin = ++at;
			p.angle = p.loose = false;
		} else if (c == '<') {
			at = read_angle(&p, at);
		} else {
			at = token_end(&p, at);
		}
	}
	read_bare(&p, value.n);
	buf_free(&p.word);
	buf_free(&p.text);
}
