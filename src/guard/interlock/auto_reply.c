// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct sign *s = sign_of(v, KIND_AUTO_REPLY, KIND_AUTO_GENERATED);

	return s && speak(out, VERDICT_SUPPRESS,
			  s->kind == KIND_AUTO_REPLY ? SPAN("it is an automatic reply")
						     : SPAN("a program wrote it"),
			  s->evidence);
}

const struct interlock interlock_auto_reply = {
	.id = "auto_reply",
	.meaning = "the message was written by a machine (RFC 3834 sections 2 and 5)",
	.look = look,
};
