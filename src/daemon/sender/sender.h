// SPDX-License-Identifier: Apache-2.0
/* The sender's dispatcher: it holds no connection and no secret. It gives what the keeper wants sent
 * to helpers, one message at a time each, and answers every FRAME_SEND exactly once. */
#pragma once
#include "daemon/sender/route.h"
#include "frame/sender.h"

enum {
	SENDER_HELPERS = 8,
	SENDER_QUEUE = 2 * SENDER_HELPERS,   /* the keeper never has more in flight */
	SENDER_IDLE_MS = 30 * 1000,	     /* a connection without work is closed */
	SENDER_RETRY_MS = 1000,		     /* before the next try to connect, doubling ... */
	SENDER_RETRY_MAX_MS = 5 * 60 * 1000, /* ... up to this */
	SENDER_STOP_MS = 10 * 1000,	     /* for the keeper to grant a dot after FRAME_STOP */
};

/* One FRAME_SEND that was not answered yet. */
struct job {
	uint64_t entry;
	uint32_t attempt;
	struct buf frame;
	int bytes; /* the sealed memfd */
};

enum helper_state {
	HELPER_NONE,
	HELPER_CONNECTING,
	HELPER_FREE,
	HELPER_SENDING, /* has a job, its dot not asked for */
	HELPER_ASKED,
	HELPER_GRANTED, /* the dot may have been written */
	HELPER_RESTING, /* job answered, RSET under way */
};
struct helper {
	enum helper_state state;
	bool leaving; /* told to end: gets nothing more */
	int sock;
	struct job job;	  /* in SENDING, ASKED and GRANTED */
	int64_t since_ms; /* FREE since */
};

struct sender {
	struct span account;
	struct route route;
	int supervisor, keeper;
	char *room; /* FRAME_MAX bytes */
	struct helper helpers[SENDER_HELPERS];
	struct job queue[SENDER_QUEUE];
	uint32_t waiting;
	bool secret_asked;
	bool stopping;
	int64_t stop_at_ms;
	int64_t backoff_ms; /* 0 while connecting works */
	int64_t retry_at_ms;
	struct frame_sent_result failure; /* of the last try to connect; texts in failure_text */
	struct buf failure_text;
};

/* jobs.c: what waits, and answers. */

/* A frame of the keeper; takes the descriptor. False: it is no FRAME_SEND. */
bool sender_take(struct sender *s, struct frame *f);
void sender_answer(struct sender *s, struct job *j, const struct frame_sent_result *r);
/* For a job that says nothing else: LATER, or UNKNOWN if the dot may have been written. */
void sender_answer_lost(struct sender *s, struct job *j, bool granted, const char *why);
/* Answers everything that waits with the last failure to connect, or that we are stopping. */
void sender_answer_waiting(struct sender *s);
struct job sender_next(struct sender *s);
void sender_put_back(struct sender *s, struct job *j);

/* pool.c: helpers. */

/* Does what is due: hands out, closes idle connections, asks for a connection. */
void pool_turn(struct sender *s, int64_t now_ms);
/* Milliseconds until pool_turn() has something to do, -1 for never. */
int pool_timeout(const struct sender *s, int64_t now_ms);
/* Forks a helper; takes the descriptor of the secret (or -1). */
void pool_connect(struct sender *s, int secret);
/* A try to connect has failed: `step` and one line for a person. */
void pool_failed(struct sender *s, struct span step, struct span text);
/* Something can be read from this helper. */
void pool_hear(struct sender *s, struct helper *h);
void pool_grant(struct sender *s, const struct frame_dot *d);
void pool_stop(struct sender *s, int64_t now_ms);
bool pool_empty(const struct sender *s);

/* helper.c: the forked process; never returns. */
_Noreturn void helper_main(const struct route *route, int sock, int secret);
