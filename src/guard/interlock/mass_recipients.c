// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct facts *f = v->message;

	if (!f)
		return false;
	struct span to = field_evidence(v, facts_field(f, "To", 0));
	uint64_t n = (uint64_t)f->to.seen + f->cc.seen + f->bcc.seen;
	if (n > RECIPIENTS_MAX)
		return speak(out, VERDICT_SUPPRESS,
			     span_of(arena_printf(v->arena, "it went to %llu addresses, more than %d",
						  (unsigned long long)n, RECIPIENTS_MAX)),
			     to);
	return f->to.group && f->to.n == 0 &&
	       speak(out, VERDICT_SUPPRESS, SPAN("it went to undisclosed recipients"), to);
}

const struct interlock interlock_mass_recipients = {
	.id = "mass_recipients",
	.meaning = "the message went to many, or to a list of people it does not show",
	.look = look,
};
