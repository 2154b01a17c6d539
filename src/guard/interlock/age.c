// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"
#include "base/date.h"

static struct span arrival(const struct guard_view *v)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(64);

	put_iso(&b, v->c->internal_at);
	return reading_evidence(v->arena, SPAN("INTERNALDATE"), buf_span(&b));
}

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct guard_case *c = v->c;

	if (!v->message)
		return false;
	if (c->internal_at > c->now + HOUR)
		return speak(out, VERDICT_HOLD, SPAN("it arrived in the future: a clock is wrong"),
			     arrival(v));
	if (c->internal_at < c->now - c->ack_age)
		return speak(out, VERDICT_SUPPRESS, SPAN("it arrived too long ago to be acknowledged now"),
			     arrival(v));
	return false;
}

const struct interlock interlock_age = {
	.id = "age",
	.meaning = "the message is too old to be answered, or its arrival lies in the future",
	.look = look,
};
