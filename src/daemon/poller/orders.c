// SPDX-License-Identifier: Apache-2.0
/* What the keeper wants done in the mailbox, between fetches. */
#include "daemon/poller/poller.h"
#include <stdlib.h>

enum { ORDER_TEXT = 4096 };

bool poller_queue(struct poller *p, const struct frame_order *o)
{
	if (o->kind == ORDER_LOOK) {
		if (o->number > p->look)
			p->look = o->number;
		return true;
	}
	if (p->orders_n == LIMIT_ORDERS)
		return poller_end(p, ENDING_TRANSIENT, "%s: the keeper gave more than %d orders at once",
				  p->name, LIMIT_ORDERS);
	struct order *kept = &p->orders[(p->orders_first + p->orders_n++) % LIMIT_ORDERS];
	*kept = (struct order){ .number = o->number,
				.kind = o->kind,
				.uidvalidity = o->uidvalidity,
				.uid = o->uid,
				.text = BUF_CAPPED(ORDER_TEXT) };
	buf_put_span(&kept->text, o->text);
	return true;
}

static bool answer(struct poller *p, const struct order *o, bool ok, uint32_t uid, const char *text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_order_done done = { .number = o->number, .ok = ok, .uid = uid, .text = span_of(text) };

	frame_begin(&b, FRAME_ORDER_DONE);
	frame_order_done_put(&b, &done);
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

/* A refusal is the order's answer; anything worse, also a wish to be left alone, ends the connection, and the
 * keeper asks anew. */
static bool answer_fault(struct poller *p, const struct order *o, enum imap_fault fault, uint32_t uid)
{
	if (fault == IMAP_SAID_NO && !imap_retry_after(p->imap))
		return answer(p, o, false, 0, imap_why(p->imap));
	return poller_fine(p, fault) && answer(p, o, true, uid, "");
}

static bool move(struct poller *p, const struct order *o)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(LIMIT_MAILBOX_NAME);
	uint32_t moved = 0;

	if (p->resume.read_only)
		return answer(p, o, false, 0, "the mailbox is open read-only (mode observe)");
	if (!o->uid || !mailbox_name_encode(buf_span(&o->text), &name))
		return answer(p, o, false, 0, "no such place to move a message to");
	enum imap_fault fault = imap_move(p->imap, o->uid, buf_cstr(&name), &moved);
	return answer_fault(p, o, fault, moved);
}

static bool search(struct poller *p, const struct order *o)
{
	uint32_t uid = 0;
	enum imap_fault fault = imap_search_message_id(p->imap, buf_span(&o->text), &uid);

	return answer_fault(p, o, fault, uid);
}

static bool refetch(struct poller *p, const struct order *o)
{
	struct frame_batch_item item;
	uint32_t n = 0;

	if (!poller_fine(p, imap_list(p->imap, o->uid, o->uid, &item, &n)))
		return false;
	if (!n)
		return answer(p, o, false, 0, "the message is no longer in the mailbox");
	if (!poller_fetch_one(p, &item))
		return false;
	if (!item.fetched)
		return answer(p, o, false, 0, "the server has the message but does not hand it out");
	return poller_send_batch(p, &item, 1) && answer(p, o, true, o->uid, "");
}

static bool run(struct poller *p, const struct order *o)
{
	if (o->uidvalidity && o->uidvalidity != p->uidvalidity)
		return answer(p, o, false, 0, "the mailbox has another UIDVALIDITY by now");
	switch (o->kind) {
	case ORDER_MOVE:
		return move(p, o);
	case ORDER_SEARCH:
		return search(p, o);
	case ORDER_REFETCH:
		return refetch(p, o);
	case ORDER_LOOK:
	case ORDER_COUNT:
		break;
	}
	return true;
}

bool poller_run_orders(struct poller *p)
{
	while (p->orders_n) {
		struct order *o = &p->orders[p->orders_first];
		bool good = run(p, o);
		buf_free(&o->text);
		p->orders_first = (p->orders_first + 1) % LIMIT_ORDERS;
		p->orders_n--;
		if (!good || !poller_hear(p, 0))
			return false;
	}
	return true;
}
