// SPDX-License-Identifier: Apache-2.0
#include "reading/authentication_survey.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "reading/transport.h"

/* RFC 5321 section 4.4: "from ... by HOST ...". */
static struct span written_by(struct arena *work, struct span received)
{
	struct span rest = header_strip_comments(work, received);
	struct span clauses;
	struct span word;
	bool next = false;

	span_split(&rest, ';', &clauses);
	while (span_split(&clauses, ' ', &word)) {
		word = span_trim(word);
		if (next && word.n)
			return word.n <= LIMIT_DOMAIN ? word : SPAN_NONE;
		if (word.n)
			next = span_ieq(word, SPAN("by"));
	}
	return SPAN_NONE;
}

/* mx2.example.com and mx1.example.com are one house, and so are all of prod.outlook.com. */
static struct span house_of(struct span host)
{
	struct span house = host;
	unsigned dots = 0;

	for (size_t i = host.n; i > 0; i--) {
		if (host.p[i - 1] != '.')
			continue;
		if (++dots > 1)
			house = span_sub(host, i, SIZE_MAX);
		if (dots == 3)
			break;
	}
	return house;
}

static void count_host(struct arena *a, struct authentication_survey *s, uint32_t depth, struct span host)
{
	struct survey_host *at = s->hosts[depth];
	uint32_t least = 0;
	uint32_t n = s->nhosts[depth];

	for (uint32_t i = 0; i < n; i++) {
		if (span_ieq(at[i].name, host)) {
			at[i].messages++;
			return;
		}
		least = at[i].messages < at[least].messages ? i : least;
	}
	if (n < SURVEY_HOSTS)
		least = s->nhosts[depth]++;
	at[least] = (struct survey_host){ .name = arena_span(a, host), .messages = 1 };
}

static struct survey_name *find_name(struct arena *a, struct authentication_survey *s, struct span id,
				     uint16_t hops)
{
	uint32_t least = 0;

	for (uint32_t i = 0; i < s->nnames; i++) {
		if (s->names[i].hops == hops && span_ieq(s->names[i].id, id))
			return &s->names[i];
		least = s->names[i].messages < s->names[least].messages ? i : least;
	}
	if (s->nnames < SURVEY_NAMES)
		least = s->nnames++;
	s->names[least] = (struct survey_name){ .id = arena_span(a, id), .hops = hops };
	return &s->names[least];
}

static void count_name(struct arena *a, struct authentication_survey *s, struct span id, uint16_t hops,
		       struct span domain)
{
	struct survey_name *name = find_name(a, s, id, hops);

	name->messages++;
	if (!domain.n || name->ndomains == SURVEY_DOMAINS ||
	    key_listed(domain, name->domains, name->ndomains))
		return;
	name->domains[name->ndomains++] = arena_span(a, domain);
}

/* What one message bears, each name once at each depth. */
struct borne {
	struct span ids[SURVEY_NAMES / 4];
	uint16_t hops[SURVEY_NAMES / 4];
	uint32_t n;
};

static void bear(struct borne *b, struct span id, uint16_t hops)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (b->hops[i] == hops && span_ieq(b->ids[i], id))
			return;
	if (b->n == sizeof(b->ids) / sizeof(*b->ids) || id.n > LIMIT_DOMAIN)
		return;
	b->ids[b->n] = id.n ? id : SPAN("microsoft365");
	b->hops[b->n++] = hops;
}

void authentication_survey_add(struct arena *a, struct arena *work, const struct facts *f,
			       struct authentication_survey *s)
{
	const struct address *from = transport_only_from(f);
	struct borne borne = { .n = 0 };
	struct span id;
	uint16_t hops = 0;

	if (!facts_count(f, "Received"))
		return;
	s->messages++;
	for (uint32_t i = 0; i < f->nfields && hops < SURVEY_DEPTH; i++) {
		const struct fact_field *field = &f->fields[i];
		if (span_ieq(field->name, SPAN("Received")))
			count_host(a, s, hops++, house_of(written_by(work, field->value)));
		else if (span_ieq(field->name, SPAN("Authentication-Results")) &&
			 authentication_id(work, field->value, &id))
			bear(&borne, id, hops);
	}
	s->with_results += borne.n > 0;
	for (uint32_t i = 0; i < borne.n; i++)
		count_name(a, s, borne.ids[i], borne.hops[i], from ? from->domain : SPAN_NONE);
}

static bool nearly_all(const struct authentication_survey *s, uint32_t messages)
{
	return (uint64_t)messages * 100 >= (uint64_t)s->messages * SURVEY_NEARLY;
}

/* How many Received fields, from the top, are ours: up to the last one that one host has written for nearly
 * all. */
static uint32_t ours(const struct authentication_survey *s)
{
	uint32_t n = 0;

	for (uint32_t depth = 0; depth < SURVEY_DEPTH; depth++)
		for (uint32_t i = 0; i < s->nhosts[depth]; i++)
			if (s->hosts[depth][i].name.n && nearly_all(s, s->hosts[depth][i].messages))
				n = depth + 1;
	return n;
}

static bool below(struct span name, struct span domain)
{
	return span_chr(domain, '.') > 0 &&
	       (span_ieq(name, domain) ||
		(name.n > domain.n + 1 && span_iends(name, domain) && name.p[name.n - domain.n - 1] == '.'));
}

/* Whose IMAP servers those are that write such names. */
static bool of_service(struct span id, struct span host)
{
	return (span_ieq(id, SPAN("mx.google.com")) &&
		(span_ieq(host, SPAN("imap.gmail.com")) || span_ieq(host, SPAN("imap.googlemail.com")))) ||
	       (span_eq(id, SPAN("microsoft365")) && below(host, SPAN("office365.com")));
}

static bool related(struct span id, struct span domain, struct span host)
{
	struct span parent = host;
	struct span head;

	span_split(&parent, '.', &head);
	return below(id, domain) || span_ieq(id, host) || below(id, parent) || of_service(id, host);
}

void authentication_survey_propose(const struct authentication_survey *s, struct span domain,
				   struct span host, struct authentication_proposal *out)
{
	const struct survey_name *best = NULL;
	uint32_t received = ours(s);

	*out = (struct authentication_proposal){ .hops = 0 };
	if (s->messages < SURVEY_LEAST)
		return;
	if (!s->with_results)
		out->authserv_id = SPAN("none");
	for (uint32_t i = 0; i < s->nnames; i++) {
		const struct survey_name *n = &s->names[i];
		if (n->hops <= received && nearly_all(s, n->messages) && (!best || n->hops < best->hops))
			best = n;
	}
	if (!best)
		return;
	*out = (struct authentication_proposal){
		.authserv_id = best->id,
		.hops = best->hops,
		.messages = best->messages,
		.domains = best->ndomains,
		.above_border = best->hops < received || authentication_writes_one_field(best->id),
		.related = related(best->id, domain, host),
	};
}
