// SPDX-License-Identifier: Apache-2.0
/* Lists: the recipients begin lines, bare, in brackets or behind a bullet ("<user@example.com>:",
 * "  user@example.com", "* user@example.com"), or stand behind an SMTP reply that begins one
 * ("550 5.1.1 <user@example.com>... User unknown"). qmail, Postfix, Exim, Courier, Sendmail, Exchange,
 * Domino, MailMarshal and most of those that nobody has a name for. */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

/* Without what may stand before an address that begins a line. */
static struct span without_bullet(struct span line)
{
	static const struct span bullets[] = { { "* ", 2 }, { "- ", 2 }, { "-- ", 3 }, { ">>> ", 4 },
					       { "\xe2\x80\xa2", 3 } };

	for (size_t i = 0; i < sizeof(bullets) / sizeof(bullets[0]); i++)
		if (span_starts(line, bullets[i]))
			return span_trim(span_sub(line, bullets[i].n, SIZE_MAX));
	return line;
}

/* "550 5.1.1 <user@example.com>... User unknown", or without the brackets. */
static bool is_reply_about(struct span line, struct span address, char lead)
{
	bool dots = lead == ' ' && span_starts(span_sub(line, (size_t)(address.p - line.p) + address.n, 3),
					       SPAN("..."));

	return (lead == '<' || dots) && (line.p[0] == '4' || line.p[0] == '5') && reply_class(line);
}

static void read_line(struct telling *t, struct span line)
{
	struct span rest = line, address;

	if (!next_address(&rest, &address))
		return;
	size_t before = (size_t)(address.p - line.p);
	char lead = before ? line.p[before - 1] : 0;
	bool begins = before == 0 || (before == 1 && strchr("<\"'", lead));
	if ((begins || is_reply_about(line, address, lead)) && is_recipient(t, address))
		telling_add_address(t, address);
}

void list_dialect(struct telling *t)
{
	struct span rest = t->text, line;

	while (!t->named && t->n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, '\n', &line))
		read_line(t, without_bullet(span_trim(line)));
}
