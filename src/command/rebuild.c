// SPDX-License-Identifier: Apache-2.0
/* hearback rebuild: a ledger that is gone, made anew from what the mailboxes still hold. */
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/files.h"
#include "command/options.h"
#include "daemon/supervisor/supervisor.h"
#include "ledger/place.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static bool terminal;

static void show_progress(uint64_t messages, uint64_t of)
{
	if (!terminal)
		return;
	fprintf(stderr, "\r%llu of %llu messages ", (unsigned long long)messages,
		(unsigned long long)(of > messages ? of : messages));
	fflush(stderr);
}

static void print_mailbox(const struct row *r)
{
	if (cell_number(r, "whole"))
		printf("  %s %-6s %s: read up to UID %s\n", cell_show(r, "account"), cell_show(r, "mailbox"),
		       cell_show(r, "name"), cell_show(r, "read"));
	else
		printf("  %s %-6s NOT READ\n", cell_show(r, "account"), cell_show(r, "mailbox"));
}

static void print_row(void *context, const struct row *r)
{
	const bool *new_keys = context;

	if (span_eq(r->kind, SPAN("mailbox"))) {
		print_mailbox(r);
		return;
	}
	printf("%s messages in %s conversations, %s of them open; %s acknowledgements of ours known again by "
	       "their copies\n",
	       cell_show(r, "messages"), cell_show(r, "conversations"), cell_show(r, "open"),
	       cell_show(r, "acknowledged"));
	printf("nothing was sent, and every account observes: hearback mode ACCOUNT hold|send when you have "
	       "looked at it\n\n"
	       "not to be had from mailboxes, and gone unless the old ledger or a backup comes back:\n"
	       "  what people said (answered, resolve, dismiss) and what was held, queued or uncertain\n"
	       "  the suppression list, but for what bounces say\n"
	       "  the decisions and their evidence; mail that no longer lies in a mailbox\n"
	       "  the numbers of conversations: C-numbers are new\n");
	if (cell_number(r, "old_record"))
		printf("  the audit: it begins anew, and its second part names record %s, signed at %s, the "
		       "newest that mail of ours carries\n",
		       cell_show(r, "old_record"), cell_show(r, "old_record_at"));
	else
		printf("  the audit: it begins anew; no mail of ours carries a head of it\n");
	if (*new_keys)
		printf("  the keys were gone, too: new ones were made. Automated mail of before is not known "
		       "as ours any more: it counts\n"
		       "  as a machine's, and nobody can tell whom it acknowledged\n");
}

/* Reads everything there is; what an interrupted rebuild has read is not read again. */
static int read_mailboxes(const char *part, bool incomplete)
{
	if (mkdir(part, 0700) == 0)
		fprintf(stderr, "hearback: reading every mailbox from its beginning; nothing is sent\n");
	else if (errno == EEXIST)
		fprintf(stderr,
			"hearback: going on where an interrupted rebuild has stopped; nothing is sent\n");
	else
		return files_refuse(EX_CANTCREAT, "%s: %s", part, strerror(errno));
	int status = supervisor_run(
		config_path,
		&(struct supervisor_how){ .once = true, .rebuild = part, .progress = show_progress });
	if (terminal)
		fprintf(stderr, "\r%40s\r", "");
	if (status && !incomplete)
		return files_refuse(status, "not every mailbox could be read, and nothing has changed: put "
					    "that right and call it again, it goes on "
					    "from here; or take what there is with --incomplete");
	return 0;
}

static int rebuild(const char *state, const char *actor, bool incomplete, bool json)
{
	char part[PLACE_PATH], keys[PLACE_PATH];
	struct control_request r = { .verb = SPAN("rebuilt") };
	struct err err;

	snprintf(part, sizeof(part), "%s/rebuild.part", state);
	snprintf(keys, sizeof(keys), "%s/keys", state);
	bool new_keys = access(keys, F_OK) < 0;
	int status = read_mailboxes(part, incomplete);
	if (status)
		return status;
	control_add(&r, "actor", span_of(actor));
	status = ask_errand(&(struct ask_errand){ .task = TASK_REBUILT, .folder = part, .target = -1 }, &r,
			    json ? print_json_row : print_row, json ? NULL : &new_keys);
	if (!status && (place_commit(state, part, &err) || place_install(state, clock_now(), &err)))
		return files_refuse(EX_IOERR, "%s", err.text);
	return status;
}

int command_rebuild(int argc, char **argv)
{
	bool json = false, force = false, incomplete = false;
	const struct option_spec options[] = {
		{ "force", "", "there is a ledger: keep it as ledger.OLD-TIME and make a new one", NULL,
		  &force },
		{ "incomplete", "", "take what could be read even if a mailbox could not", NULL,
		  &incomplete },
	};
	const struct command_spec spec = {
		"rebuild [--force] [--incomplete]",
		"With the ledger gone: makes a new one from what INBOX and Sent of every account still hold, conversations and\n"
		"clocks as before. Sends nothing, says what it could not restore, and leaves every account in mode observe.",
		options, sizeof(options) / sizeof(options[0]), 0, 0,
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *state, *actor = files_actor(a);
	struct config c;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	terminal = isatty(STDERR_FILENO);
	e = files_settings(a, &c);
	if (!e)
		e = files_take_state(a, &c, force, &state);
	return e ? e : rebuild(state, actor, incomplete, json);
}
