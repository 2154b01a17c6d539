// SPDX-License-Identifier: Apache-2.0
/* Telling the lead what waits for release: at once, then at most hourly. */
#include "daemon/keeper/keeper.h"

enum { HELD_GAP = 3600 };

/* What is held for requesters of this account; *newest gets when the last of them was held. */
static uint32_t gather(struct turn *t, const struct account *acc, struct reply_line *lines, int64_t *newest)
{
	struct key from = { 0 }, to = { 0 };
	struct engine_row *rows;
	uint32_t n = 0;

	key_add(&from, QUEUE_HELD, 1);
	key_add(&to, QUEUE_HELD + 1, 1);
	int all = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);
	for (int i = 0; i < all && n < NOTICE_LINES; i++) {
		struct rec_outbox e;
		struct audit_record r;
		struct span value;
		BUF_CLEANUP struct buf due = BUF_CAPPED(40);
		uint64_t number = key_get(rows[i].key, 9);
		if (get_outbox(t, number, &e) || e.account != acc->id || purpose_rule(e.purpose)->audience != AUDIENCE_REQUESTER)
			continue;
		int64_t since = e.expires_at - acc->c->hold_expires;
		*newest = since > *newest ? since : *newest;
		put_iso(&due, e.expires_at);
		struct key key = key_u64(e.decision);
		struct span rule = SPAN_NONE;
		if (txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value) == 0 && audit_decode(t->a, value, &r) && r.nrules)
			rule = r.rules[0];
		lines[n++] = (struct reply_line){
			.entry = span_of(arena_printf(t->a, "%llu", (unsigned long long)number)),
			.conversation = span_of(arena_printf(t->a, "C-%llu", (unsigned long long)e.conversation)),
			.requester = e.recipient,
			.reason = rule.n ? rule : SPAN("held"),
			.due = arena_span(t->a, buf_span(&due)),
		};
	}
	return n;
}

int64_t held_tell(struct turn *t, struct account *acc)
{
	struct reply_line *lines = arena_many(t->a, NOTICE_LINES, struct reply_line);
	struct rec_account r;
	int64_t newest = 0;

	if (acc->mode != MODE_SEND || !acc->c->lead.n || get_account(t, acc->id, &r))
		return INT64_MAX;
	uint32_t n = gather(t, acc, lines, &newest);
	if (!n || newest <= r.held_at)
		return INT64_MAX;
	if (r.held_at + HELD_GAP > t->now)
		return r.held_at + HELD_GAP;
	struct span team = acc->c->display_name.n ? acc->c->display_name : acc->c->address;
	const struct mustache_value *values = reply_held_data(t->a, team, lines, n);
	for (uint32_t i = 0; i < acc->c->lead.n; i++) {
		BUF_CLEANUP struct buf anchor = BUF_CAPPED(1000);
		buf_puts(&anchor, purpose_name(PURPOSE_HELD));
		buf_put_span(&anchor, acc->c->lead.at[i]);
		wire_put_i64(&anchor, t->now);
		propose(t,
			&(struct proposal){
				.account = acc,
				.purpose = PURPOSE_HELD,
				.recipient = acc->c->lead.at[i],
				.anchor = buf_span(&anchor),
				.template_name = SPAN("held"),
				.values = values,
			},
			NULL, NULL);
	}
	r.held_at = t->now;
	put_account(t, acc->id, &r);
	return INT64_MAX;
}
