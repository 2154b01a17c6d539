// SPDX-License-Identifier: Apache-2.0
/* One pass: every message above the cursor is handed over in UID order, readable or not, and none is
 * passed in silence. */
#include "base/date.h"
#include "base/io.h"
#include "daemon/poller/poller.h"

/* Messages asked for at once whose bytes, as announced, fill one batch. */
static uint32_t plan(const struct poller *p, const struct frame_batch_item *items, uint32_t n)
{
	uint64_t bytes = 0;
	uint32_t k = 0;

	while (k < n && k < p->stride) {
		uint64_t size = items[k].size;
		bytes += size < p->account->fetch_limit ? size : p->account->fetch_limit;
		if (k && bytes > LIMIT_BATCH_BYTES)
			break;
		k++;
	}
	return k;
}

/* How many from the front came with their bytes. */
static uint32_t came(const struct frame_batch_item *items, uint32_t n)
{
	uint32_t k = 0;

	while (k < n && items[k].fetched)
		k++;
	return k;
}

static bool hand_over(struct poller *p, struct frame_batch_item *items, uint32_t n)
{
	if (n && !poller_send_batch(p, items, n))
		return false;
	if (n)
		p->last_uid = items[n - 1].uid;
	return true;
}

/* One message was asked for alone and did not come: it was removed meanwhile, or it has no body to give. */
static bool settle(struct poller *p, struct frame_batch_item *item)
{
	struct frame_batch_item again;
	uint32_t n = 0;

	if (!poller_fine(p, imap_list(p->imap, item->uid, item->uid, &again, &n)))
		return false;
	buf_reset(&p->bytes);
	return n ? hand_over(p, item, 1) : true;
}

/* The connection ends here: what came whole goes over all the same. A message asked for alone that the
 * server refused or broke off over goes on record as not fetched, or every connection to come would
 * end with it; only one for each connection, so that a server in trouble costs few. */
static bool rescue(struct poller *p, struct frame_batch_item *items, uint32_t asked, uint32_t got,
		   enum imap_fault fault)
{
	poller_fine(p, fault);
	if (!got && asked == 1 && (fault == IMAP_SAID_NO || imap_lost_over_answer(p->imap))) {
		buf_reset(&p->bytes);
		got = 1;
	}
	hand_over(p, items, got);
	return false;
}

/* Fetches from the front of the items; *done says how many of them need no more care. */
static bool fetch_some(struct poller *p, struct frame_batch_item *items, uint32_t n, uint32_t *done)
{
	uint32_t k = plan(p, items, n);
	enum imap_fault fault = imap_bodies(p->imap, items, k, p->account->fetch_limit, &p->bytes);
	uint32_t got = came(items, k);

	*done = got;
	if (fault == IMAP_LOST || (fault == IMAP_SAID_NO && k == 1))
		return rescue(p, items, k, got, fault);
	if (!hand_over(p, items, got))
		return false;
	if (got == k) {
		p->stride = p->stride * 2 < LIMIT_BATCH_MESSAGES ? p->stride * 2 : LIMIT_BATCH_MESSAGES;
		return true;
	}
	/* The first one that is missing is asked for alone the next time. */
	p->stride = 1;
	if (got || k > 1)
		return true;
	*done = 1;
	return settle(p, items);
}

static bool fetch_all(struct poller *p, struct frame_batch_item *items, uint32_t n)
{
	while (n) {
		uint32_t done = 0;
		/* What came out of its turn is asked for again. */
		for (uint32_t i = 0; i < n; i++) {
			items[i].fetched = items[i].partial = false;
			items[i].offset = items[i].length = 0;
		}
		if (!fetch_some(p, items, n, &done) || !poller_hear(p, 0) || !poller_run_orders(p))
			return false;
		items += done;
		n -= done;
	}
	return true;
}

/* A date of tomorrow is the server's clock, not the message's. */
static void check_dates(struct frame_batch_item *items, uint32_t n)
{
	int64_t latest = clock_now() + DAY;

	for (uint32_t i = 0; i < n; i++)
		if (items[i].internal_at > latest)
			items[i].internal_at = 0;
}

/* Those that a trial is about; whatever has no date is. */
static uint32_t keep_recent(const struct poller *p, struct frame_batch_item *items, uint32_t n)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!items[i].internal_at || items[i].internal_at >= p->since)
			items[kept++] = items[i];
	return kept;
}

static bool take_in(struct poller *p, uint32_t top)
{
	for (uint64_t from = (uint64_t)p->last_uid + 1; from <= top;) {
		uint64_t to = from + LIMIT_UID_WINDOW - 1 < top ? from + LIMIT_UID_WINDOW - 1 : top;
		uint32_t next = 0;
		uint32_t n = 0;
		if (!poller_fine(p, imap_list(p->imap, (uint32_t)from, (uint32_t)to, p->items, &n)))
			return false;
		check_dates(p->items, n);
		p->listed += n;
		if (!fetch_all(p, p->items, keep_recent(p, p->items, n)))
			return false;
		from = to + 1;
		if (n || from > top)
			continue;
		if (!poller_fine(p, imap_next_uid(p->imap, (uint32_t)from, top, &next)))
			return false;
		from = next ? next : (uint64_t)top + 1;
	}
	if (top > p->last_uid)
		p->last_uid = top;
	return true;
}

bool poller_pass(struct poller *p)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_seen_all seen = { .uidvalidity = p->uidvalidity,
				       .look = p->look,
				       .started_at = clock_now() };
	uint32_t top = 0;

	p->listed = 0;
	if (!poller_fine(p, imap_refresh(p->imap, &top, &seen.exists)) || !take_in(p, top))
		return false;
	/* Whatever else came or left meanwhile shows in the next pass. */
	seen.shrunk = !p->counted || seen.exists != p->exists + p->listed;
	p->counted = true;
	p->exists = seen.exists;
	seen.uidnext = p->last_uid == UINT32_MAX ? UINT32_MAX : p->last_uid + 1;
	if (seen.uidnext < p->uidnext)
		seen.uidnext = p->uidnext;
	p->looked = seen.look;
	frame_begin(&b, FRAME_SEEN_ALL);
	frame_seen_all_put(&b, &seen);
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

bool poller_fetch_one(struct poller *p, struct frame_batch_item *item)
{
	item->fetched = false;
	enum imap_fault fault = imap_bodies(p->imap, item, 1, p->account->fetch_limit, &p->bytes);
	return poller_may_go_on(p, fault) || poller_fine(p, fault);
}
