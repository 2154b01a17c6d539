// SPDX-License-Identifier: Apache-2.0
#include "mail/facts.h"
#include "base/text.h"
#include "mail/limits.h"

/* Version 1 knew no text of parts; ledgers hold it still. */
enum { FACTS_OLDEST = 1, FACTS_VERSION = 2 };
enum { FACTS_DEPTHS = FACTS_NONE + 1, RETURN_PATHS = RETURN_PATH_BROKEN + 1 };
enum { FACTS_FLAGS = FACT_HTML_ONLY * 2 - 1, IDS_MAX = LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL };
/* The least an item takes in the encoding. */
enum { FIELD_LEAST = 8, ADDRESS_LEAST = 12, ID_LEAST = 4, PART_LEAST = 20, REPORT_LEAST = 8 };

/* -- writing: what is over its limit is cut, and the flags say so ------------------------------- */

struct writer {
	struct buf *b;
	bool cut;
};

static void put_text(struct writer *w, struct span s, size_t max)
{
	w->cut |= s.n > max;
	wire_put_bytes(w->b, utf8_cut(s, max));
}

static void put_raw(struct writer *w, struct span s, size_t max)
{
	w->cut |= s.n > max;
	wire_put_bytes(w->b, span_sub(s, 0, max));
}

static uint32_t put_count(struct writer *w, uint32_t n, uint32_t max)
{
	w->cut |= n > max;
	n = n > max ? max : n;
	wire_put_u32(w->b, n);
	return n;
}

static void put_fields(struct writer *w, const struct fact_field *at, uint32_t n)
{
	n = put_count(w, n, LIMIT_FIELDS);
	for (uint32_t i = 0; i < n; i++) {
		put_text(w, at[i].name, LIMIT_FIELD_NAME);
		put_text(w, at[i].value, LIMIT_FIELD_VALUE);
	}
}

static void put_ids(struct writer *w, const struct message_ids *ids)
{
	uint32_t n = put_count(w, ids->n, IDS_MAX);

	wire_put_u32(w->b, ids->seen);
	for (uint32_t i = 0; i < n; i++)
		put_text(w, ids->at[i], LIMIT_MESSAGE_ID);
}

static void put_address(struct writer *w, const struct address *a)
{
	struct span domain = utf8_cut(a->domain, LIMIT_DOMAIN);

	put_text(w, a->name, LIMIT_DISPLAY_NAME);
	put_text(w, a->local, LIMIT_ADDRESS - 1 - domain.n);
	put_text(w, a->domain, LIMIT_DOMAIN);
}

static void put_addresses(struct writer *w, const struct address_list *l)
{
	uint32_t n = put_count(w, l->n, LIMIT_ADDRESSES);

	wire_put_u32(w->b, l->seen);
	wire_put_u8(w->b, l->broken);
	wire_put_u8(w->b, l->group);
	for (uint32_t i = 0; i < n; i++)
		put_address(w, &l->at[i]);
}

static void put_parts(struct writer *w, const struct facts *f)
{
	uint32_t n = put_count(w, f->nparts, LIMIT_PARTS);

	for (uint32_t i = 0; i < n; i++) {
		put_text(w, f->parts[i].type, LIMIT_MEDIA_TYPE);
		put_text(w, f->parts[i].name, LIMIT_FILE_NAME);
		put_text(w, f->parts[i].disposition, LIMIT_MEDIA_TYPE);
		wire_put_u64(w->b, f->parts[i].size);
	}
}

/* Those of the parts that were written. */
static void put_part_texts(struct writer *w, const struct facts *f)
{
	size_t room = LIMIT_PART_TEXT;

	for (uint32_t i = 0; i < f->nparts && i < LIMIT_PARTS; i++) {
		struct span text = utf8_cut(f->parts[i].text, room);
		wire_put_bytes(w->b, text);
		room -= text.n;
	}
}

static void put_reports(struct writer *w, const struct facts *f)
{
	uint32_t n = put_count(w, f->nreports, LIMIT_REPORT_BLOCKS);

	for (uint32_t i = 0; i < n; i++) {
		wire_put_u32(w->b, f->reports[i].part);
		put_fields(w, f->reports[i].fields, f->reports[i].n);
	}
}

void facts_encode(const struct facts *f, struct buf *out)
{
	struct writer w = { .b = out };

	wire_put_u8(out, FACTS_VERSION);
	wire_put_u8(out, (uint8_t)f->depth);
	wire_put_u64(out, f->size);
	put_fields(&w, f->fields, f->nfields);
	put_text(&w, f->subject, LIMIT_FIELD_VALUE);
	put_text(&w, f->message_id, LIMIT_MESSAGE_ID);
	put_ids(&w, &f->references);
	put_ids(&w, &f->in_reply_to);
	wire_put_i64(out, f->date_at);
	put_addresses(&w, &f->from);
	put_addresses(&w, &f->sender);
	put_addresses(&w, &f->reply_to);
	put_addresses(&w, &f->to);
	put_addresses(&w, &f->cc);
	put_addresses(&w, &f->bcc);
	put_raw(&w, f->from_raw, LIMIT_FIELD_VALUE);
	wire_put_u32(out, f->from_fields);
	wire_put_u8(out, (uint8_t)f->return_path_kind);
	put_address(&w, &f->return_path);
	put_text(&w, f->content_type, LIMIT_MEDIA_TYPE);
	put_text(&w, f->report_type, LIMIT_MEDIA_TYPE);
	put_text(&w, f->text, LIMIT_TEXT);
	put_text(&w, f->html_text, LIMIT_TEXT);
	put_parts(&w, f);
	put_reports(&w, f);
	put_text(&w, f->returned_header, LIMIT_HEADER_BLOCK);
	put_part_texts(&w, f);
	wire_put_u32(out, f->flags | (w.cut ? FACT_TRUNCATED : 0U));
}

/* -- reading: believes nothing ------------------------------------------------------------------- */

static struct span get_text(struct wire *w, size_t max)
{
	struct span s = wire_bytes(w, max);

	if (!utf8_valid(s))
		w->bad = true;
	return s;
}

static struct fact_field *get_fields(struct arena *a, struct wire *w, uint32_t *n)
{
	*n = wire_count(w, FIELD_LEAST, LIMIT_FIELDS);
	struct fact_field *at = arena_many(a, *n, struct fact_field);
	for (uint32_t i = 0; i < *n; i++) {
		at[i].name = get_text(w, LIMIT_FIELD_NAME);
		at[i].value = get_text(w, LIMIT_FIELD_VALUE);
	}
	return at;
}

static void get_ids(struct arena *a, struct wire *w, struct message_ids *out)
{
	out->n = wire_count(w, ID_LEAST, IDS_MAX);
	out->seen = wire_u32(w);
	out->at = arena_many(a, out->n, struct span);
	for (uint32_t i = 0; i < out->n; i++)
		out->at[i] = get_text(w, LIMIT_MESSAGE_ID);
	if (out->seen < out->n)
		w->bad = true;
}

static void get_address(struct wire *w, struct address *out)
{
	out->name = get_text(w, LIMIT_DISPLAY_NAME);
	out->local = get_text(w, LIMIT_ADDRESS);
	out->domain = get_text(w, LIMIT_DOMAIN);
	if (out->local.n + 1 + out->domain.n > LIMIT_ADDRESS)
		w->bad = true;
}

static void get_addresses(struct arena *a, struct wire *w, struct address_list *out)
{
	out->n = wire_count(w, ADDRESS_LEAST, LIMIT_ADDRESSES);
	out->seen = wire_u32(w);
	out->broken = wire_u8_below(w, 2);
	out->group = wire_u8_below(w, 2);
	out->at = arena_many(a, out->n, struct address);
	for (uint32_t i = 0; i < out->n; i++)
		get_address(w, &out->at[i]);
	if (out->seen < out->n)
		w->bad = true;
}

static void get_parts(struct arena *a, struct wire *w, struct facts *f)
{
	f->nparts = wire_count(w, PART_LEAST, LIMIT_PARTS);
	f->parts = arena_many(a, f->nparts, struct fact_part);
	for (uint32_t i = 0; i < f->nparts; i++) {
		f->parts[i].type = get_text(w, LIMIT_MEDIA_TYPE);
		f->parts[i].name = get_text(w, LIMIT_FILE_NAME);
		f->parts[i].disposition = get_text(w, LIMIT_MEDIA_TYPE);
		f->parts[i].size = wire_u64(w);
	}
}

static void get_part_texts(struct wire *w, struct facts *f)
{
	size_t room = LIMIT_PART_TEXT;

	for (uint32_t i = 0; i < f->nparts; i++) {
		f->parts[i].text = get_text(w, room);
		room -= f->parts[i].text.n;
	}
}

static void get_reports(struct arena *a, struct wire *w, struct facts *f)
{
	f->nreports = wire_count(w, REPORT_LEAST, LIMIT_REPORT_BLOCKS);
	f->reports = arena_many(a, f->nreports, struct fact_report);
	for (uint32_t i = 0; i < f->nreports; i++) {
		f->reports[i].part = wire_u32(w);
		f->reports[i].fields = get_fields(a, w, &f->reports[i].n);
	}
}

static void get_body(struct arena *a, struct wire *w, struct facts *f)
{
	f->content_type = get_text(w, LIMIT_MEDIA_TYPE);
	f->report_type = get_text(w, LIMIT_MEDIA_TYPE);
	f->text = get_text(w, LIMIT_TEXT);
	f->html_text = get_text(w, LIMIT_TEXT);
	get_parts(a, w, f);
	get_reports(a, w, f);
	f->returned_header = get_text(w, LIMIT_HEADER_BLOCK);
}

bool facts_decode(struct arena *a, struct span in, struct facts *out)
{
	struct wire w = wire_over(in);
	struct facts f = { 0 };

	uint8_t version = wire_u8(&w);
	if (in.n > LIMIT_FACTS || version < FACTS_OLDEST || version > FACTS_VERSION)
		return false;
	f.depth = wire_u8_below(&w, FACTS_DEPTHS);
	f.size = wire_u64(&w);
	f.fields = get_fields(a, &w, &f.nfields);
	f.subject = get_text(&w, LIMIT_FIELD_VALUE);
	f.message_id = get_text(&w, LIMIT_MESSAGE_ID);
	get_ids(a, &w, &f.references);
	get_ids(a, &w, &f.in_reply_to);
	f.date_at = wire_i64(&w);
	get_addresses(a, &w, &f.from);
	get_addresses(a, &w, &f.sender);
	get_addresses(a, &w, &f.reply_to);
	get_addresses(a, &w, &f.to);
	get_addresses(a, &w, &f.cc);
	get_addresses(a, &w, &f.bcc);
	f.from_raw = wire_bytes(&w, LIMIT_FIELD_VALUE);
	f.from_fields = wire_u32(&w);
	f.return_path_kind = wire_u8_below(&w, RETURN_PATHS);
	get_address(&w, &f.return_path);
	get_body(a, &w, &f);
	if (version > FACTS_OLDEST)
		get_part_texts(&w, &f);
	f.flags = wire_u32(&w);
	if (!wire_done(&w) || f.flags & ~(uint32_t)FACTS_FLAGS)
		return false;
	*out = f;
	return true;
}

struct facts facts_none(void)
{
	return (struct facts){ .depth = FACTS_NONE, .return_path_kind = RETURN_PATH_MISSING };
}

const struct fact_field *facts_field(const struct facts *f, const char *name, uint32_t nth)
{
	struct span wanted = span_of(name);

	for (uint32_t i = 0; i < f->nfields; i++)
		if (span_ieq(f->fields[i].name, wanted) && nth-- == 0)
			return &f->fields[i];
	return NULL;
}

uint32_t facts_count(const struct facts *f, const char *name)
{
	struct span wanted = span_of(name);
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->nfields; i++)
		n += span_ieq(f->fields[i].name, wanted);
	return n;
}
