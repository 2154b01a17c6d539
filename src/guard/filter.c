// SPDX-License-Identifier: Apache-2.0
#include "guard/filter.h"
#include "guard/filter_words.h"
#include <errno.h>

const char *filter_point_name(enum filter_point p)
{
	return p == FILTER_INTAKE ? "intake" : "outbound";
}

bool filter_may_be_named(struct span name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!ascii_alnum(name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
			return false;
	return name.n > 0 && name.n <= FILTER_NAME_MAX;
}

bool filter_compile(struct arena *a, enum filter_point point, struct span name, struct span source, struct filter *out,
		    struct sieve_errors *errors)
{
	struct sieve_node *script;

	if (!sieve_compile(a, source, &filter_dialect, &script, errors))
		return false;
	out->point = point;
	out->id = span_of(arena_printf(a, "%s/%.*s", filter_point_name(point), SPAN_ARG(name)));
	out->script = script;
	return true;
}

/* -- bundles ------------------------------------------------------------------------------------------------- */

void filter_bundle_put(struct buf *bundle, enum filter_point point, struct span name, struct span source)
{
	wire_put_u8(bundle, (uint8_t)point);
	wire_put_bytes(bundle, name);
	wire_put_bytes(bundle, source);
}

int filter_bundle_parse(struct arena *a, struct span bundle, struct filters *out, struct err *err)
{
	struct wire w = wire_over(bundle);
	struct sieve_errors errors;

	*out = (struct filters){ .at = arena_many(a, FILTERS_MAX, struct filter) };
	while (w.rest.n && !w.bad && out->n < FILTERS_MAX) {
		enum filter_point point = (enum filter_point)wire_u8_below(&w, FILTER_POINTS);
		struct span name = wire_bytes(&w, FILTER_NAME_MAX);
		struct span source = wire_bytes(&w, SIEVE_SIZE);
		if (w.bad)
			break;
		if (!filter_compile(a, point, name, source, &out->at[out->n++], &errors))
			return err_set(err, -EBADMSG, "%s/%.*s.sieve:%u:%u: %s", filter_point_name(point), SPAN_ARG(name),
				       errors.at[0].place.line, errors.at[0].place.column, errors.at[0].text);
	}
	if (!wire_done(&w))
		return err_set(err, -EBADMSG, "filters: more than %d or damaged on the way", FILTERS_MAX);
	return 0;
}

/* -- asking --------------------------------------------------------------------------------------------------- */

bool filter_ask(const struct guard_view *v, const struct filter *f, struct reason *out)
{
	struct filter_run run = { .view = v, .verdict = VERDICT_SEND };
	struct sieve_mail mail;
	uint64_t steps;

	if (f->point == FILTER_INTAKE ? !filter_mail_of_message(v, &mail) : !filter_mail_of_bytes(v, &mail))
		return false;
	enum sieve_end end = sieve_run_script(v->arena, f->script, &mail, &run, &steps);
	*out = (struct reason){ .verdict = run.verdict, .rule = f->id, .text = run.reason };
	if (end == SIEVE_OVERRUN) {
		out->verdict = VERDICT_HOLD;
		out->text = SPAN("the filter has used up its budget of steps");
	}
	return out->verdict != VERDICT_SEND;
}

uint32_t filters_judge(const struct guard_view *v, struct reason out[FILTER_REASONS])
{
	const struct filters *all = v->c->filters;
	uint32_t n = 0;

	if (!all || v->purpose->audience != AUDIENCE_REQUESTER)
		return 0;
	struct reason *said = arena_many(v->arena, all->n, struct reason);
	for (uint32_t i = 0; i < all->n; i++)
		if (!filter_ask(v, &all->at[i], &said[i]))
			said[i].verdict = VERDICT_SEND;
	for (enum verdict wanted = VERDICT_SUPPRESS; wanted > VERDICT_SEND; wanted--)
		for (uint32_t i = 0; i < all->n && n < FILTER_REASONS; i++)
			if (said[i].verdict == wanted)
				out[n++] = said[i];
	return n;
}

bool filter_always_speaks(struct arena *a, const struct filter *f)
{
	struct address maria = { SPAN("Maria"), SPAN("maria"), SPAN("customer.example") };
	struct address us = { SPAN(""), SPAN("support"), SPAN("hearback.example") };
	struct span own = SPAN("support@hearback.example");
	struct fact_field fields[] = { { SPAN("From"), SPAN("Maria <maria@customer.example>") },
				       { SPAN("To"), SPAN("support@hearback.example") },
				       { SPAN("Subject"), SPAN("A question") },
				       { SPAN("Message-ID"), SPAN("<1@customer.example>") } };
	struct guard_case c = { .purpose = PURPOSE_ACKNOWLEDGEMENT,
				.account = { .own = &own, .nown = 1 },
				.ask_addressed = true,
				.recipient = SPAN("maria@customer.example"),
				.has_message = true,
				.facts = facts_none() };
	struct facts *q = &c.facts;
	struct guard_view v;
	struct reason r;

	q->depth = FACTS_WHOLE;
	q->fields = fields;
	q->nfields = sizeof(fields) / sizeof(fields[0]);
	q->from = (struct address_list){ &maria, 1, 1, false, false };
	q->to = (struct address_list){ &us, 1, 1, false, false };
	q->from_fields = 1;
	q->from_raw = fields[0].value;
	q->subject = fields[2].value;
	q->text = SPAN("Hello,\nhow do I change my address?\nMaria\n");
	q->size = 200;
	guard_view(a, &c, &v);
	return f->point == FILTER_INTAKE && filter_ask(&v, f, &r);
}
