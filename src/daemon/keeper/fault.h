// SPDX-License-Identifier: Apache-2.0
/* For the tests of promise P9 only: a keeper built with HEARBACK_FAULTS aborts at a step for which the
 * Subject in hand asks ("abort-at:join"). The keeper that is installed has none of it. */
#pragma once
#include "daemon/keeper/keeper.h"

#ifdef HEARBACK_FAULTS
#include <stdlib.h>
static inline void fault_of_subject(const char *step, struct span subject)
{
	char mark[40] = "abort-at:";

	strncat(mark, step, 20);
	if (span_find(subject, span_of(mark)) >= 0)
		abort();
}

static inline void fault(const char *step, const struct facts *f)
{
	if (f)
		fault_of_subject(step, f->subject);
}

static inline void fault_of_entry(const char *step, struct turn *t, const struct rec_outbox *e)
{
	struct facts f;

	if (e->message && get_facts(t, e->message, &f) == 0)
		fault(step, &f);
}
#else
static inline void fault_of_subject(const char *step, struct span subject)
{
	(void)step;
	(void)subject;
}

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
