// SPDX-License-Identifier: Apache-2.0
#include "mime/report.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "mime/fields.h"

static struct span skip_blank_lines(struct span s)
{
	size_t n = 0;

	while (n < s.n && ascii_blank(s.p[n]))
		n++;
	return span_sub(s, n, SIZE_MAX);
}

static struct fact_report *add_block(struct collector *c)
{
	struct facts *f = c->f;

	if (f->nreports == LIMIT_REPORT_BLOCKS) {
		f->flags |= FACT_TRUNCATED;
		return NULL;
	}
	if (f->nreports == c->report_room) {
		uint32_t room = c->report_room ? c->report_room * 2 : 4;
		struct fact_report *more = arena_many(c->a, room, struct fact_report);
		if (f->nreports)
			memcpy(more, f->reports, f->nreports * sizeof(*more));
		f->reports = more;
		c->report_room = room;
	}
	return &f->reports[f->nreports++];
}

void report_read(struct collector *c, struct span content)
{
	uint32_t part = c->report_parts++;
	/* The decoded content lives in memory that the next part uses again. */
	struct span rest = skip_blank_lines(arena_span(c->a, content));

	while (rest.n) {
		struct raw_header h;
		raw_header_parse(c->a, rest, &h);
		if (!h.n)
			return;
		struct fact_report *block = add_block(c);
		if (!block)
			return;
		*block = (struct fact_report){ .part = part, .n = h.n };
		block->fields = fields_decode(c->a, &h, &c->f->flags);
		rest = skip_blank_lines(h.body);
	}
}
