// SPDX-License-Identifier: Apache-2.0
/* The words of the language and what its tests look at (RFC 5228 section 5, RFC 5173 section 5). */
#include "sieve/internal.h"

enum { FIELDS_OF_A_NAME = 1000 };

static bool look_header(struct sieve_run *run, const struct sieve_node *n)
{
	struct sieve_list values = { .room = 0 };
	struct span value;

	for (uint32_t i = 0; i < n->strings[0].n; i++)
		for (uint32_t nth = 0; nth < FIELDS_OF_A_NAME; nth++) {
			if (!run->mail->field(run->mail->context, n->strings[0].at[i], nth, &value))
				break;
			if (!sieve_collect(run, &values, span_trim(value)))
				return false;
		}
	return sieve_match(run, n, &values.s, &n->strings[1]);
}

bool sieve_address_part(struct sieve_run *run, const struct sieve_node *n, struct address who, struct span *out)
{
	char separator = run->mail->subaddress ? run->mail->subaddress : '+';
	ptrdiff_t at = span_chr(who.local, separator);

	/* What is no address has no parts (RFC 5228 section 2.7.4). */
	if (n->part != SIEVE_ALL && (!who.local.n || !who.domain.n))
		return false;
	switch (n->part) {
	case SIEVE_ALL:
		*out = address_text(run->arena, who);
		return true;
	case SIEVE_LOCALPART:
		*out = who.local;
		return true;
	case SIEVE_DOMAIN:
		*out = who.domain;
		return true;
	case SIEVE_USER:
		*out = at < 0 ? who.local : span_sub(who.local, 0, (size_t)at);
		return true;
	case SIEVE_DETAIL:
		*out = span_sub(who.local, (size_t)(at + 1), SIZE_MAX);
		return at >= 0;
	}
	return false;
}

static bool collect_addresses(struct sieve_run *run, const struct sieve_node *n, const struct address_list *list,
			      struct sieve_list *values)
{
	struct span value;

	for (uint32_t i = 0; i < list->n; i++)
		if (sieve_address_part(run, n, list->at[i], &value) && !sieve_collect(run, values, value))
			return false;
	return true;
}

static bool look_address(struct sieve_run *run, const struct sieve_node *n)
{
	struct sieve_list values = { .room = 0 };
	struct address_list list;

	for (uint32_t i = 0; i < n->strings[0].n; i++)
		for (uint32_t nth = 0; nth < FIELDS_OF_A_NAME; nth++) {
			if (!run->mail->addresses(run->mail->context, run->arena, n->strings[0].at[i], nth, &list))
				break;
			if (!collect_addresses(run, n, &list, &values))
				return false;
		}
	return sieve_match(run, n, &values.s, &n->strings[1]);
}

static bool look_exists(struct sieve_run *run, const struct sieve_node *n)
{
	struct span value;

	for (uint32_t i = 0; i < n->strings[0].n; i++)
		if (!sieve_step(run, 0) || !run->mail->field(run->mail->context, n->strings[0].at[i], 0, &value))
			return false;
	return true;
}

static bool look_size(struct sieve_run *run, const struct sieve_node *n)
{
	return n->over ? run->mail->size > n->number : run->mail->size < n->number;
}

static bool look_body(struct sieve_run *run, const struct sieve_node *n)
{
	struct span text = run->mail->text;
	struct sieve_strings values = { &text, 1 };

	return sieve_match(run, n, &values, &n->strings[0]);
}

static bool look_true(struct sieve_run *run, const struct sieve_node *n)
{
	(void)run, (void)n;
	return true;
}

static bool look_false(struct sieve_run *run, const struct sieve_node *n)
{
	(void)run, (void)n;
	return false;
}

static bool look_not(struct sieve_run *run, const struct sieve_node *n)
{
	return !sieve_run_test(run, n->tests);
}

static bool look_allof(struct sieve_run *run, const struct sieve_node *n)
{
	for (const struct sieve_node *t = n->tests; t; t = t->next)
		if (!sieve_run_test(run, t))
			return false;
	return true;
}

static bool look_anyof(struct sieve_run *run, const struct sieve_node *n)
{
	for (const struct sieve_node *t = n->tests; t; t = t->next)
		if (sieve_run_test(run, t))
			return true;
	return false;
}

static void act_stop(struct sieve_run *run, const struct sieve_node *n)
{
	(void)n;
	run->stopped = true;
}

/* -- what the form does not say ----------------------------------------------------------------------------- */

static bool is_field_name(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 33 || s.p[i] > 126 || s.p[i] == ':')
			return false;
	return s.n > 0;
}

/* RFC 5231: :contains and :matches have no meaning for numbers (RFC 4790 section 9.1.1). */
const char *sieve_check_match(const struct sieve_node *n)
{
	if (n->comparator == SIEVE_NUMERIC && (n->match == SIEVE_CONTAINS || n->match == SIEVE_MATCHES))
		return "\"i;ascii-numeric\" compares whole numbers, write :is, :value or :count";
	return NULL;
}

static const char *check_names(struct arena *a, const struct sieve_strings *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		if (!is_field_name(names->at[i]))
			return arena_printf(a, "\"%.*s\" is no name of a header field", SPAN_ARG(names->at[i]));
	return NULL;
}

static const char *check_fields(struct arena *a, const struct sieve_node *n)
{
	const char *why = check_names(a, &n->strings[0]);

	return why ? why : sieve_check_match(n);
}

/* RFC 5228 section 5.1: only fields that hold addresses. */
static const char *check_address_fields(struct arena *a, const struct sieve_node *n)
{
	static const char *const known[] = {
		"from", "to", "cc", "bcc", "sender", "reply-to", "resent-from", "resent-to", "resent-cc", "resent-bcc",
		"resent-sender", "resent-reply-to", "return-path", "delivered-to", "errors-to", "x-original-to",
		"x-original-from", "envelope-to", "apparently-to", "mail-followup-to", "mail-reply-to", "abuse-reports-to",
		"disposition-notification-to", "return-receipt-to", "x-envelope-to", "x-envelope-from", "x-beenthere",
	};

	for (uint32_t i = 0; i < n->strings[0].n; i++) {
		bool found = false;
		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			found |= span_ieq(n->strings[0].at[i], span_of(known[k]));
		if (!found)
			return arena_printf(a, "\"%.*s\" holds no addresses, look at it with header", SPAN_ARG(n->strings[0].at[i]));
	}
	return sieve_check_match(n);
}

static const char *check_only_match(struct arena *a, const struct sieve_node *n)
{
	(void)a;
	return sieve_check_match(n);
}

const struct sieve_command sieve_commands[] = {
	{ .name = "if", .arguments = "tb" },
	{ .name = "elsif", .arguments = "tb" },
	{ .name = "else", .arguments = "b" },
	{ .name = "stop", .arguments = "", .act = act_stop },
	{ .name = "true", .arguments = "", .is_test = true, .look = look_true },
	{ .name = "false", .arguments = "", .is_test = true, .look = look_false },
	{ .name = "not", .arguments = "t", .is_test = true, .look = look_not },
	{ .name = "allof", .arguments = "T", .is_test = true, .look = look_allof },
	{ .name = "anyof", .arguments = "T", .is_test = true, .look = look_anyof },
	{ .name = "header", .arguments = "SS", .tags = SIEVE_TAG_MATCH, .is_test = true, .look = look_header,
	  .check = check_fields },
	{ .name = "address", .arguments = "SS", .tags = SIEVE_TAG_MATCH | SIEVE_TAG_PART, .is_test = true,
	  .look = look_address, .check = check_address_fields },
	{ .name = "exists", .arguments = "S", .is_test = true, .look = look_exists, .check = check_fields },
	{ .name = "size", .arguments = "n", .tags = SIEVE_TAG_SIZE, .is_test = true, .look = look_size },
	{ .name = "body", .capability = "body", .arguments = "S", .tags = SIEVE_TAG_MATCH | SIEVE_TAG_BODY,
	  .is_test = true, .look = look_body, .check = check_only_match },
	{ .name = "date", .capability = "date", .arguments = "ssS",
	  .tags = SIEVE_TAG_MATCH | SIEVE_TAG_ZONE | SIEVE_TAG_ORIGINAL_ZONE, .is_test = true, .look = sieve_look_date,
	  .check = sieve_check_date },
	{ .name = "currentdate", .capability = "date", .arguments = "sS", .tags = SIEVE_TAG_MATCH | SIEVE_TAG_ZONE,
	  .is_test = true, .look = sieve_look_currentdate, .check = sieve_check_date },
};
const uint32_t sieve_command_count = sizeof(sieve_commands) / sizeof(sieve_commands[0]);

enum sieve_branch sieve_branch_of(const struct sieve_command *command)
{
	for (int i = 0; i < 3; i++)
		if (command == &sieve_commands[i])
			return (enum sieve_branch)(BRANCH_IF + i);
	return BRANCH_NONE;
}
