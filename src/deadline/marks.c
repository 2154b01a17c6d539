// SPDX-License-Identifier: Apache-2.0
#include "deadline/marks.h"

unsigned marks_of(const struct story *s, const struct policy *p, int64_t now)
{
	struct deadline running[DEADLINE_COUNT];
	unsigned n = deadlines(s, p, running);
	unsigned marks = 0;

	if (s->state == STATE_WAITING)
		return MARK_WAITING;
	if (s->state != STATE_OPEN)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		if (running[i].due_at <= now)
			marks |= MARK_OVERDUE;
		else if (running[i].warn_at && running[i].warn_at <= now)
			marks |= MARK_DUE_SOON;
	}
	if (s->claims)
		marks |= MARK_CLAIMED;
	return marks & MARK_OVERDUE ? marks & ~(unsigned)MARK_DUE_SOON : marks;
}
