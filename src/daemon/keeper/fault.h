// SPDX-License-Identifier: Apache-2.0
/* For the tests of promise P9 only: a keeper built with HEARBACK_FAULTS aborts at a step for which the
 * message in hand, or the one that the entry in hand answers, asks ("abort-at:join" in its Subject). The
 * keeper that is installed has none of it. */
#pragma once
#include "daemon/keeper/keeper.h"

#ifdef HEARBACK_FAULTS
#include <stdlib.h>
static inline void fault(const char *step, const struct facts *f)
{
	char mark[40] = "abort-at:";

	strncat(mark, step, 20);
	if (f && span_find(f->subject, span_of(mark)) >= 0)
		abort();
}

static inline void fault_of_entry(const char *step, struct turn *t, const struct rec_outbox *e)
{
	struct facts f;

	if (e->message && get_facts(t, e->message, &f) == 0)
		fault(step, &f);
}
#else
static inline void fault(const char *step, const struct facts *f)
{
	(void)step;
	(void)f;
}

static inline void fault_of_entry(const char *step, struct turn *t, const struct rec_outbox *e)
{
	(void)step;
	(void)t;
	(void)e;
}
#endif
