// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/people.h"
#include <sysexits.h>

enum { DUE_KEY_CONVERSATION = 8, DUE_KEY_CLOCK = 16 };

static void conversation_row(struct turn *t, struct client *c, uint64_t number, const struct rec_conversation *r, int clock)
{
	struct row row = { .kind = SPAN("conversation") };
	const struct account *acc = keeper_account(t->k, r->account);

	row_text(&row, "conversation", span_of(arena_printf(t->a, "C-%llu", (unsigned long long)number)));
	row_text(&row, "account", acc ? acc->c->name : SPAN(""));
	row_text(&row, "state", span_of(state_name(r->story.state)));
	row_text(&row, "requester", r->requester);
	row_text(&row, "subject", r->subject);
	row_time(&row, "opened", r->story.opened_at);
	row_text(&row, "clock", clock < 0 ? SPAN("") : span_of(deadline_name((enum deadline_clock)clock)));
	row_time(&row, "due", clock < 0 ? 0 : r->due_at[clock]);
	row_number(&row, "left", clock < 0 ? 0 : r->due_at[clock] - t->now);
	row_number(&row, "messages", r->messages);
	row_text(&row, "agent", r->agent);
	row_time(&row, "undelivered", r->undelivered_at);
	row_time(&row, "seems_answered", r->story.state == STATE_OPEN ? r->elsewhere_at : 0);
	if (r->linked)
		row_text(&row, "linked", span_of(arena_printf(t->a, "C-%llu", (unsigned long long)r->linked)));
	people_row(t, c, &row);
}

/* By due time, `until` included: the index is the answer. */
static bool list_due(struct turn *t, struct client *c, int64_t until, bool silence)
{
	struct key from = { 0 }, to = key_u64_u64((uint64_t)until + 1, 0);
	struct engine_row *rows;

	key_add(&from, c->cursor[0], 8);
	key_add(&from, c->cursor[1], 8);
	key_add(&from, c->cursor[2], 1);
	int n = txn_range(t->t, DB_DUE, key_span(&from), until == INT64_MAX ? SPAN_NONE : key_span(&to), false, CONTROL_SLICE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_conversation r;
		uint64_t number = key_get(rows[i].key, DUE_KEY_CONVERSATION);
		int clock = (uint8_t)rows[i].key.p[DUE_KEY_CLOCK];
		if (clock < DEADLINE_COUNT && (silence || clock != DEADLINE_SILENCE) && get_conversation(t, number, &r) == 0)
			conversation_row(t, c, number, &r, clock);
		c->cursor[0] = key_get(rows[i].key, 0);
		c->cursor[1] = number;
		c->cursor[2] = (uint64_t)clock + 1;
	}
	return n < CONTROL_SLICE;
}

static int soonest(const struct rec_conversation *r)
{
	int best = -1;

	for (int i = 0; i < DEADLINE_COUNT; i++)
		if (r->due_at[i] && (best < 0 || r->due_at[i] < r->due_at[best]))
			best = i;
	return best;
}

static bool list_all(struct turn *t, struct client *c, struct span state)
{
	struct key from = key_u64(c->cursor[0]);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_CONVERSATION, key_span(&from), SPAN_NONE, false, CONTROL_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct rec_conversation r;
		uint64_t number = key_get(rows[i].key, 0);
		c->cursor[0] = number + 1;
		if (rows[i].value.p && rec_conversation_get(rows[i].value, &r) &&
		    (!state.n || span_eq(state, span_of(state_name(r.story.state)))))
			conversation_row(t, c, number, &r, soonest(&r));
	}
	return n < CONTROL_SLICE;
}

static bool is_state(struct span name)
{
	for (enum state s = 0; s < STATE_COUNT; s++)
		if (span_eq(name, span_of(state_name(s))))
			return true;
	return false;
}

bool verb_list(struct turn *t, struct client *c, struct control_end *end)
{
	const struct control_request *r = &c->request;
	struct span within = control_arg(r, "due");
	int64_t seconds;

	if (control_has(r, "all"))
		return list_all(t, c, SPAN_NONE);
	if (control_has(r, "state")) {
		if (!is_state(control_arg(r, "state")))
			return people_refuse(end, EX_USAGE, t, "--state %.*s: write open, waiting, resolved, dismissed or quiet",
					     SPAN_ARG(control_arg(r, "state")));
		return list_all(t, c, control_arg(r, "state"));
	}
	if (control_has(r, "overdue"))
		return list_due(t, c, t->now, false);
	if (control_has(r, "due")) {
		if (!get_duration(within, &seconds))
			return people_refuse(end, EX_USAGE, t, "--due %.*s: write a span such as 90min, 1h or 2d", SPAN_ARG(within));
		return list_due(t, c, t->now + seconds, false);
	}
	return list_due(t, c, INT64_MAX, false);
}
