// SPDX-License-Identifier: Apache-2.0
#include "daemon/poller/fault.h"
#include "base/span.h"
#include <stdlib.h>

void fault_timeouts(struct imap_timeouts *t)
{
	uint64_t ms;

	if (span_to_u64(span_of(getenv("HEARBACK_FAULT_TIMEOUT")), 3600 * 1000, &ms))
		*t = (struct imap_timeouts){ .connect = (int64_t)ms,
					     .command = (int64_t)ms,
					     .list = (int64_t)ms,
					     .bodies = (int64_t)ms,
					     .idle = (int64_t)ms,
					     .goodbye = (int64_t)ms };
}
