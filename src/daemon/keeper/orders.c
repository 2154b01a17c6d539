// SPDX-License-Identifier: Apache-2.0
/* Orders to the pollers of INBOX: never more at once than a poller takes, and each remembered until it is
 * answered. What waits stands in the ledger; what was out when a connection ended is given again. */
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/keeper.h"
#include <string.h>

enum { FILE_TRIES = 3, PLACE_UIDVALIDITY = 3, PLACE_UID = 7 };

bool order_may_go(const struct mailbox_run *box)
{
	return box->selected && box->nout < KEEPER_ORDERS;
}

bool order_is_out(const struct mailbox_run *box, enum order_kind kind, uint32_t uid)
{
	for (uint32_t i = 0; i < box->nout; i++)
		if (box->out[i].kind == kind && box->out[i].uid == uid)
			return true;
	return false;
}

void order_give(struct turn *t, struct mailbox_run *box, struct frame_order o, struct order_out what)
{
	what.kind = o.kind;
	what.uidvalidity = o.uidvalidity;
	what.uid = o.uid;
	what.number = turn_order(t, box, o);
	box->out[box->nout++] = what;
}

static void note_refusal(struct mailbox_run *box, struct span words)
{
	words = utf8_cut(words, sizeof(box->marks_refused) - 1);
	if (box->marks_refused[0] || !words.n)
		return;
	memcpy(box->marks_refused, words.p, words.n);
	box->marks_refused[words.n] = '\0';
}

bool order_done(struct account *acc, enum role role, struct wire *w)
{
	struct mailbox_run *box = &acc->box[role];
	struct frame_order_done d;
	char why[200] = "";

	if (!frame_order_done_get(w, &d))
		return false;
	for (uint32_t i = 0; i < box->nout; i++) {
		struct order_out *o = &box->out[i];
		if (o->number != d.number)
			continue;
		o->done = box->settle = true;
		o->ok = d.ok;
		o->found = d.found;
		o->there = d.uid;
		if (!d.ok && o->kind == ORDER_MARK)
			note_refusal(box, d.text);
	}
	if (!d.ok) {
		memcpy(why, d.text.p, d.text.n < sizeof(why) ? d.text.n : sizeof(why) - 1);
		log_event(LOG_WARN, "order.failed", "account=%.*s mailbox=%s order=%llu why=%s",
			  SPAN_ARG(acc->c->name), role_name(role), (unsigned long long)d.number,
			  log_quote(why));
	}
	return true;
}

void orders_lost(struct mailbox_run *box)
{
	bool searching = false;

	for (uint32_t i = 0; i < box->nout; i++)
		searching |= box->out[i].kind == ORDER_SEARCH;
	if (searching && box->watch)
		box->watch->searches_lost++;
	box->nout = 0;
	box->settle = false;
}

bool orders_waiting(const struct keeper *k)
{
	for (uint32_t i = 0; i < k->naccounts; i++)
		if (k->accounts[i].box[ROLE_INBOX].settle || watch_waiting(&k->accounts[i].box[ROLE_INBOX]))
			return true;
	return false;
}

/* -- witnesses are filed where agents read what the robot said ----------------------------------------------
 */

static void put_tries(struct turn *t, const struct key *place, uint8_t tries)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(1);

	wire_put_u8(&b, tries);
	store_put(t, DB_UNFILED, place, buf_span(&b));
}

void witness_file(struct turn *t, const struct incoming *in)
{
	struct key place = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);

	if (in->role != ROLE_INBOX)
		return;
	put_tries(t, &place, 0);
	in->account->box[ROLE_INBOX].filing = true;
}

static void filed(struct turn *t, struct account *acc, const struct order_out *o)
{
	struct key place = place_key(acc->id, ROLE_INBOX, o->uidvalidity, o->uid);
	struct span value;

	if (txn_get(t->t, DB_UNFILED, key_span(&place), t->a, &value))
		return;
	struct wire w = wire_over(value);
	uint8_t tries = wire_u8(&w);
	if (o->ok || w.bad || tries + 1 >= FILE_TRIES)
		store_delete(t, DB_UNFILED, &place);
	else
		put_tries(t, &place, (uint8_t)(tries + 1));
}

/* One that was refused is tried again when the mailbox is opened the next time. */
static void file_witnesses(struct turn *t, struct account *acc)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	const struct mailbox_run *sent = &acc->box[ROLE_SENT];
	struct key from = place_key(acc->id, ROLE_INBOX, 0, 0), to = place_key(acc->id, ROLE_SENT, 0, 0);
	struct engine_row *rows;

	if (!box->filing || !box->selected || !sent->selected || acc->mode == MODE_OBSERVE)
		return;
	int n = txn_range(t->t, DB_UNFILED, key_span(&from), key_span(&to), false, 2 * KEEPER_ORDERS, t->a,
			  &rows);
	box->filing = n == 2 * KEEPER_ORDERS;
	for (int i = 0; i < n; i++) {
		struct wire key = wire_over(span_sub(rows[i].key, PLACE_UIDVALIDITY, SIZE_MAX));
		uint32_t uidvalidity = wire_u32(&key), uid = wire_u32(&key);
		struct key place = place_key(acc->id, ROLE_INBOX, uidvalidity, uid);
		if (uidvalidity != box->uidvalidity)
			store_delete(t, DB_UNFILED, &place);
		else if (!order_may_go(box))
			box->filing = true;
		else if (!order_is_out(box, ORDER_MOVE, uid))
			order_give(t, box,
				   (struct frame_order){ .kind = ORDER_MOVE,
							 .uidvalidity = uidvalidity,
							 .uid = uid,
							 .text = sent->name },
				   (struct order_out){ 0 });
	}
}

/* -- a round
 * ---------------------------------------------------------------------------------------------------- */

static void settle_one(struct turn *t, struct account *acc, const struct order_out *o)
{
	struct watch_place place = { .conversation = o->conversation, .uid = o->uid, .many = o->many };

	switch (o->kind) {
	case ORDER_MOVE:
		filed(t, acc, o);
		return;
	case ORDER_SEARCH:
		acc->box[ROLE_INBOX].watch->searches_lost = 0;
		/* The server has it where it was, and only did not list it. */
		if (o->found == FOUND_HERE && o->there == o->uid)
			return;
		leave(t, acc, &place, o->uidvalidity, o->ok ? o->found : FOUND_NOWHERE);
		return;
	case ORDER_MARK:
		marks_done(t, acc, o);
		return;
	case ORDER_LOOK:
	case ORDER_REFETCH:
	case ORDER_COUNT:
		break;
	}
}

static void settle(struct turn *t, struct account *acc)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];

	box->settle = false;
	for (uint32_t i = 0; i < box->nout;) {
		struct order_out o = box->out[i];
		if (!o.done) {
			i++;
			continue;
		}
		box->out[i] = box->out[--box->nout];
		settle_one(t, acc, &o);
	}
}

void orders_pass(struct turn *t)
{
	for (uint32_t i = 0; i < t->k->naccounts; i++) {
		struct account *acc = &t->k->accounts[i];
		if (acc->box[ROLE_INBOX].settle)
			settle(t, acc);
		watch_pass(t, acc);
		file_witnesses(t, acc);
		marks_pass(t, acc);
	}
}
