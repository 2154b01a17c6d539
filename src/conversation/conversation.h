// SPDX-License-Identifier: Apache-2.0
/* The state of a conversation is a fold over its events in the order of their instants: appending,
 * a late arrival, Sent read before INBOX and a rebuild all run the same step. Pure. */
#pragma once
#include "base/date.h"
#include "base/wire.h"

enum state {
	STATE_QUIET,	 /* only machines have spoken */
	STATE_OPEN,	 /* we owe */
	STATE_WAITING,	 /* the requester owes */
	STATE_RESOLVED,
	STATE_DISMISSED,
	STATE_COUNT
};
const char *state_name(enum state s);

/* The numbers are part of the ledger's format. */
enum event_kind {
	EVENT_REQUEST,	  /* a person wrote to us */
	EVENT_ANSWER,	  /* a proven agent wrote, the requester among the recipients */
	EVENT_AGENT,	  /* a proven agent wrote to somebody else */
	EVENT_CLAIMED,	  /* somebody who claims to be an agent: changes no clock */
	EVENT_MACHINE,	  /* auto-reply, bounce, list, ... */
	EVENT_OWN,	  /* an automated message of ours */
	EVENT_UNREADABLE, /* quarantined: a person must look, so it counts as a request */
	EVENT_ANSWERED,	  /* a person says: answered elsewhere */
	EVENT_RESOLVED,
	EVENT_DISMISSED,
	EVENT_SILENCE,	  /* the requester did not come back in time */
	EVENT_TO_JUNK,	  /* what awaited an answer was taken out of the mailbox: that dismisses ... */
	EVENT_TO_TRASH,
	EVENT_FILED,
	EVENT_FILED_OPEN, /* ... unless filing means that the clock goes on */
	EVENT_RETURNED,	  /* it lies there again */
	EVENT_KIND_COUNT
};
const char *event_kind_name(enum event_kind k);

struct event {
	int64_t at;	  /* INTERNALDATE, or the instant of the act */
	uint64_t ordinal; /* breaks ties the same way in whatever order mail arrives: out of the content */
	enum event_kind kind;
	uint64_t message; /* 0 for acts */
};

/* A clock runs from started_at; 0: it does not. When it stops, it remembers when. */
struct clock {
	int64_t started_at;
	int64_t stopped_at;
};

struct story {
	enum state state;
	uint32_t requests, answers, machines, claims;
	uint32_t openings;	   /* how often it came to be open */
	int64_t opened_at;	   /* the newest opening */
	int64_t last_request_at, last_answer_at;
	struct clock first, next, silence;
	int64_t newest_at;	   /* the last event folded in ... */
	uint64_t newest_ordinal;   /* ... and its ordinal */
	int64_t left_at;	   /* dismissed by leaving at this instant, 0: not so */
};

/* Folds in one event that is not older than the last one. */
void story_step(struct story *s, const struct event *e);
/* Is `e` newer than all that was folded in? If not, fold again from the start. */
bool story_is_next(const struct story *s, const struct event *e);
/* All but left_at, which came later and stands elsewhere in its record. */
void story_put(struct buf *b, const struct story *s);
bool story_get(struct wire *w, struct story *out);
