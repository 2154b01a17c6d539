// SPDX-License-Identifier: Apache-2.0
/* Whether the clock can be believed. After a jump, or when nothing was written for a day, all clocks of conversations are
 * computed anew, what waits to be sent to requesters is held, and so is what is decided for them until each mailbox
 * of the account has been read to its end. A person then sees what was decided by a clock that was wrong. */
#include "base/date.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/keeper.h"
#include <stdio.h>

enum {
	JUMP_MS = 5 * 60 * 1000,
	AWAY_SECONDS = 24 * 3600,
	WRITE_SECONDS = 3600, /* so often an idle keeper says that it is there */
	AGAIN_SLICE = 500,
};

static void doubt(struct keeper *k, const char *why, int64_t seconds)
{
	BUF_CLEANUP struct buf span = BUF_CAPPED(60);

	put_duration(&span, seconds);
	snprintf(k->doubt, sizeof(k->doubt), "%s%s", why, buf_cstr(&span));
	log_event(LOG_CRIT, "clock.doubted", "why=%s then=mail-to-requesters-is-held", log_quote(k->doubt));
	for (uint32_t i = 0; i < k->naccounts; i++) {
		k->accounts[i].sender_pause = 0;
		for (int r = 0; r < ROLE_COUNT; r++)
			k->accounts[i].box[r].doubtful = true;
	}
	k->doubt_new = true;
	k->again_from = 1;
}

static int64_t ahead_of_mono(void)
{
	return clock_now_ms() - clock_mono_ms();
}

void doubt_start(struct keeper *k, int64_t written_at, int64_t now)
{
	k->ahead_ms = ahead_of_mono();
	k->written_at = now;
	/* A command's own keeper looks on; the daemon will find out. */
	if (!k->blame || !written_at)
		return;
	if (now - written_at > AWAY_SECONDS)
		doubt(k, "nothing was written for ", now - written_at);
	else if (written_at - now > JUMP_MS / 1000)
		doubt(k, "the ledger was written in the future: ", written_at - now);
}

bool doubt_look(struct keeper *k, int64_t now)
{
	int64_t ahead = ahead_of_mono(), jump = ahead - k->ahead_ms;

	k->ahead_ms = ahead;
	if (jump > JUMP_MS || jump < -JUMP_MS)
		doubt(k, jump < 0 ? "the clock was set back by " : "the clock jumped ahead by ", (jump + (jump < 0 ? -500 : 500)) / 1000);
	return k->doubt_new || k->again_from || now - k->written_at >= WRITE_SECONDS;
}

bool doubt_write(const struct turn *t)
{
	return t->now - t->k->written_at >= WRITE_SECONDS;
}

const char *doubt_of(const struct keeper *k, const struct account *acc)
{
	for (int r = 0; r < ROLE_COUNT; r++)
		if (acc->box[r].doubtful)
			return k->doubt;
	return NULL;
}

/* Who was written to at a time that is still to come would not be written to before. */
static void forget_the_future(struct turn *t)
{
	for (uint32_t i = 0; i < t->k->naccounts; i++) {
		struct rec_account r;
		if (get_account(t, t->k->accounts[i].id, &r) || (r.notice_at <= t->now && r.held_at <= t->now))
			continue;
		r.notice_at = r.notice_at > t->now ? t->now : r.notice_at;
		r.held_at = r.held_at > t->now ? 0 : r.held_at;
		put_account(t, t->k->accounts[i].id, &r);
	}
}

static void compute_again(struct turn *t)
{
	struct key from = key_u64(t->k->again_from);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_CONVERSATION, key_span(&from), SPAN_NONE, false, AGAIN_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		uint64_t number = key_get(rows[i].key, 0);
		struct rec_conversation c;
		t->k->again_from = number + 1;
		if (get_conversation(t, number, &c) == 0)
			conversation_store(t, number, &c);
	}
	if (n < AGAIN_SLICE)
		t->k->again_from = 0;
}

void doubt_turn(struct turn *t)
{
	struct keeper *k = t->k;

	if (k->doubt_new) {
		struct audit_record r = { .event = AUDIT_CLOCK, .purpose = 0xff, .verdict = 0xff, .detail = span_of(k->doubt) };
		audit_append(t, &r);
		outgoing_hold_waiting(t, k->doubt);
		forget_the_future(t);
		k->doubt_new = false;
	}
	if (k->again_from)
		compute_again(t);
}
