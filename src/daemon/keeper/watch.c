// SPDX-License-Identifier: Apache-2.0
/* Where requests await their answers: after each look the poller is asked whether they are still there. A
 * mailbox of a hundred thousand is asked in slices, the newest first. */
#include "base/log.h"
#include "daemon/keeper/keeper.h"
#include <stdlib.h>
#include <string.h>

enum {
	PAGE = 200,
	KEY_CONVERSATION = 2,
	KEY_PLACE = 10,
	SEARCHES = 16, /* at once */
	SEARCHES_LOST = 2, /* then it is not looked for any more: the server does not bear it */
	MANY = 8, /* as many and more than half at once: a mailbox emptied or restored, or a day's tidying up
		   */
};

bool watch_awaits(uint64_t conversation, const struct rec_conversation *c, const struct rec_message *m)
{
	return m->conversation == conversation && c->story.state == STATE_OPEN &&
	       m->at >= c->story.opened_at &&
	       (m->depth == FACTS_NONE || m->voice == VOICE_REQUESTER || m->voice == VOICE_NOBODY ||
		(m->voice == VOICE_CLAIMED_AGENT && m->at == c->story.opened_at));
}

void watch_place(struct turn *t, const struct incoming *in, uint64_t message, uint64_t conversation)
{
	struct rec_watched r;

	if (in->role != ROLE_INBOX)
		return;
	if (get_watched(t, in->account->id, conversation, in->uidvalidity, in->item->uid, &r))
		r = (struct rec_watched){ 0 };
	in->account->box[ROLE_INBOX].watch->nothing = false;
	r.message = message;
	put_watched(t, in->account->id, conversation, in->uidvalidity, in->item->uid, &r);
}

void watch_lost(struct mailbox_run *box)
{
	struct watch *w = box->watch;

	if (!w)
		return;
	w->wanted = w->asked = w->told = false;
	w->n = w->next = 0;
	w->below = 0;
	w->again = w->nothing = false;
}

void watch_looked(struct mailbox_run *box, bool shrunk)
{
	struct watch *w = box->watch;

	if (!w || w->nothing)
		return;
	w->wanted = true;
	w->shrunk |= shrunk;
}

static uint32_t searches_out(const struct mailbox_run *box)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < box->nout; i++)
		n += box->out[i].kind == ORDER_SEARCH;
	return n;
}

/* Nothing of the last answer is left to do, and what the poller has handed over is known. */
static bool may_ask(const struct mailbox_run *box)
{
	const struct watch *w = box->watch;

	return box->selected && w->wanted && !w->asked && w->next == w->n && !searches_out(box) &&
	       box->batch == box->batch_taken;
}

bool watch_waiting(const struct mailbox_run *box)
{
	return box->watch && (box->watch->told || may_ask(box));
}

bool watch_busy(const struct mailbox_run *box)
{
	const struct watch *w = box->watch;

	return w && box->selected && (w->wanted || w->asked || w->told || w->next < w->n);
}

/* -- ask
 * -----------------------------------------------------------------------------------------------------------
 */

static int by_uid(const void *a, const void *b)
{
	const struct watch_place *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

/* Rows that nobody needs any more go on the way. */
static void take_row(struct turn *t, struct account *acc, const struct engine_row *row, struct watch *w)
{
	struct wire key = wire_over(span_sub(row->key, KEY_PLACE, SIZE_MAX));
	uint32_t uidvalidity = wire_u32(&key), uid = wire_u32(&key);
	uint64_t conversation = key_get(row->key, KEY_CONVERSATION);
	struct key there = watched_key(acc->id, conversation, uidvalidity, uid);
	struct rec_watched r;
	struct rec_message m;
	struct rec_conversation c;

	if (uidvalidity != acc->box[ROLE_INBOX].uidvalidity || !row->value.p ||
	    !rec_watched_get(row->value, &r) || get_message(t, r.message, &m) ||
	    get_conversation(t, conversation, &c))
		store_delete(t, DB_WATCHED, &there);
	else if (watch_awaits(conversation, &c, &m))
		w->at[w->n++] = (struct watch_place){ .conversation = conversation, .uid = uid };
	else if (!r.marks && (m.conversation != conversation || !marks_wanted(t, &c)))
		store_delete(t, DB_WATCHED, &there);
}

/* From the conversation `below` down; returns where the next slice begins, 0: that was all. */
static uint64_t gather(struct turn *t, struct account *acc, uint64_t below, struct watch *w)
{
	struct key from = watched_key(acc->id, 0, 0, 0);
	struct key to = below == UINT64_MAX ? watched_key((uint16_t)(acc->id + 1), 0, 0, 0)
					    : watched_key(acc->id, below, 0, 0);
	struct engine_row *rows;
	int n;

	w->n = w->next = 0;
	do {
		struct arena *of_turn = turn_apart(t);
		n = txn_range(t->t, DB_WATCHED, key_span(&from), key_span(&to), true, PAGE, t->a, &rows);
		for (int i = 0; i < n && w->n < LIMIT_WATCHED; i++) {
			to = (struct key){ .n = (uint8_t)rows[i].key.n };
			memcpy(to.b, rows[i].key.p, rows[i].key.n);
			take_row(t, acc, &rows[i], w);
		}
		turn_together(t, of_turn);
	} while (n == PAGE && w->n < LIMIT_WATCHED);
	return w->n == LIMIT_WATCHED ? key_get(key_span(&to), KEY_CONVERSATION) : 0;
}

static void order(struct watch *w)
{
	uint32_t n = 0;

	qsort(w->at, w->n, sizeof(w->at[0]), by_uid);
	for (uint32_t i = 0; i < w->n; i++)
		if (!n || w->at[n - 1].uid != w->at[i].uid)
			w->at[n++] = w->at[i];
	w->n = n;
}

static void say(struct turn *t, struct mailbox_run *box)
{
	struct watch *w = box->watch;
	struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_watch frame = { .uidvalidity = box->uidvalidity,
				     .n = w->n,
				     .uids = arena_many(t->a, w->n, uint32_t) };

	for (uint32_t i = 0; i < w->n; i++)
		frame.uids[i] = w->at[i].uid;
	frame_begin(&f, FRAME_WATCH);
	frame_watch_put(&f, &frame);
	turn_say(t, &box->poller, &f, -1);
	w->asked = true;
}

/* Where something has left, the newest are asked for at once and the others slice by slice, one a look; where
 * nothing has, only the newest may have been answered. */
static void ask(struct turn *t, struct account *acc)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct watch *w = box->watch;
	bool newest = w->shrunk || !w->below;

	w->wanted = false;
	if (!w->shrunk && !w->below && t->now - w->asked_at < acc->c->poll)
		return;
	uint64_t rest = gather(t, acc, newest ? UINT64_MAX : w->below, w);
	if (!newest) {
		w->below = rest < w->below ? rest : 0;
		if (!w->below && w->again) {
			w->below = UINT64_MAX;
			w->again = false;
		}
	} else if (w->shrunk) {
		w->again = w->below != 0;
		w->below = w->below ? w->below : rest;
	}
	w->shrunk = false;
	w->asked_at = t->now;
	order(w);
	w->nothing = !w->n && newest;
	w->next = w->n;
	if (w->n)
		say(t, box);
}

/* -- answer
 * -------------------------------------------------------------------------------------------------------- */

bool watched(struct account *acc, enum role role, struct wire *wire)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct watch *w = acc->box[role].watch;
	struct frame_watched f;

	if (!w || !w->asked || w->told || !frame_watched_get(a, wire, &f))
		return false;
	w->told = true;
	for (uint32_t i = 0; i < f.n; i++) {
		struct watch_place key = { .uid = f.at[i].uid };
		struct watch_place *p = bsearch(&key, w->at, w->n, sizeof(w->at[0]), by_uid);
		if (!p)
			return false;
		p->gone = f.at[i].gone;
		p->answered = !f.at[i].gone;
	}
	return true;
}

/* Who answers by an ordinary program sets the flag a moment before the answer lies in Sent: only what stays
 * so is worth a word. It stops no clock, for anybody may set it. */
static void note_answered(struct turn *t, struct account *acc, const struct watch_place *p,
			  struct rec_watched *r)
{
	struct rec_conversation c;

	if (!r->answered_at) {
		r->answered_at = t->now;
		return;
	}
	if (t->now - r->answered_at < 2 * acc->c->poll || acc->box[ROLE_SENT].pass_at <= r->answered_at ||
	    get_conversation(t, p->conversation, &c) || c.elsewhere_at || c.story.state != STATE_OPEN)
		return;
	c.elsewhere_at = t->now;
	put_conversation(t, p->conversation, &c);
}

/* Returns whether it is gone and was there before; *live counts those that were. */
static bool settle_place(struct turn *t, struct account *acc, struct watch_place *p, uint32_t *live)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct rec_watched r;

	if (get_watched(t, acc->id, p->conversation, box->uidvalidity, p->uid, &r)) {
		p->gone = false;
		return false;
	}
	if (p->gone && r.missed) {
		box->watch->missed++;
		p->gone = false;
		return false;
	}
	(*live)++;
	if (p->gone)
		return true;
	if (p->answered)
		note_answered(t, acc, p, &r);
	if (p->answered || r.missed) {
		r.missed = false;
		put_watched(t, acc->id, p->conversation, box->uidvalidity, p->uid, &r);
	}
	return false;
}

static void take_answer(struct turn *t, struct account *acc)
{
	struct watch *w = acc->box[ROLE_INBOX].watch;
	uint32_t live = 0, gone = 0;

	w->asked = w->told = false;
	w->missed = 0;
	for (uint32_t i = 0; i < w->n; i++)
		gone += settle_place(t, acc, &w->at[i], &live);
	bool many = gone >= MANY && 2 * gone > live;
	for (uint32_t i = 0; i < w->n; i++)
		w->at[i].many = many;
	if (many)
		log_event(LOG_WARN, "mailbox.emptied", "account=%.*s gone=%u of=%u then=%s",
			  SPAN_ARG(acc->c->name), gone, live,
			  log_quote("what lies neither in Junk nor in Trash keeps its clock: dismiss it by "
				    "hand if that was meant"));
	w->next = 0;
}

static void look_for(struct turn *t, struct account *acc, const struct watch_place *p)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct rec_watched r;
	struct rec_message m;
	struct facts f;

	if (get_watched(t, acc->id, p->conversation, box->uidvalidity, p->uid, &r))
		return;
	if (box->watch->searches_lost >= SEARCHES_LOST || get_facts(t, r.message, &f) || !f.message_id.n ||
	    get_message(t, r.message, &m)) {
		leave(t, acc, p, box->uidvalidity, FOUND_NOWHERE);
		return;
	}
	order_give(t, box,
		   (struct frame_order){ .kind = ORDER_SEARCH,
					 .uidvalidity = box->uidvalidity,
					 .uid = p->uid,
					 .text = f.message_id,
					 .at = m.at },
		   (struct order_out){ .conversation = p->conversation, .many = p->many });
}

void watch_pass(struct turn *t, struct account *acc)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct watch *w = box->watch;

	if (!box->selected)
		return;
	if (w->told)
		take_answer(t, acc);
	while (!w->asked && w->next < w->n && order_may_go(box) && searches_out(box) < SEARCHES) {
		const struct watch_place *p = &w->at[w->next++];
		if (p->gone)
			look_for(t, acc, p);
	}
	if (may_ask(box))
		ask(t, acc);
}
