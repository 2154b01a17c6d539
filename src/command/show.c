// SPDX-License-Identifier: Apache-2.0
/* hearback show: the story of one conversation. */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>
#include <string.h>

static bool has(const struct row *r, const char *name)
{
	const struct cell *c = row_cell(r, name);

	return c && (c->type == CELL_TEXT || c->type == CELL_LIST ? c->text.n > 0 : c->number != 0);
}

static void print_indented(const char *text, const char *indent)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		printf("%s%.*s\n", indent, (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void print_head(const struct row *r)
{
	printf("%s  %s  %s\n", cell_show(r, "conversation"), cell_show(r, "state"), cell_show(r, "subject"));
	printf("  requester   %s%s%s%s\n", cell_show(r, "requester"), has(r, "name") ? " (" : "", has(r, "name") ? cell_show(r, "name") : "",
	       has(r, "name") ? ")" : "");
	if (has(r, "language"))
		printf("  language    %s\n", cell_show(r, "language"));
	if (has(r, "agent"))
		printf("  answered by %s\n", cell_show(r, "agent"));
	if (has(r, "undelivered"))
		printf("  NOT DELIVERED: what we sent was refused or came back at %s\n", cell_show(r, "undelivered"));
	if (has(r, "seems_answered"))
		printf("  seems to be answered where hearback does not see it, since %s; hearback answered %s stops its clock\n",
		       cell_show(r, "seems_answered"), cell_show(r, "conversation"));
	if (has(r, "linked"))
		printf("  claims to belong to %s; its sender is not known there\n", cell_show(r, "linked"));
}

static void print_event(const struct row *r, bool full)
{
	printf("\n%s  %s", cell_show(r, "at"), cell_show(r, "event"));
	if (has(r, "author"))
		printf("  %s", cell_show(r, "author"));
	if (has(r, "actor"))
		printf("  by %s", cell_show(r, "actor"));
	printf("\n");
	if (has(r, "subject"))
		printf("  %s\n", cell_show(r, "subject"));
	if (has(r, "message"))
		printf("  kind %s, voice %s, %s, joined by %s\n", cell_show(r, "kind"), cell_show(r, "voice"), cell_show(r, "proof"),
		       cell_show(r, "join"));
	if (strcmp(cell_show(r, "voice"), "claimed-agent") == 0)
		printf("  claims to be an agent, and nothing proves it: it stops no clock\n");
	if (has(r, "doubtful"))
		printf("  says it comes by our form or group, and nothing proves it\n");
	if (has(r, "trouble"))
		printf("  NOT READ: %s\n", cell_show(r, "trouble"));
	if (has(r, "collision"))
		printf("  its Message-ID belongs to another message already\n");
	if (has(r, "partial"))
		printf("  only its beginning was fetched; the rest is in the mailbox\n");
	if (has(r, "entry"))
		printf("  -> entry %s to %s: %s  %s\n", cell_show(r, "entry"), cell_show(r, "entry_recipient"), cell_show(r, "entry_state"),
		       has(r, "entry_reply") ? cell_show(r, "entry_reply") : "");
	if (has(r, "entry_bounced"))
		printf("     NOT DELIVERED: it came back at %s %s\n", cell_show(r, "entry_bounced"), cell_show(r, "entry_bounce_status"));
	if (has(r, "attachments"))
		print_indented(cell_show(r, "attachments"), "  + ");
	if (full && has(r, "text"))
		print_indented(cell_show(r, "text"), "    ");
	else if (has(r, "new_text"))
		print_indented(cell_show(r, "new_text"), "    ");
	if (!full && has(r, "trimmed"))
		printf("    (%lld more bytes, quotes, signatures and the like: --full)\n", (long long)cell_number(r, "trimmed"));
}

static void print_row(void *context, const struct row *r)
{
	const bool *full = context;

	if (span_eq(r->kind, SPAN("conversation")))
		print_head(r);
	else if (span_eq(r->kind, SPAN("clock")))
		printf("  %s\n", cell_show(r, "explained"));
	else
		print_event(r, *full);
}

int command_show(int argc, char **argv)
{
	bool json = false, full = false;
	const struct option_spec options[] = {
		{ "full", "", "whole texts, with quotes and signatures", NULL, &full },
	};
	const struct command_spec spec = {
		"show [--full] C-NUMBER",
		"The story of a conversation: who it is with, its clocks and how they were computed, every message in order\n"
		"with what is new in it, and what was decided on it.",
		options, sizeof(options) / sizeof(options[0]), 1, 1,
	};
	struct control_request r = { .verb = SPAN("show") };
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	control_add(&r, "conversation", span_of(words[0]));
	if (full || json)
		control_add(&r, "full", SPAN("yes"));
	return ask(&r, json ? print_json_row : print_row, json ? NULL : &full);
}
