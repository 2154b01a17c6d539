// SPDX-License-Identifier: Apache-2.0
/* keeper <-> sender: one automated message at a time per SMTP connection. */
#pragma once
#include "frame/frame.h"

/* keeper -> sender, with the finished bytes (CRLF lines, not dot-stuffed) as a sealed memfd; without it the envelope
 * alone is tried, and no message goes anywhere. */
struct frame_send {
	uint64_t entry;		/* outbox number */
	uint32_t attempt;	/* counts up; answers of an older attempt are ignored */
	struct span sender;	/* envelope, local@domain, or empty for <> */
	struct span recipient;	/* the one for whom it is */
	struct span witness;	/* our own mailbox, or empty; a refusal of it stops nothing */
};
void frame_send_put(struct buf *b, const struct frame_send *s);
bool frame_send_get(struct wire *w, struct frame_send *out);

/* sender -> keeper: the body is on the wire, the final dot is not. keeper -> sender (DOT_GRANTED):
 * "dotted" is committed, write the dot. */
struct frame_dot {
	uint64_t entry;
	uint32_t attempt;
};
void frame_dot_put(struct buf *b, const struct frame_dot *d);
bool frame_dot_get(struct wire *w, struct frame_dot *out);

enum send_outcome {
	SEND_ACCEPTED,	 /* 2yz to the final dot */
	SEND_REFUSED,	 /* 5yz: never try the same message again (RFC 5321 section 4.2.5) */
	SEND_LATER,	 /* 4yz, or lost before the dot: safe to try again */
	SEND_UNKNOWN,	 /* lost after the dot may have been written */
	SEND_OUTCOME_COUNT,
};
struct frame_sent_result {
	uint64_t entry;
	uint32_t attempt;
	enum send_outcome outcome;
	bool witness_refused;
	bool no_connection;	/* LATER because no connection could be had: says nothing about the message */
	struct span step;	/* "connect", "tls", "auth", "mail", "rcpt", "envelope", "data", "dot" */
	struct span reply;	/* the server's words, all lines, or what went wrong */
	int64_t certificate_until; /* of the server, where there was a connection with TLS, else 0 */
};
void frame_sent_result_put(struct buf *b, const struct frame_sent_result *r);
bool frame_sent_result_get(struct wire *w, struct frame_sent_result *out);
