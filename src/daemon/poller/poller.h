// SPDX-License-Identifier: Apache-2.0
/* What the files of this process share: the life of one connection to one mailbox. Functions that
 * return bool return false once the process is to end; poller_end() has said why by then. */
#pragma once
#include "config/config.h"
#include "frame/poller.h"
#include "imap/imap.h"
#include "sandbox/sandbox.h"

struct order {
	uint64_t number;
	enum order_kind kind;
	uint32_t uidvalidity;
	uint32_t uid;
	struct buf text;
	int64_t at;
	enum mark_style style;
	uint32_t add, remove;
	enum order_found found; /* so far */
	bool refused;
};

struct poller {
	struct arena *arena;
	bool once;
	bool sent;
	int64_t since;			/* older mail is left alone, 0: none is */
	uint32_t most;			/* of the newer, so many */
	const char *name;		/* of the account */
	const struct config_account *account;
	int secret_fd;
	struct imap *imap;
	struct sandbox_walls walls;
	struct buf mailbox;	 /* its raw name */
	struct buf junk;	 /* raw names, empty: there is none */
	struct buf trash;

	bool resumed;
	struct frame_resume resume;
	uint32_t uidvalidity;
	uint32_t uidnext;		/* as the mailbox was opened, 0 if not told */
	uint32_t last_uid;		/* everything up to it is handed over */
	bool counted;			/* how many messages there were in the pass before ... */
	uint32_t exists;
	uint32_t listed;		/* ... and how many this one has found new */

	uint64_t batch;			/* numbers of the last batch sent and the last one answered */
	uint64_t batch_done;
	uint32_t stride;		/* messages asked for at once */
	struct buf bytes;		/* of the batch in hand */
	struct frame_batch_item items[LIMIT_UID_WINDOW];

	uint64_t look;			/* newest ORDER_LOOK, and the one a finished pass has answered */
	uint64_t looked;
	struct order orders[LIMIT_ORDERS];
	uint32_t orders_first;
	uint32_t orders_n;
	bool watch;			/* the keeper asks for these */
	uint32_t watch_uidvalidity;
	uint32_t watch_n;
	struct frame_batch_item watched[LIMIT_WATCHED];

	bool ended;
	enum ending why;
	int64_t retry_after;
	struct err text;
	char room[FRAME_MAX];
};

/* main.c: the first reason stays; returns false. */
bool poller_end(struct poller *p, enum ending why, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Opens the mailbox once more, after another was open; it must be the one it was. */
bool poller_back(struct poller *p);
/* Ends with the line of src/imap if there is a fault; true for IMAP_FINE. */
bool poller_fine(struct poller *p, enum imap_fault fault);
/* The server refused this one command and did not ask to be left alone: the connection can go on. */
bool poller_may_go_on(const struct poller *p, enum imap_fault fault);

/* talk.c: frames out, and frames in. */
bool poller_tell(struct poller *p, int sock, const struct buf *b, int fd);
/* Hears what is ready on both sockets; waits up to timeout_ms (-1: for ever) if nothing is. */
bool poller_hear(struct poller *p, int timeout_ms);
/* While a server is waited for: answers the supervisor whether we are alive; false if it wants anything else. */
bool poller_answer(void *poller);
/* Hands over items whose bytes are in p->bytes as one batch; waits while two are unanswered. */
bool poller_send_batch(struct poller *p, struct frame_batch_item *items, uint32_t n);

/* pass.c: finds and hands over everything above last_uid. */
bool poller_pass(struct poller *p);
/* The bodies of one message; sets item->fetched. */
bool poller_fetch_one(struct poller *p, struct frame_batch_item *item);

/* orders.c: the keeper's orders, in their order. */
bool poller_queue(struct poller *p, const struct frame_order *o);
bool poller_queue_watch(struct poller *p, const struct frame_watch *f);
bool poller_run_orders(struct poller *p);
