// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	struct address who = v->voice.author;
	struct sign sign;

	if (!v->message)
		return false;
	if (who.local.n == 0 && v->message->from.n)
		who = v->message->from.at[0];
	if (!reading_sender_name(v->arena, who, &sign))
		return false;
	if (sign.kind == KIND_HUMAN)
		return speak(out, VERDICT_HOLD, SPAN("machines often write under this name"), sign.evidence);
	return speak(out, VERDICT_SUPPRESS, SPAN("only machines write under this name"), sign.evidence);
}

const struct interlock interlock_sender_name = {
	.id = "sender_name",
	.meaning = "the author's address is one that machines write under (RFC 3834 section 2)",
	.look = look,
};
