// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct guard_history *h = &v->c->history;

	return v->purpose->audience == AUDIENCE_REQUESTER && h->suppressed.n &&
	       speak(out, VERDICT_SUPPRESS, SPAN("the address is on the suppression list"), h->suppressed);
}

const struct interlock interlock_suppression = {
	.id = "suppression",
	.meaning = "the address has bounced for good, has complained, or was put on the suppression list",
	.look = look,
};
