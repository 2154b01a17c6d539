// SPDX-License-Identifier: Apache-2.0
/* Transcripts: what one server said to the other ("In:  RCPT TO:<user@example.com>", Postfix, Sendmail,
 * Courier). Who is named in RCPT and refused is a recipient; who is named in MAIL is not. */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

void session_dialect(struct telling *t)
{
	const struct span command = SPAN("rcpt to:");
	struct span rest = t->text, address;
	ptrdiff_t at;

	while (t->n < LIMIT_REPORT_RECIPIENTS && (at = span_ifind(rest, command)) >= 0) {
		rest = span_sub(rest, (size_t)at + command.n, SIZE_MAX);
		struct span line = rest;
		span_split(&rest, '\n', &line);
		if (next_address(&line, &address) && is_recipient(t, address))
			telling_add_address(t, address);
	}
}
