// SPDX-License-Identifier: Apache-2.0
#include "mustache/internal.h"
#include <errno.h>

struct context {
	const struct mustache_value *value;
	const struct context *outer;
};

struct run {
	const struct mustache_options *how;
	struct buf *out;
	struct err *err;
	unsigned steps;
};

/* Where rendering stands: which template, how far indented, how deep in partials. */
struct level {
	const struct mustache *t;
	struct span indent;
	unsigned depth;
};

void mustache_escape_none(struct buf *out, struct span text)
{
	buf_put_span(out, text);
}

void mustache_escape_html(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '&')
			buf_puts(out, "&amp;");
		else if (c == '"')
			buf_puts(out, "&quot;");
		else if (c == '<')
			buf_puts(out, "&lt;");
		else if (c == '>')
			buf_puts(out, "&gt;");
		else
			buf_putc(out, c);
	}
}

struct mustache_value *mustache_new(struct arena *a, enum mustache_type type)
{
	struct mustache_value *v = arena_one(a, struct mustache_value);

	v->type = type;
	return v;
}

struct mustache_value *mustache_add(struct arena *a, struct mustache_value *parent, struct span name,
				    enum mustache_type type)
{
	struct mustache_value *v = mustache_new(a, type);

	v->name = name;
	if (parent->last)
		parent->last->next = v;
	else
		parent->first = v;
	parent->last = v;
	return v;
}

void mustache_add_string(struct arena *a, struct mustache_value *parent, const char *name, struct span text)
{
	mustache_add(a, parent, span_of(name), MUSTACHE_STRING)->text = text;
}

void mustache_add_bool(struct arena *a, struct mustache_value *parent, const char *name, bool truth)
{
	mustache_add(a, parent, span_of(name), MUSTACHE_BOOL)->truth = truth;
}

static const struct mustache_value *member(const struct mustache_value *map, struct span name)
{
	if (!map || map->type != MUSTACHE_MAP)
		return NULL;
	for (const struct mustache_value *v = map->first; v; v = v->next)
		if (span_eq(v->name, name))
			return v;
	return NULL;
}

/* The first part of a dotted name is looked for outwards, the others only inside what it found. */
static const struct mustache_value *resolve(const struct context *ctx, struct span name)
{
	const struct mustache_value *found = NULL;
	struct span rest = name, part;

	if (span_eq(name, SPAN(".")))
		return ctx->value;
	span_split(&rest, '.', &part);
	for (; ctx && !found; ctx = ctx->outer)
		found = member(ctx->value, part);
	while (found && span_split(&rest, '.', &part))
		found = member(found, part);
	return found;
}

static bool truthy(const struct mustache_value *v)
{
	if (!v)
		return false;
	switch (v->type) {
	case MUSTACHE_NULL:
		return false;
	case MUSTACHE_BOOL:
		return v->truth;
	case MUSTACHE_STRING:
		return v->text.n > 0;
	case MUSTACHE_LIST:
		return v->first != NULL;
	case MUSTACHE_MAP:
		return true;
	}
	return false;
}

static int refuse(struct run *r, const struct level *at, const struct piece *p, int code, const char *what)
{
	unsigned line, column;

	mustache_place(at->t, p->offset, &line, &column);
	return err_set(r->err, code, "line %u, column %u: {{%.*s}} %s", line, column,
		       SPAN_ARG(span_sub(p->text, 0, 60)), what);
}

static int put_variable(struct run *r, const struct level *at, const struct piece *p,
			const struct context *ctx)
{
	const struct mustache_value *v = resolve(ctx, p->text);
	struct span text = SPAN_NONE;

	if (v && v->type == MUSTACHE_STRING)
		text = v->text;
	else if (v && v->type == MUSTACHE_BOOL)
		text = v->truth ? SPAN("true") : SPAN("false");
	if (!text.n && r->how->strict)
		return refuse(r, at, p, -EINVAL,
			      v ? "is empty, give it a value or ask with {{#name}}"
				: "is not known here, is the name right?");
	if (p->raw)
		buf_put_span(r->out, text);
	else if (r->how->escape)
		r->how->escape(r->out, text);
	else
		mustache_escape_html(r->out, text);
	return 0;
}

static int render(struct run *r, const struct level *at, uint32_t from, uint32_t to,
		  const struct context *ctx);

static int put_section(struct run *r, const struct level *at, uint32_t i, const struct context *ctx)
{
	const struct piece *p = &at->t->pieces[i];
	const struct mustache_value *v = resolve(ctx, p->text);
	int rc = 0;

	if (p->kind == PIECE_INVERTED)
		return truthy(v) ? 0 : render(r, at, i + 1, p->end, ctx);
	if (!truthy(v))
		return 0;
	if (v->type != MUSTACHE_LIST)
		return render(r, at, i + 1, p->end, &(struct context){ v, ctx });
	for (const struct mustache_value *item = v->first; item && rc == 0; item = item->next)
		rc = render(r, at, i + 1, p->end, &(struct context){ item, ctx });
	return rc;
}

static int put_partial(struct run *r, const struct level *at, const struct piece *p,
		       const struct context *ctx)
{
	const struct mustache *t = NULL;
	BUF_CLEANUP struct buf indent = BUF_CAPPED(MUSTACHE_SIZE);

	if (at->depth == MUSTACHE_PARTIALS)
		return refuse(r, at, p, -ELOOP, "is nested too deep, at most 16 partials fit in one another");
	int rc = r->how->partial ? r->how->partial(r->how->context, p->text, &t, r->err) : 0;
	if (rc)
		return rc;
	if (!t && r->how->strict)
		return refuse(r, at, p, -EINVAL, "is a partial that does not exist, is the name right?");
	if (!t)
		return 0;
	if (p->alone) {
		buf_put_span(&indent, at->indent);
		buf_put_span(&indent, p->indent);
	}
	return render(r, &(struct level){ t, buf_span(&indent), at->depth + 1 }, 0, t->n, ctx);
}

static int render(struct run *r, const struct level *at, uint32_t from, uint32_t to,
		  const struct context *ctx)
{
	int rc = 0;

	/* The empty section of a long list counts too. */
	r->steps++;
	for (uint32_t i = from; i < to && rc == 0 && r->steps <= MUSTACHE_STEPS; i++) {
		const struct piece *p = &at->t->pieces[i];
		r->steps++;
		switch (p->kind) {
		case PIECE_TEXT:
			buf_put_span(r->out, p->text);
			break;
		case PIECE_LINE:
			buf_put_span(r->out, at->indent);
			break;
		case PIECE_VARIABLE:
			rc = put_variable(r, at, p, ctx);
			break;
		case PIECE_SECTION:
		case PIECE_INVERTED:
			rc = put_section(r, at, i, ctx);
			i = p->end;
			break;
		case PIECE_PARTIAL:
			rc = put_partial(r, at, p, ctx);
			break;
		case PIECE_END:
			break;
		}
		if (rc == 0 && r->out->full)
			return err_set(r->err, -E2BIG, "the rendered text is longer than %zu bytes",
				       r->out->cap);
	}
	if (rc == 0 && r->steps > MUSTACHE_STEPS)
		return err_set(r->err, -E2BIG, "the template takes more than %d steps on this data",
			       MUSTACHE_STEPS);
	return rc;
}

int mustache_render(const struct mustache *t, const struct mustache_value *data,
		    const struct mustache_options *how, struct buf *out, struct err *err)
{
	struct run r = { .how = how, .out = out, .err = err };

	return render(&r, &(struct level){ .t = t, .indent = SPAN_NONE }, 0, t->n,
		      &(struct context){ data, NULL });
}
