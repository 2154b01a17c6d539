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
	if (line.n > 2 && strchr("*-+o", line.p[0]) && line.p[1] == ' ')
		line = span_trim(span_sub(line, 2, SIZE_MAX));
	return line;
}

static void read_line(struct telling *t, struct span line)
{
	struct span rest = line, address;

	if (!next_address(&rest, &address))
		return;
	size_t before = (size_t)(address.p - line.p);
	char lead = before ? line.p[before - 1] : 0;
	bool begins = before == 0 || (before == 1 && strchr("<\"'", lead));
	bool reply = lead == '<' && (line.p[0] == '4' || line.p[0] == '5') && reply_class(line);
	if ((begins || reply) && is_recipient(t, address))
		telling_add_address(t, address);
}

void list_dialect(struct telling *t)
{
	struct span rest = t->text, line;

	while (t->n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, '\n', &line))
		read_line(t, without_bullet(span_trim(line)));
}
