// SPDX-License-Identifier: Apache-2.0
#include "guard/interlock/interlock.h"

static const struct {
	const char *field;
	struct span says; /* how its value begins */
} verdicts[] = {
	{ "X-Spam-Flag", { .p = "yes", .n = 3 } },
	{ "X-Spam-Flag2", { .p = "yes", .n = 3 } },
	{ "X-Spam-Status", { .p = "yes", .n = 3 } },
	{ "X-Spam", { .p = "yes", .n = 3 } },
	{ "X-SES-Spam-Verdict", { .p = "fail", .n = 4 } },
};

static bool look(const struct guard_view *v, struct reason *out)
{
	for (size_t i = 0; v->message && i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		const struct fact_field *field = facts_field(v->message, verdicts[i].field, 0);
		if (field && span_istarts(span_trim(field->value), verdicts[i].says))
			return speak(out, VERDICT_SUPPRESS, SPAN("a spam filter took it for spam"),
				     field_evidence(v, field));
	}
	return false;
}

const struct interlock interlock_spam = {
	.id = "spam",
	.meaning = "a spam filter in front of the mailbox took the message for spam",
	.look = look,
};
