// SPDX-License-Identifier: Apache-2.0
/* For the tests of promise P9 only: a reader built with HEARBACK_FAULTS aborts over a message that asks for
 * it ("abort-at:header" anywhere in it, or "abort-at:body" where more than the header is to be read). The
 * reader that is installed has none of it. */
#pragma once
#include "mime/mime.h"

#ifdef HEARBACK_FAULTS
#include <stdlib.h>
static inline void fault(const struct mime_message *m)
{
	if (span_find(m->bytes, SPAN("abort-at:header")) >= 0 ||
	    (!m->header_only && span_find(m->bytes, SPAN("abort-at:body")) >= 0))
		abort();
}
#else
static inline void fault(const struct mime_message *m)
{
	(void)m;
}
#endif
