// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	switch (v->c->mode) {
	case MODE_OBSERVE:
		return speak(out, VERDICT_SUPPRESS, SPAN("the account only observes"), SPAN("mode: observe"));
	case MODE_HOLD:
		return speak(out, VERDICT_HOLD, SPAN("the account holds everything back"),
			     SPAN("mode: hold"));
	case MODE_SEND:
	case MODE_COUNT:
		break;
	}
	return false;
}

const struct interlock interlock_mode = {
	.id = "mode",
	.meaning = "the account is not in mode send",
	.look = look,
};
