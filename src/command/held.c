// SPDX-License-Identifier: Apache-2.0
/* hearback held: what waits for a person. */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_row(void *context, const struct row *r)
{
	unsigned long *n = context;

	if (!(*n)++)
		printf("%-6s %-10s %-16s %-8s %-34s %-22s %s\n", "ENTRY", "STATE", "PURPOSE", "", "RECIPIENT", "EXPIRES", "BY");
	printf("%-6s %-10s %-16s %-8s %-34s %-22s %s\n", cell_show(r, "entry"), cell_show(r, "state"), cell_show(r, "purpose"),
	       cell_show(r, "conversation"), cell_show(r, "recipient"), cell_show(r, "expires"), cell_show(r, "rule"));
}

static void print_done(void *context, const struct row *r)
{
	(void)context;
	printf("released entry %s\n", cell_show(r, "entry"));
}

int command_held(int argc, char **argv)
{
	bool json = false, all = false;
	const struct option_spec options[] = { { "all", "", "release everything that is held", NULL, &all } };
	const struct command_spec spec = {
		"held [release ENTRY | release --all | drop ENTRY]",
		"Automated mail that waits for a person: held back by the guard or by the mode, or uncertain because the\n"
		"connection was lost after it may have been sent. A released answer is composed anew.",
		options, 1, 0, 2,
	};
	struct control_request r = { .verb = SPAN("held") };
	unsigned long n = 0;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (nwords == 0) {
		int status = ask(&r, json ? print_json_row : print_row, &n);
		if (!status && !json && !n)
			printf("nothing is held\n");
		return status;
	}
	bool release = strcmp(words[0], "release") == 0;
	if ((!release && strcmp(words[0], "drop")) || (nwords < 2) != (release && all)) {
		fprintf(stderr, "hearback: usage: hearback %s\n", spec.synopsis);
		return EX_USAGE;
	}
	r.verb = release ? SPAN("release") : SPAN("drop");
	if (nwords == 2)
		control_add(&r, "entry", span_of(words[1]));
	else
		control_add(&r, "all", SPAN("yes"));
	int status = ask(&r, json ? print_json_row : print_done, NULL);
	if (!status && release && !ask_was_daemon)
		fprintf(stderr, "hearback: no `hearback run` is running here: what was released is sent when one runs\n");
	if (!status && !json && !release)
		printf("dropped entry %s\n", words[1]);
	return status;
}
