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
				.text = BUF_CAPPED(ORDER_TEXT),
				.at = o->at,
				.style = o->style,
				.add = o->add,
				.remove = o->remove };
	buf_put_span(&kept->text, o->text);
	return true;
}

static bool answer(struct poller *p, const struct order *o, bool ok, uint32_t uid, const char *text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_order_done done = {
		.number = o->number, .ok = ok, .uid = uid, .found = o->found, .text = span_of(text)
	};

	frame_begin(&b, FRAME_ORDER_DONE);
	frame_order_done_put(&b, &done);
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

/* A refusal is the order's answer; anything worse, also a wish to be left alone, ends the connection, and the
 * keeper asks anew. */
static bool answer_fault(struct poller *p, const struct order *o, enum imap_fault fault, uint32_t uid)
{
	if (poller_may_go_on(p, fault))
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

static bool mark(struct poller *p, const struct order *o)
{
	if (p->resume.read_only)
		return answer(p, o, false, 0, "the mailbox is open read-only (mode observe)");
	if (!o->uid)
		return answer(p, o, false, 0, "no such message to mark");
	return answer_fault(p, o, imap_mark(p->imap, o->uid, o->style, o->add, o->remove), o->uid);
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
	case ORDER_REFETCH:
		return refetch(p, o);
	case ORDER_MARK:
		return mark(p, o);
	case ORDER_SEARCH: /* goes with the others, in run_searches() */
	case ORDER_LOOK:
	case ORDER_COUNT:
		break;
	}
	return true;
}

static struct order *waiting(struct poller *p, uint32_t i)
{
	return &p->orders[(p->orders_first + i) % LIMIT_ORDERS];
}

static void drop(struct poller *p, uint32_t n)
{
	for (; n; n--) {
		buf_free(&p->orders[p->orders_first].text);
		p->orders_first = (p->orders_first + 1) % LIMIT_ORDERS;
		p->orders_n--;
	}
}

/* What the server says to the refusal takes the place of the id. */
static void refuse(struct poller *p, struct order *o)
{
	o->refused = true;
	buf_reset(&o->text);
	buf_puts(&o->text, imap_why(p->imap));
}

/* Looks in the mailbox that is open for those of the first n orders that were not found yet; *left: how many those
 * still are. */
static bool search_here(struct poller *p, uint32_t n, enum order_found here, uint32_t *left)
{
	*left = 0;
	for (uint32_t i = 0; i < n; i++) {
		struct order *o = waiting(p, i);
		uint32_t uid = 0;
		if (o->found != FOUND_NOWHERE || o->refused)
			continue;
		enum imap_fault fault =
			imap_search_message_id(p->imap, buf_span(&o->text), o->at, &uid);
		if (!poller_may_go_on(p, fault) && !poller_fine(p, fault))
			return false;
		if (fault)
			refuse(p, o);
		if (uid) {
			o->found = here;
			o->uid = uid;
		}
		*left += !uid && !fault;
	}
	return true;
}

/* One that is not there or cannot be opened holds nothing we could find. */
static bool search_in(struct poller *p, struct buf *name, uint32_t n, enum order_found there, uint32_t *left,
		      bool *away)
{
	struct imap_mailbox box;

	if (!*left || !name->n || span_eq(buf_span(name), buf_span(&p->mailbox)))
		return true;
	*away = true;
	enum imap_fault fault = imap_select(p->imap, buf_cstr(name), true, &box);
	if (fault == IMAP_WRONG)
		return true;
	return poller_fine(p, fault) && search_here(p, n, there, left);
}

/* The searches that stand first in the queue, all in one excursion. */
static bool run_searches(struct poller *p, uint32_t n)
{
	uint32_t left = 0;
	bool away = false;

	for (uint32_t i = 0; i < n; i++)
		waiting(p, i)->uid = 0;
	if (!search_here(p, n, FOUND_HERE, &left) || !search_in(p, &p->junk, n, FOUND_JUNK, &left, &away) ||
	    !search_in(p, &p->trash, n, FOUND_TRASH, &left, &away) || (away && !poller_back(p)))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		struct order *o = waiting(p, i);
		if (!answer(p, o, !o->refused, o->uid, o->refused ? buf_cstr(&o->text) : ""))
			return false;
	}
	drop(p, n);
	return true;
}

static uint32_t searches_ahead(struct poller *p)
{
	uint32_t n = 0;

	while (n < p->orders_n && waiting(p, n)->kind == ORDER_SEARCH &&
	       (!waiting(p, n)->uidvalidity || waiting(p, n)->uidvalidity == p->uidvalidity))
		n++;
	return n;
}

bool poller_queue_watch(struct poller *p, const struct frame_watch *f)
{
	p->watch = true;
	p->watch_uidvalidity = f->uidvalidity;
	p->watch_n = f->n;
	for (uint32_t i = 0; i < f->n; i++)
		p->watched[i] = (struct frame_batch_item){ .uid = f->uids[i] };
	return true;
}

static bool run_watch(struct poller *p)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_watched_item found[LIMIT_WATCHED];
	struct frame_watched answer = { .uidvalidity = p->watch_uidvalidity, .at = found };
	bool current = p->watch_uidvalidity == p->uidvalidity && p->watch_n;

	if (current && !poller_fine(p, imap_flags(p->imap, p->watched, p->watch_n)))
		return false;
	for (uint32_t i = 0; current && i < p->watch_n; i++) {
		const struct frame_batch_item *it = &p->watched[i];
		if (!it->fetched || it->flags & ARRIVAL_ANSWERED)
			found[answer.n++] = (struct frame_watched_item){ .uid = it->uid, .gone = !it->fetched };
	}
	p->watch = false;
	frame_begin(&b, FRAME_WATCHED);
	frame_watched_put(&b, &answer);
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

bool poller_run_orders(struct poller *p)
{
	while (p->watch || p->orders_n) {
		uint32_t searches = searches_ahead(p);
		if (p->watch) {
			if (!run_watch(p))
				return false;
		} else if (searches) {
			if (!run_searches(p, searches))
				return false;
		} else {
			if (!run(p, waiting(p, 0)))
				return false;
			drop(p, 1);
		}
		if (!poller_hear(p, 0))
			return false;
	}
	return true;
}
