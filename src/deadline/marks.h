// SPDX-License-Identifier: Apache-2.0
/* What agents may be shown of a conversation on its messages, in their own mail programs. Pure. */
#pragma once
#include "deadline/deadline.h"

/* The numbers are part of the ledger's format. */
enum mark { MARK_OVERDUE = 1, MARK_DUE_SOON = 2, MARK_WAITING = 4, MARK_CLAIMED = 8, MARK_ALL = 15 };

/* Of an open conversation: overdue or due soon, and that an answer is only claimed; of a waiting one that it waits; of
 * others nothing. */
unsigned marks_of(const struct story *s, const struct policy *p, int64_t now);
