// SPDX-License-Identifier: Apache-2.0
/* Amazon SES reports through SNS: JSON, often inside a string of more JSON, so that every quote is escaped.
 * Only the recipients behind their key are wanted: no parser is needed for that. */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

enum { KEY_DISTANCE = 16 }; /* quotes, escapes, a colon and blanks between key and value */

static bool holds(struct span text, struct span what)
{
	return span_find(text, what) >= 0;
}

void notification_dialect(struct telling *t)
{
	const struct span key = SPAN("emailAddress");
	struct span rest = t->facts->text, address;
	ptrdiff_t at = span_find(rest, SPAN("bouncedRecipients"));

	if (at < 0)
		return;
	bool passing = holds(rest, SPAN("\"Transient\"")) || holds(rest, SPAN("\"Transient\\\""));
	while (t->n < LIMIT_REPORT_RECIPIENTS && (at = span_find(rest, key)) >= 0) {
		rest = span_sub(rest, (size_t)at + key.n, SIZE_MAX);
		struct span value = span_sub(rest, 0, KEY_DISTANCE + LIMIT_ADDRESS);
		if (next_address(&value, &address))
			telling_add(t, (struct bounce_recipient){ .address = address,
								  .action = BOUNCE_FAILED,
								  .permanent = !passing });
	}
}
