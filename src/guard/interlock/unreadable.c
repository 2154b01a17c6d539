// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct facts *f = v->message;

	if (!f)
		return false;
	if (f->depth == FACTS_NONE)
		return speak(out, VERDICT_SUPPRESS, SPAN("it is in quarantine: nothing in it could be read"),
			     SPAN_NONE);
	if (f->flags & FACT_NO_HEADER)
		return speak(out, VERDICT_SUPPRESS, SPAN("it has no header"), SPAN_NONE);
	if (f->from_fields == 0)
		return speak(out, VERDICT_SUPPRESS, SPAN("it has no From"), SPAN_NONE);
	if (f->from_fields > 1)
		return speak(out, VERDICT_SUPPRESS, SPAN("it has more than one From"),
			     field_evidence(v, facts_field(f, "From", 1)));
	if (facts_count(f, "Auto-Submitted") > 1)
		return speak(out, VERDICT_SUPPRESS, SPAN("it has more than one Auto-Submitted"),
			     field_evidence(v, facts_field(f, "Auto-Submitted", 1)));
	if (v->c->history.collision)
		return speak(out, VERDICT_SUPPRESS, SPAN("its Message-ID is that of another message"),
			     reading_evidence(v->arena, SPAN("Message-ID"), f->message_id));
	if (f->depth == FACTS_HEADER_ONLY)
		return speak(out, VERDICT_HOLD, SPAN("only its header could be read"), SPAN_NONE);
	if (f->flags & FACT_TRUNCATED)
		return speak(out, VERDICT_HOLD, SPAN("it goes beyond our limits and was not read whole"),
			     SPAN_NONE);
	if (f->flags & FACT_HEADER_BROKEN)
		return speak(out, VERDICT_HOLD, SPAN("its header is damaged"), SPAN_NONE);
	return false;
}

const struct interlock interlock_unreadable = {
	.id = "unreadable",
	.meaning = "the message could not be read whole, or contradicts itself (RFC 3834 section 2, RFC 5322 "
		   "section 3.6)",
	.look = look,
};
