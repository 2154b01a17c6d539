// SPDX-License-Identifier: Apache-2.0
/* What the files of this folder share. */
#pragma once
#include "imap/imap.h"
#include "imap/nesting.h"
#include "imap/words.h"
#include "stream/stream.h"
#include <libetpan/libetpan.h>

/* How much the answer to one command may be. */
enum {
	COMMAND_BYTES = 256 * 1024,
	FOLDERS_BYTES = 8 * 1024 * 1024,
	ROW_BYTES = 4 * 1024, /* of one FETCH row besides its body */
};

/* Where FETCH rows go while a command runs; what nobody asked for goes nowhere. */
struct rows {
	struct frame_batch_item *items; /* NULL: no command is waiting for rows */
	uint32_t n;
	uint32_t room;
	uint32_t from;
	uint32_t to;
	bool too_many;
	uint32_t top; /* the highest UID of any row */

	bool flags_only; /* of the items that stand there already */

	struct buf *bytes; /* NULL: no bodies are asked for */
	size_t start;	   /* where the body of the row at hand begins */
	uint32_t limit;
};

enum offers {
	OFFERS_IDLE = 1,
	OFFERS_MOVE = 2,
	OFFERS_UIDPLUS = 4,
	OFFERS_AUTH_PLAIN = 8,
	OFFERS_LOGIN_DISABLED = 16,
	OFFERS_AUTH_XOAUTH2 = 32,
	OFFERS_GMAIL = 64,
	OFFERS_CONDSTORE = 128,
	OFFERS_QRESYNC = 256,
};

struct imap {
	struct stream *stream;
	struct imap_timeouts timeouts;
	struct stream_beside beside; /* answer NULL: nothing is */
	mailimap *m;
	struct nesting nesting;
	struct rows rows;
	uint32_t uidvalidity; /* of the open mailbox; 0: none is open */
	unsigned own_tag;
	unsigned offers; /* enum offers */
	bool broken;	 /* out of step: nothing more is said or heard */
	bool over_answer;
	bool expired;
	bool no_idle;	 /* offered, but refused */
	uint32_t looked; /* messages there when imap_refresh() looked, without those moved away since */
	int64_t retry_after;
	struct err why;
};

/* Arms deadline and budget for the next command. */
void imap_arm(struct imap *imap, int64_t ms, uint64_t bytes);
/* What a libetpan code came to; `what` is the command for messages, e.g. "EXAMINE INBOX". */
enum imap_fault imap_outcome(struct imap *imap, int code, const char *what);
/* Sets the line ("host:port: ...") and returns `fault`. */
enum imap_fault imap_fail(struct imap *imap, enum imap_fault fault, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Words of the server made safe for a line, in quotes; "nothing" if it said nothing. One static buffer. */
const char *imap_quote(struct span words);
/* The lines of the answer to the last command. */
struct span imap_answer(const struct imap *imap);
/* Asks what the server offers now. */
enum imap_fault imap_capabilities(struct imap *imap);

/* The dialogue without libetpan, for what it does not do well. */
enum own_reply { OWN_CONTINUE, OWN_UNTAGGED, OWN_OK, OWN_NO, OWN_LOST };
/* Sends "TAG command" with a new tag. */
bool own_command(struct imap *imap, const char *command);
/* The next line of the server, valid until the next call. */
enum own_reply own_line(struct imap *imap, struct span *line);

/* The same while a mailbox is open: notes how many messages it has, and whether that is news. */
enum own_reply own_hear(struct imap *imap, bool *news);
/* One whole command in an open mailbox; what the server tells beside goes the same way. */
enum imap_fault own_do(struct imap *imap, const char *command, const char *what);

/* Hooked into libetpan once, in imap_new(). */
void rows_hook(struct imap *imap);

/* UID SEARCH with a key it takes over; the lowest UID found within from..to, 0 if none. `bytes`: what
 * the answer may have. */
enum imap_fault imap_search(struct imap *imap, struct mailimap_search_key *key, uint64_t bytes, uint32_t from,
			    uint32_t to, uint32_t *lowest);
