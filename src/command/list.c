// SPDX-License-Identifier: Apache-2.0
/* hearback list */
#include "base/date.h"
#include "base/text.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>

static void print_row(void *context, const struct row *r)
{
	unsigned long *n = context;
	BUF_CLEANUP struct buf left = BUF_CAPPED(60);
	int64_t seconds = cell_number(r, "left");

	if (!(*n)++)
		printf("%-8s %-9s %-22s %-14s %-34s %s\n", "", "STATE", "DUE", "CLOCK", "REQUESTER", "SUBJECT");
	if (cell_number(r, "due")) {
		buf_puts(&left, seconds < 0 ? "late " : "in ");
		put_duration(&left, seconds);
	}
	printf("%-8s %-9s %-22s %-14s %-34s %s%s\n", cell_show(r, "conversation"), cell_show(r, "state"), left.n ? buf_cstr(&left) : "-",
	       cell_show(r, "clock"), cell_show(r, "requester"),
	       cell_number(r, "undelivered")	? "[not delivered] "
	       : cell_number(r, "seems_answered") ? "[answered elsewhere?] "
						    : "",
	       cell_show(r, "subject"));
}

int command_list(int argc, char **argv)
{
	bool json = false, overdue = false, all = false, quiet = false;
	const char *due = NULL, *state = NULL;
	const struct option_spec options[] = {
		{ "due", "SPAN", "what comes due within 90min, 1h, 2d ...", &due, NULL },
		{ "overdue", "", "what is late", NULL, &overdue },
		{ "state", "STATE", "open, waiting, resolved, dismissed or quiet", &state, NULL },
		{ "quiet", "", "where only machines have spoken", NULL, &quiet },
		{ "all", "", "every conversation, by number", NULL, &all },
	};
	const struct command_spec spec = {
		"list [--due SPAN | --overdue | --state STATE | --quiet | --all]",
		"Conversations. Without an option: every one that somebody owes an answer or that waits, the soonest due first.",
		options, sizeof(options) / sizeof(options[0]), 0, 0,
	};
	struct control_request r = { .verb = SPAN("list") };
	unsigned long n = 0;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (due)
		control_add(&r, "due", span_of(due));
	if (overdue)
		control_add(&r, "overdue", SPAN("yes"));
	if (state || quiet)
		control_add(&r, "state", span_of(quiet ? "quiet" : state));
	if (all)
		control_add(&r, "all", SPAN("yes"));
	int status = ask(&r, json ? print_json_row : print_row, &n);
	if (!status && !json && !n)
		printf("nothing\n");
	return status;
}
