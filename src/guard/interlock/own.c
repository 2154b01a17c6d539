// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static bool is_ours(const struct guard_view *v, struct address who)
{
	const struct reading_account *acc = &v->c->account;
	struct span key = address_key(v->arena, who, acc->subaddress);

	if (key.n && (span_eq(key, acc->group) || span_eq(address_key(v->arena, who, 0), acc->group)))
		return true;
	for (uint32_t i = 0; i < acc->nown; i++)
		if (span_eq(key, acc->own[i]))
			return true;
	return false;
}

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct sign *s = sign_of(v, KIND_OWN, KIND_OWN);

	if (s)
		return speak(out, VERDICT_SUPPRESS, SPAN("it is an automated message of ours"), s->evidence);
	if (!v->message)
		return false;
	const struct address_list *from = &v->message->from;
	if (v->voice.author_key.n)
		return is_ours(v, v->voice.author) &&
		       speak(out, VERDICT_SUPPRESS, SPAN("its author is one of our own addresses"),
			     reading_evidence(v->arena, SPAN("From"),
					      address_text(v->arena, v->voice.author)));
	for (uint32_t i = 0; i < from->n; i++)
		if (is_ours(v, from->at[i]))
			return speak(out, VERDICT_SUPPRESS,
				     SPAN("one of our own addresses is among its authors"),
				     reading_evidence(v->arena, SPAN("From"),
						      address_text(v->arena, from->at[i])));
	return false;
}

const struct interlock interlock_own = {
	.id = "own",
	.meaning = "the message is our own, or claims to come from one of our own addresses",
	.look = look,
};
