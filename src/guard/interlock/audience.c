// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool listed(struct span key, const struct span *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (span_eq(key, at[i]))
			return true;
	return false;
}

static bool look_requester(const struct guard_view *v, struct span key, struct span evidence,
			   struct reason *out)
{
	if (!v->message)
		return speak(out, VERDICT_SUPPRESS, SPAN("there is no message to answer"), evidence);
	if (!span_eq(key, v->voice.author_key))
		return speak(out, VERDICT_SUPPRESS, SPAN("the recipient is not the author of the message"),
			     evidence);
	if (v->voice.voice != VOICE_REQUESTER)
		return speak(out, VERDICT_SUPPRESS,
			     span_of(arena_printf(v->arena, "the author is no requester but: %s",
						  voice_name(v->voice.voice))),
			     evidence);
	return false;
}

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct guard_case *c = v->c;
	struct span evidence = reading_evidence(v->arena, SPAN("recipient"), c->recipient);
	struct address who;

	if (!address_split(c->recipient, &who))
		return speak(out, VERDICT_SUPPRESS, SPAN("there is no recipient"), evidence);
	switch (v->purpose->audience) {
	case AUDIENCE_REQUESTER:
		return look_requester(v, address_key(v->arena, who, 0), evidence, out);
	case AUDIENCE_STAFF:
		return !listed(address_key(v->arena, who, 0), c->staff, c->nstaff) &&
		       speak(out, VERDICT_SUPPRESS, SPAN("the recipient is not staff of the configuration"),
			     evidence);
	case AUDIENCE_OWN:
		return !listed(address_key(v->arena, who, c->account.subaddress), c->account.own,
			       c->account.nown) &&
		       speak(out, VERDICT_SUPPRESS, SPAN("the recipient is not our own mailbox"), evidence);
	}
	return speak(out, VERDICT_SUPPRESS, SPAN("the purpose has no audience"), evidence);
}

const struct interlock interlock_audience = {
	.id = "audience",
	.meaning = "the recipient is exactly whom the purpose allows: the requester, staff of the "
		   "configuration, our own mailbox",
	.look = look,
};
