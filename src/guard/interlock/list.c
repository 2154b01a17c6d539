// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct sign *s = sign_of(v, KIND_LIST, KIND_BULK);

	return s && speak(out, VERDICT_SUPPRESS,
			  s->kind == KIND_LIST ? SPAN("a mailing list sent it") : SPAN("it is bulk mail"),
			  s->evidence);
}

const struct interlock interlock_list = {
	.id = "list",
	.meaning = "the message came from a mailing list or mass mailing, not our own group (RFC 3834 "
		   "section 2, RFC 5230 section 4.6)",
	.look = look,
};
