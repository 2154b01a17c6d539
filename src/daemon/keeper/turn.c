// SPDX-License-Identifier: Apache-2.0
/* A turn: hear all that is ready, decide it in one transaction, commit once, then let frames out. A
 * busy keeper commits for many messages at once, an idle one at once for one. Nothing leaves the
 * keeper before what it says is durable. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/batch.h"
#include "daemon/keeper/errand.h"
#include "daemon/keeper/erase.h"
#include "daemon/keeper/people.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DISK_LOOK = 10 };

_Noreturn void keeper_fail(struct keeper *k, enum ending why, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	log_event(LOG_CRIT, "keeper.fail", "why=%s", log_quote(line));
	/* Not the fault of what was in hand. */
	blame_leave(k);
	if (k->supervisor.fd >= 0) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
		struct frame_ending e = { .why = why, .text = span_of(line) };
		frame_begin(&b, FRAME_ENDING);
		frame_ending_put(&b, &e);
		fcntl(k->supervisor.fd, F_SETFL, 0);
		frame_send(k->supervisor.fd, &b, -1);
	}
	_exit(why == ENDING_CONFIG ? 78 : 75);
}

static _Noreturn void ledger_fail(struct keeper *k, int r, const char *what)
{
	if (r == -ENOSPC)
		keeper_fail(k, ENDING_TRANSIENT, "%.*s: the disk is full: free space there; nothing was lost, work goes on by itself",
			    SPAN_ARG(k->config.state_dir));
	keeper_fail(k, ENDING_TRANSIENT, "%.*s: cannot %s: %s", SPAN_ARG(k->config.state_dir), what, strerror(-r));
}

void turn_begin(struct keeper *k, bool write, struct turn *out)
{
	static const struct key tip_key = { .b = "tip", .n = 3 };
	struct span value;

	*out = (struct turn){ .k = k, .a = arena_new(), .now_ms = clock_now_ms() };
	out->now = out->now_ms / 1000;
	if (out->now_ms <= k->last_ms)
		out->now_ms = k->last_ms + 1;
	k->last_ms = out->now_ms;
	out->said_end = &out->said;
	int r = txn_begin(k->engine, write, &out->t);
	if (r)
		ledger_fail(k, r, "begin a transaction");
	r = txn_get(out->t, DB_META, key_span(&tip_key), out->a, &value);
	if (r == -ENOENT)
		out->tip = (struct tip){ .next_message = 1, .next_conversation = 1, .next_outbox = 1 };
	else if (r || !tip_get(value, &out->tip))
		keeper_fail(k, ENDING_CONFIG, "%.*s: the ledger's counters are damaged: restore a backup",
			    SPAN_ARG(k->config.state_dir));
}

static void turn_end(struct turn *t)
{
	for (struct turn_said *s = t->said, *next; s; s = next) {
		next = s->next;
		buf_free(&s->frame);
		if (s->fd >= 0)
			close(s->fd);
		free(s);
	}
	arena_free(&t->a);
}

void turn_abort(struct turn *t)
{
	txn_abort(&t->t);
	turn_end(t);
}

static void write_tip(struct turn *t)
{
	static const struct key tip_key = { .b = "tip", .n = 3 };
	BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX);

	/* A command's own keeper writes little, and it says nothing about whether the daemon is up. */
	if (t->k->blame || !t->tip.written_at)
		t->tip.written_at = t->now;
	t->k->written_at = t->now;
	tip_put(&b, &t->tip);
	store_put(t, DB_META, &tip_key, buf_span(&b));
	int r = txn_commit(&t->t);
	if (r)
		ledger_fail(t->k, r, "commit");
}

void turn_commit(struct turn *t)
{
	if (t->audited)
		audit_sign(t);
	/* An idle keeper only looks: nothing worth a disk's time. */
	if (txn_wrote(t->t) || doubt_write(t))
		write_tip(t);
	else
		txn_abort(&t->t);
	for (struct turn_said *s = t->said; s; s = s->next)
		peer_say(s->peer, &s->frame, s->fd);
	turn_end(t);
}

struct arena *turn_apart(struct turn *t)
{
	struct arena *of_turn = t->a;

	t->a = arena_new();
	return of_turn;
}

void turn_together(struct turn *t, struct arena *of_turn)
{
	arena_free(&t->a);
	t->a = of_turn;
}

void turn_say(struct turn *t, struct peer *p, struct buf *frame, int fd)
{
	struct turn_said *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->peer = p;
	s->frame = *frame;
	s->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	*frame = (struct buf){ .cap = frame->cap };
	*t->said_end = s;
	t->said_end = &s->next;
}

uint64_t turn_order(struct turn *t, struct mailbox_run *box, struct frame_order o)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);

	o.number = ++box->orders;
	frame_begin(&f, FRAME_ORDER);
	frame_order_put(&f, &o);
	turn_say(t, &box->poller, &f, -1);
	return o.number;
}

static void note_mailboxes(struct turn *t)
{
	struct keeper *k = t->k;

	for (uint32_t i = 0; i < k->naccounts * ROLE_COUNT; i++) {
		struct mailbox_note *n = &k->notes[i];
		struct account *acc = &k->accounts[i / ROLE_COUNT];
		struct mailbox_run *box = &acc->box[i % ROLE_COUNT];
		struct rec_mailbox r;
		if (!n->changed)
			continue;
		n->changed = false;
		if (get_mailbox(t, acc->id, (enum role)(i % ROLE_COUNT), &r))
			r = (struct rec_mailbox){ 0 };
		if (r.uidvalidity != box->uidvalidity) {
			if (r.uidvalidity)
				log_event(LOG_WARN, "mailbox.renumbered", "account=%.*s mailbox=%s from=%u to=%u",
					  SPAN_ARG(acc->c->name), role_name((enum role)(i % ROLE_COUNT)),
					  r.uidvalidity, box->uidvalidity);
			r.uidvalidity = box->uidvalidity;
			r.last_uid = 0;
		}
		r.name = box->name;
		r.uidnext = n->uidnext;
		r.looked_at = box->pass_at;
		put_mailbox(t, acc->id, (enum role)(i % ROLE_COUNT), &r);
		if (n->opened)
			retry_all(t, acc, (enum role)(i % ROLE_COUNT));
		n->opened = false;
	}
}

static bool something_to_write(struct keeper *k, int64_t now)
{
	if (doubt_look(k, now) || k->sets_new || k->heard || batch_ready(k) || orders_waiting(k) || people_waiting(k, true))
		return true;
	for (uint32_t i = 0; i < k->naccounts * ROLE_COUNT; i++)
		if (k->notes[i].changed)
			return true;
	return k->next_wake <= now;
}

/* What fills the disk stops automation first: there must be room to record what becomes of each mail. */
static bool may_automate(struct keeper *k)
{
	struct engine_size size = engine_size(k->engine);
	bool low = size.disk < k->config.reserve;

	if (low && !k->disk_low) {
		log_event(LOG_CRIT, "disk.low", "free=%llu reserve=%llu then=nothing-automatic-is-sent", (unsigned long long)size.disk,
			  (unsigned long long)k->config.reserve);
		keeper_alarm(k, ALARM_DISK, SPAN_NONE, "the disk is nearly full: nothing automatic is sent until there is room (reserve)");
	}
	if (!low && k->disk_low)
		log_event(LOG_INFO, "disk.enough", "free=%llu", (unsigned long long)size.disk);
	k->disk_low = low;
	return !low;
}

static void read_only_turn(struct keeper *k)
{
	struct turn t;

	turn_begin(k, false, &t);
	for (uint32_t i = 0; i < KEEPER_CLIENTS; i++)
		if (k->clients[i].busy)
			people_slice(&t, &k->clients[i]);
	for (struct turn_said *s = t.said; s; s = s->next)
		peer_say(s->peer, &s->frame, s->fd);
	turn_abort(&t);
}

void keeper_turn(struct keeper *k)
{
	struct turn t;

	if (!something_to_write(k, clock_now())) {
		if (people_waiting(k, false))
			read_only_turn(k);
		return;
	}
	turn_begin(k, true, &t);
	note_mailboxes(&t);
	doubt_turn(&t);
	if (k->sets_new)
		sets_keep(&t);
	while (k->heard) {
		struct heard *h = k->heard;
		k->heard = h->next;
		if (!k->heard)
			k->heard_end = &k->heard;
		outgoing_settle(&t, h);
		free(h);
	}
	batch_take_in(&t);
	for (uint32_t i = 0; i < k->naccounts; i++)
		restore_reconciled(&t, &k->accounts[i]);
	for (uint32_t i = 0; i < KEEPER_CLIENTS; i++)
		if (k->clients[i].busy)
			people_slice(&t, &k->clients[i]);
	bool more = time_pass(&t);
	orders_pass(&t);
	if (may_automate(k))
		outgoing_hand_out(&t);
	k->next_wake = more || k->again_from ? t.now : time_next(&t);
	/* Nothing tells when somebody has made room. */
	if (k->disk_low && k->next_wake > t.now + DISK_LOOK)
		k->next_wake = t.now + DISK_LOOK;
	rebuild_progress(k, &t.tip);
	if (k->compact && k->next_wake > k->compact_at)
		k->next_wake = k->compact_at;
	turn_commit(&t);
	erase_compact(k);
}
