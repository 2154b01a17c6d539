// SPDX-License-Identifier: Apache-2.0
/* Due times of the clocks of a conversation. Pure: targets and instants are arguments. */
#pragma once
#include "conversation/conversation.h"

enum deadline_clock { DEADLINE_FIRST, DEADLINE_NEXT, DEADLINE_SILENCE, DEADLINE_COUNT };
const char *deadline_name(enum deadline_clock c);

struct policy {
	int64_t target[DEADLINE_COUNT]; /* seconds */
	unsigned warn_percent;		/* of the target, when somebody is warned; 0: never */
};

struct deadline {
	enum deadline_clock clock;
	int64_t started_at;
	int64_t due_at;
	int64_t warn_at; /* 0: never (silence warns nobody) */
};

/* The clocks that run, the soonest first. Returns how many (at most DEADLINE_COUNT). An open or
 * waiting conversation always has at least one (promise P6). */
unsigned deadlines(const struct story *s, const struct policy *p, struct deadline out[DEADLINE_COUNT]);
/* "first response: 6 h from 2026-11-21T10:00:00Z, due 2026-11-21T16:00:00Z, in 2 h 5 min" */
void deadline_explain(const struct deadline *d, int64_t now, struct buf *out);
