// SPDX-License-Identifier: Apache-2.0
/* hearback audit list, verify */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_record(void *context, const struct row *r)
{
	char rules[200];

	(void)context;
	snprintf(rules, sizeof(rules), "%s", cell_show(r, "rules"));
	for (char *p = rules; *p; p++)
		if (*p == '\n')
			*p = ' ';
	printf("%6s  %s  %-10s %-16s %-8s %-8s entry %-5s %s %s %s\n", cell_show(r, "record"), cell_show(r, "at"), cell_show(r, "event"),
	       cell_show(r, "purpose"), cell_show(r, "verdict"), cell_show(r, "conversation"), cell_number(r, "entry") ? cell_show(r, "entry") : "-", rules,
	       cell_show(r, "actor"), cell_show(r, "detail"));
}

static void print_check(void *context, const struct row *r)
{
	(void)context;
	/* What is wrong is the one line on standard error. */
	if (cell_number(r, "ok"))
		printf("ok: %s records, unbroken and signed\nhead: %s\n", cell_show(r, "records"), cell_show(r, "head"));
}

static int list(int argc, char **argv)
{
	bool json = false;
	const char *last = NULL;
	const struct option_spec options[] = { { "last", "N", "only the newest N records", &last, NULL } };
	const struct command_spec spec = { "audit list [--last N]", "The records of the audit, oldest first.", options, 1, 0, 0 };
	struct control_request r = { .verb = SPAN("audit-list") };
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (last)
		control_add(&r, "last", span_of(last));
	return ask(&r, json ? print_json_row : print_record, NULL);
}

static int verify(int argc, char **argv)
{
	bool json = false;
	const char *head = NULL;
	const struct option_spec options[] = {
		{ "head", "TEXT", "a head from outside: the value of a Hearback-Audit field", &head, NULL }
	};
	const struct command_spec spec = {
		"audit verify [--head TEXT]",
		"Checks that no record was changed, moved or removed: the chain, every signed head, and a head that somebody outside\n"
		"has kept. Every automated mail carries one. Takes time in proportion to the number of records.",
		options, 1, 0, 0,
	};
	struct control_request r = { .verb = SPAN("audit-verify") };
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (head)
		control_add(&r, "head", span_of(head));
	return ask(&r, json ? print_json_row : print_check, NULL);
}

int command_audit(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "list") == 0)
		return list(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "verify") == 0)
		return verify(argc - 1, argv + 1);
	fprintf(argc > 1 && strcmp(argv[1], "--help") == 0 ? stdout : stderr,
		"usage: hearback audit list [--last N]\n       hearback audit verify [--head TEXT]\n");
	return argc > 1 && strcmp(argv[1], "--help") == 0 ? EX_OK : EX_USAGE;
}
