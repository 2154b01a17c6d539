// SPDX-License-Identifier: Apache-2.0
/* A room that says nothing although something is due, or says what makes no sense, is ended by the supervisor, which
 * then starts the next one: closing the connection would not end one that hangs. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/keeper.h"

enum {
#ifdef HEARBACK_FAULTS
	READER_MS = 1500,
	POLLER_MS = 1500,
	SENDER_MS = 1500,
#else
	READER_MS = 120 * 1000,	      /* for one batch */
	POLLER_MS = 15 * 60 * 1000,   /* it passes every minute; a slow server may need long for one large message */
	SENDER_MS = 60 * 60 * 1000,   /* RFC 5321 section 4.5.3.2: all waits of one message together */
#endif
};

void silence_end(struct keeper *k, struct peer *p, enum room room, const struct account *acc, enum role role, const char *why)
{
	struct frame_peer stale = { .room = room, .account = acc ? acc->c->name : SPAN_NONE, .sent = role == ROLE_SENT, .start = p->start };
	struct buf f = BUF_CAPPED(FRAME_MAX);

	log_event(LOG_WARN, "room.stale", "room=%s account=%.*s mailbox=%s why=%s", room_name(room), SPAN_ARG(stale.account),
		  room == ROOM_POLLER ? role_name(role) : "-", log_quote(why));
	frame_begin(&f, FRAME_STALE);
	frame_peer_put(&f, &stale);
	peer_say(&k->supervisor, &f, -1);
	p->broken = true;
}

static bool silent(const struct peer *p, int64_t since, int64_t most)
{
	int64_t last = p->heard_ms > since ? p->heard_ms : since;

	return p->fd >= 0 && !p->broken && clock_mono_ms() - last > most;
}

static bool in_memory(const struct keeper *k, const struct account *acc, enum role role)
{
	for (const struct batch *b = k->batches; b; b = b->next)
		if (b->account == acc && b->role == role)
			return true;
	return false;
}

void silence_watch(struct keeper *k)
{
	if (k->nreads && silent(&k->reader, k->reads[0].asked_ms, READER_MS))
		silence_end(k, &k->reader, ROOM_READER, NULL, ROLE_INBOX, "it did not read a batch in time");
	for (uint32_t i = 0; i < k->naccounts; i++) {
		struct account *acc = &k->accounts[i];
		for (enum role r = 0; r < ROLE_COUNT; r++)
			if (silent(&acc->box[r].poller, 0, POLLER_MS) && !in_memory(k, acc, r))
				silence_end(k, &acc->box[r].poller, ROOM_POLLER, acc, r, "it did not look in time");
		if (acc->in_flight && silent(&acc->sender, acc->handed_ms, SENDER_MS))
			silence_end(k, &acc->sender, ROOM_SENDER, acc, ROLE_INBOX, "it did not send in time");
	}
}
