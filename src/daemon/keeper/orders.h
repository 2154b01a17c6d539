// SPDX-License-Identifier: Apache-2.0
/* What the keeper wants of a poller: witnesses filed, marks set, and to hear of what has left. */
#pragma once
#include "frame/poller.h"
#include "ledger/records.h"
#include "mail/limits.h"

struct keeper;
struct turn;
struct account;
struct mailbox_run;
struct incoming;

enum { KEEPER_ORDERS = 64 }; /* orders a poller has in hand; the others wait here */

/* An order a poller has in hand, and when it has answered, what came of it. */
struct order_out {
	uint64_t number;
	enum order_kind kind;
	uint64_t conversation;	/* of what is searched for or marked */
	uint32_t uidvalidity, uid;
	enum mark_style style;
	uint32_t marks;		/* as they are once it is carried out */
	bool many;		/* see below */
	bool done, ok;
	enum order_found found;
	uint32_t there;		/* its UID there */
};

/* Places of DB_WATCHED the poller was asked about, and which of them are to be looked for. */
struct watch_place {
	uint64_t conversation;
	uint32_t uid;
	bool gone, answered;
	bool many;		/* most of those that are watched went at once */
};
struct watch {
	bool wanted;		/* a pass is over: time to ask */
	bool shrunk;		/* ... because something has left */
	bool asked, told;	/* the poller is asked; it has answered */
	bool nothing;		/* there is no place to ask for */
	struct watch_place at[LIMIT_WATCHED];
	uint32_t n, next;	/* of those that are gone the next one to be looked for */
	int64_t asked_at;
	uint64_t below;		/* conversation from which the next slice goes down, 0: from the newest */
	bool again;		/* something has left while the slices went down: once more from the newest */
	uint32_t searches_lost; /* connections in a row that ended over a search */
	uint32_t missed;	/* places in this mailbox that are gone, nobody knows where to */
};

/* -- orders to pollers (orders.c): never more at once than a poller takes ------------------------------- */

/* Notes what came of an order; false for nonsense. */
bool order_done(struct account *acc, enum role role, struct wire *w);
bool order_is_out(const struct mailbox_run *box, enum order_kind kind, uint32_t uid);
bool order_may_go(const struct mailbox_run *box);
/* Gives it and remembers what it was for. */
void order_give(struct turn *t, struct mailbox_run *box, struct frame_order o, struct order_out what);
bool orders_waiting(const struct keeper *k);
/* Settles what is answered, gives what waits. */
void orders_pass(struct turn *t);
void orders_lost(struct mailbox_run *box);
/* A witness lies in INBOX: it is moved to Sent when both are open. */
void witness_file(struct turn *t, const struct incoming *in);

/* -- places that are watched (watch.c, leave.c) ----------------------------------------------------------- */

/* It awaits an answer here: its leaving is noticed, and it may bear marks. */
void watch_place(struct turn *t, const struct incoming *in, uint64_t message, uint64_t conversation);
/* Is this message of the conversation unanswered? */
bool watch_awaits(uint64_t conversation, const struct rec_conversation *c, const struct rec_message *m);
/* A pass is over; messages may have left since the one before. */
void watch_looked(struct mailbox_run *box, bool shrunk);
bool watch_waiting(const struct mailbox_run *box);
/* Something is still to be asked or answered. */
bool watch_busy(const struct mailbox_run *box);
bool watched(struct account *acc, enum role role, struct wire *w);
/* Asks the poller, takes its answer, looks for what is gone. */
void watch_pass(struct turn *t, struct account *acc);
void watch_lost(struct mailbox_run *box);
/* It is gone from there; the poller has looked where to. */
void leave(struct turn *t, struct account *acc, const struct watch_place *p, uint32_t uidvalidity,
	   enum order_found found);
/* A message of a conversation that was dismissed because it left lies there again. */
void leave_undo(struct turn *t, const struct incoming *in, const struct rec_message *m);

/* -- marks (marks.c) --------------------------------------------------------------------------------------- */

unsigned marks_wanted(const struct turn *t, const struct rec_conversation *c);
/* The conversation's marks have changed, or its places have. */
void marks_put(struct turn *t, uint64_t conversation, const struct rec_conversation *c);
void marks_opened(struct mailbox_run *box, const struct account *acc);
/* Orders what waits. */
void marks_pass(struct turn *t, struct account *acc);
void marks_done(struct turn *t, struct account *acc, const struct order_out *o);
