// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct guard_history *h = &v->c->history;

	if (!v->purpose->windows)
		return false;
	if (h->known_duplicate)
		return speak(out, VERDICT_SUPPRESS, SPAN("the message was taken in before"), SPAN_NONE);
	if (h->automated_to_address >= AUTOMATED_PER_WINDOW)
		return speak(out, VERDICT_SUPPRESS,
			     span_of(arena_printf(
				     v->arena, "the address was sent %u automated messages within %d hours",
				     h->automated_to_address, ACK_WINDOW / 3600)),
			     SPAN_NONE);
	if (v->c->purpose != PURPOSE_ACKNOWLEDGEMENT)
		return false;
	if (!h->opens)
		return speak(out, VERDICT_SUPPRESS, SPAN("it opened no conversation"), SPAN_NONE);
	if (h->acks_in_conversation > 0)
		return speak(out, VERDICT_SUPPRESS, SPAN("the conversation was acknowledged already"),
			     SPAN_NONE);
	if (h->acks_to_address >= ACKS_PER_WINDOW)
		return speak(out, VERDICT_SUPPRESS,
			     span_of(arena_printf(v->arena,
						  "an acknowledgement to the address was made within %d hours, sent or not",
						  ACK_WINDOW / 3600)),
			     SPAN_NONE);
	return false;
}

const struct interlock interlock_window = {
	.id = "window",
	.meaning = "the limits for one address, one conversation and one message (RFC 3834 section 2)",
	.look = look,
};
