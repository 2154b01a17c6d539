// SPDX-License-Identifier: Apache-2.0
/* One IMAP connection (RFC 3501, RFC 9051) over our own stream: the only code that knows libetpan.
 * The server is not trusted: whatever it sends is bounded and checked before it is handed on.
 * Blocking calls; each ends within a deadline of its own. Nothing but imap_move() and imap_mark()
 * changes anything in the mailbox. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "frame/poller.h"
#include "mail/limits.h"
#include <poll.h>

struct imap;

/* What a call came to. IMAP_FINE is 0; for the others imap_why() has one line for a person. */
enum imap_fault {
	IMAP_FINE,
	IMAP_SAID_NO,	/* the server refused this one command; the connection is good */
	IMAP_LOST,	/* the connection or the dialogue is broken: close */
	IMAP_REFUSED,	/* credentials or certificate were not accepted */
	IMAP_WRONG,	/* a person must change a setting: no such host, no such mailbox, ... */
};

/* How long one command may take as a whole, in milliseconds. */
struct imap_timeouts {
	int64_t connect; /* also TLS: 30 s */
	int64_t command; /* greeting, login, NOOP: 60 s */
	int64_t list;	 /* SELECT, LIST, SEARCH, places of messages, MOVE: 2 min */
	int64_t bodies;	 /* 5 min */
	int64_t idle;	 /* the answers to IDLE and to its end: 30 s */
	int64_t goodbye; /* LOGOUT: 3 s */
};
extern const struct imap_timeouts imap_timeouts_standard;

struct imap_server {
	const char *host;
	uint16_t port;
	bool tls;		/* false only for loopback: the configuration sees to that */
	bool starttls;		/* TLS is not spoken from the first byte, but asked for: no TLS, no session */
	const char *tls_name;	/* NULL or "": host */
	const char *ca_file;	/* NULL or "": the system's trust */
	void (*connected)(void *context); /* called once TLS is up, before anything but TLS is heard or said */
	void *context;
};

/* Never NULL; keeps a copy of the timeouts. */
struct imap *imap_new(const struct imap_timeouts *timeouts);
/* Ends the connection with LOGOUT where it is good. NULL-safe, sets the caller's pointer to NULL. */
void imap_free(struct imap **imap);

/* "host:port: what went wrong, what to do". Valid until the next call. */
const char *imap_why(const struct imap *imap);
/* After IMAP_LOST: the connection ended over what the server answered to the last command (not to be
 * understood, without an end, or broken off without a goodbye), not over the network. */
bool imap_lost_over_answer(const struct imap *imap);
/* The connection ended because the token it was opened with has expired. */
bool imap_expired(const struct imap *imap);
/* Until when the server's certificate is valid; 0 without TLS. */
int64_t imap_certificate_until(const struct imap *imap);
/* Seconds the server asked us to stay away, 0 if it did not. */
int64_t imap_retry_after(const struct imap *imap);

/* While any later call waits for the server, `answer` is called when `fd` can be read. False: what lies there is not for
 * it; then the call waits for the server alone, and imap_wait() takes `fd` for one of `others` that is ready. */
void imap_beside(struct imap *imap, int fd, bool (*answer)(void *context), void *context);

/* Connects, starts TLS, reads greeting and capabilities. */
enum imap_fault imap_open(struct imap *imap, const struct imap_server *server);
/* AUTHENTICATE PLAIN where offered, else LOGIN. After this nothing needs a file or a new socket. */
enum imap_fault imap_login(struct imap *imap, const char *user, const char *password);
/* AUTHENTICATE XOAUTH2 with an OAuth2 access token. */
enum imap_fault imap_login_token(struct imap *imap, const char *user, const char *token);

/* The raw name (modified UTF-7) of the mailbox with special-use \Sent (RFC 6154), else the only one
 * with a name that means "sent". IMAP_WRONG if there is none or several; the line lists candidates. */
enum imap_fault imap_find_sent(struct imap *imap, struct buf *name);

/* The raw names of the mailboxes for spam and for what was deleted, found in the same way; of several that are
 * named so the first one. Empty where there is none. */
enum imap_fault imap_find_thrown(struct imap *imap, struct buf *junk, struct buf *trash);

struct imap_mailbox {
	uint32_t uidvalidity;	/* never 0: a mailbox without one is IMAP_WRONG */
	uint32_t uidnext;	/* 0 if not told */
	uint32_t exists;
	uint32_t offers;	/* enum mailbox_offer */
};
/* Opens the mailbox with a raw name; with read_only by EXAMINE. */
enum imap_fault imap_select(struct imap *imap, const char *name, bool read_only, struct imap_mailbox *out);

/* Lets the server tell what is new (NOOP); yields the highest UID that exists now, 0 for an empty
 * mailbox, and the number of messages. */
enum imap_fault imap_refresh(struct imap *imap, uint32_t *top, uint32_t *exists);
/* The messages with UIDs from..to, in ascending order: uid, flags, internal_at, size. At most
 * LIMIT_UID_WINDOW UIDs may be asked for; `items` has room for each. */
enum imap_fault imap_list(struct imap *imap, uint32_t from, uint32_t to, struct frame_batch_item *items,
			  uint32_t *n);
/* Which of these messages (n, their UIDs set and ascending) there are: sets fetched, and flags, of each. */
enum imap_fault imap_flags(struct imap *imap, struct frame_batch_item *items, uint32_t n);
/* The lowest UID that exists in from..to, 0 if there is none: for gaps wider than a window. */
enum imap_fault imap_next_uid(struct imap *imap, uint32_t from, uint32_t to, uint32_t *uid);
/* The first `limit` bytes of n neighbouring messages of one imap_list(), into `bytes` (emptied first) in
 * their order; sets offset, length, partial and fetched of each, also where it fails half way. A
 * message that did not come or found no room in `bytes` stays unfetched. \Seen is not set. */
enum imap_fault imap_bodies(struct imap *imap, struct frame_batch_item *items, uint32_t n, uint32_t limit,
			    struct buf *bytes);

/* The lowest UID with this Message-ID (without brackets) among its Message-ID fields, 0 if none; where `at`
 * is not 0, among those with an INTERNALDATE of about that day: servers look up a date, but read headers. */
enum imap_fault imap_search_message_id(struct imap *imap, struct span id, int64_t at, uint32_t *uid);
/* The lowest UID of the newest `most` messages that arrived on the day before `at` or later (the server's days
 * are its own), 0 if there is none, and how many such there are. */
enum imap_fault imap_search_since(struct imap *imap, int64_t at, uint32_t most, uint32_t *first, uint32_t *found);
/* Adds and removes marks (enum mark) as `style` writes them: keywords, labels of Gmail, or for
 * MARK_OVERDUE alone \Flagged. */
enum imap_fault imap_mark(struct imap *imap, uint32_t uid, enum mark_style style, uint32_t add, uint32_t remove);
/* Marks the message \Seen and moves it into the mailbox with a raw name; *moved gets its UID there, 0
 * where the server does not tell. */
enum imap_fault imap_move(struct imap *imap, uint32_t uid, const char *name, uint32_t *moved);

/* Waits until the server reports new mail or the end of some (*news; at once if it has since imap_refresh()), one of `others` is ready (its revents), or the time
 * is over: by IDLE (RFC 2177) where offered, else without it. At most IMAP_OTHERS. */
enum { IMAP_OTHERS = 4 };
enum imap_fault imap_wait(struct imap *imap, struct pollfd *others, nfds_t n, int64_t timeout_ms, bool *news);

/* Mailbox names: UTF-8 for people, modified UTF-7 (RFC 3501 section 5.1.3) on the wire. False (and
 * nothing appended) for what has no such form: controls, bad UTF-8, more than LIMIT_MAILBOX_NAME. */
bool mailbox_name_encode(struct span utf8, struct buf *out);
/* What is no modified UTF-7 is shown escaped. */
void mailbox_name_decode(struct span raw, struct buf *out);
/* May be written into a command: printable ASCII, 1 to LIMIT_MAILBOX_NAME bytes. */
bool mailbox_name_may_write(struct span raw);
