// SPDX-License-Identifier: Apache-2.0
#include "deadline/deadline.h"

const char *deadline_name(enum deadline_clock c)
{
	static const char *const names[DEADLINE_COUNT] = { "first response", "next response", "silence" };

	return names[c];
}

static int64_t add(int64_t at, int64_t seconds)
{
	int64_t sum;

	return __builtin_add_overflow(at, seconds, &sum) ? INT64_MAX : sum;
}

unsigned deadlines(const struct story *s, const struct policy *p, struct deadline out[DEADLINE_COUNT])
{
	const struct clock *clocks[DEADLINE_COUNT] = { &s->first, &s->next, &s->silence };
	unsigned n = 0;

	for (unsigned i = 0; i < DEADLINE_COUNT; i++) {
		const struct clock *c = clocks[i];
		if (!c->started_at || c->stopped_at)
			continue;
		struct deadline d = { .clock = (enum deadline_clock)i, .started_at = c->started_at };
		d.due_at = add(c->started_at, p->target[i]);
		if (p->warn_percent && i != DEADLINE_SILENCE)
			d.warn_at = add(c->started_at, p->target[i] / 100 * p->warn_percent +
							       p->target[i] % 100 * p->warn_percent / 100);
		unsigned at = n++;
		while (at && out[at - 1].due_at > d.due_at) {
			out[at] = out[at - 1];
			at--;
		}
		out[at] = d;
	}
	return n;
}

void deadline_explain(const struct deadline *d, int64_t now, struct buf *out)
{
	buf_printf(out, "%s: ", deadline_name(d->clock));
	put_duration(out, d->due_at - d->started_at);
	buf_puts(out, " from ");
	put_iso(out, d->started_at);
	buf_puts(out, ", due ");
	put_iso(out, d->due_at);
	buf_puts(out, d->due_at < now ? ", late by " : ", in ");
	put_duration(out, d->due_at - now);
}
