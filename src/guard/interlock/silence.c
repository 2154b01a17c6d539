// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	return v->kind.asks_silence && speak(out, VERDICT_SUPPRESS, SPAN("it asks for no automatic answer"),
					     v->kind.silence.evidence);
}

const struct interlock interlock_silence = {
	.id = "silence",
	.meaning = "the sender asks for no automatic answer: X-Auto-Response-Suppress, X-Loop, invitations",
	.look = look,
};
