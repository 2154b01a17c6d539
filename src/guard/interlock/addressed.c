// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	return v->message && v->c->ask_addressed &&
	       !reading_addressed(v->arena, v->message, &v->c->account) &&
	       speak(out, VERDICT_HOLD, SPAN("it is not addressed to us"),
		     field_evidence(v, facts_field(v->message, "To", 0)));
}

const struct interlock interlock_addressed = {
	.id = "addressed",
	.meaning = "none of our addresses stands in To, Cc, Bcc or Resent-* (RFC 3834 section 2, RFC 5230 "
		   "section 4.5)",
	.look = look,
};
