// SPDX-License-Identifier: Apache-2.0
/* The states of an outbox entry (one automated message to one recipient). Pure, and one table, so that
 * the enumerator in the tests runs the very code that the keeper runs. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The numbers are part of the ledger's format. */
enum outbox_state {
	OUTBOX_QUEUED,	   /* may be handed out when its time has come */
	OUTBOX_ATTEMPTING, /* handed to the sender; nothing after the body was written */
	OUTBOX_DOTTED,	   /* the final dot may have been written */
	OUTBOX_SENT,	   /* a server has accepted it */
	OUTBOX_DEFERRED,   /* a definite "not now": tried again later */
	OUTBOX_FAILED,	   /* refused for good, or given up before the dot */
	OUTBOX_UNCERTAIN,  /* lost after the dot: only evidence or a person settles it */
	OUTBOX_HELD,	   /* a person must release it */
	OUTBOX_DROPPED,	   /* will not be sent */
	OUTBOX_STATE_COUNT
};
const char *outbox_state_name(enum outbox_state s);

enum outbox_input {
	INPUT_HAND_OUT,	 /* given to the sender */
	INPUT_DOT,	 /* the sender asks to write the final dot */
	INPUT_ACCEPTED,	 /* 2yz to the dot */
	INPUT_REFUSED,	 /* 5yz */
	INPUT_LATER,	 /* 4yz, or lost before the dot */
	INPUT_UNKNOWN,	 /* lost after the dot */
	INPUT_LOST,	 /* the sender is gone and said nothing (its death, ours, a restart) */
	INPUT_GIVE_UP,	 /* too old to be tried again */
	INPUT_EVIDENCE,	 /* the witness, a copy in Sent, a bounce or reply that carries the id */
	INPUT_HOLD,	 /* from queued or deferred: something has changed, a person must look */
	INPUT_RELEASE,	 /* a person releases */
	INPUT_DROP,	 /* a person, expiry, or an answer that came first */
	INPUT_RESEND,	 /* a person orders an uncertain or failed one to be sent again */
	INPUT_RESTORED,	 /* from a backup: whatever was not settled then may have been sent since */
	INPUT_COUNT
};

/* The state after `input`; false, and *next untouched, where it has no meaning in this state. */
bool outbox_step(enum outbox_state s, enum outbox_input input, enum outbox_state *next);
/* True if a machine may (again) hand it to a server. */
bool outbox_may_send(enum outbox_state s);
/* Seconds until attempt number `attempts` + 1: 30 s doubling to 30 min. */
int64_t outbox_backoff(uint32_t attempts);
