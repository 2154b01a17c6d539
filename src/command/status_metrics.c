// SPDX-License-Identifier: Apache-2.0
/* hearback status --metrics: every number, time and yes or no of the status rows is a gauge; the texts that say which row
 * it is are labels. All values of one gauge stand together, as the format wants it. */
#include "base/arena.h"
#include "command/ask.h"
#include "command/status.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

enum { METRICS_MAX = 16384 };

struct metric {
	char *name;
	char *labels;
	int64_t value;
	uint32_t order;
};

struct metrics {
	struct arena *a;
	struct metric *at;
	uint32_t n;
};

static void put_label(struct buf *b, const char *name, struct span value)
{
	buf_printf(b, "%s%s=\"", b->n ? "," : "", name);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, value.p[i] == '\n' ? ' ' : value.p[i]);
	}
	buf_putc(b, '"');
}

static char *labels_of(struct arena *a, const struct row *r)
{
	static const char *const names[] = { "account", "mailbox", "room", "watched" };
	BUF_CLEANUP struct buf b = BUF_CAPPED(4096);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct cell *c = row_cell(r, names[i]);
		if (c && c->text.n)
			put_label(&b, names[i], c->text);
	}
	return arena_str(a, buf_span(&b));
}

static void add(struct metrics *m, struct span kind, const char *cell, char *labels, int64_t value)
{
	bool ours = span_eq(kind, SPAN("keeper"));

	if (m->n == METRICS_MAX)
		return;
	m->at[m->n] = (struct metric){
		.name = ours ? arena_printf(m->a, "hearback_%s", cell) : arena_printf(m->a, "hearback_%.*s_%s", SPAN_ARG(kind), cell),
		.labels = labels,
		.value = value,
		.order = m->n,
	};
	m->n++;
}

static void collect(void *context, const struct row *r)
{
	struct metrics *m = context;
	char *labels = labels_of(m->a, r);
	const struct cell *mode = row_cell(r, "mode"), *walls = row_cell(r, "walls_missing");

	for (uint32_t i = 0; i < r->n; i++) {
		const struct cell *c = &r->at[i];
		char *name = arena_str(m->a, c->name);
		if (c->type == CELL_TIME)
			add(m, r->kind, arena_printf(m->a, "%s_timestamp_seconds", name), labels, c->number);
		else if (c->type == CELL_NUMBER || c->type == CELL_BOOL)
			add(m, r->kind, name, labels, c->number);
	}
	if (mode)
		add(m, r->kind, "mode", arena_printf(m->a, "%s,mode=\"%.*s\"", labels, SPAN_ARG(mode->text)), 1);
	if (walls)
		add(m, r->kind, "walls_missing", labels, walls->text.n != 0);
}

static int by_name(const void *a, const void *b)
{
	const struct metric *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r ? r : (x->order > y->order) - (x->order < y->order);
}

int status_metrics(const struct control_request *r)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct metrics m = { .a = a, .at = arena_many(a, METRICS_MAX, struct metric) };
	int status = ask_daemon(r, collect, &m);

	add(&m, SPAN("keeper"), "up", arena_str(a, SPAN_NONE), !status);
	qsort(m.at, m.n, sizeof(*m.at), by_name);
	for (uint32_t i = 0; i < m.n; i++) {
		if (!i || strcmp(m.at[i].name, m.at[i - 1].name) != 0)
			printf("# TYPE %s gauge\n", m.at[i].name);
		printf("%s%s%s%s %lld\n", m.at[i].name, *m.at[i].labels ? "{" : "", m.at[i].labels, *m.at[i].labels ? "}" : "",
		       (long long)m.at[i].value);
	}
	return status == EX_UNAVAILABLE ? EX_OK : status;
}
