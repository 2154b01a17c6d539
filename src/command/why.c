// SPDX-License-Identifier: Apache-2.0
/* hearback why: why did this go out, why did that not? */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>

static void print_decision(const struct row *r)
{
	printf("%s  %s of %s to %s  (record %s, mode %s)\n", cell_show(r, "at"), cell_show(r, "verdict"), cell_show(r, "purpose"),
	       cell_show(r, "recipient"), cell_show(r, "record"), cell_show(r, "mode"));
	if (row_cell(r, "answers"))
		printf("  answers <%s> in %s: %s\n", cell_show(r, "answers"), cell_show(r, "conversation"), cell_show(r, "subject"));
	if (row_cell(r, "kind"))
		printf("  kind %s\n", cell_show(r, "kind"));
	if (row_cell(r, "detail") && row_cell(r, "detail")->text.n)
		printf("  %s\n", cell_show(r, "detail"));
	printf("  replayed: %s\n", cell_show(r, "replay"));
	if (!row_cell(r, "rules")->text.n)
		printf("  nothing spoke against it\n");
}

static void print_entry(const struct row *r)
{
	printf("entry %s to %s: %s%s\n  <%s>\n", cell_show(r, "entry"), cell_show(r, "recipient"), cell_show(r, "state"),
	       cell_number(r, "witnessed") ? ", proved by a copy in our own mailbox" : "", cell_show(r, "message_id"));
	if (cell_number(r, "bounced"))
		printf("  came back at %s: not delivered %s\n", cell_show(r, "bounced"), cell_show(r, "bounce_status"));
	if (row_cell(r, "reply") && row_cell(r, "reply")->text.n)
		printf("  the server said: %s\n", cell_show(r, "reply"));
}

static void print_row(void *context, const struct row *r)
{
	(void)context;
	if (span_eq(r->kind, SPAN("decision")))
		print_decision(r);
	else if (span_eq(r->kind, SPAN("reason")))
		printf("  %-8s by %s: %s  [%s]\n", cell_show(r, "verdict"), cell_show(r, "rule"), cell_show(r, "reason"),
		       cell_show(r, "evidence"));
	else if (span_eq(r->kind, SPAN("event")))
		printf("%s  %s  (record %s)  %s %s\n", cell_show(r, "at"), cell_show(r, "event"), cell_show(r, "record"), cell_show(r, "detail"),
		       cell_show(r, "actor"));
	else if (span_eq(r->kind, SPAN("entry")))
		print_entry(r);
	else
		printf("<%s> (kind %s, voice %s): %s\n", cell_show(r, "answers"), cell_show(r, "kind"), cell_show(r, "voice"),
		       cell_show(r, "reason"));
}

int command_why(int argc, char **argv)
{
	const struct command_spec spec = {
		"why MESSAGE-ID | RECIPIENT | C-NUMBER",
		"Every automated message that was proposed for a message, a person or a conversation: what was decided, by which\n"
		"rule, on which header; what became of it; and the same decision made once more on the case that was kept.",
		NULL, 0, 1, 1,
	};
	struct control_request r = { .verb = SPAN("why") };
	bool json = false;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	control_add(&r, "what", span_of(words[0]));
	return ask(&r, json ? print_json_row : print_row, NULL);
}
