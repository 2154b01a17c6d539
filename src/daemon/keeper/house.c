// SPDX-License-Identifier: Apache-2.0
/* What the supervisor says: rooms that come and go, what protects them, who may ask. */
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/batch.h"
#include "daemon/keeper/people.h"
#include "daemon/keeper/loop.h"
#include <stdlib.h>
#include <unistd.h>

/* -- connections that end: noticed at their end, or when the next of the kind comes first ------------------------ */

void lose_reader(struct keeper *k)
{
	if (k->reader.fd < 0)
		return;
	batch_reader_lost(k);
	k->walls_of[ROOM_READER].told = false;
	peer_close(&k->reader);
}

void lose_poller(struct keeper *k, struct account *acc, enum role role)
{
	struct mailbox_run *box = &acc->box[role];

	if (box->poller.fd < 0)
		return;
	if (box->walls.told && !box->selected)
		box->lists_lost++;
	batch_poller_lost(k, acc, role);
	orders_lost(box);
	watch_lost(box);
	box->selected = false;
	box->walls.told = false;
	box->look = 0;
	box->passed_ms = 0;
	box->batch = box->batch_taken = 0;
	peer_close(&box->poller);
}

void lose_sender(struct keeper *k, struct account *acc)
{
	struct heard *h;

	if (acc->sender.fd < 0)
		return;
	h = calloc(1, sizeof(*h));
	if (!h)
		abort();
	*h = (struct heard){ .account = acc, .type = FRAME_STOP };
	*k->heard_end = h;
	k->heard_end = &h->next;
	acc->sender_walls.told = false;
	peer_close(&acc->sender);
}

/* -- supervisor ---------------------------------------------------------------------------------------------- */

/* Between login and FRAME_SELECTED the list of mailboxes is asked for, which the mail can do without. Once that was tried
 * it stays so until the keeper starts anew: one connection that is good says nothing of the next. */
enum { LISTS_LOST = 2 };

static void greet_poller(struct keeper *k, struct account *acc, enum role role)
{
	struct turn t;
	struct rec_mailbox r;
	struct frame_resume resume = { .read_only = acc->mode == MODE_OBSERVE,
				       .no_list = acc->box[role].lists_lost >= LISTS_LOST };
	struct buf f = BUF_CAPPED(FRAME_MAX);

	turn_begin(k, false, &t);
	if (get_mailbox(&t, acc->id, role, &r) == 0) {
		resume.uidvalidity = r.uidvalidity;
		resume.last_uid = r.last_uid;
	}
	turn_abort(&t);
	frame_begin(&f, FRAME_RESUME);
	frame_resume_put(&f, &resume);
	peer_say(&acc->box[role].poller, &f, -1);
}

void accept_client(struct keeper *k, int fd)
{
	struct client *room = NULL;
	int strangers = 0;

	for (int i = 0; i < KEEPER_CLIENTS; i++) {
		struct client *c = &k->clients[i];
		if (c->peer.broken)
			people_gone(c);
		if (c->peer.fd < 0)
			room = c;
		else
			strangers += !c->rights;
	}
	if (!room) {
		close(fd);
		return;
	}
	peer_open(&room->peer, fd);
	room->busy = false;
	people_meet(k, room);
	/* They cannot keep the others out. */
	if (!room->rights && strangers >= KEEPER_STRANGERS)
		people_gone(room);
}

static void meet(struct keeper *k, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_peer p;

	if (!frame_peer_get(&w, &p) || f->fds[0] < 0)
		return;
	struct account *acc = keeper_account_named(k, p.account);
	int fd = f->fds[0];
	f->fds[0] = -1;
	switch (p.room) {
	case ROOM_READER:
		lose_reader(k);
		peer_open(&k->reader, fd);
		k->reader.start = p.start;
		batch_feed(k);
		return;
	case ROOM_POLLER:
		if (acc) {
			enum role role = p.sent ? ROLE_SENT : ROLE_INBOX;
			lose_poller(k, acc, role);
			acc->box[role].given_up = false;
			peer_open(&acc->box[role].poller, fd);
			acc->box[role].poller.start = p.start;
			greet_poller(k, acc, role);
			return;
		}
		break;
	case ROOM_SENDER:
		if (acc) {
			lose_sender(k, acc);
			peer_open(&acc->sender, fd);
			acc->sender.start = p.start;
			k->next_wake = 0;
			return;
		}
		break;
	case ROOM_SUPERVISOR:
		/* A command that has started this keeper for itself. */
		accept_client(k, fd);
		return;
	case ROOM_KEEPER:
	case ROOM_COUNT:
		break;
	}
	close(fd);
}

void text_keep(char room[256], struct span text)
{
	text = utf8_cut(text, 255);
	if (text.n)
		memcpy(room, text.p, text.n);
	room[text.n] = '\0';
}

/* A poller has ended. In --once it does not come again. */
static void miss(struct keeper *k, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_peer p;
	struct span text;
	int64_t again;

	if (!frame_lost_get(&w, &p, &text, &again) || p.room != ROOM_POLLER)
		return;
	struct account *acc = keeper_account_named(k, p.account);
	if (!acc)
		return;
	struct mailbox_run *box = &acc->box[p.sent ? ROLE_SENT : ROLE_INBOX];
	text_keep(box->trouble, text);
	box->again_at = again;
	box->given_up = k->once;
	k->next_wake = 0;
}

/* Where is noted what that room said of its walls. */
static struct room_walls *walls_of(struct keeper *k, const struct frame_peer *p)
{
	struct account *acc = keeper_account_named(k, p->account);

	switch (p->room) {
	case ROOM_SUPERVISOR:
	case ROOM_READER:
		return &k->walls_of[p->room];
	case ROOM_POLLER:
		return acc ? &acc->box[p->sent ? ROLE_SENT : ROLE_INBOX].walls : NULL;
	case ROOM_SENDER:
		return acc ? &acc->sender_walls : NULL;
	case ROOM_KEEPER:
	case ROOM_COUNT:
		break;
	}
	return NULL;
}

static void note_walls(struct keeper *k, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_peer p;
	struct span missing;

	if (!frame_walls_get(&w, &p, &missing))
		return;
	struct room_walls *walls = walls_of(k, &p);
	if (walls)
		room_walls_set(walls, missing);
}

static void note_age(struct keeper *k, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_peer p;
	int64_t written_at;

	if (!frame_age_get(&w, &p, &written_at) || p.room != ROOM_POLLER)
		return;
	struct account *acc = keeper_account_named(k, p.account);
	if (acc)
		acc->box[p.sent ? ROLE_SENT : ROLE_INBOX].secret_at = written_at;
}

static void say_alive(struct keeper *k)
{
	struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_ALIVE);
	peer_say(&k->supervisor, &b, -1);
}

void hear_supervisor(struct keeper *k, struct frame *f)
{
	if (f->type == FRAME_STOP)
		k->ending = true;
	else if (f->type == FRAME_ALIVE)
		say_alive(k);
	else if (f->type == FRAME_PEER)
		meet(k, f);
	else if (f->type == FRAME_SETS)
		sets_take(k, f->fds[0]);
	else if (f->type == FRAME_LOST)
		miss(k, f);
	else if (f->type == FRAME_WALLS)
		note_walls(k, f);
	else if (f->type == FRAME_AGE)
		note_age(k, f);
	else if (f->type == FRAME_PEOPLE)
		people_learn(k, f->payload);
}
