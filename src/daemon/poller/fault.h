// SPDX-License-Identifier: Apache-2.0
/* Faults on demand, in the poller that is built for tests only (HEARBACK_FAULTS). */
#pragma once
#include "imap/imap.h"

#ifdef HEARBACK_FAULTS
/* HEARBACK_FAULT_TIMEOUT=ms shortens every wait for the server. */
void fault_timeouts(struct imap_timeouts *t);
#else
static inline void fault_timeouts(struct imap_timeouts *t)
{
	(void)t;
}
#endif
