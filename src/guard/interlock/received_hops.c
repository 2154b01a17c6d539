// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"
#include "mail/limits.h"

/* The same address of ours was delivered to twice. */
static const struct fact_field *delivered_twice(const struct guard_view *v)
{
	enum { DELIVERED_MAX = 20 };
	const struct fact_field *seen[DELIVERED_MAX];
	uint32_t n = 0;

	while (n < DELIVERED_MAX && (seen[n] = facts_field(v->message, "Delivered-To", n))) {
		for (uint32_t i = 0; i < n; i++)
			if (span_ieq(span_trim(seen[i]->value), span_trim(seen[n]->value)))
				return seen[n];
		n++;
	}
	return NULL;
}

static bool look(const struct guard_view *v, struct reason *out)
{
	if (!v->message)
		return false;
	uint32_t hops = facts_count(v->message, "Received");
	if (hops > LIMIT_RECEIVED_HOPS)
		return speak(out, VERDICT_SUPPRESS,
			     span_of(arena_printf(v->arena, "it passed %u servers", hops)), SPAN_NONE);
	const struct fact_field *twice = delivered_twice(v);
	return twice && speak(out, VERDICT_SUPPRESS, SPAN("it was delivered to one address twice"),
			      field_evidence(v, twice));
}

const struct interlock interlock_received_hops = {
	.id = "received_hops",
	.meaning = "the message goes round in a circle (RFC 5321 section 6.3)",
	.look = look,
};
