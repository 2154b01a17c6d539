// SPDX-License-Identifier: Apache-2.0
#include "mustache/internal.h"
#include <errno.h>

enum { DELIMITER_MAX = 16 };

struct compiler {
	struct arena *a;
	struct span text;
	unsigned rules;
	struct mustache *t;
	uint32_t room;
	struct span open, close;
	uint32_t sections[MUSTACHE_SECTIONS];
	uint32_t depth;
	bool fresh; /* nothing of the present line has been put out yet */
	struct err *err;
};

struct tag {
	size_t begin, end;   /* with delimiters */
	char kind;	     /* one of "#^/!=>&{" or 0 for a variable */
	struct span content; /* trimmed */
};

void mustache_place(const struct mustache *t, size_t offset, unsigned *line, unsigned *column)
{
	*line = t->line;
	*column = 1;
	for (size_t i = 0; i < offset && i < t->text.n; i++) {
		(*column)++;
		if (t->text.p[i] == '\n') {
			(*line)++;
			*column = 1;
		}
	}
}

static int fault(struct compiler *c, size_t offset, struct span name, const char *what)
{
	unsigned line, column;

	mustache_place(c->t, offset, &line, &column);
	return err_set(c->err, -EINVAL,
		       name.n ? "line %u, column %u: '%.*s' %s" : "line %u, column %u: %.*s%s", line, column,
		       SPAN_ARG(span_sub(name, 0, 60)), what);
}

static struct piece *emit(struct compiler *c, enum piece_kind kind, size_t offset, struct span text)
{
	if (c->t->n == c->room) {
		struct piece *more = arena_many(c->a, 2 * c->room, struct piece);
		memcpy(more, c->t->pieces, c->room * sizeof(*more));
		c->t->pieces = more;
		c->room *= 2;
	}
	struct piece *p = &c->t->pieces[c->t->n++];
	*p = (struct piece){ .kind = kind, .text = text, .offset = (uint32_t)offset };
	return p;
}

static void emit_line_start(struct compiler *c, size_t offset)
{
	if (c->fresh)
		emit(c, PIECE_LINE, offset, SPAN_NONE);
	c->fresh = false;
}

static void emit_text(struct compiler *c, size_t from, size_t to)
{
	while (from < to) {
		struct span rest = span_sub(c->text, from, to - from);
		ptrdiff_t nl = span_chr(rest, '\n');
		size_t n = nl < 0 ? rest.n : (size_t)nl + 1;
		emit_line_start(c, from);
		emit(c, PIECE_TEXT, from, span_sub(rest, 0, n));
		c->fresh = nl >= 0;
		from += n;
	}
}

/* The next tag from `from` on; false where there is none. A tag that does not end has end 0. */
static bool find_tag(struct compiler *c, size_t from, struct tag *out)
{
	ptrdiff_t at = span_find(span_sub(c->text, from, SIZE_MAX), c->open);
	char closing[DELIMITER_MAX + 1];
	struct span close = c->close;

	if (at < 0)
		return false;
	*out = (struct tag){ .begin = from + (size_t)at };
	size_t inside = out->begin + c->open.n;
	if (inside < c->text.n && strchr("#^/!=>&{", c->text.p[inside]) && c->text.p[inside])
		out->kind = c->text.p[inside++];
	if (out->kind == '{' || out->kind == '=') {
		closing[0] = out->kind == '{' ? '}' : '=';
		memcpy(closing + 1, c->close.p, c->close.n);
		close = span_make(closing, c->close.n + 1);
	}
	ptrdiff_t n = span_find(span_sub(c->text, inside, SIZE_MAX), close);
	if (n < 0)
		return true;
	out->content = span_trim(span_sub(c->text, inside, (size_t)n));
	out->end = inside + (size_t)n + close.n;
	return true;
}

static bool line_blank(char ch)
{
	return ch == ' ' || ch == '\t';
}

/* A tag that puts nothing out takes its whole line with it if it is alone there. */
static bool stands_alone(struct compiler *c, const struct tag *tag, size_t *line_begin, size_t *line_end)
{
	size_t from = tag->begin, to = tag->end;

	if (!tag->kind || tag->kind == '&' || tag->kind == '{')
		return false;
	while (from && line_blank(c->text.p[from - 1]))
		from--;
	if (from && c->text.p[from - 1] != '\n')
		return false;
	while (to < c->text.n && line_blank(c->text.p[to]))
		to++;
	if (to + 1 < c->text.n && c->text.p[to] == '\r' && c->text.p[to + 1] == '\n')
		to++;
	if (to < c->text.n && c->text.p[to] != '\n')
		return false;
	*line_begin = from;
	*line_end = to < c->text.n ? to + 1 : to;
	return true;
}

static int set_delimiters(struct compiler *c, const struct tag *tag)
{
	struct span s = tag->content;
	size_t n = 0;

	while (n < s.n && !ascii_blank(s.p[n]))
		n++;
	struct span open = span_sub(s, 0, n), close = span_trim(span_sub(s, n, SIZE_MAX));
	if (!open.n || !close.n || open.n >= DELIMITER_MAX || close.n >= DELIMITER_MAX ||
	    span_chr(s, '=') >= 0)
		return fault(c, tag->begin, s, "sets no delimiters, write for example {{=<% %>=}}");
	for (size_t i = 0; i < close.n; i++)
		if (ascii_blank(close.p[i]))
			return fault(c, tag->begin, s,
				     "sets more than two delimiters, write for example {{=<% %>=}}");
	c->open = open;
	c->close = close;
	return 0;
}

static int check_name(struct compiler *c, const struct tag *tag)
{
	struct span rest = tag->content, part;

	if (!rest.n)
		return fault(c, tag->begin, rest, "a tag without a name, write one between the braces");
	for (size_t i = 0; i < rest.n; i++)
		if ((unsigned char)rest.p[i] <= ' ' || rest.p[i] == 0x7f || strchr("{}&#^/!=<>\"", rest.p[i]))
			if (tag->kind != '>' || rest.p[i] != '/')
				return fault(c, tag->begin, rest,
					     "is no name, write one word of letters, digits, '_' and '.'");
	if (tag->kind == '>' || span_eq(rest, SPAN(".")))
		return 0;
	while (span_split(&rest, '.', &part))
		if (!part.n)
			return fault(c, tag->begin, tag->content,
				     "has an empty part, write a name on both sides of each dot");
	return 0;
}

static int close_section(struct compiler *c, const struct tag *tag)
{
	if (!c->depth)
		return fault(c, tag->begin, tag->content, "is closed but was never opened, remove the tag");
	uint32_t opener = c->sections[c->depth - 1];
	if (!span_eq(c->t->pieces[opener].text, tag->content))
		return fault(c, tag->begin, c->t->pieces[opener].text, "is the section to close here first");
	c->t->pieces[opener].end = c->t->n;
	emit(c, PIECE_END, tag->begin, SPAN_NONE);
	c->depth--;
	return 0;
}

static int open_section(struct compiler *c, const struct tag *tag)
{
	if (c->depth == MUSTACHE_SECTIONS)
		return fault(c, tag->begin, tag->content,
			     "is nested too deep, at most 32 sections fit in one another");
	c->sections[c->depth++] = c->t->n;
	emit(c, tag->kind == '#' ? PIECE_SECTION : PIECE_INVERTED, tag->begin, tag->content);
	return 0;
}

static int take_tag(struct compiler *c, const struct tag *tag, struct span indent, bool alone)
{
	if (tag->kind == '!')
		return 0;
	if (tag->kind == '=')
		return set_delimiters(c, tag);
	int r = check_name(c, tag);
	if (r)
		return r;
	if (!alone)
		emit_line_start(c, tag->begin);
	if (tag->kind == '#' || tag->kind == '^')
		return open_section(c, tag);
	if (tag->kind == '/')
		return close_section(c, tag);
	if (tag->kind == '>') {
		struct piece *p = emit(c, PIECE_PARTIAL, tag->begin, tag->content);
		p->indent = indent;
		p->alone = alone;
		return 0;
	}
	if (tag->kind && c->rules & MUSTACHE_ESCAPED_ONLY)
		return fault(c, tag->begin, tag->content,
			     "is not escaped, which is not allowed here: write {{name}}");
	emit(c, PIECE_VARIABLE, tag->begin, tag->content)->raw = tag->kind != 0;
	return 0;
}

static int compile_all(struct compiler *c)
{
	size_t from = 0;
	struct tag tag;

	while (find_tag(c, from, &tag)) {
		size_t line_begin = tag.begin, line_end = tag.end;
		if (!tag.end)
			return fault(c, tag.begin, SPAN_NONE,
				     "a tag that is not closed, write the closing delimiter");
		bool alone = stands_alone(c, &tag, &line_begin, &line_end);
		emit_text(c, from, line_begin);
		int r = take_tag(c, &tag, span_sub(c->text, line_begin, tag.begin - line_begin), alone);
		if (r)
			return r;
		from = line_end;
	}
	emit_text(c, from, c->text.n);
	if (c->depth) {
		const struct piece *opener = &c->t->pieces[c->sections[c->depth - 1]];
		return fault(c, opener->offset, opener->text,
			     "is a section that is not closed, write {{/name}}");
	}
	return 0;
}

int mustache_compile(struct arena *a, struct span text, unsigned line, unsigned rules, struct mustache **out,
		     struct err *err)
{
	struct mustache *t = arena_one(a, struct mustache);
	struct compiler c = {
		.a = a,
		.text = text,
		.rules = rules,
		.t = t,
		.room = 16,
		.fresh = true,
		.err = err,
		.open = SPAN("{{"),
		.close = SPAN("}}"),
	};

	t->text = text;
	t->line = line;
	if (text.n > MUSTACHE_SIZE)
		return fault(&c, 0, SPAN_NONE, "the template is larger than 256 KB");
	t->pieces = arena_many(a, c.room, struct piece);
	int r = compile_all(&c);
	if (r == 0)
		*out = t;
	return r;
}

bool mustache_names(const struct mustache *t, bool (*each)(void *context, struct mustache_name name),
		    void *context)
{
	bool more = true;

	for (uint32_t i = 0; i < t->n && more; i++) {
		const struct piece *p = &t->pieces[i];
		struct mustache_name name = { .name = p->text };
		unsigned column;
		if (p->kind == PIECE_TEXT || p->kind == PIECE_LINE || p->kind == PIECE_END)
			continue;
		name.use = p->kind == PIECE_VARIABLE  ? MUSTACHE_VARIABLE
			   : p->kind == PIECE_PARTIAL ? MUSTACHE_PARTIAL
						      : MUSTACHE_SECTION;
		mustache_place(t, p->offset, &name.line, &column);
		more = each(context, name);
	}
	return more;
}
