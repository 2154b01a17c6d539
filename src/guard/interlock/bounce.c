// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct sign *s = sign_of(v, KIND_BOUNCE, KIND_REPORT);

	return s &&
	       speak(out, VERDICT_SUPPRESS,
		     s->kind == KIND_BOUNCE ? SPAN("it is a bounce") : SPAN("it is a report"), s->evidence);
}

const struct interlock interlock_bounce = {
	.id = "bounce",
	.meaning = "the message reports on the delivery or reading of another (RFC 3464 section 2, RFC 8098 "
		   "section 2.1)",
	.look = look,
};
