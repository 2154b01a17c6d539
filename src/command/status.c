// SPDX-License-Identifier: Apache-2.0
/* hearback status */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include "command/status.h"
#include <stdio.h>

/* Only what is not as it should be. */
static void print_room(const struct row *r)
{
	const struct cell *missing = row_cell(r, "walls_missing");

	if (!missing || !missing->text.n)
		return;
	printf("WALLS MISSING around %s", cell_show(r, "room"));
	if (row_cell(r, "account")->text.n)
		printf(" %s", cell_show(r, "account"));
	if (row_cell(r, "watched")->text.n)
		printf(" %s", cell_show(r, "watched"));
	printf(": %s\n", cell_show(r, "walls_missing"));
}

static void print_row(void *context, const struct row *r)
{
	(void)context;
	if (span_eq(r->kind, SPAN("keeper"))) {
		printf("%s conversations, %s messages, %s overdue; ledger %.1f MB, %s audit records\n", cell_show(r, "conversations"),
		       cell_show(r, "messages"), cell_show(r, "overdue"), (double)cell_number(r, "ledger_bytes") / 1e6, cell_show(r, "records"));
		if (cell_number(r, "disk_low"))
			printf("THE DISK IS NEARLY FULL: nothing automatic is sent until there is room (reserve)\n");
	} else if (span_eq(r->kind, SPAN("account"))) {
		printf("\n%s  mode %s  queued %s, in flight %s, held %s, uncertain %s; agents' answers %s\n", cell_show(r, "account"),
		       cell_show(r, "mode"), cell_show(r, "queued"), cell_show(r, "in_flight"), cell_show(r, "held"), cell_show(r, "uncertain"),
		       cell_number(r, "answers_seen") ? "are seen" : "were never seen yet");
		if (cell_number(r, "sender_failures"))
			printf("  cannot send: %s\n         tried again at %s\n", cell_show(r, "sender_trouble"), cell_show(r, "sender_again"));
		if (cell_number(r, "reconciles"))
			printf("  RESTORED FROM A BACKUP: its mailboxes are still to be read for what was sent since; until then it cannot send\n");
	} else if (span_eq(r->kind, SPAN("room"))) {
		print_room(r);
	} else {
		printf("  %-6s %-14s %s  read up to UID %s of %lld, last looked at %s", cell_show(r, "mailbox"), cell_show(r, "name"),
		       cell_number(r, "connected") ? "connected" : "NOT CONNECTED", cell_show(r, "cursor"),
		       (long long)(cell_number(r, "uidnext") ? cell_number(r, "uidnext") - 1 : 0), cell_show(r, "looked"));
		if (row_cell(r, "trouble")->text.n)
			printf("\n         %s", cell_show(r, "trouble"));
		if (!cell_number(r, "connected") && cell_number(r, "again"))
			printf("\n         next login at %s", cell_show(r, "again"));
		if (row_cell(r, "marks_refused")->text.n)
			printf("\n         %s", cell_show(r, "marks_refused"));
		if (cell_number(r, "missed"))
			printf("\n         %s requests have left it at once and lie neither in Junk nor in Trash: their clocks go on",
			       cell_show(r, "missed"));
		printf("\n");
	}
}

int command_status(int argc, char **argv)
{
	bool json = false, check = false, metrics = false;
	const struct option_spec options[] = {
		{ "check", "", "for monitoring: 0 if all is well, 1 if somebody should look, 2 if mail is not dealt with", NULL, &check },
		{ "metrics", "", "for a collector: the same as numbers, in the text format of Prometheus", NULL, &metrics },
	};
	const struct command_spec spec = {
		"status [--check | --metrics]", "How each account stands: mode, mailboxes, cursors, queues, walls.", options, 2, 0, 0,
	};
	struct control_request r = { .verb = SPAN("status") };
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (check)
		return status_check(&r);
	if (metrics)
		return status_metrics(&r);
	int status = ask(&r, json ? print_json_row : print_row, NULL);
	if (!status && !ask_was_daemon)
		fprintf(stderr, "hearback: no `hearback run` is running here: nothing is taken in and nothing is sent\n");
	return status;
}
