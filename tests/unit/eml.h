// SPDX-License-Identifier: Apache-2.0
/* Facts of the header of a small message, for tests of what only looks at headers. */
#pragma once
#include "mail/facts.h"
#include "mail/header.h"
#include "mail/mail_date.h"

static inline struct span eml_value(struct arena *a, const struct raw_header *h, const char *name)
{
	const struct raw_field *f = raw_header_find(h, name, 0);
	return f ? header_unfold(a, f->value) : SPAN_NONE;
}

static inline void eml_addresses(struct arena *a, const struct raw_header *h, const char *name, struct address_list *out)
{
	address_list_parse(a, eml_value(a, h, name), NULL, out);
}

static inline struct span eml_lower(struct arena *a, struct span s)
{
	char *p = arena_str(a, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(p[i]);
	return span_make(p, s.n);
}

static inline void eml_type(struct arena *a, struct span value, struct facts *f)
{
	struct span rest = eml_lower(a, value), part;
	if (!span_split(&rest, ';', &part))
		return;
	f->content_type = span_trim(part);
	while (span_split(&rest, ';', &part)) {
		part = span_trim(part);
		if (span_starts(part, SPAN("report-type=")))
			part = span_sub(part, 12, SIZE_MAX);
		else
			continue;
		if (part.n > 1 && part.p[0] == '"')
			part = span_sub(part, 1, part.n - 2);
		f->report_type = part;
	}
}

static inline void eml_return_path(struct arena *a, const struct raw_header *h, struct facts *f)
{
	struct address_list list;
	struct span value = span_trim(eml_value(a, h, "Return-Path"));
	if (!raw_header_find(h, "Return-Path", 0))
		return;
	address_list_parse(a, value, NULL, &list);
	f->return_path_kind = span_eq(value, SPAN("<>")) ? RETURN_PATH_NULL :
			      list.n == 1		 ? RETURN_PATH_ADDRESS :
							   RETURN_PATH_BROKEN;
}

static inline struct facts eml_facts(struct arena *a, struct span bytes)
{
	struct facts f = { .depth = FACTS_WHOLE, .size = bytes.n };
	struct raw_header h;

	raw_header_parse(a, bytes, &h);
	f.fields = arena_many(a, h.n, struct fact_field);
	f.nfields = h.n;
	for (uint32_t i = 0; i < h.n; i++) {
		f.fields[i] = (struct fact_field){ .name = h.at[i].name, .value = header_unfold(a, h.at[i].value) };
		f.from_fields += span_ieq(h.at[i].name, SPAN("From"));
	}
	f.flags = h.n ? 0 : FACT_NO_HEADER;
	f.subject = eml_value(a, &h, "Subject");
	f.message_id = message_id_parse(a, eml_value(a, &h, "Message-ID"));
	message_ids_parse(a, eml_value(a, &h, "References"), &f.references);
	message_ids_parse(a, eml_value(a, &h, "In-Reply-To"), &f.in_reply_to);
	eml_addresses(a, &h, "From", &f.from);
	eml_addresses(a, &h, "Reply-To", &f.reply_to);
	eml_addresses(a, &h, "To", &f.to);
	eml_addresses(a, &h, "Cc", &f.cc);
	eml_addresses(a, &h, "Bcc", &f.bcc);
	if (f.from_fields == 1)
		f.from_raw = raw_header_find(&h, "From", 0)->value;
	eml_return_path(a, &h, &f);
	eml_type(a, eml_value(a, &h, "Content-Type"), &f);
	f.text = h.body;
	return f;
}
