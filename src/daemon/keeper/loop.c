// SPDX-License-Identifier: Apache-2.0
/* Who says what: every connection of the keeper, and what each kind of room may say. A frame that
 * makes no sense closes the connection it came from, never the keeper. */
#include "daemon/keeper/loop.h"
#include "daemon/keeper/people.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/batch.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { HEAR_AT_ONCE = 64 };

/* What a poll slot stands for. */
enum source { FROM_SUPERVISOR, FROM_LISTENER, FROM_READER, FROM_POLLER, FROM_SENDER, FROM_CLIENT };
struct slot {
	enum source source;
	struct peer *peer;
	struct account *account;
	enum role role;
	struct client *client;
};

struct account *keeper_account(struct keeper *k, uint16_t id)
{
	for (uint32_t i = 0; i < k->naccounts; i++)
		if (k->accounts[i].id == id && id)
			return &k->accounts[i];
	return NULL;
}

struct account *keeper_account_named(struct keeper *k, struct span name)
{
	for (uint32_t i = 0; i < k->naccounts; i++)
		if (span_eq(k->accounts[i].c->name, name))
			return &k->accounts[i];
	return NULL;
}

/* -- pollers --------------------------------------------------------------------------------------------------- */

static bool selected(struct keeper *k, struct account *acc, enum role role, struct wire *w)
{
	struct mailbox_run *box = &acc->box[role];
	struct frame_selected s;

	if (!frame_selected_get(w, &s) || !s.uidvalidity)
		return false;
	size_t n = s.mailbox.n < sizeof(box->name_room) ? s.mailbox.n : sizeof(box->name_room);
	memcpy(box->name_room, s.mailbox.p, n);
	box->name = span_make(box->name_room, n);
	box->uidvalidity = s.uidvalidity;
	box->exists = s.exists;
	box->offers = s.offers;
	box->certificate_until = s.certificate_until;
	text_keep(box->junk, s.junk);
	text_keep(box->trash, s.trash);
	box->selected = true;
	box->selected_at = clock_now();
	box->again_at = 0;
	box->trouble[0] = '\0';
	box->filing = true;
	marks_opened(box, acc);
	struct mailbox_note *note = &k->notes[(acc - k->accounts) * ROLE_COUNT + role];
	*note = (struct mailbox_note){ .changed = true, .opened = true, .uidnext = s.uidnext };
	log_event(LOG_INFO, "mailbox.open", "account=%.*s mailbox=%s uidvalidity=%u uidnext=%u exists=%u", SPAN_ARG(acc->c->name),
		  role_name(role), s.uidvalidity, s.uidnext, s.exists);
	k->next_wake = 0;
	return true;
}

static bool seen_all(struct keeper *k, struct account *acc, enum role role, struct wire *w)
{
	struct mailbox_run *box = &acc->box[role];
	struct frame_seen_all s;

	if (!frame_seen_all_get(w, &s) || s.uidvalidity != box->uidvalidity)
		return false;
	box->seen_all = true;
	box->exists = s.exists;
	box->pass_at = clock_now();
	if (box->batch == box->batch_taken)
		box->doubtful = false;
	watch_looked(box, s.shrunk);
	if (s.look && s.look == box->look) {
		box->passed_ms = box->look_ms;
		box->passed_batch = box->batch;
		box->look = 0;
		batch_look_over(k, box);
	}
	struct mailbox_note *note = &k->notes[(acc - k->accounts) * ROLE_COUNT + role];
	note->changed |= note->uidnext != s.uidnext || k->task == TASK_REBUILD;
	note->uidnext = s.uidnext;
	if (acc->reconciles)
		k->next_wake = 0;
	return true;
}

static bool hear_poller(struct keeper *k, struct account *acc, enum role role, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct mailbox_run *box = &acc->box[role];
	struct span text;

	if (f->type == FRAME_SELECTED)
		return selected(k, acc, role, &w);
	if (f->type == FRAME_BATCH)
		return batch_open(k, acc, role, f);
	if (f->type == FRAME_SEEN_ALL)
		return seen_all(k, acc, role, &w);
	if (f->type == FRAME_ORDER_DONE)
		return order_done(acc, role, &w);
	if (f->type == FRAME_WATCHED)
		return watched(acc, role, &w);
	if (f->type == FRAME_TROUBLE && frame_trouble_get(&w, &text)) {
		text_keep(box->trouble, text);
		return true;
	}
	return false;
}

/* -- senders ------------------------------------------------------------------------------------------------- */

static bool hear_sender(struct keeper *k, struct account *acc, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct heard *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	h->account = acc;
	h->type = f->type;
	if (f->type == FRAME_DOT_ASK ? !frame_dot_get(&w, &h->dot) :
				       f->type != FRAME_SENT_RESULT || !frame_sent_result_get(&w, &h->result)) {
		free(h);
		return false;
	}
	if (f->type == FRAME_SENT_RESULT) {
		/* The frame goes with its buffer: keep the words. */
		size_t n = h->result.reply.n < REPLY_MAX ? h->result.reply.n : REPLY_MAX;
		if (n)
			memcpy(h->text, h->result.reply.p, n);
		h->result.reply = span_make(h->text, n);
		size_t m = h->result.step.n < sizeof(h->step) ? h->result.step.n : sizeof(h->step);
		if (m)
			memcpy(h->step, h->result.step.p, m);
		h->result.step = span_make(h->step, m);
	}
	*k->heard_end = h;
	k->heard_end = &h->next;
	return true;
}

/* -- people ---------------------------------------------------------------------------------------------------- */

static bool hear_client(struct client *c, struct frame *f)
{
	if (f->type != FRAME_REQUEST || c->busy)
		return false;
	arena_free(&c->a);
	c->a = arena_new();
	struct wire w = wire_over(arena_span(c->a, f->payload));
	if (!control_request_get(&w, &c->request))
		return false;
	memset(c->cursor, 0, sizeof(c->cursor));
	c->busy = true;
	return true;
}

/* -- the loop --------------------------------------------------------------------------------------------------- */

static bool hear(struct keeper *k, const struct slot *s, struct frame *f)
{
	switch (s->source) {
	case FROM_SUPERVISOR:
		hear_supervisor(k, f);
		return true;
	case FROM_READER:
		return f->type == FRAME_FACTS && batch_facts(k, f);
	case FROM_POLLER:
		return hear_poller(k, s->account, s->role, f);
	case FROM_SENDER:
		return hear_sender(k, s->account, f);
	case FROM_CLIENT:
		return hear_client(s->client, f);
	case FROM_LISTENER:
		break;
	}
	return false;
}

/* It talks nonsense: whatever it is, it is no room of ours any more. */
static void refuse(struct keeper *k, const struct slot *s, enum frame_type type)
{
	static const enum room rooms[] = { [FROM_READER] = ROOM_READER, [FROM_POLLER] = ROOM_POLLER, [FROM_SENDER] = ROOM_SENDER };

	log_event(LOG_WARN, "frame.refused", "source=%d type=%d", (int)s->source, (int)type);
	s->peer->broken = true;
	if (s->source == FROM_READER || s->source == FROM_POLLER || s->source == FROM_SENDER)
		silence_end(k, s->peer, rooms[s->source], s->account, s->role, "it said what makes no sense");
}

static void hear_all(struct keeper *k, const struct slot *s, char *room)
{
	for (int i = 0; i < HEAR_AT_ONCE && s->peer->fd >= 0 && !s->peer->broken; i++) {
		struct frame f;
		int r = frame_recv(s->peer->fd, room, FRAME_MAX, &f);
		if (r == -EAGAIN || r == -EINTR)
			return;
		if (r <= 0) {
			s->peer->broken = true;
			return;
		}
		s->peer->heard_ms = clock_mono_ms();
		if (!hear(k, s, &f))
			refuse(k, s, f.type);
		frame_close_fds(&f);
		/* One request at a time: the next is read when this is answered. */
		if (s->source == FROM_CLIENT)
			return;
	}
}

static void bury(struct keeper *k)
{
	if (k->reader.broken)
		lose_reader(k);
	for (uint32_t i = 0; i < k->naccounts; i++) {
		struct account *acc = &k->accounts[i];
		for (int r = 0; r < ROLE_COUNT; r++)
			if (acc->box[r].poller.broken)
				lose_poller(k, acc, (enum role)r);
		if (acc->sender.broken)
			lose_sender(k, acc);
	}
	for (int i = 0; i < KEEPER_CLIENTS; i++)
		if (k->clients[i].peer.fd >= 0 && k->clients[i].peer.broken) {
			people_gone(&k->clients[i]);
		}
	if (k->supervisor.broken)
		k->ending = true;
}

static void watch(struct pollfd *p, struct slot *s, size_t *n, struct slot what)
{
	if (!what.peer || what.peer->fd < 0)
		return;
	p[*n] = (struct pollfd){ .fd = what.peer->fd, .events = (short)(POLLIN | (what.peer->first ? POLLOUT : 0)) };
	if (what.source == FROM_CLIENT && what.client->busy)
		p[*n].events = what.peer->first ? POLLOUT : 0;
	s[(*n)++] = what;
}

static size_t watch_all(struct keeper *k, struct pollfd *p, struct slot *s)
{
	size_t n = 0;

	watch(p, s, &n, (struct slot){ .source = FROM_READER, .peer = &k->reader });
	for (uint32_t i = 0; i < k->naccounts; i++) {
		struct account *acc = &k->accounts[i];
		for (int r = 0; r < ROLE_COUNT; r++)
			watch(p, s, &n, (struct slot){ .source = FROM_POLLER, .peer = &acc->box[r].poller, .account = acc, .role = (enum role)r });
		watch(p, s, &n, (struct slot){ .source = FROM_SENDER, .peer = &acc->sender, .account = acc });
	}
	for (int i = 0; i < KEEPER_CLIENTS; i++)
		watch(p, s, &n, (struct slot){ .source = FROM_CLIENT, .peer = &k->clients[i].peer, .client = &k->clients[i] });
	/* Behind the rooms: what a room has said is heard before it is told that the next has come. */
	watch(p, s, &n, (struct slot){ .source = FROM_SUPERVISOR, .peer = &k->supervisor });
	if (k->listen_fd >= 0) {
		p[n] = (struct pollfd){ .fd = k->listen_fd, .events = POLLIN };
		s[n++] = (struct slot){ .source = FROM_LISTENER };
	}
	return n;
}

static int patience(const struct keeper *k)
{
	int64_t now = clock_now();

	if (k->heard || batch_ready(k) || orders_waiting(k) || people_waiting(k, true) || people_waiting(k, false) || k->next_wake <= now)
		return 0;
	int64_t wait = k->next_wake - now;
	return wait > LOOK_SECONDS ? LOOK_SECONDS * 1000 : (int)wait * 1000;
}

/* In --once: every poller has passed, everything is taken in, nothing more can leave now. */
static bool idle(const struct keeper *k)
{
	if (k->nbatches || k->heard || k->next_wake <= clock_now())
		return false;
	for (uint32_t i = 0; i < k->naccounts; i++) {
		const struct account *acc = &k->accounts[i];
		const struct mailbox_run *inbox = &acc->box[ROLE_INBOX];
		if (acc->in_flight || acc->box[ROLE_SENT].look || inbox->nout || watch_busy(inbox))
			return false;
		for (int r = 0; r < ROLE_COUNT; r++)
			if (!acc->box[r].given_up && (!acc->box[r].seen_all || acc->box[r].poller.first))
				return false;
	}
	return true;
}

static void tell_idle(struct keeper *k)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);

	frame_begin(&f, FRAME_IDLE);
	peer_say(&k->supervisor, &f, -1);
	peer_flush(&k->supervisor);
	k->idle_told = true;
}

static void flush_all(struct keeper *k, const struct slot *s, size_t n)
{
	(void)k;
	for (size_t i = 0; i < n; i++)
		if (s[i].peer)
			peer_flush(s[i].peer);
}

void keeper_loop(struct keeper *k)
{
	size_t most = 3 + (size_t)k->naccounts * 3 + KEEPER_CLIENTS;
	struct pollfd *p = calloc(most, sizeof(*p));
	struct slot *s = calloc(most, sizeof(*s));
	char *room = malloc(FRAME_MAX);

	if (!p || !s || !room)
		abort();
	while (!k->ending) {
		size_t n = watch_all(k, p, s);
		if (poll(p, n, patience(k)) < 0 && errno != EINTR)
			keeper_fail(k, ENDING_TRANSIENT, "poll: %s", strerror(errno));
		for (size_t i = 0; i < n; i++) {
			if (s[i].source == FROM_LISTENER && p[i].revents) {
				int fd = accept4(k->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
				if (fd >= 0)
					accept_client(k, fd);
			} else if (p[i].revents & (POLLIN | POLLHUP | POLLERR)) {
				hear_all(k, &s[i], room);
			}
		}
		silence_watch(k);
		bury(k);
		batch_feed(k);
		keeper_turn(k);
		n = watch_all(k, p, s);
		flush_all(k, s, n);
		bury(k);
		if (k->once && !k->idle_told && idle(k))
			tell_idle(k);
	}
	free(p);
	free(s);
	free(room);
}
