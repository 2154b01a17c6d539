// SPDX-License-Identifier: Apache-2.0
/* RFC 3464: blocks of fields, in a part of their own or, from servers that get MIME wrong, in the text. */
#include "mail/header.h"
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

static struct span report_field(const struct fact_report *r, struct span name)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (span_ieq(r->fields[i].name, name))
			return r->fields[i].value;
	return SPAN_NONE;
}

struct span typed_address(struct span value)
{
	ptrdiff_t semicolon = span_chr(value, ';');

	value = span_trim(span_sub(value, semicolon < 0 ? 0 : (size_t)semicolon + 1, SIZE_MAX));
	if (value.n > 1 && value.p[0] == '<' && value.p[value.n - 1] == '>')
		value = span_sub(value, 1, value.n - 2);
	/* "|/bin/program user@example.com" is what was done with the message, no address. */
	return span_chr(value, '@') > 0 && span_chr(value, ' ') < 0 ? value : SPAN_NONE;
}

/* Until when they will try (RFC 3464 section 2.3.9) tells only who is still at it. */
static enum bounce_action delayed_or_waiting(const struct fact_report *r)
{
	return report_field(r, SPAN("Will-Retry-Until")).n ? BOUNCE_WAITING : BOUNCE_DELAYED;
}

/* Action is required, but some leave it out: then the class of the status has to do. */
static enum bounce_action action_of(struct arena *a, struct span value, struct span status)
{
	value = span_trim(header_strip_comments(a, value));
	if (value.n == 0 && status.n && status.p[0] != '2')
		return status.p[0] == '5' ? BOUNCE_FAILED : BOUNCE_DELAYED;
	if (span_istarts(value, SPAN("fail")))
		return BOUNCE_FAILED;
	if (span_istarts(value, SPAN("delayed")))
		return BOUNCE_DELAYED;
	if (span_istarts(value, SPAN("delivered")) || span_istarts(value, SPAN("deliverable")) ||
	    span_istarts(value, SPAN("relayed")) || span_istarts(value, SPAN("expanded")))
		return BOUNCE_DELIVERED;
	return BOUNCE_OTHER;
}

struct span enhanced_status(struct span value)
{
	size_t n = 0;

	value = span_trim(value);
	while (n < value.n && (value.p[n] == '.' || (value.p[n] >= '0' && value.p[n] <= '9')))
		n++;
	bool whole =
		n >= 5 && value.p[1] == '.' && (value.p[0] == '2' || value.p[0] == '4' || value.p[0] == '5');
	return whole ? span_sub(value, 0, n) : SPAN_NONE;
}

struct bounce_recipient recipient_of_block(struct arena *a, const struct fact_report *r)
{
	struct span address = typed_address(report_field(r, SPAN("Original-Recipient")));

	/* The address we wrote to, where it is told; a server on the way may have replaced it. */
	if (address.n == 0)
		address = typed_address(report_field(r, SPAN("Final-Recipient")));
	struct bounce_recipient one = {
		.address = address,
		.status = enhanced_status(report_field(r, SPAN("Status"))),
		.diagnostic = report_field(r, SPAN("Diagnostic-Code")),
	};
	one.action = action_of(a, report_field(r, SPAN("Action")), one.status);
	if (one.action == BOUNCE_DELAYED)
		one.action = delayed_or_waiting(r);
	/* Status is required, too. */
	char class = one.status.n ? one.status.p[0] : reply_class(one.diagnostic);
	one.permanent = one.action == BOUNCE_FAILED && class != '4';
	return one;
}

void report_dialect(struct telling *t)
{
	for (uint32_t i = 0; i < t->facts->nreports; i++) {
		struct bounce_recipient one = recipient_of_block(t->arena, &t->facts->reports[i]);
		if (one.address.n) {
			telling_add(t, one);
		} else if (one.status.n) {
			t->nameless = true;
			t->whoever = one;
		}
	}
	t->reported = t->n > 0;
}

static bool is_report_field(struct span name)
{
	return span_ieq(name, SPAN("Original-Recipient")) || span_ieq(name, SPAN("Final-Recipient")) ||
	       span_ieq(name, SPAN("Action")) || span_ieq(name, SPAN("Status")) ||
	       span_ieq(name, SPAN("Diagnostic-Code"));
}

enum { BLOCK_FIELDS = 8 };
struct block {
	struct fact_field fields[BLOCK_FIELDS];
	uint32_t n;
};

static void end_block(struct telling *t, struct block *b)
{
	const struct fact_report r = { .fields = b->fields, .n = b->n };
	struct bounce_recipient one = recipient_of_block(t->arena, &r);

	if (one.address.n)
		telling_add(t, one);
	b->n = 0;
}

void fields_dialect(struct telling *t)
{
	struct block b = { .n = 0 };
	struct span rest = span_sub(t->facts->text, 0, LIMIT_HEADER_BLOCK), line;

	while (span_split(&rest, '\n', &line)) {
		ptrdiff_t colon = span_chr(line, ':');
		struct span name = span_trim(span_sub(line, 0, colon < 0 ? 0 : (size_t)colon));
		if (span_trim(line).n == 0)
			end_block(t, &b);
		else if (b.n < BLOCK_FIELDS && is_report_field(name))
			b.fields[b.n++] = (struct fact_field){
				name, span_trim(span_sub(line, (size_t)colon + 1, SIZE_MAX))
			};
	}
	end_block(t, &b);
}
