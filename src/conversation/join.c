// SPDX-License-Identifier: Apache-2.0
#include "conversation/join.h"

const char *join_rule_name(enum join_rule r)
{
	static const char *const names[JOIN_RULE_COUNT] = { "opened",	   "our-id",	  "reference",
							    "late-parent", "shared-root", "returned" };

	return names[r];
}

static bool may_enter(const struct join_candidate *c, const struct join_sender *s)
{
	bool known = c->sender_known && !s->failed;

	switch (c->rule) {
	case JOIN_OUR_ID:
	case JOIN_REFERENCE:
		return s->proven_agent || s->proven || known;
	case JOIN_LATE_PARENT:
	case JOIN_SHARED_ROOT:
		/* The id was named by others: it proves nothing about who sends now. */
		return s->proven_agent || known;
	case JOIN_RETURNED:
		return true;
	case JOIN_NONE:
	case JOIN_RULE_COUNT:
		break;
	}
	return false;
}

struct joined join_decide(const struct join_candidate *at, uint32_t n, const struct join_sender *sender)
{
	struct joined j = { 0 };

	for (uint32_t i = 0; i < n; i++) {
		if (!sender->collision && may_enter(&at[i], sender))
			return (struct joined){ .conversation = at[i].conversation, .rule = at[i].rule };
		if (!j.linked)
			j.linked = at[i].conversation;
	}
	return j;
}
