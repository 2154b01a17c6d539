// SPDX-License-Identifier: Apache-2.0
#include "mime/tree.h"
#include "base/text.h"
#include "mail/limits.h"
#include "mime/bounds.h"
#include "mime/content_type.h"
#include "mime/fields.h"
#include <gmime/gmime.h>

void tree_start(void)
{
	g_mime_init();
}

static struct span text_of(const char *s)
{
	return s ? span_of(s) : SPAN_NONE;
}

static enum part_encoding encoding_of(GMimeContentEncoding e)
{
	switch (e) {
	case GMIME_CONTENT_ENCODING_BASE64:
		return PART_BASE64;
	case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
		return PART_QUOTED_PRINTABLE;
	case GMIME_CONTENT_ENCODING_UUENCODE:
		return PART_UU;
	case GMIME_CONTENT_ENCODING_DEFAULT:
	case GMIME_CONTENT_ENCODING_7BIT:
	case GMIME_CONTENT_ENCODING_8BIT:
	case GMIME_CONTENT_ENCODING_BINARY:
		break;
	}
	return PART_IDENTITY;
}

static struct span mime_field(const struct raw_header *h, const char *name)
{
	const struct raw_field *field = raw_header_find(h, name, 0);

	return field ? field->value : SPAN_NONE;
}

/* -- one part ---------------------------------------------------------------------------------- */

static struct span lower(struct arena *a, const char *major, const char *minor)
{
	char *type = arena_printf(a, "%s/%s", major ? major : "text", minor ? minor : "plain");

	for (char *c = type; *c; c++)
		*c = ascii_lower(*c);
	return span_of(type);
}

static void describe_type(struct collector *c, GMimeContentType *type, struct part *p)
{
	p->type = lower(c->a, type ? g_mime_content_type_get_media_type(type) : NULL,
			type ? g_mime_content_type_get_media_subtype(type) : NULL);
	if (!type)
		return;
	p->charset = text_of(g_mime_content_type_get_parameter(type, "charset"));
	p->name = text_of(g_mime_content_type_get_parameter(type, "name"));
	p->smime = text_of(g_mime_content_type_get_parameter(type, "smime-type"));
	p->flowed = span_ieq(text_of(g_mime_content_type_get_parameter(type, "format")), SPAN("flowed"));
	p->delsp = span_ieq(text_of(g_mime_content_type_get_parameter(type, "delsp")), SPAN("yes"));
}

static void describe_disposition(GMimeContentDisposition *d, struct part *p)
{
	if (!d)
		return;
	p->disposition = text_of(g_mime_content_disposition_get_disposition(d));
	const char *name = g_mime_content_disposition_get_parameter(d, "filename");
	if (name)
		p->name = span_of(name);
}

/* What stands between the boundaries, as a view into the bytes that were parsed. */
static struct span content_of(GMimePart *part)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
	GMimeStream *stream = wrapper ? g_mime_data_wrapper_get_stream(wrapper) : NULL;

	if (!stream || !GMIME_IS_STREAM_MEM(stream))
		return SPAN_NONE;
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	size_t from = stream->bound_start < 0 ? 0 : (size_t)stream->bound_start;
	size_t to = stream->bound_end < 0 ? bytes->len : (size_t)stream->bound_end;
	return span_sub(span_make(bytes->data, to < bytes->len ? to : bytes->len), from, SIZE_MAX);
}

static bool is_message(struct span type)
{
	return span_eq(type, SPAN("message/rfc822")) || span_eq(type, SPAN("message/global"));
}

static void visit_encoded(struct collector *c, const struct part *p, unsigned depth);

static void visit_part(struct collector *c, GMimePart *part, unsigned depth, bool root)
{
	struct part p = { .nameless_root = root };
	const char *field = g_mime_object_get_header(GMIME_OBJECT(part), "Content-Type");

	describe_type(c, g_mime_object_get_content_type(GMIME_OBJECT(part)), &p);
	if (field) /* GMime takes "text" alone for bytes; RFC 2045 section 5.2 does not */
		p.type = content_type_parse(c->a, span_of(field));
	describe_disposition(g_mime_object_get_content_disposition(GMIME_OBJECT(part)), &p);
	p.encoding = encoding_of(g_mime_part_get_content_encoding(part));
	p.content = content_of(part);
	p.size = p.content.n;
	if (is_message(p.type))
		visit_encoded(c, &p, depth);
	else
		collector_part(c, &p);
}

/* -- containers -------------------------------------------------------------------------------- */

static uint64_t size_of(GMimeObject *object, unsigned depth)
{
	uint64_t size = 0;

	if (depth > LIMIT_DEPTH)
		return 0;
	if (GMIME_IS_PART(object))
		return content_of(GMIME_PART(object)).n;
	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
		GMimeObject *body = message ? g_mime_message_get_mime_part(message) : NULL;
		return body ? size_of(body, depth + 1) : 0;
	}
	if (GMIME_IS_MULTIPART(object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART(object);
		int n = g_mime_multipart_get_count(multipart);
		for (int i = 0; i < n && i < LIMIT_BOUNDARY_LINES; i++)
			size += size_of(g_mime_multipart_get_part(multipart, i), depth + 1);
	}
	return size;
}

static void returned_fields(struct collector *c, GMimeObject *message)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(message);
	int n = g_mime_header_list_get_count(list);
	struct raw_header h = { 0 };

	h.at = arena_many(c->a, LIMIT_FIELDS, struct raw_field);
	for (int i = 0; i < n && h.n < LIMIT_FIELDS; i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		struct span name = text_of(g_mime_header_get_name(header));
		struct span value = text_of(g_mime_header_get_raw_value(header));
		if (name.n <= LIMIT_FIELD_NAME && utf8_valid(name))
			h.at[h.n++] = (struct raw_field){ name, span_sub(value, 0, LIMIT_FIELD_VALUE) };
	}
	collector_returned(c, fields_decode(c->a, &h, &c->f->flags), h.n);
}

static void visit(struct collector *c, GMimeObject *object, unsigned depth, bool root);

/* What a report returns was our own; of an alternative only one form is looked at. */
static bool looks_aside(const struct collector *c, const struct fact_part *part)
{
	return part && !c->alternatives && !span_eq(c->f->content_type, SPAN("multipart/report"));
}

/* A message within the message: what it says is not said by who sent it. */
static void visit_message(struct collector *c, GMimeMessagePart *part, unsigned depth)
{
	GMimeMessage *message = g_mime_message_part_get_message(part);
	GMimeObject *body = message ? g_mime_message_get_mime_part(message) : NULL;
	struct part p = { 0 };

	if (c->within) {
		if (body)
			visit(c, body, depth + 1, true);
		return;
	}
	describe_type(c, g_mime_object_get_content_type(GMIME_OBJECT(part)), &p);
	describe_disposition(g_mime_object_get_content_disposition(GMIME_OBJECT(part)), &p);
	p.size = size_of(GMIME_OBJECT(part), 0);
	struct fact_part *described = collector_attachment(c, &p);
	if (message && collector_wants_returned(c))
		returned_fields(c, GMIME_OBJECT(message));
	if (!body || !looks_aside(c, described))
		return;
	struct aside outside = collector_aside_begin(c, described);
	visit(c, body, depth + 1, true);
	collector_aside_end(c, &outside);
}

static bool is_type(GMimeObject *object, const char *minor)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), "multipart", minor);
}

static void visit_multipart(struct collector *c, GMimeMultipart *multipart, unsigned depth)
{
	GMimeObject *self = GMIME_OBJECT(multipart);
	bool alternative = is_type(self, "alternative");
	bool related = is_type(self, "related");
	int n = g_mime_multipart_get_count(multipart);

	if (is_type(self, "encrypted"))
		c->f->flags |= FACT_ENCRYPTED;
	if (is_type(self, "signed"))
		c->f->flags |= FACT_SIGNED;
	if (alternative)
		collector_alternative_begin(c);
	for (int i = 0; i < n && i < LIMIT_BOUNDARY_LINES; i++)
		visit(c, g_mime_multipart_get_part(multipart, i), depth + 1, related && i == 0);
	if (alternative)
		collector_alternative_end(c);
}

static void visit(struct collector *c, GMimeObject *object, unsigned depth, bool root)
{
	if (depth > LIMIT_DEPTH)
		c->f->flags |= FACT_TRUNCATED;
	else if (GMIME_IS_MULTIPART(object))
		visit_multipart(c, GMIME_MULTIPART(object), depth);
	else if (GMIME_IS_MESSAGE_PART(object))
		visit_message(c, GMIME_MESSAGE_PART(object), depth);
	else if (GMIME_IS_PART(object))
		visit_part(c, GMIME_PART(object), depth, root);
}

/* -- the whole --------------------------------------------------------------------------------- */

static void read_body(struct collector *c, const struct raw_header *h, struct span type, struct span body,
		      unsigned depth);

/* One that was encoded, which RFC 2046 section 5.2.1 forbids and some do. Whatever it holds in turn is shorter
 * by a quarter. */
static void visit_encoded(struct collector *c, const struct part *p, unsigned depth)
{
	struct span bytes = arena_span(c->a, collector_bytes(c, p));
	struct raw_header h;

	raw_header_parse(c->a, bytes, &h);
	struct span type = content_type_parse(c->a, mime_field(&h, "Content-Type"));
	if (c->within) {
		read_body(c, &h, type, h.body, depth + 1);
		return;
	}
	struct fact_part *described = collector_attachment(c, p);
	if (collector_wants_returned(c))
		collector_returned(c, fields_decode(c->a, &h, &c->f->flags), h.n);
	if (!looks_aside(c, described))
		return;
	struct aside outside = collector_aside_begin(c, described);
	read_body(c, &h, type, h.body, depth + 1);
	collector_aside_end(c, &outside);
}

/* A message of one part needs no parser. */
static void read_single(struct collector *c, const struct raw_header *h, struct span type, struct span body)
{
	struct span field = mime_field(h, "Content-Type");
	struct span disposition = mime_field(h, "Content-Disposition");
	struct span encoding = header_strip_comments(c->a, mime_field(h, "Content-Transfer-Encoding"));
	GMimeContentType *t = field.n ? g_mime_content_type_parse(NULL, arena_str(c->a, field)) : NULL;
	GMimeContentDisposition *d =
		disposition.n ? g_mime_content_disposition_parse(NULL, arena_str(c->a, disposition)) : NULL;
	struct part p = { .content = body, .size = body.n, .alone = !c->within, .nameless_root = true };

	describe_type(c, t, &p);
	describe_disposition(d, &p);
	p.type = type;
	p.encoding = encoding_of(g_mime_content_encoding_from_string(arena_str(c->a, encoding)));
	collector_part(c, &p);
	if (t)
		g_object_unref(t);
	if (d)
		g_object_unref(d);
}

static GByteArray *for_parser(const struct raw_header *h, struct span body)
{
	static const char *const names[] = {
		"Content-Type",
		"Content-Transfer-Encoding",
		"Content-Disposition",
	};
	GByteArray *bytes = g_byte_array_sized_new((guint)body.n + 1024);
	const char start[] = "MIME-Version: 1.0\n";

	g_byte_array_append(bytes, (const guint8 *)start, sizeof(start) - 1);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct span value = mime_field(h, names[i]);
		if (!value.n)
			continue;
		g_byte_array_append(bytes, (const guint8 *)names[i], (guint)strlen(names[i]));
		g_byte_array_append(bytes, (const guint8 *)":", 1);
		g_byte_array_append(bytes, (const guint8 *)value.p, (guint)value.n);
		g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	}
	g_byte_array_append(bytes, (const guint8 *)"\n", 1);
	g_byte_array_append(bytes, (const guint8 *)body.p, (guint)body.n);
	return bytes;
}

/* False where there was nothing to take apart: the boundary is missing or wrong. */
static bool read_structure(struct collector *c, const struct raw_header *h, struct span body, unsigned depth)
{
	struct span kept = bounds_keep(body);

	if (kept.n < body.n)
		c->f->flags |= FACT_TRUNCATED;
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(for_parser(h, kept));
	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), TRUE);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object = g_mime_parser_construct_part(parser, NULL);
	bool hollow = GMIME_IS_MULTIPART(object) && !g_mime_multipart_get_count(GMIME_MULTIPART(object));
	bool apart = object && !hollow;
	if (apart)
		visit(c, object, depth, true);
	/* Who forwards a message and says nothing about it says what it says; a report does not. */
	if (apart && !c->within && !span_trim(buf_span(&c->text)).n &&
	    !span_eq(c->f->content_type, SPAN("multipart/report"))) {
		collector_again(c);
		visit(c, object, depth, true);
	}
	if (object)
		g_object_unref(object);
	g_object_unref(parser);
	g_object_unref(stream);
	return apart;
}

static void read_body(struct collector *c, const struct raw_header *h, struct span type, struct span body,
		      unsigned depth)
{
	const struct part whole = { .type = SPAN("text/plain"), .content = body, .size = body.n };

	if (!span_starts(type, SPAN("multipart/")) && !span_starts(type, SPAN("message/")))
		read_single(c, h, type, body);
	else if (!read_structure(c, h, body, depth) && body.n)
		collector_part(c, &whole); /* is shown as it stands */
}

void tree_read(struct collector *c, const struct raw_header *h, struct span body)
{
	read_body(c, h, c->f->content_type, body, 0);
}
