// SPDX-License-Identifier: Apache-2.0
#include "daemon/sender/fault.h"
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

bool fault_armed(void)
{
	return getenv("HEARBACK_FAULT") != NULL;
}

void fault_stop(const char *point)
{
	struct span rest = span_of(getenv("HEARBACK_FAULT")), name = SPAN_NONE;

	/* What follows the colon ends the environment string. */
	if (span_split(&rest, ':', &name) && span_eq(name, span_of(point)) && rest.n && unlink(rest.p) == 0)
		raise(SIGSTOP);
}

void fault_timeouts(struct smtp_timeouts *t)
{
	uint64_t ms;

	if (span_to_u64(span_of(getenv("HEARBACK_FAULT_TIMEOUT")), 3600 * 1000, &ms))
		*t = (struct smtp_timeouts){ .connect = (int64_t)ms,
					     .command = (int64_t)ms,
					     .data = (int64_t)ms,
					     .block = (int64_t)ms,
					     .dot = (int64_t)ms,
					     .courtesy = (int64_t)ms };
}
