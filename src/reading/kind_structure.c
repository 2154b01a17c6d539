// SPDX-License-Identifier: Apache-2.0
/* Signs in what the message is made of: reports (RFC 6522), invitations, reactions. */
#include "reading/signs.h"

static void report_sign(struct signs *s)
{
	const struct facts *f = s->facts;
	struct span type = f->report_type;
	bool status = span_eq(type, SPAN("delivery-status")) || span_eq(type, SPAN("global-delivery-status"));

	if (span_eq(f->content_type, SPAN("multipart/report"))) {
		struct span value =
			span_of(arena_printf(s->arena, "multipart/report; report-type=%.*s", SPAN_ARG(type)));
		/* Those who leave the type out do not know of other reports. */
		bool bounce = status || type.n == 0;
		signs_add(s, bounce ? KIND_BOUNCE : KIND_REPORT,
			  bounce ? SPAN("delivery-status") : SPAN("report"), SPAN("Content-Type"), value);
	} else if (span_eq(f->content_type, SPAN("message/delivery-status")) ||
		   (f->nreports && f->return_path_kind == RETURN_PATH_NULL)) {
		/* Deeper inside, only the null sender tells a report from one that a person passes on. */
		signs_add(s, KIND_BOUNCE, SPAN("delivery-status"), SPAN("Content-Type"), f->content_type);
	}
}

/* Amazon SES reports bounces through SNS, as JSON and without any other sign. */
static void notification_sign(struct signs *s)
{
	struct span head = span_sub(span_trim(s->facts->text), 0, 1024);
	const struct span type = SPAN("notificationType");
	ptrdiff_t at = span_starts(head, SPAN("{")) ? span_find(head, type) : -1;

	if (at >= 0 && span_find(span_sub(head, (size_t)at + type.n, 16), SPAN("Bounce")) >= 0)
		signs_add(s, KIND_BOUNCE, SPAN("notification"), type, SPAN("Bounce"));
}

/* An invitation wants an answer by its own rules (RFC 6047), a reaction none at all (RFC 9078). */
static void courtesy_signs(struct signs *s)
{
	const struct facts *f = s->facts;
	const struct fact_field *class = facts_field(f, "Content-Class", 0);

	if (span_eq(f->content_type, SPAN("text/calendar")))
		signs_add(s, KIND_HUMAN, SPAN("calendar"), SPAN("Content-Type"), f->content_type);
	if (class && span_istarts(class->value, SPAN("urn:content-classes:calendarmessage")))
		signs_add(s, KIND_HUMAN, SPAN("calendar"), class->name, class->value);
	for (uint32_t i = 0; i < f->nparts; i++)
		if (span_eq(f->parts[i].disposition, SPAN("reaction")))
			signs_add(s, KIND_HUMAN, SPAN("reaction"), SPAN("Content-Disposition"),
				  f->parts[i].disposition);
}

void signs_of_structure(struct signs *s)
{
	report_sign(s);
	notification_sign(s);
	courtesy_signs(s);
}
