// SPDX-License-Identifier: Apache-2.0
/* hearback erase: what the ledger holds of a person or a conversation. */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static void print_found(void *context, const struct row *r)
{
	(void)context;
	fprintf(stderr, "%s conversations with %s messages", cell_show(r, "conversations"),
		cell_show(r, "messages"));
	if (cell_number(r, "in_others"))
		fprintf(stderr, ", and what the person wrote in %s conversations of others",
			cell_show(r, "in_others"));
	fprintf(stderr, ": text, addresses and evidence are deleted from the ledger for good.\n"
			"Mail in the mailboxes stays where it is: delete it there yourself. Older backups "
			"still hold all of it.\n");
}

static void print_erased(void *context, const struct row *r)
{
	(void)context;
	printf("erased: %s conversations, %s messages, %s entries of the outbox%s\n",
	       cell_show(r, "conversations"), cell_show(r, "messages"), cell_show(r, "entries"),
	       cell_number(r, "compacted") ? "; the ledger's file was written anew without them"
					   : "; the ledger's file is written anew as soon as nobody reads it "
					     "(a backup is being made?)");
}

static bool confirmed(void)
{
	char answer[16] = "";

	fprintf(stderr, "Erase it? (yes/no) ");
	return fgets(answer, sizeof(answer), stdin) && strcmp(answer, "yes\n") == 0;
}

int command_erase(int argc, char **argv)
{
	bool json = false, yes = false;
	const struct option_spec options[] = { { "yes", "", "do not ask", NULL, &yes } };
	const struct command_spec spec = {
		"erase [--yes] ADDRESS | C-NUMBER",
		"Deletes what the ledger holds of a requester or of a conversation: texts, addresses, evidence. The audit stays\n"
		"whole, and says who asked. The mail is not taken in again, neither by a rebuild nor after a restore; new mail\n"
		"of that person is.",
		options, 1, 1, 1,
	};
	struct control_request r = { .verb = SPAN("erase") };
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	control_add(&r, "what", span_of(words[0]));
	if (!yes) {
		struct control_request look = r;
		if (!isatty(STDIN_FILENO)) {
			fprintf(stderr, "hearback: nobody is here to be asked: give --yes\n");
			return EX_USAGE;
		}
		control_add(&look, "look", SPAN("yes"));
		e = ask(&look, print_found, NULL);
		if (e)
			return e;
		if (!confirmed()) {
			fprintf(stderr, "hearback: nothing was erased\n");
			return EX_TEMPFAIL;
		}
	}
	return ask(&r, json ? print_json_row : print_erased, NULL);
}
