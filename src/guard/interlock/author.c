// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"
#include "mail/header.h"

/* Between the last angle brackets, or as all there is besides comments. The address list was read by
 * a parser; this is what keeps a mistake of it from choosing the recipient. */
static bool stands_literally(const struct guard_view *v, struct span field, struct span address)
{
	size_t at = field.n;

	while (at && field.p[at - 1] != '<')
		at--;
	if (at == 0)
		return span_ieq(span_trim(header_strip_comments(v->arena, field)), address);
	struct span rest = span_sub(field, at, SIZE_MAX);
	return rest.n > address.n && rest.p[address.n] == '>' && span_istarts(rest, address);
}

static bool look(const struct guard_view *v, struct reason *out)
{
	struct span recipient = v->c->recipient;

	if (!address_may_send(recipient))
		return speak(out, VERDICT_SUPPRESS, SPAN("the recipient is no plain address"),
			     reading_evidence(v->arena, SPAN("recipient"), recipient));
	if (!v->message)
		return false;
	if (v->voice.author_key.n == 0)
		return speak(out, VERDICT_SUPPRESS, SPAN("it has not exactly one author"),
			     field_evidence(
				     v, facts_field(v->message, v->voice.by_form ? "Reply-To" : "From", 0)));
	if (v->voice.doubtful)
		return speak(out, VERDICT_SUPPRESS,
			     SPAN("nobody proves that our form or group sent it, so anybody may have named its author"),
			     field_evidence(v, facts_field(v->message, "From", 0)));
	if (!stands_literally(v, v->voice.author_field, recipient))
		return speak(out, VERDICT_SUPPRESS,
			     SPAN("the recipient does not stand literally in the author's field"),
			     reading_evidence(v->arena, v->voice.by_form ? SPAN("Reply-To") : SPAN("From"),
					      v->voice.author_field));
	return false;
}

const struct interlock interlock_author = {
	.id = "author",
	.meaning = "the recipient stands literally in From (or our proven form's Reply-To) as its one author (RFC "
		   "5322 section 3.6.2)",
	.look = look,
};
