// SPDX-License-Identifier: Apache-2.0
/* Exim, and Gmail after it, name the recipients in a field of the message itself. */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

void failed_field_dialect(struct telling *t)
{
	const struct fact_field *field;

	for (uint32_t i = 0; i < LIMIT_REPORT_RECIPIENTS &&
			     (field = facts_field(t->facts, "X-Failed-Recipients", i)); i++) {
		struct span rest = field->value, one;
		while (t->n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, ',', &one)) {
			one = typed_address(span_trim(one));
			if (one.n)
				telling_add(t, (struct bounce_recipient){ .address = one,
									  .action = BOUNCE_FAILED,
									  .permanent = true });
		}
	}
}
