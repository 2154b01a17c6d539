// SPDX-License-Identifier: Apache-2.0
#include "guard/filter_words.h"

enum { REASON_MAX = 200 };

static void say(struct sieve_run *run, const struct sieve_node *n, enum verdict verdict)
{
	struct filter_run *f = run->context;

	if (verdict <= f->verdict)
		return;
	f->verdict = verdict;
	f->reason = n->strings[0].at[0];
}

static void act_hold(struct sieve_run *run, const struct sieve_node *n)
{
	say(run, n, VERDICT_HOLD);
}

static void act_suppress(struct sieve_run *run, const struct sieve_node *n)
{
	say(run, n, VERDICT_SUPPRESS);
}

/* The reason stands in records and listings: one line. */
static const char *check_reason(struct arena *a, const struct sieve_node *n)
{
	struct span s = n->strings[0].at[0];

	(void)a;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ')
			return "the reason is one line, write it in one";
	return s.n && s.n <= REASON_MAX ? NULL : "the reason is one sentence of 1 to 200 bytes";
}

static bool look_fact(struct sieve_run *run, const struct sieve_node *n)
{
	const struct filter_run *f = run->context;
	struct span *values = arena_many(run->arena, n->strings[0].n, struct span);
	struct sieve_strings all = { values, n->strings[0].n };
	bool known;

	for (uint32_t i = 0; i < all.n; i++)
		values[i] = filter_fact(f->view, n->strings[0].at[i], &known);
	return sieve_match(run, n, &all, &n->strings[1]);
}

static const char *check_fact(struct arena *a, const struct sieve_node *n)
{
	const struct guard_case nobody = { .purpose = PURPOSE_ACKNOWLEDGEMENT };
	const struct guard_view v = { .c = &nobody, .purpose = purpose_rule(nobody.purpose), .arena = a };

	for (uint32_t i = 0; i < n->strings[0].n; i++) {
		bool known;
		filter_fact(&v, n->strings[0].at[i], &known);
		if (!known)
			return arena_printf(a, "there is no fact \"%.*s\", the manual lists them", SPAN_ARG(n->strings[0].at[i]));
	}
	return NULL;
}

#define MOVES_NO_MAIL "a filter moves no mail; it says hold or suppress, or nothing"
#define SENDS_NO_MAIL "a filter sends no mail; write a template and let hearback answer"

static const struct sieve_command words[] = {
	{ .name = "hold", .capability = "vnd.hearback", .arguments = "s", .act = act_hold, .check = check_reason },
	{ .name = "suppress", .capability = "vnd.hearback", .arguments = "s", .act = act_suppress, .check = check_reason },
	{ .name = "fact", .capability = "vnd.hearback", .arguments = "SS", .tags = SIEVE_TAG_MATCH, .is_test = true,
	  .look = look_fact, .check = check_fact },
	/* No opinion, as falling off the end. */
	{ .name = "keep", .arguments = "" },
	{ .name = "discard", .arguments = "", .refused = "no message is ever lost; to stay silent write suppress \"reason\"" },
	{ .name = "redirect", .arguments = "s", .refused = SENDS_NO_MAIL },
	{ .name = "fileinto", .capability = "fileinto", .arguments = "s", .refused = MOVES_NO_MAIL },
	{ .name = "reject", .capability = "reject", .arguments = "s", .refused = SENDS_NO_MAIL },
	{ .name = "ereject", .capability = "ereject", .arguments = "s", .refused = SENDS_NO_MAIL },
	{ .name = "vacation", .capability = "vacation", .arguments = "s", .refused = SENDS_NO_MAIL },
	{ .name = "notify", .capability = "enotify", .arguments = "s", .refused = SENDS_NO_MAIL },
	{ .name = "addflag", .capability = "imap4flags", .arguments = "S", .refused = "a filter sets no flags; see the setting marks" },
	{ .name = "set", .capability = "variables", .arguments = "ss", .refused = "there are no variables here" },
	{ .name = "envelope", .capability = "envelope", .arguments = "SS", .is_test = true,
	  .refused = "the envelope is not known here; look at return-path with address, or at fact \"return-path\"" },
};
const struct sieve_dialect filter_dialect = { words, sizeof(words) / sizeof(words[0]) };
