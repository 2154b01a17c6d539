// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	return v->message && v->voice.proof == PROOF_FAILED &&
	       speak(out, VERDICT_SUPPRESS, SPAN("authentication failed: the author may be forged"),
		     field_evidence(v, facts_field(v->message, "Authentication-Results", 0)));
}

const struct interlock interlock_authentication = {
	.id = "authentication",
	.meaning = "the sender's domain disowns the message: dmarc=fail by our own border server (RFC 8601)",
	.look = look,
};
