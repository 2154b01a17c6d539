// SPDX-License-Identifier: Apache-2.0
/* Reports that name nobody but return the message: where it went to one address, that is the one. */
#include "mail/header.h"
#include "reading/bounce/dialect.h"

static bool is_field(struct span line)
{
	ptrdiff_t colon = span_chr(line, ':');

	return colon > 0 && span_chr(span_sub(line, 0, (size_t)colon), ' ') < 0;
}

struct span returned_block(const struct facts *f, struct span own)
{
	struct span rest = span_sub(f->text, own.n, SIZE_MAX), line;

	if (f->returned_header.n)
		return f->returned_header;
	for (struct span block = rest; span_split(&rest, '\n', &line); block = rest)
		if (is_field(line))
			return block;
	return SPAN_NONE;
}

static void addresses(struct telling *t, const char *name, struct address_list *out)
{
	struct raw_header header;

	raw_header_parse(t->arena, t->returned, &header);
	const struct raw_field *field = raw_header_find(&header, name, 0);
	if (field)
		address_list_parse(t->arena, field->value, NULL, out);
}

void returned_senders(struct telling *t)
{
	addresses(t, "Return-Path", &t->senders);
	if (t->senders.n == 0)
		addresses(t, "From", &t->senders);
}

void returned_dialect(struct telling *t)
{
	struct address_list to = { 0 }, cc = { 0 };

	addresses(t, "To", &to);
	addresses(t, "Cc", &cc);
	struct span address = to.n == 1 && cc.seen == 0 ? address_text(t->arena, to.at[0]) : SPAN_NONE;
	if (address.n && is_recipient(t, address))
		telling_add_address(t, address);
}
