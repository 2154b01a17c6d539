// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"
#include "reply/reply.h"

static bool look(const struct guard_view *v, struct reason *out)
{
	const struct guard_case *c = v->c;
	struct err fault;

	if (!c->has_bytes)
		return false;
	if (c->bytes.n == 0)
		return speak(out, VERDICT_HOLD, SPAN("it could not be composed"), SPAN_NONE);
	const struct reply_expected want = {
		.from = c->account.nown ? c->account.own[0] : SPAN_NONE,
		.to = c->recipient,
		.auto_submitted = span_of(v->purpose->auto_submitted),
	};
	return !reply_check_bytes(c->bytes, &want, &fault) &&
	       speak(out, VERDICT_SUPPRESS, SPAN("the finished message is not what it must be"),
		     arena_span(v->arena, span_of(fault.text)));
}

const struct interlock interlock_bytes = {
	.id = "bytes",
	.meaning = "the finished message is exactly one of our form: expected fields, one recipient, nothing "
		   "hidden (RFC 5322 section 3.6)",
	.look = look,
};
