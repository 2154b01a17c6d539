// SPDX-License-Identifier: Apache-2.0
/* What must happen later: clocks that come due, holds that expire, notices to the lead. A wake entry is taken
 * out in the turn that does it and puts in its successor. */
#include "base/log.h"
#include "daemon/keeper/fault.h"
#include "daemon/keeper/keeper.h"

enum { WAKE_SLICE = 500 };

static void wake_conversation(struct turn *t, int64_t at, uint64_t number)
{
	struct rec_conversation c;
	struct key key = key_u64_u64((uint64_t)at, number);

	if (get_conversation(t, number, &c) || c.wake_at != at) {
		store_delete(t, DB_WAKE, &key);
		return;
	}
	fault_of_subject("wake", c.subject);
	if (conversation_silence(t, number, &c, t->now))
		log_event(LOG_INFO, "conversation.silent", "conversation=C-%llu state=%s", (unsigned long long)number,
			  state_name(c.story.state));
	conversation_store(t, number, &c);
}

/* Its clocks go on and lists show them, but nothing is done by itself when one comes due. */
static void let_sleep(struct turn *t, int64_t at, uint64_t number)
{
	struct key key = key_u64_u64((uint64_t)at, number);
	struct audit_record r = { .event = AUDIT_SET_ASIDE,
				  .conversation = number,
				  .purpose = 0xff,
				  .verdict = 0xff,
				  .detail = SPAN("its clocks brought the keeper down twice") };

	store_delete(t, DB_WAKE, &key);
	audit_append(t, &r);
	log_event(LOG_CRIT, "conversation.set-aside", "conversation=C-%llu why=%s", (unsigned long long)number,
		  log_quote("its clocks brought the keeper down twice"));
}

static bool wake_conversations(struct turn *t)
{
	struct key to = key_u64_u64((uint64_t)t->now + 1, 0);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_WAKE, SPAN_NONE, key_span(&to), false, WAKE_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		int64_t at = (int64_t)key_get(rows[i].key, 0);
		uint64_t number = key_get(rows[i].key, 8);
		if (blame_take(t->k, BLAME_WAKE, 0, number))
			let_sleep(t, at, number);
		else
			wake_conversation(t, at, number);
		blame_leave(t->k);
	}
	return n == WAKE_SLICE;
}

static struct key queue_edge(enum queue_class class, int64_t at)
{
	struct key k = { 0 };

	key_add(&k, class, 1);
	key_add(&k, (uint64_t)at, 8);
	return k;
}

static bool expire_holds(struct turn *t)
{
	struct key from = queue_edge(QUEUE_HELD, 0), to = queue_edge(QUEUE_HELD, t->now + 1);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, WAKE_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct rec_outbox e;
		uint64_t number = key_get(rows[i].key, 9);
		if (get_outbox(t, number, &e) == 0 && outgoing_drop(t, number, &e, INPUT_GIVE_UP, "not released in time", SPAN_NONE))
			continue;
		/* Damaged: it must not be met again and again. */
		log_event(LOG_CRIT, "outbox.damaged", "entry=%llu then=left", (unsigned long long)number);
		struct key key = queue_edge(QUEUE_HELD, (int64_t)key_get(rows[i].key, 1));
		key_add(&key, number, 8);
		store_delete(t, DB_QUEUE, &key);
	}
	return n == WAKE_SLICE;
}

/* -- notices to the lead ---------------------------------------------------------------------------------- */

static struct key notice_edge(uint32_t account)
{
	struct key k = { 0 };

	key_add(&k, account, 2);
	return k;
}

struct digest {
	struct reply_line lines[2][NOTICE_LINES]; /* due soon, breached */
	uint32_t n[2];
	struct buf anchor;
	uint32_t all;
	uint64_t only;	/* the conversation, where it is one */
	bool plain;	/* nothing that mail says: it brought the keeper down */
};

/* Answered, started anew or overtaken by the breach in the meantime: nobody needs to hear of it. */
static bool still_true(const struct turn *t, const struct rec_conversation *c, enum deadline_clock clock, bool breach)
{
	const struct account *acc = keeper_account(t->k, c->account);
	struct deadline running[DEADLINE_COUNT];
	struct policy policy = { 0 };

	if (acc)
		conversation_policy(acc, &policy);
	unsigned n = deadlines(&c->story, &policy, running);
	for (unsigned i = 0; i < n; i++)
		if (running[i].clock == clock)
			return (breach ? c->breached : c->warned)[clock] == running[i].started_at &&
			       breach == (running[i].due_at <= t->now);
	return false;
}

static void digest_line(struct turn *t, struct digest *d, uint64_t number, enum deadline_clock clock, bool breach)
{
	struct rec_conversation c;
	BUF_CLEANUP struct buf due = BUF_CAPPED(100);
	BUF_CLEANUP struct buf left = BUF_CAPPED(100);

	if (get_conversation(t, number, &c) || !still_true(t, &c, clock, breach))
		return;
	d->all++;
	d->only = number;
	wire_put_u64(&d->anchor, number);
	wire_put_u8(&d->anchor, (uint8_t)clock);
	wire_put_u8(&d->anchor, breach);
	if (d->n[breach] == NOTICE_LINES)
		return;
	if (d->plain)
		c.requester = c.subject = SPAN_NONE;
	fault_of_subject("notice", c.subject);
	put_iso(&due, c.due_at[clock]);
	put_duration(&left, c.due_at[clock] - t->now);
	d->lines[breach][d->n[breach]++] = (struct reply_line){
		.conversation = span_of(arena_printf(t->a, "C-%llu", (unsigned long long)number)),
		.requester = c.requester.n ? c.requester : SPAN("(nobody could be named)"),
		.subject = c.subject,
		.due = arena_span(t->a, buf_span(&due)),
		.span = arena_span(t->a, buf_span(&left)),
	};
}

/* A breach of somebody whose answers nobody can see may be none. */
static struct span unseen(const struct account *acc, const struct digest *d, const struct rec_account *r)
{
	if (r->answers_seen || !d->n[1])
		return SPAN_NONE;
	log_event(LOG_CRIT, "answers.unseen", "account=%.*s breached=%u then=%s", SPAN_ARG(acc->c->name), d->n[1],
		  log_quote("no agent's answer was ever seen here: hearback check --answers"));
	return span_of(answers_recipe(acc->c));
}

static void digest_send(struct turn *t, struct account *acc, struct digest *d, const struct rec_account *r)
{
	struct span team = acc->c->display_name.n ? acc->c->display_name : acc->c->address;
	const struct mustache_value *values = reply_notice_data(t->a, team, d->lines[0], d->n[0], d->lines[1], d->n[1],
								d->all - d->n[0] - d->n[1], unseen(acc, d, r));

	for (uint32_t i = 0; i < acc->c->lead.n; i++) {
		struct buf anchor = BUF_CAPPED(d->anchor.n + 1000);
		buf_put_span(&anchor, buf_span(&d->anchor));
		buf_put_span(&anchor, acc->c->lead.at[i]);
		wire_put_i64(&anchor, t->now);
		propose(t,
			&(struct proposal){
				.account = acc,
				.purpose = d->all == 1 ? PURPOSE_ESCALATION : PURPOSE_DIGEST,
				.conversation = d->all == 1 ? d->only : 0,
				.recipient = acc->c->lead.at[i],
				.anchor = buf_span(&anchor),
				.template_name = SPAN("notice"),
				.values = values,
			},
			NULL, NULL);
		buf_free(&anchor);
	}
}

static void tell_lead(struct turn *t, struct account *acc, struct rec_account *r)
{
	struct key from = notice_edge(acc->id), to = notice_edge(acc->id + 1u);
	struct digest *d = arena_one(t->a, struct digest);
	struct engine_row *rows;
	int n;

	d->anchor = BUF_CAPPED(64 * 1024);
	d->plain = blame_take(t->k, BLAME_NOTICE, 0, acc->id);
	do {
		n = txn_range(t->t, DB_NOTICE, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);
		for (int i = 0; i < n; i++) {
			uint8_t clock = rows[i].key.n > 11 ? (uint8_t)rows[i].key.p[10] : DEADLINE_COUNT;
			struct key key = { .n = (uint8_t)rows[i].key.n };
			memcpy(key.b, rows[i].key.p, rows[i].key.n);
			if (clock < DEADLINE_COUNT)
				digest_line(t, d, key_get(rows[i].key, 2), (enum deadline_clock)clock, rows[i].key.p[11] != 0);
			store_delete(t, DB_NOTICE, &key);
		}
	} while (n == ENGINE_RANGE_MAX);
	if (d->all) {
		digest_send(t, acc, d, r);
		r->notice_at = t->now;
		put_account(t, acc->id, r);
	}
	buf_free(&d->anchor);
	if (d->plain)
		blame_forget(t->k, BLAME_NOTICE, 0, acc->id);
	blame_leave(t->k);
}

/* When the account's lead may be told of what waits; INT64_MAX: nothing waits. */
static int64_t notice_time(struct turn *t, const struct account *acc, struct rec_account *r)
{
	struct key from = notice_edge(acc->id), to = notice_edge(acc->id + 1u);
	struct engine_row *rows;

	if (get_account(t, acc->id, r) || txn_range(t->t, DB_NOTICE, key_span(&from), key_span(&to), false, 1, t->a, &rows) != 1)
		return INT64_MAX;
	return r->notice_at + acc->c->notice_gap;
}

bool time_pass(struct turn *t)
{
	bool more = wake_conversations(t);

	more |= expire_holds(t);
	for (uint32_t i = 0; i < t->k->naccounts; i++) {
		struct rec_account r;
		if (notice_time(t, &t->k->accounts[i], &r) <= t->now)
			tell_lead(t, &t->k->accounts[i], &r);
		held_tell(t, &t->k->accounts[i]);
	}
	return more;
}

static int64_t first_at(struct turn *t, enum ledger_db db, struct key from, struct key to, size_t at)
{
	struct engine_row *rows;

	if (txn_range(t->t, db, key_span(&from), key_span(&to), false, 1, t->a, &rows) != 1)
		return INT64_MAX;
	return (int64_t)key_get(rows[0].key, at);
}

int64_t time_next(struct turn *t)
{
	int64_t next = first_at(t, DB_WAKE, (struct key){ 0 }, (struct key){ 0 }, 0);
	int64_t held = first_at(t, DB_QUEUE, queue_edge(QUEUE_HELD, 0), queue_edge(QUEUE_UNCERTAIN, 0), 1);
	/* What may go now but cannot yet waits for a frame, not for the clock. */
	int64_t queued = first_at(t, DB_QUEUE, queue_edge(QUEUE_WAITING, t->now + 1), queue_edge(QUEUE_HELD, 0), 1);

	next = held < next ? held : next;
	next = queued < next ? queued : next;
	for (uint32_t i = 0; i < t->k->naccounts; i++) {
		struct rec_account r;
		int64_t notice = notice_time(t, &t->k->accounts[i], &r);
		int64_t tell = held_tell(t, &t->k->accounts[i]);
		int64_t pause = t->k->accounts[i].sender_pause;
		next = notice < next ? notice : next;
		next = tell < next ? tell : next;
		if (pause > t->now && pause < next)
			next = pause;
	}
	return next;
}
