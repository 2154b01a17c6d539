// SPDX-License-Identifier: Apache-2.0
/* What a delivery report says: RFC 3464, Exim's X-Failed-Recipients, else its text. */
#include "reading/bounce.h"
#include "mail/header.h"
#include "mail/limits.h"

static struct span report_field(const struct fact_report *r, struct span name)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (span_ieq(r->fields[i].name, name))
			return r->fields[i].value;
	return SPAN_NONE;
}

/* "rfc822; user@example.com": what follows the type, without brackets (RFC 3464 section 2.3.1). */
static struct span typed_address(struct span value)
{
	ptrdiff_t semicolon = span_chr(value, ';');

	value = span_trim(span_sub(value, semicolon < 0 ? 0 : (size_t)semicolon + 1, SIZE_MAX));
	if (value.n > 1 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = span_sub(value, 1, value.n - 2);
	return span_chr(value, '@') > 0 ? value : SPAN_NONE;
}

/* Action is required, but some leave it out: then the class of the status has to do. */
static enum bounce_action action_of(struct arena *a, struct span value, struct span status)
{
	value = span_trim(header_strip_comments(a, value));
	if (value.n == 0 && status.n && status.p[0] != '2')
		return status.p[0] == '5' ? BOUNCE_FAILED : BOUNCE_DELAYED;
	if (span_istarts(value, SPAN("failed")))
		return BOUNCE_FAILED;
	if (span_istarts(value, SPAN("delayed")))
		return BOUNCE_DELAYED;
	if (span_istarts(value, SPAN("delivered")) || span_istarts(value, SPAN("relayed")) ||
	    span_istarts(value, SPAN("expanded")))
		return BOUNCE_DELIVERED;
	return BOUNCE_OTHER;
}

/* "5.1.1 (bad mailbox)": the three numbers (RFC 3463 section 2), or empty. */
static struct span status_of(struct span value)
{
	size_t n = 0;

	value = span_trim(value);
	while (n < value.n && (value.p[n] == '.' || (value.p[n] >= '0' && value.p[n] <= '9')))
		n++;
	bool whole =
		n >= 5 && value.p[1] == '.' && (value.p[0] == '2' || value.p[0] == '4' || value.p[0] == '5');
	return whole ? span_sub(value, 0, n) : SPAN_NONE;
}

static bool read_block(struct arena *a, const struct fact_report *r, struct bounce_recipient *out)
{
	struct span address = typed_address(report_field(r, SPAN("Original-Recipient")));

	/* The address we wrote to, where it is told; a server on the way may have replaced it. */
	if (address.n == 0)
		address = typed_address(report_field(r, SPAN("Final-Recipient")));
	if (address.n == 0)
		return false;
	*out = (struct bounce_recipient){
		.address = address,
		.status = status_of(report_field(r, SPAN("Status"))),
		.diagnostic = report_field(r, SPAN("Diagnostic-Code")),
	};
	out->action = action_of(a, report_field(r, SPAN("Action")), out->status);
	out->permanent = out->action == BOUNCE_FAILED && !(out->status.n && out->status.p[0] == '4');
	return true;
}

uint32_t bounce_add(struct bounce_recipient *at, uint32_t n, struct bounce_recipient one)
{
	for (uint32_t i = 0; i < n; i++)
		if (span_ieq(at[i].address, one.address))
			return n;
	if (n == LIMIT_REPORT_RECIPIENTS)
		return n;
	at[n] = one;
	return n + 1;
}

static uint32_t failed_recipients(const struct facts *f, struct bounce_recipient *at, uint32_t n)
{
	const struct fact_field *field;

	for (uint32_t i = 0;
	     n < LIMIT_REPORT_RECIPIENTS && (field = facts_field(f, "X-Failed-Recipients", i)); i++) {
		struct span rest = field->value;
		struct span one;
		while (n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, ',', &one)) {
			one = typed_address(span_trim(one));
			if (one.n)
				n = bounce_add(at, n, (struct bounce_recipient){
					.address = one, .action = BOUNCE_FAILED, .permanent = true });
		}
	}
	return n;
}

uint32_t reading_bounce(struct arena *a, const struct facts *f, struct bounce_recipient **out)
{
	struct bounce_recipient *at = arena_many(a, LIMIT_REPORT_RECIPIENTS, struct bounce_recipient);
	struct bounce_recipient one;
	uint32_t n = 0;

	for (uint32_t i = 0; i < f->nreports && n < LIMIT_REPORT_RECIPIENTS; i++)
		if (read_block(a, &f->reports[i], &one))
			n = bounce_add(at, n, one);
	*out = at;
	n = failed_recipients(f, at, n);
	return n ? n : bounce_text(f, at);
}

/* Old servers put the returned message into the text. */
static struct span id_in_text(struct arena *a, struct span text)
{
	const struct span name = SPAN("Message-ID:");
	struct span line;

	while (span_split(&text, '\n', &line))
		if (span_istarts(line, name))
			return message_id_parse(a, span_sub(line, name.n, SIZE_MAX));
	return SPAN_NONE;
}

struct span reading_returned_id(struct arena *a, const struct facts *f)
{
	struct raw_header header;

	if (f->returned_header.n == 0)
		return id_in_text(a, f->text);
	raw_header_parse(a, f->returned_header, &header);
	const struct raw_field *id = raw_header_find(&header, "Message-ID", 0);
	return id ? message_id_parse(a, id->value) : SPAN_NONE;
}
