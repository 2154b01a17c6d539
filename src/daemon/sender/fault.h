// SPDX-License-Identifier: Apache-2.0
/* Faults on demand, in the sender that is built for tests only (HEARBACK_FAULTS). */
#pragma once
#include "smtp/smtp.h"

#ifdef HEARBACK_FAULTS
/* HEARBACK_FAULT is set: no walls are raised, or the marker could not be reached. */
bool fault_armed(void);
/* With HEARBACK_FAULT=point:/path and a file at that path: removes it and stops this process. */
void fault_stop(const char *point);
/* HEARBACK_FAULT_TIMEOUT=ms shortens every wait for the server. */
void fault_timeouts(struct smtp_timeouts *t);
#else
static inline bool fault_armed(void)
{
	return false;
}
static inline void fault_stop(const char *point)
{
	(void)point;
}
static inline void fault_timeouts(struct smtp_timeouts *t)
{
	(void)t;
}
#endif
