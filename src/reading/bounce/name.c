// SPDX-License-Identifier: Apache-2.0
/* Names without a domain below a heading: users of the server that reports (AOL, Sendmail, phquery). */
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

static const struct span headings[] = {
	WORD("following recipient"), WORD("following address"), WORD("following user"),
	WORD("not delivered to the following"), WORD("undeliverable to the following"),
	WORD("had permanent fatal errors"), WORD("had delivery problems"),
	WORD("had transient non-fatal errors"),
};

static bool heads(struct span line)
{
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if (span_ifind(line, headings[i]) >= 0)
			return true;
	return false;
}

/* The domain of whoever reports, empty for a host of which nobody would say where its users are. */
static struct span domain_of_server(const struct telling *t)
{
	const struct address_list *from = &t->facts->from;

	return from->n == 1 ? from->at[0].domain : SPAN_NONE;
}

static struct span first_word(struct span line)
{
	size_t n = 0;

	while (n < line.n && is_address_char(line.p[n]))
		n++;
	return span_sub(line, 0, n);
}

/* Nothing stands behind it but a reason, set apart by blanks or brackets: it is no sentence. */
static bool is_name(struct span line, struct span name)
{
	struct span behind = span_sub(line, name.n, SIZE_MAX);
	bool apart = span_starts(behind, SPAN("  ")) || span_starts(behind, SPAN("\t")) ||
		     span_starts(behind, SPAN(" (")) || span_trim(behind).n == 0;

	return name.n && name.n <= LIMIT_LOCAL_PART && apart && span_chr(name, '@') < 0 &&
	       ascii_alnum(name.p[0]);
}

static void add_name(struct telling *t, struct span name, struct span domain)
{
	char *address = arena_printf(t->arena, "%.*s@%.*s", SPAN_ARG(name), SPAN_ARG(domain));

	telling_add_address(t, span_of(address));
	t->named = true;
}

/* Universities explain how addresses look there: "by emailing NAME@example.edu". */
static bool add_as_explained(struct telling *t, struct span name)
{
	struct span rest = t->text, address;
	bool any = false;

	while (t->n < LIMIT_REPORT_RECIPIENTS && next_address(&rest, &address)) {
		if (!span_starts(address, SPAN("NAME@")) || address.n == 5)
			continue;
		add_name(t, name, span_sub(address, 5, SIZE_MAX));
		any = true;
	}
	return any;
}

void name_dialect(struct telling *t)
{
	struct span domain = domain_of_server(t), rest = t->text, line;
	bool below = false;

	while (domain.n && t->n < LIMIT_REPORT_RECIPIENTS && span_split(&rest, '\n', &line)) {
		line = span_trim(line);
		struct span name = first_word(line);
		if (line.n == 0)
			continue;
		if (heads(line) || (line.p[line.n - 1] == ':' && below && !t->named)) {
			below = true;
		} else if (below && is_name(line, name)) {
			if (!add_as_explained(t, name))
				add_name(t, name, domain);
		} else {
			below = false;
		}
	}
}
