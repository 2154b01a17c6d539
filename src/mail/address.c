// SPDX-License-Identifier: Apache-2.0
/* One pass over the field cuts it into mailboxes; what a mailbox needs (its words, its name) is read
 * from its own stretch again. Nothing here calls itself, however deep comments or groups nest. */
#include "mail/address.h"
#include "base/idn.h"
#include "base/text.h"
#include "mail/limits.h"

enum { LABEL_MAX = 63, LITERAL_MAX = 100, ENCODED_WORD_MAX = 1000 };

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
};

static bool is_gap(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
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

/* Index after the comment at `at`, 0 where it never closes. */
static size_t comment_end(struct span in, size_t at)
{
	size_t depth = 0;

	for (; at < in.n; at++) {
		if (in.p[at] == '\\')
			at++;
		else if (in.p[at] == '(')
			depth++;
		else if (in.p[at] == ')' && --depth == 0)
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
	struct span text = span_sub(in, at, LITERAL_MAX);

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
		end = comment_end(p->in, at);
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
		if (is_gap(p->in.p[from]) || opens_comment(p, from)) {
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

/* -- domains ----------------------------------------------------------------------------------- */

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* Labels of letters, digits, hyphens and the underscores of some private networks. */
static bool is_domain(struct span s)
{
	struct span label;

	if (s.n == 0 || s.n > LIMIT_DOMAIN)
		return false;
	while (span_split(&s, '.', &label)) {
		if (label.n == 0 || label.n > LABEL_MAX)
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
				return false;
	}
	return true;
}

static bool is_literal(struct span s)
{
	if (s.n < 3 || s.n > LITERAL_MAX || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != ':' && s.p[i] != '-')
			return false;
	return true;
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static struct span lower(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	return span_make(p, s.n);
}

/* Lower case A-labels without a final dot; empty for what is no domain. */
static struct span domain_of(struct arena *a, struct span s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (is_ascii(s))
		return is_domain(s) || is_literal(s) ? lower(a, s) : SPAN_NONE;
	BUF_CLEANUP struct buf ascii = BUF_CAPPED(LIMIT_DOMAIN);
	if (!idn_to_ascii(s, &ascii) || ascii.full || !is_domain(buf_span(&ascii)))
		return SPAN_NONE;
	return lower(a, buf_span(&ascii));
}

/* -- mailboxes --------------------------------------------------------------------------------- */

static struct span local_of(struct parser *p, struct span s)
{
	if (is_ascii(s) || utf8_valid(s))
		return arena_span(p->arena, s);
	buf_reset(&p->text);
	utf8_repair(&p->text, s);
	return arena_span(p->arena, utf8_cut(buf_span(&p->text), LIMIT_ADDRESS));
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
	struct span local = w->ats ? span_sub(text, 0, w->at) : text;

	out->seen++;
	if (w->ats != 1)
		out->broken = true;
	if (local.n == 0 || local.n > LIMIT_ADDRESS || w->control) {
		out->broken = true;
		return;
	}
	if (out->n == LIMIT_ADDRESSES)
		return;
	grow(p);
	struct address *a = &out->at[out->n++];
	a->name = name;
	a->local = local_of(p, local);
	if (w->ats)
		a->domain = domain_of(p->arena, span_sub(text, w->at + 1, SIZE_MAX));
	if (!a->domain.n)
		out->broken = true;
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
		if (is_gap(c) || opens_comment(p, *from)) {
			if (!is_gap(c) && *comment == SIZE_MAX)
				*comment = *from;
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

/* A stretch without angle brackets: "a@b (Name)", "Name a@b", "root", or what follows a '>'. */
static void read_bare(struct parser *p, size_t from, size_t to, bool after_angle)
{
	size_t begin = from;
	size_t comment = SIZE_MAX;
	uint32_t words = 0;
	uint32_t first = p->out->n;
	bool found = after_angle;
	struct word w;

	while (next_word(p, &from, to, &w, &comment)) {
		words++;
		if (w.ats == 0)
			continue;
		if (found || words > 1)
			p->out->broken = true;
		emit(p, &w, phrase(p, begin, w.from));
		found = true;
		begin = from;
	}
	if (!found && words) {
		p->out->broken = true;
		if (words > 1)
			p->out->seen++;
		else
			from = begin;
		comment = SIZE_MAX;
		if (words == 1 && next_word(p, &from, to, &w, &comment))
			emit(p, &w, SPAN_NONE);
	} else if (after_angle && words) {
		p->out->broken = true;
	}
	uint32_t named = after_angle && first ? first - 1 : first;
	if (comment != SIZE_MAX && named < p->out->n && !p->out->at[named].name.n)
		p->out->at[named].name = comment_name(p, comment);
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

/* Reads "<...>" at `open` with the phrase before it; returns where to go on. */
static size_t read_angle(struct parser *p, size_t begin, size_t open)
{
	size_t comment = SIZE_MAX;
	size_t from;
	size_t end = angle_end(p, open, &from);
	bool closed = end < p->in.n && p->in.p[end] == '>';
	struct word w;
	struct word more;

	if (end < p->in.n && p->in.p[end] == '<' && from == end) {
		p->out->broken = true;
		return end; /* "<<a@b>" */
	}
	if (!closed)
		p->out->broken = true;
	struct span name = phrase(p, begin, open);
	if (!next_word(p, &from, end, &w, &comment)) {
		p->out->seen++;
		p->out->broken = true;
	} else if (from < end) {
		emit(p, &w, name);
		if (next_word(p, &from, end, &more, &comment))
			p->out->broken = true;
	} else {
		emit(p, &w, name);
	}
	return closed ? end + 1 : end;
}

void address_list_parse(struct arena *a, struct span value, address_decode decode, struct address_list *out)
{
	struct parser p = {
		.arena = a, .in = value, .decode = decode, .out = out,
		.quotes_end = SIZE_MAX, .comments_end = SIZE_MAX,
		.word = BUF_CAPPED(3 * value.n + 1), .text = BUF_CAPPED(3 * value.n + 1),
	};
	size_t begin = 0;
	size_t at = 0;
	bool after_angle = false;

	*out = (struct address_list){ 0 };
	while (at < value.n) {
		char c = value.p[at];
		if (c == ',' || c == ';' || c == ':') {
			if (c == ':')
				out->group = true;
			else
				read_bare(&p, begin, at, after_angle);
			begin = ++at;
			after_angle = false;
		} else if (c == '<') {
			at = begin = read_angle(&p, begin, at);
			after_angle = true;
		} else {
			at = token_end(&p, at);
		}
	}
	read_bare(&p, begin, value.n, after_angle);
	buf_free(&p.word);
	buf_free(&p.text);
}

/* -- values ------------------------------------------------------------------------------------ */

struct span address_text(struct arena *a, struct address addr)
{
	if (!addr.local.n || !addr.domain.n)
		return SPAN_NONE;
	char *p = arena_alloc(a, addr.local.n + 1 + addr.domain.n);
	memcpy(p, addr.local.p, addr.local.n);
	p[addr.local.n] = '@';
	memcpy(p + addr.local.n + 1, addr.domain.p, addr.domain.n);
	return span_make(p, addr.local.n + 1 + addr.domain.n);
}

bool address_split(struct span text, struct address *out)
{
	const char *at = text.n ? memrchr(text.p, '@', text.n) : NULL;

	if (!at || at == text.p || at + 1 == text.p + text.n || text.n > LIMIT_ADDRESS)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	size_t local = (size_t)(at - text.p);
	*out = (struct address){ .local = span_sub(text, 0, local), .domain = span_sub(text, local + 1, SIZE_MAX) };
	return true;
}

struct span address_key(struct arena *a, struct address addr, char subaddress)
{
	struct span domain = domain_of(a, addr.domain);
	ptrdiff_t cut = subaddress ? span_chr(addr.local, subaddress) : -1;

	if (cut > 0)
		addr.local.n = (size_t)cut;
	return address_text(a, (struct address){ .local = lower(a, addr.local), .domain = domain });
}

bool address_same(struct address a, struct address b)
{
	return a.local.n && span_ieq(a.local, b.local) && span_ieq(a.domain, b.domain);
}

static bool may_send_domain(struct span domain)
{
	struct span rest = domain;
	struct span label = SPAN_NONE;
	size_t labels = 0;
	uint64_t number;

	if (!is_domain(domain) || memchr(domain.p, '_', domain.n))
		return false;
	while (span_split(&rest, '.', &label)) {
		if (label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		labels++;
	}
	return labels >= 2 && !span_to_u64(label, UINT64_MAX, &number);
}

bool address_may_send(struct span text)
{
	struct address a;

	if (!address_split(text, &a) || a.local.n > LIMIT_LOCAL_PART)
		return false;
	if (a.local.p[0] == '-' || a.local.p[0] == '.' || a.local.p[a.local.n - 1] == '.' ||
	    span_find(a.local, SPAN("..")) >= 0)
		return false;
	for (size_t i = 0; i < a.local.n; i++)
		if (!is_alnum(a.local.p[i]) && (!a.local.p[i] || !strchr("!#%&'*+-/=?^_{}~.", a.local.p[i])))
			return false;
	return may_send_domain(a.domain);
}
