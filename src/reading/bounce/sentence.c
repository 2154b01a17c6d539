// SPDX-License-Identifier: Apache-2.0
/* Sentences: one address after words that announce it, on the same line or the next; and, where no such
 * words are known, the addresses that stand anywhere. */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

static const struct span announcements[] = {
	WORD("recipient address:"), WORD("recipient:"), WORD("delivered to"), WORD("delivering your mail to"),
	WORD("delivery to"), WORD("deliver to"), WORD("deliver mail to"), WORD("deliver your message to"),
	WORD("message to"), WORD("addressed to"), WORD("unknown user:"), WORD("rejected recipient"), WORD("mail to"), WORD("email to"), WORD("could not send to"), WORD("sent to"),
	WORD("destinataire"), WORD("delivre a"), WORD("délivré à"), WORD("remis à"), WORD("empfänger"),
	WORD("zugestellt werden an"), WORD("destinatario"), WORD("destinatário"), WORD("宛先"),
	WORD("送信先"), WORD("收件人"), WORD("수신자"), WORD("получател"),
};

static bool announces(struct span line)
{
	for (size_t i = 0; i < sizeof(announcements) / sizeof(announcements[0]); i++)
		if (span_ifind(line, announcements[i]) >= 0)
			return true;
	return false;
}

void sentence_dialect(struct telling *t)
{
	struct span rest = t->text, line, address;
	bool before = false;

	while (t->n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, '\n', &line)) {
		bool here = announces(line);
		if ((here || before) && next_address(&line, &address) && is_recipient(t, address)) {
			telling_add_address(t, address);
			here = false;
		}
		before = here;
	}
}

void anywhere_dialect(struct telling *t)
{
	struct span rest = t->text, address;

	while (t->n < LIMIT_REPORT_RECIPIENTS && next_address(&rest, &address))
		/* Nearly all of them say whom to ask. */
		if (is_recipient(t, address) && !span_istarts(address, SPAN("postmaster@")) &&
		    !span_istarts(address, SPAN("support@")) && !span_istarts(address, SPAN("abuse@")))
			telling_add_address(t, address);
}
