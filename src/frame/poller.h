// SPDX-License-Identifier: Apache-2.0
/* poller <-> keeper: one mailbox, one connection. The poller knows no ledger; the keeper tells it
 * where to go on and what to do between fetches. */
#pragma once
#include "config/config.h"
#include "deadline/marks.h"
#include "frame/frame.h"

/* keeper -> poller, first: what was taken in already. */
struct frame_resume {
	uint32_t uidvalidity;	/* 0: this mailbox was never seen */
	uint32_t last_uid;
	bool read_only;		/* mode observe: EXAMINE, no order that changes anything */
	bool no_list;		/* connections were lost over the list of mailboxes: do without */
};
void frame_resume_put(struct buf *b, const struct frame_resume *r);
bool frame_resume_get(struct wire *w, struct frame_resume *out);

/* poller -> keeper: the mailbox is open. If uidvalidity differs from FRAME_RESUME, the poller starts
 * from UID 1 and the keeper re-matches. */
enum mailbox_offer {
	MAILBOX_FLAGS_TOLD = 1,	   /* the next three are known: a mailbox opened read-only does not tell */
	MAILBOX_KEYWORDS = 2,	   /* keywords of our own stay (PERMANENTFLAGS with \*) */
	MAILBOX_FLAGGED = 4,	   /* \Flagged stays */
	MAILBOX_ANSWERED = 8,	   /* \Answered stays */
	MAILBOX_GMAIL_LABELS = 16, /* X-GM-EXT-1 */
	MAILBOX_CONDSTORE = 32,	   /* RFC 7162 */
	MAILBOX_QRESYNC = 64,
	MAILBOX_IDLE = 128,	   /* RFC 2177 */
};
/* Its name in `status`, by bit number; NULL behind the last one. */
const char *mailbox_offer_name(unsigned bit);

struct frame_selected {
	struct span mailbox;	/* its real name, UTF-8 */
	uint32_t uidvalidity;
	uint32_t uidnext;	/* 0 if not told */
	uint32_t exists;
	uint32_t offers;	/* enum mailbox_offer */
	struct span junk;	/* the mailboxes for spam and for what was deleted, UTF-8; empty: none found */
	struct span trash;
	int64_t certificate_until; /* 0: no TLS */
};
void frame_selected_put(struct buf *b, const struct frame_selected *s);
bool frame_selected_get(struct wire *w, struct frame_selected *out);

enum arrival_flag { ARRIVAL_SEEN = 1, ARRIVAL_ANSWERED = 2, ARRIVAL_FLAGGED = 4, ARRIVAL_DELETED = 8, ARRIVAL_DRAFT = 16 };

/* poller -> keeper: messages in ascending UID order; their bytes in one sealed memfd (descriptor 0).
 * The keeper answers FRAME_BATCH_DONE when the batch is committed; a poller sends no third batch
 * before the first was answered. */
struct frame_batch_item {
	uint32_t uid;
	uint32_t flags;		/* enum arrival_flag */
	int64_t internal_at;	/* INTERNALDATE, 0 if the server's was absurd */
	uint64_t size;		/* RFC822.SIZE: a hint */
	uint32_t offset;	/* into the memfd */
	uint32_t length;	/* 0 with `fetched` false: the UID exists but yielded no body */
	bool fetched;
	bool partial;		/* there is more than `length` */
};
struct frame_batch {
	uint64_t number;	/* counts up from 1 in this connection */
	uint32_t n;
	struct frame_batch_item *at;
};
void frame_batch_put(struct buf *b, const struct frame_batch *p);
/* False also for UIDs that do not ascend or items outside `size` bytes. */
bool frame_batch_get(struct arena *a, struct wire *w, size_t size, struct frame_batch *out);

void frame_batch_done_put(struct buf *b, uint64_t number);
bool frame_batch_done_get(struct wire *w, uint64_t *number);

/* poller -> keeper: everything below uidnext has been handed over as batches; `look` is the number
 * of the newest ORDER_LOOK this answers (0: none). Sent after every pass, also an empty one. */
struct frame_seen_all {
	uint32_t uidvalidity;
	uint32_t uidnext;
	uint32_t exists;
	uint64_t look;
	int64_t started_at;	/* when this pass began */
	bool shrunk;		/* messages may have left since the pass before, or this is the first one */
};
void frame_seen_all_put(struct buf *b, const struct frame_seen_all *s);
bool frame_seen_all_get(struct wire *w, struct frame_seen_all *out);

/* keeper -> poller: to be done between fetches; interrupts IDLE. Carried out in order. */
enum order_kind {
	ORDER_LOOK,	/* look for new mail now */
	ORDER_MOVE,	/* move uid to the mailbox `text` (UID MOVE, else COPY + \Deleted + UID EXPUNGE) and mark it \Seen */
	ORDER_SEARCH,	/* where lies the message with Message-ID `text` and INTERNALDATE `at` (0: any): here, in Junk, in Trash? */
	ORDER_REFETCH,	/* fetch the UIDs `uid` once more (unfetched before); comes as a batch */
	ORDER_MARK,	/* `add` and `remove` marks of uid, written in `style` */
	ORDER_COUNT,
};
struct frame_order {
	uint64_t number;
	enum order_kind kind;
	uint32_t uidvalidity;	/* refused if the mailbox has another by now */
	uint32_t uid;
	struct span text;
	int64_t at;
	enum mark_style style;
	uint32_t add, remove;	/* enum mark */
};
void frame_order_put(struct buf *b, const struct frame_order *o);
bool frame_order_get(struct wire *w, struct frame_order *out);

enum order_found { FOUND_NOWHERE, FOUND_HERE, FOUND_JUNK, FOUND_TRASH, ORDER_FOUND_COUNT };
struct frame_order_done {
	uint64_t number;
	bool ok;
	uint32_t uid;		/* first UID found, or the new UID where the server tells it; 0 unknown */
	enum order_found found;	/* ORDER_SEARCH */
	struct span text;	/* the server's words if not ok */
};
void frame_order_done_put(struct buf *b, const struct frame_order_done *d);
bool frame_order_done_get(struct wire *w, struct frame_order_done *out);

/* keeper -> poller: are these still there? Answered with those that are gone or bear \Answered; the next one is asked
 * when this is answered. */
struct frame_watch {
	uint32_t uidvalidity;	/* the answer is empty if the mailbox has another by now */
	uint32_t n;
	uint32_t *uids;		/* ascending, at most LIMIT_WATCHED */
};
void frame_watch_put(struct buf *b, const struct frame_watch *f);
bool frame_watch_get(struct arena *a, struct wire *w, struct frame_watch *out);

struct frame_watched_item {
	uint32_t uid;
	bool gone;		/* else it bears \Answered */
};
struct frame_watched {
	uint32_t uidvalidity;
	uint32_t n;
	struct frame_watched_item *at;
};
void frame_watched_put(struct buf *b, const struct frame_watched *f);
bool frame_watched_get(struct arena *a, struct wire *w, struct frame_watched *out);

/* poller -> keeper: something a person should see in `status` (backoff asked for, mailbox missing). */
void frame_trouble_put(struct buf *b, struct span text);
bool frame_trouble_get(struct wire *w, struct span *text);
