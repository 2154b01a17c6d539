// SPDX-License-Identifier: Apache-2.0
#include "outbox/outbox.h"

enum { NO = -1 };

/* Rows: state; columns: input in the order of enum outbox_input. */
static const int8_t table[OUTBOX_STATE_COUNT][INPUT_COUNT] = {
	/* clang-format off */
	/*                HAND_OUT           DOT             ACCEPTED     REFUSED        LATER            UNKNOWN           LOST              GIVE_UP        EVIDENCE     HOLD         RELEASE        DROP            RESEND         RESTORED */
	[OUTBOX_QUEUED]     = { OUTBOX_ATTEMPTING, NO,            NO,          NO,            NO,              NO,               NO,               OUTBOX_DROPPED, OUTBOX_SENT, OUTBOX_HELD, NO,            OUTBOX_DROPPED, NO,            OUTBOX_UNCERTAIN },
	[OUTBOX_ATTEMPTING] = { NO,                OUTBOX_DOTTED, NO,          OUTBOX_FAILED, OUTBOX_DEFERRED, OUTBOX_UNCERTAIN, OUTBOX_QUEUED,    NO,             OUTBOX_SENT, NO,          NO,            NO,             NO,            OUTBOX_UNCERTAIN },
	[OUTBOX_DOTTED]     = { NO,                NO,            OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_DEFERRED, OUTBOX_UNCERTAIN, OUTBOX_UNCERTAIN, NO,             OUTBOX_SENT, NO,          NO,            NO,             NO,            OUTBOX_UNCERTAIN },
	[OUTBOX_SENT]       = { NO,                NO,            NO,          NO,            NO,              NO,               NO,               NO,             OUTBOX_SENT, NO,          NO,            NO,             NO,            NO },
	[OUTBOX_DEFERRED]   = { OUTBOX_ATTEMPTING, NO,            NO,          NO,            NO,              NO,               NO,               OUTBOX_FAILED,  OUTBOX_SENT, OUTBOX_HELD, NO,            OUTBOX_DROPPED, NO,            OUTBOX_UNCERTAIN },
	[OUTBOX_FAILED]     = { NO,                NO,            NO,          NO,            NO,              NO,               NO,               NO,             OUTBOX_SENT, NO,          NO,            NO,             OUTBOX_QUEUED, NO },
	[OUTBOX_UNCERTAIN]  = { NO,                NO,            NO,          NO,            NO,              NO,               NO,               NO,             OUTBOX_SENT, NO,          NO,            OUTBOX_DROPPED, OUTBOX_QUEUED, NO },
	[OUTBOX_HELD]       = { NO,                NO,            NO,          NO,            NO,              NO,               NO,               OUTBOX_DROPPED, OUTBOX_SENT, NO,          OUTBOX_QUEUED, OUTBOX_DROPPED, NO,            OUTBOX_UNCERTAIN },
	[OUTBOX_DROPPED]    = { NO,                NO,            NO,          NO,            NO,              NO,               NO,               NO,             OUTBOX_SENT, NO,          NO,            NO,             NO,            NO },
	/* clang-format on */
};

const char *outbox_state_name(enum outbox_state s)
{
	static const char *const names[OUTBOX_STATE_COUNT] = { "queued", "attempting", "dotted", "sent",   "deferred",
							       "failed", "uncertain",  "held",	 "dropped" };

	return names[s];
}

bool outbox_step(enum outbox_state s, enum outbox_input input, enum outbox_state *next)
{
	int8_t to = table[s][input];

	if (to == NO)
		return false;
	*next = (enum outbox_state)to;
	return true;
}

bool outbox_may_send(enum outbox_state s)
{
	return s == OUTBOX_QUEUED || s == OUTBOX_DEFERRED;
}

int64_t outbox_backoff(uint32_t attempts)
{
	const int64_t least = 30, most = 1800;
	int64_t wait = least;

	while (attempts-- > 1 && wait < most)
		wait *= 2;
	return wait < most ? wait : most;
}
