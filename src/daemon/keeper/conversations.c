// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"
#include <errno.h>

void conversation_policy(const struct account *acc, struct policy *out)
{
	*out = (struct policy){ .target = { acc->c->first_response, acc->c->next_response, acc->c->silence },
				.warn_percent = acc->c->warn_percent };
}

static void record_event(struct turn *t, uint64_t number, const struct event *e, struct span actor)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX);
	struct rec_event r = { .kind = e->kind, .message = e->message, .actor = actor };
	struct key key = event_key(number, e->at, e->ordinal);

	rec_event_put(&b, &r);
	store_put(t, DB_EVENT, &key, buf_span(&b));
}

bool conversation_silence(struct turn *t, uint64_t number, struct rec_conversation *c, int64_t until)
{
	const struct account *acc = keeper_account(t->k, c->account);
	struct deadline d[DEADLINE_COUNT];
	struct policy policy = { 0 };

	if (acc)
		conversation_policy(acc, &policy);
	unsigned n = deadlines(&c->story, &policy, d);
	for (unsigned i = 0; i < n; i++) {
		struct event e = { .at = d[i].due_at, .ordinal = number, .kind = EVENT_SILENCE };
		if (d[i].clock != DEADLINE_SILENCE || d[i].due_at > until)
			continue;
		record_event(t, number, &e, SPAN_NONE);
		story_step(&c->story, &e);
		return true;
	}
	return false;
}

/* Every order of arrival must end in the same state, so what comes late is folded in where it belongs. When silence
 * ended a conversation follows from the rest. */
static void fold_again(struct turn *t, uint64_t number, struct rec_conversation *c)
{
	struct key from = event_key(number, 0, 0), to = key_u64(number + 1);
	struct engine_row *rows;
	int n;

	c->story = (struct story){ 0 };
	do {
		n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_event r;
			if (!rows[i].value.p || !rec_event_get(rows[i].value, &r))
				continue;
			struct event e = { .at = (int64_t)key_get(rows[i].key, 8),
					   .ordinal = key_get(rows[i].key, 16),
					   .kind = r.kind,
					   .message = r.message };
			from = event_key(number, e.at, e.ordinal);
			if (e.kind == EVENT_SILENCE) {
				store_delete(t, DB_EVENT, &from);
			} else {
				conversation_silence(t, number, c, e.at - 1);
				story_step(&c->story, &e);
			}
			from = event_key(number, e.at, e.ordinal + 1);
		}
	} while (n == ENGINE_RANGE_MAX);
}

void conversation_event(struct turn *t, uint64_t number, struct rec_conversation *c, const struct event *e, struct span actor)
{
	record_event(t, number, e, actor);
	if (story_is_next(&c->story, e)) {
		conversation_silence(t, number, c, e->at - 1);
		story_step(&c->story, e);
	} else {
		fold_again(t, number, c);
	}
}

void conversation_act(struct turn *t, uint64_t number, struct rec_conversation *c, enum event_kind kind, uint64_t message, struct span actor)
{
	struct event e = { .at = t->now > c->story.newest_at ? t->now : c->story.newest_at,
			   .ordinal = UINT64_MAX - 1,
			   .kind = kind,
			   .message = message };

	if (!story_is_next(&c->story, &e))
		e.at++;
	c->acted_at = e.at;
	conversation_event(t, number, c, &e, actor);
}

void conversation_forget(struct turn *t, uint64_t number, struct rec_conversation *c, const struct rec_message *m)
{
	struct key key = event_key(number, m->at, m->ordinal);

	store_delete(t, DB_EVENT, &key);
	fold_again(t, number, c);
	c->messages--;
}

static struct key due_key(int64_t at, uint64_t number, int clock)
{
	struct key k = key_u64_u64((uint64_t)at, number);

	key_add(&k, (uint64_t)clock, 1);
	return k;
}

static void notice(struct turn *t, const struct rec_conversation *c, uint64_t number, enum deadline_clock clock, bool breach)
{
	struct key k = { 0 };
	BUF_CLEANUP struct buf b = BUF_CAPPED(16);

	key_add(&k, c->account, 2);
	key_add(&k, number, 8);
	key_add(&k, clock, 1);
	key_add(&k, breach, 1);
	wire_put_i64(&b, t->now);
	store_put(t, DB_NOTICE, &k, buf_span(&b));
}

/* What has come due by now, told once for each start of a clock; returns when to look again. */
static int64_t come_due(struct turn *t, uint64_t number, struct rec_conversation *c, const struct deadline *d)
{
	const struct account *acc = keeper_account(t->k, c->account);
	bool tell = acc && acc->mode != MODE_OBSERVE;

	if (d->clock == DEADLINE_SILENCE)
		return d->due_at;
	if (d->due_at <= t->now) {
		if (c->breached[d->clock] != d->started_at && tell)
			notice(t, c, number, d->clock, true);
		c->breached[d->clock] = d->started_at;
		c->warned[d->clock] = d->started_at;
		return INT64_MAX;
	}
	if (d->warn_at && c->warned[d->clock] != d->started_at) {
		if (d->warn_at > t->now)
			return d->warn_at;
		if (tell)
			notice(t, c, number, d->clock, false);
		c->warned[d->clock] = d->started_at;
	}
	return d->due_at;
}

void conversation_store(struct turn *t, uint64_t number, struct rec_conversation *c)
{
	struct deadline d[DEADLINE_COUNT];
	int64_t due[DEADLINE_COUNT] = { 0 };
	int64_t wake = INT64_MAX;
	struct policy policy = { 0 };
	const struct account *acc = keeper_account(t->k, c->account);

	if (acc)
		conversation_policy(acc, &policy);
	/* Whatever is found in mailboxes was dealt with when it was new. */
	if (t->k->task == TASK_REBUILD && c->acknowledged_at < c->story.opened_at)
		c->acknowledged_at = c->story.opened_at;
	unsigned n = deadlines(&c->story, &policy, d);
	for (unsigned i = 0; i < n; i++) {
		due[d[i].clock] = d[i].due_at;
		int64_t again = come_due(t, number, c, &d[i]);
		wake = again < wake ? again : wake;
	}
	if (wake == INT64_MAX)
		wake = 0;
	for (int i = 0; i < DEADLINE_COUNT; i++) {
		if (due[i] == c->due_at[i])
			continue;
		struct key old = due_key(c->due_at[i], number, i), new = due_key(due[i], number, i);
		if (c->due_at[i])
			store_delete(t, DB_DUE, &old);
		if (due[i])
			store_put(t, DB_DUE, &new, SPAN(""));
		c->due_at[i] = due[i];
	}
	if (wake != c->wake_at) {
		struct key old = key_u64_u64((uint64_t)c->wake_at, number), new = key_u64_u64((uint64_t)wake, number);
		if (c->wake_at)
			store_delete(t, DB_WAKE, &old);
		if (wake)
			store_put(t, DB_WAKE, &new, SPAN(""));
		c->wake_at = wake;
	}
	unsigned marks = marks_wanted(t, c);
	bool remark = marks != c->marks;
	c->marks = marks;
	put_conversation(t, number, c);
	if (remark)
		marks_put(t, number, c);
}

void conversation_person(struct turn *t, uint64_t number, struct address who, struct span address_key, enum person_role role)
{
	uint8_t id[ID_SIZE];
	struct rec_person r;

	if (!address_key.n || address_key.n > LIMIT_ADDRESS)
		return;
	address_hash(t->k, address_key, id);
	if (get_person(t, number, id, &r) == 0 && r.role <= role)
		return;
	r = (struct rec_person){ .role = role, .address = address_text(t->a, who), .name = who.name };
	put_person(t, number, id, &r);
}
