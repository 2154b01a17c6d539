// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	return v->purpose->answers && v->c->history.answered &&
	       speak(out, VERDICT_SUPPRESS, SPAN("a person has answered already"), SPAN_NONE);
}

const struct interlock interlock_answered = {
	.id = "answered",
	.meaning = "a person has answered already",
	.look = look,
};
