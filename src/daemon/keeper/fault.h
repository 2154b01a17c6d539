// SPDX-License-Identifier: Apache-2.0
/* For the tests of promise P9 only: a keeper built with HEARBACK_FAULTS aborts at a step for which the
 * message in hand asks ("abort-at:join" in its Subject). The keeper that is installed has none of it. */
#pragma once
#include "mail/facts.h"

#ifdef HEARBACK_FAULTS
#include <stdlib.h>
static inline void fault(const char *step, const struct facts *f)
{
	char mark[40] = "abort-at:";

	strncat(mark, step, 20);
	if (f && span_find(f->subject, span_of(mark)) >= 0)
		abort();
}
#else
static inline void fault(const char *step, const struct facts *f)
{
	(void)step;
	(void)f;
}
#endif
