// SPDX-License-Identifier: Apache-2.0
#include "frame/control.h"
#include "frame/codec.h"

enum { ARG_LEAST = 8, CELL_LEAST = 9 };

void control_request_put(struct buf *b, const struct control_request *r)
{
	frame_put_text(b, r->verb, FRAME_NAME);
	wire_put_u32(b, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		frame_put_text(b, r->at[i].name, FRAME_NAME);
		frame_put_text(b, r->at[i].value, FRAME_MAX);
	}
}

bool control_request_get(struct wire *w, struct control_request *out)
{
	out->verb = frame_get_text(w, FRAME_NAME);
	out->n = wire_count(w, ARG_LEAST, CONTROL_ARGS);
	for (uint32_t i = 0; i < out->n; i++) {
		out->at[i].name = frame_get_text(w, FRAME_NAME);
		out->at[i].value = frame_get_text(w, FRAME_MAX);
	}
	return wire_done(w);
}

static const struct control_arg *find_arg(const struct control_request *r, const char *name)
{
	struct span wanted = span_of(name);

	for (uint32_t i = 0; i < r->n; i++)
		if (span_eq(r->at[i].name, wanted))
			return &r->at[i];
	return NULL;
}

struct span control_arg(const struct control_request *r, const char *name)
{
	const struct control_arg *arg = find_arg(r, name);

	return arg ? arg->value : SPAN_NONE;
}

bool control_has(const struct control_request *r, const char *name)
{
	return find_arg(r, name) != NULL;
}

void control_add(struct control_request *r, const char *name, struct span value)
{
	if (r->n < CONTROL_ARGS)
		r->at[r->n++] = (struct control_arg){ .name = span_of(name), .value = value };
}

static bool has_text(enum cell_type type)
{
	return type == CELL_TEXT || type == CELL_LIST;
}

void row_put(struct buf *b, const struct row *r)
{
	frame_put_text(b, r->kind, FRAME_NAME);
	wire_put_u32(b, r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		frame_put_text(b, r->at[i].name, FRAME_NAME);
		wire_put_u8(b, (uint8_t)r->at[i].type);
		if (has_text(r->at[i].type))
			frame_put_text(b, r->at[i].text, FRAME_MAX);
		else
			wire_put_i64(b, r->at[i].number);
	}
}

bool row_get(struct wire *w, struct row *out)
{
	out->kind = frame_get_text(w, FRAME_NAME);
	out->n = wire_count(w, CELL_LEAST, CONTROL_CELLS);
	for (uint32_t i = 0; i < out->n; i++) {
		struct cell *c = &out->at[i];
		*c = (struct cell){ .name = frame_get_text(w, FRAME_NAME) };
		c->type = wire_u8_below(w, CELL_TYPES);
		if (has_text(c->type))
			c->text = frame_get_text(w, FRAME_MAX);
		else
			c->number = wire_i64(w);
		if (c->type == CELL_BOOL && c->number != 0 && c->number != 1)
			return false;
	}
	return wire_done(w);
}

static void add_cell(struct row *r, struct cell c)
{
	if (r->n < CONTROL_CELLS)
		r->at[r->n++] = c;
}

void row_text(struct row *r, const char *name, struct span value)
{
	add_cell(r, (struct cell){ .name = span_of(name), .type = CELL_TEXT, .text = value });
}

void row_number(struct row *r, const char *name, int64_t value)
{
	add_cell(r, (struct cell){ .name = span_of(name), .type = CELL_NUMBER, .number = value });
}

void row_time(struct row *r, const char *name, int64_t at)
{
	add_cell(r, (struct cell){ .name = span_of(name), .type = CELL_TIME, .number = at });
}

void row_bool(struct row *r, const char *name, bool value)
{
	add_cell(r, (struct cell){ .name = span_of(name), .type = CELL_BOOL, .number = value });
}

void row_list(struct row *r, const char *name, struct span lines)
{
	add_cell(r, (struct cell){ .name = span_of(name), .type = CELL_LIST, .text = lines });
}

const struct cell *row_cell(const struct row *r, const char *name)
{
	struct span wanted = span_of(name);

	for (uint32_t i = 0; i < r->n; i++)
		if (span_eq(r->at[i].name, wanted))
			return &r->at[i];
	return NULL;
}

void control_end_put(struct buf *b, const struct control_end *e)
{
	wire_put_u32(b, e->status);
	frame_put_text(b, e->text, FRAME_TEXT);
}

bool control_end_get(struct wire *w, struct control_end *out)
{
	out->status = wire_u32(w);
	out->text = frame_get_text(w, FRAME_TEXT);
	return wire_done(w) && out->status <= UINT8_MAX;
}
