// SPDX-License-Identifier: Apache-2.0
/* What agents see of a conversation on its messages, in their own mail programs. Best effort: the ledger is
 * the truth, and keeps of each place what the server has confirmed, so that no mark is set more often than
 * needed. */
#include "base/log.h"
#include "daemon/keeper/keeper.h"
#include <stdio.h>

enum { PAGE = 200, KEY_CONVERSATION = 2, KEY_PLACE = 10 };

unsigned marks_wanted(const struct turn *t, const struct rec_conversation *c)
{
	const struct account *acc = keeper_account(t->k, c->account);
	struct policy policy;

	if (!acc || acc->c->marks == MARKS_NONE)
		return 0;
	conversation_policy(acc, &policy);
	unsigned marks = marks_of(&c->story, &policy, t->now);
	return acc->c->marks == MARKS_FLAG ? marks & MARK_OVERDUE : marks;
}

void marks_opened(struct mailbox_run *box, const struct account *acc)
{
	static const struct {
		uint32_t needed;
		const char *why;
	} styles[MARK_STYLES] = {
		[MARKS_KEYWORDS] = { MAILBOX_KEYWORDS, "marks = keywords: the server keeps no keywords of "
						       "ours in this mailbox" },
		[MARKS_GMAIL_LABELS] = { MAILBOX_GMAIL_LABELS,
					 "marks = gmail-labels: the server has no labels" },
		[MARKS_FLAG] = { MAILBOX_FLAGGED,
				 "marks = flag: the server does not keep \\Flagged in this mailbox" },
	};
	bool known = acc->c->marks == MARKS_GMAIL_LABELS || box->offers & MAILBOX_FLAGS_TOLD;
	const char *why =
		known && styles[acc->c->marks].needed & ~box->offers ? styles[acc->c->marks].why : "";

	snprintf(box->marks_refused, sizeof(box->marks_refused), "%s", why);
	box->marking = true;
	box->marked = 0;
}

/* Somebody had flagged it before we came: that is not ours to take away. */
static bool flagged_by_others(struct turn *t, const struct account *acc, uint32_t uidvalidity, uint32_t uid)
{
	struct key key = place_key(acc->id, ROLE_INBOX, uidvalidity, uid);
	struct rec_place p;
	struct span value;

	return txn_get(t->t, DB_PLACE, key_span(&key), t->a, &value) == 0 && rec_place_get(value, &p) &&
	       p.flags & ARRIVAL_FLAGGED;
}

static void later(struct mailbox_run *box, uint64_t conversation)
{
	if (!box->marking || box->marked >= conversation)
		box->marked = conversation - 1;
	box->marking = true;
}

/* Marks of a style that is no longer set go first. */
static void mark(struct turn *t, struct account *acc, uint64_t conversation, struct span place,
		 const struct rec_watched *r, unsigned want)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct wire key = wire_over(place);
	struct frame_order o = { .kind = ORDER_MARK, .style = acc->c->marks };

	o.uidvalidity = wire_u32(&key);
	o.uid = wire_u32(&key);
	if (o.style == MARKS_NONE)
		want = 0;
	if (r->marks && r->style != o.style) {
		o.style = r->style;
		want = 0;
	}
	o.add = want & ~r->marks;
	o.remove = r->marks & ~want;
	if ((!o.add && !o.remove) || r->missed || acc->mode == MODE_OBSERVE || !box->selected ||
	    o.uidvalidity != box->uidvalidity || box->marks_refused[0])
		return;
	if (o.add && o.style == MARKS_FLAG && flagged_by_others(t, acc, o.uidvalidity, o.uid))
		return;
	/* When one is answered, it is looked at once more. */
	if (order_is_out(box, ORDER_MARK, o.uid))
		return;
	if (!order_may_go(box))
		later(box, conversation);
	else
		order_give(
			t, box, o,
			(struct order_out){ .conversation = conversation, .style = o.style, .marks = want });
}

void marks_put(struct turn *t, uint64_t conversation, const struct rec_conversation *c)
{
	for (uint32_t a = 0; a < t->k->naccounts; a++) {
		struct account *acc = &t->k->accounts[a];
		struct key from = watched_key(acc->id, conversation, 0, 0),
			   to = watched_key(acc->id, conversation + 1, 0, 0);
		struct engine_row *rows;
		int n = txn_range(t->t, DB_WATCHED, key_span(&from), key_span(&to), false, PAGE, t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_watched r;
			if (rows[i].value.p && rec_watched_get(rows[i].value, &r))
				mark(t, acc, conversation, span_sub(rows[i].key, KEY_PLACE, SIZE_MAX), &r,
				     c->marks);
		}
	}
}

void marks_done(struct turn *t, struct account *acc, const struct order_out *o)
{
	struct rec_watched r;
	struct rec_conversation c;

	if (!o->ok || get_watched(t, acc->id, o->conversation, o->uidvalidity, o->uid, &r))
		return;
	r.style = o->style;
	r.marks = o->marks;
	put_watched(t, acc->id, o->conversation, o->uidvalidity, o->uid, &r);
	/* Meanwhile they may have changed. */
	if (get_conversation(t, o->conversation, &c) == 0 && marks_wanted(t, &c) != r.marks)
		later(&acc->box[ROLE_INBOX], o->conversation);
}

/* What could not be ordered at once, and after a mailbox was opened whatever is not as it should be. */
void marks_pass(struct turn *t, struct account *acc)
{
	struct mailbox_run *box = &acc->box[ROLE_INBOX];
	struct key from = watched_key(acc->id, box->marked + 1, 0, 0),
		   to = watched_key((uint16_t)(acc->id + 1), 0, 0, 0);
	struct engine_row *rows;

	if (!box->marking || !box->selected || acc->mode == MODE_OBSERVE || box->marks_refused[0])
		return;
	int n = txn_range(t->t, DB_WATCHED, key_span(&from), key_span(&to), false, PAGE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_watched r;
		struct rec_conversation c;
		uint64_t conversation = key_get(rows[i].key, KEY_CONVERSATION);
		/* Here the next pass goes on. A conversation with more places than a page is passed all the
		 * same. */
		if (i && n == PAGE)
			box->marked = conversation - 1;
		if (!order_may_go(box))
			return;
		if (rows[i].value.p && rec_watched_get(rows[i].value, &r) &&
		    get_conversation(t, conversation, &c) == 0)
			mark(t, acc, conversation, span_sub(rows[i].key, KEY_PLACE, SIZE_MAX), &r,
			     marks_wanted(t, &c));
	}
	box->marking = n == PAGE;
}
