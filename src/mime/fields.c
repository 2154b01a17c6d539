// SPDX-License-Identifier: Apache-2.0
#include "mime/fields.h"
#include "mail/limits.h"
#include "mail/mail_date.h"
#include "mime/content_type.h"
#include "mime/words.h"

/* Programs read them, and strangers' words stand in them. */
static bool for_programs(struct span name)
{
	return span_ieq(name, SPAN("Authentication-Results")) || span_ieq(name, SPAN("X-Original-From"));
}

struct fact_field *fields_decode(struct arena *a, const struct raw_header *h, uint32_t *flags)
{
	struct fact_field *out = arena_many(a, h->n, struct fact_field);
	bool repaired = false;

	for (uint32_t i = 0; i < h->n; i++) {
		out[i].name = h->at[i].name;
		struct span value = header_unfold(a, h->at[i].value);
		out[i].value = for_programs(out[i].name) ? words_keep_tell(a, value, &repaired) : words_decode_tell(a, value, &repaired);
	}
	if (repaired)
		*flags |= FACT_BAD_CHARSET;
	return out;
}

static struct span first_raw(const struct raw_header *h, const char *name)
{
	const struct raw_field *field = raw_header_find(h, name, 0);

	return field ? field->value : SPAN_NONE;
}

static struct span first_value(const struct facts *f, const char *name)
{
	const struct fact_field *field = facts_field(f, name, 0);

	return field ? field->value : SPAN_NONE;
}

/* All fields of the name as one list: where there are several, each of them speaks. */
static void addresses(struct arena *a, const struct raw_header *h, const char *name, struct address_list *out)
{
	struct buf joined = BUF_CAPPED((size_t)LIMIT_FIELD_VALUE * 2);
	const struct raw_field *field = raw_header_find(h, name, 0);
	const struct raw_field *more = raw_header_find(h, name, 1);

	if (!field)
		return;
	struct span value = field->value;
	if (more) {
		buf_put_span(&joined, value);
		for (uint32_t i = 1; i < LIMIT_FIELDS && (more = raw_header_find(h, name, i)); i++) {
			buf_putc(&joined, ',');
			buf_put_span(&joined, more->value);
		}
		value = arena_span(a, buf_span(&joined));
	}
	address_list_parse(a, value, words_decode, out);
	out->broken |= joined.full;
	buf_free(&joined);
}

/* Ids are never encoded, except by programs that encode everything. */
static struct span ids_value(const struct raw_header *h, const struct facts *f, const char *name)
{
	struct span raw = first_raw(h, name);

	return span_chr(raw, '<') < 0 && span_find(raw, SPAN("=?")) >= 0 ? first_value(f, name) : raw;
}

/* The topmost Return-Path is the one our own server wrote (RFC 5321 section 4.4). */
static void read_return_path(struct arena *a, const struct raw_header *h, struct facts *f)
{
	const struct raw_field *field = raw_header_find(h, "Return-Path", 0);
	struct address_list list = { 0 };

	f->return_path_kind = RETURN_PATH_MISSING;
	if (!field)
		return;
	struct span value = header_strip_comments(a, header_unfold(a, field->value));
	f->return_path_kind = RETURN_PATH_NULL;
	if (span_eq(value, SPAN("<>")))
		return;
	address_list_parse(a, value, NULL, &list);
	f->return_path_kind = list.n == 1 && !list.broken ? RETURN_PATH_ADDRESS : RETURN_PATH_BROKEN;
	if (f->return_path_kind == RETURN_PATH_ADDRESS)
		f->return_path = list.at[0];
}

void fields_read(struct arena *a, const struct raw_header *h, struct facts *f)
{
	if (h->truncated)
		f->flags |= FACT_TRUNCATED;
	if (h->broken)
		f->flags |= FACT_HEADER_BROKEN;
	if (!h->n)
		f->flags |= FACT_NO_HEADER;
	f->fields = fields_decode(a, h, &f->flags);
	f->nfields = h->n;
	f->subject = first_value(f, "Subject");
	f->message_id = message_id_parse(a, ids_value(h, f, "Message-ID"));
	message_ids_parse(a, ids_value(h, f, "References"), &f->references);
	message_ids_parse(a, ids_value(h, f, "In-Reply-To"), &f->in_reply_to);
	if (!mail_date_parse(first_value(f, "Date"), &f->date_at))
		f->date_at = 0;
	f->from_fields = facts_count(f, "From");
	if (f->from_fields == 1)
		f->from_raw = first_raw(h, "From");
	addresses(a, h, "From", &f->from);
	addresses(a, h, "Sender", &f->sender);
	addresses(a, h, "Reply-To", &f->reply_to);
	addresses(a, h, "To", &f->to);
	addresses(a, h, "Cc", &f->cc);
	addresses(a, h, "Bcc", &f->bcc);
	read_return_path(a, h, f);
	f->content_type = content_type_parse(a, first_raw(h, "Content-Type"));
	f->report_type = content_type_parameter(a, first_raw(h, "Content-Type"), "report-type");
}
