// SPDX-License-Identifier: Apache-2.0
/* Which words there are, and which of them the script has asked for by require (RFC 5228 section 3.2). */
#include "sieve/internal.h"

/* Capabilities that are no command or test. */
static const char *const capabilities[] = {
	"relational", "subaddress", "encoded-character", "comparator-i;octet", "comparator-i;ascii-casemap",
	"comparator-i;ascii-numeric",
};

static const struct sieve_command *find_in(const struct sieve_command *at, uint32_t n, struct span name, bool test)
{
	for (uint32_t i = 0; i < n; i++)
		if (at[i].is_test == test && span_ieq(name, span_of(at[i].name)))
			return &at[i];
	return NULL;
}

const struct sieve_command *sieve_find(const struct sieve_compiler *c, struct span name, bool test)
{
	const struct sieve_command *own = find_in(c->dialect->commands, c->dialect->n, name, test);

	return own ? own : find_in(sieve_commands, sieve_command_count, name, test);
}

bool sieve_required(const struct sieve_compiler *c, const char *capability)
{
	for (uint32_t i = 0; i < c->nrequired; i++)
		if (span_eq(c->required[i], span_of(capability)))
			return true;
	return false;
}

/* A command of that capability; *refused: the first that this house refuses. */
static bool offered(const struct sieve_command *at, uint32_t n, struct span capability, const char **refused)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!at[i].capability || !span_eq(capability, span_of(at[i].capability)))
			continue;
		*refused = at[i].refused;
		return true;
	}
	return false;
}

void sieve_require(struct sieve_compiler *c, struct sieve_place where, struct span capability)
{
	const char *refused = NULL;
	bool known = offered(c->dialect->commands, c->dialect->n, capability, &refused) ||
		     offered(sieve_commands, sieve_command_count, capability, &refused);

	for (size_t i = 0; i < sizeof(capabilities) / sizeof(capabilities[0]); i++)
		known |= span_eq(capability, span_of(capabilities[i]));
	if (refused)
		sieve_complain(c, where, "require \"%.*s\": %s", SPAN_ARG(capability), refused);
	else if (!known)
		sieve_complain(c, where, "require \"%.*s\": not known here, take it out with what needs it",
			       SPAN_ARG(capability));
	else if (c->nrequired < SIEVE_REQUIRED)
		c->required[c->nrequired++] = capability;
}
