// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "reply/template.h"

enum { SHOWN_MAX = 120 };

static struct span one_line(struct arena *a, struct span text)
{
	BUF_CLEANUP struct buf line = BUF_CAPPED(4 * SHOWN_MAX);

	text_squeeze(&line, utf8_cut(text, SHOWN_MAX));
	return arena_span(a, buf_span(&line));
}

struct mustache_value *reply_acknowledgement_data(struct arena *a, const struct reply_acknowledgement *in)
{
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);

	mustache_add_string(a, data, "conversation", in->conversation);
	mustache_add_string(a, data, "team", in->team);
	mustache_add_string(a, data, "due", in->due);
	mustache_add_string(a, data, "name", one_line(a, in->name));
	mustache_add_string(a, data, "subject", one_line(a, in->subject));
	return data;
}

static void add_lines(struct arena *a, struct mustache_value *data, struct span name,
		      const struct reply_line *at, uint32_t n)
{
	struct mustache_value *list = mustache_add(a, data, name, MUSTACHE_LIST);

	for (uint32_t i = 0; i < n; i++) {
		struct mustache_value *item = mustache_add(a, list, SPAN_NONE, MUSTACHE_MAP);
		mustache_add_string(a, item, "conversation", at[i].conversation);
		mustache_add_string(a, item, "requester", one_line(a, at[i].requester));
		mustache_add_string(a, item, "subject", one_line(a, at[i].subject));
		mustache_add_string(a, item, "due", at[i].due);
		mustache_add_string(a, item, "span", at[i].span);
		mustache_add_string(a, item, "entry", at[i].entry);
		mustache_add_string(a, item, "reason", one_line(a, at[i].reason));
	}
}

struct mustache_value *reply_notice_data(struct arena *a, struct span team, const struct reply_line *due_soon,
					 uint32_t nsoon, const struct reply_line *breached,
					 uint32_t nbreached, uint32_t more, struct span unseen)
{
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);

	mustache_add_string(a, data, "team", team);
	mustache_add_string(a, data, "more", more ? span_of(arena_printf(a, "%u", more)) : SPAN_NONE);
	mustache_add_string(a, data, "unseen", unseen);
	add_lines(a, data, SPAN("due_soon"), due_soon, nsoon);
	add_lines(a, data, SPAN("breached"), breached, nbreached);
	return data;
}

struct mustache_value *reply_check_data(struct arena *a, struct span team, struct span address, struct span code)
{
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);

	mustache_add_string(a, data, "team", team);
	mustache_add_string(a, data, "address", address);
	mustache_add_string(a, data, "code", code);
	return data;
}

struct mustache_value *reply_held_data(struct arena *a, struct span team, const struct reply_line *held,
				       uint32_t n)
{
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);

	mustache_add_string(a, data, "team", team);
	add_lines(a, data, SPAN("held"), held, n);
	return data;
}
