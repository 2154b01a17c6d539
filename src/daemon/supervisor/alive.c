// SPDX-License-Identifier: Apache-2.0
/* Whether the rooms are alive. In rounds: each that serves is asked, and when all have answered, the service manager's
 * watchdog is fed. A room that does not answer in time, or does not come to serve, is killed and started anew. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/supervisor/house.h"
#include "daemon/supervisor/notify.h"
#include <signal.h>
#include <stdio.h>

enum {
	ROUND_MS = 20 * 1000,
	SILENT_MS = 60 * 1000,
	GRACE_MS = 2000,
	STARTING_MS = 10 * 60 * 1000, /* a large ledger is looked through, a server is slow */
};

static bool overdue(const struct child *c, int64_t now_ms)
{
	return c->ready ? c->asked_ms && now_ms - c->asked_ms > SILENT_MS : now_ms - c->started_ms > STARTING_MS;
}

static void ask(struct child *c, int64_t now_ms)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);

	frame_begin(&f, FRAME_ALIVE);
	if (frame_send(c->sock, &f, -1) == 0)
		c->asked_ms = now_ms;
}

/* An abort speaks against the message that a keeper has in hand; what does not even hear that is killed. */
static void end(struct child *c, int64_t now_ms)
{
	if (c->aborted_ms && now_ms - c->aborted_ms < GRACE_MS)
		return;
	log_event(LOG_CRIT, "room.silent", "room=%s account=%.*s pid=%d", room_name(c->room),
		  SPAN_ARG(c->account ? c->account->name : SPAN_NONE), (int)c->pid);
	snprintf(c->text, sizeof(c->text), "it did not answer and was ended");
	kill(c->pid, c->aborted_ms ? SIGKILL : SIGABRT);
	c->aborted_ms = now_ms;
}

/* True if none of those that serve owes an answer. */
static bool all_answered(struct house *h, int64_t now_ms)
{
	bool all = true;

	for (uint32_t i = 0; i < h->n; i++) {
		struct child *c = &h->children[i];
		if (c->state != CHILD_RUNNING)
			continue;
		all &= !c->asked_ms;
		if (overdue(c, now_ms))
			end(c, now_ms);
	}
	return all;
}

int64_t house_round(struct house *h, int64_t now_ms)
{
	int64_t every = h->watchdog_ms && h->watchdog_ms / 3 < ROUND_MS ? h->watchdog_ms / 3 : ROUND_MS;

	if (all_answered(h, now_ms) && now_ms >= h->round_ms + every) {
		if (h->watchdog_ms)
			notify("WATCHDOG=1");
		h->round_ms = now_ms;
		for (uint32_t i = 0; i < h->n; i++)
			if (h->children[i].state == CHILD_RUNNING && h->children[i].ready)
				ask(&h->children[i], now_ms);
	}
	/* With an answer missing, looked at now and then; else until the next round. */
	int64_t wait = h->round_ms + every - now_ms;
	return wait > 0 ? wait : GRACE_MS;
}

/* -- what the service manager shows ---------------------------------------------------------------------------------- */

void house_tell_state(struct house *h)
{
	char state[sizeof(h->state)];
	const struct child *sick = NULL;
	uint32_t serve = 0;

	if (h->stopping)
		return;
	for (uint32_t i = 0; i < h->n; i++) {
		const struct child *c = &h->children[i];
		serve += c->state == CHILD_RUNNING && c->ready;
		if (!sick && c->state != CHILD_RUNNING && c->text[0])
			sick = c;
	}
	snprintf(state, sizeof(state), "STATUS=%u accounts, %u of %u rooms serve%s%.300s", h->config.n, serve, h->n, sick ? ": " : "",
		 sick ? sick->text : "");
	if (strcmp(state, h->state) != 0)
		notify("%s", state);
	memcpy(h->state, state, sizeof(state));
	if (h->children[0].ready && !h->told_ready)
		notify("READY=1");
	h->told_ready |= h->children[0].ready;
}
