// SPDX-License-Identifier: Apache-2.0
#include "config.h"
#include "base/crypto.h"
#include "base/text.h"
#include "command/ask.h"
#include "command/command.h"
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *meaning;
} commands[] = {
	{ "try", command_try, "imaps://USER@HOST: what would hearback do with this mailbox? Changes and sends nothing" },
	{ "run", command_run, "the sidecar itself; --once for one pass" },
	{ "check", command_check, "is the configuration right? --online, --answers, --defaults" },
	{ "status", command_status, "how each account stands; --check and --metrics for monitoring" },
	{ "mode", command_mode, "ACCOUNT observe|hold|send" },
	{ "list", command_list, "conversations by due time; --overdue, --due 1h, --all" },
	{ "show", command_show, "C-NUMBER: the story of a conversation" },
	{ "why", command_why, "MESSAGE-ID|RECIPIENT|C-NUMBER: why did this go out, why did that not" },
	{ "held", command_held, "what waits for a person; release ENTRY|--all, drop ENTRY" },
	{ "answered", command_answered, "C-NUMBER: a person has answered elsewhere" },
	{ "resolve", command_resolve, "C-NUMBER: the matter is settled" },
	{ "dismiss", command_dismiss, "C-NUMBER: nobody owes an answer" },
	{ "audit", command_audit, "list, verify" },
	{ "suppression", command_suppression, "list, add, remove, import, export: who gets no automated mail" },
	{ "backup", command_backup, "FOLDER: ledger and keys, while hearback runs" },
	{ "restore", command_restore, "FOLDER: puts a backup into force" },
	{ "rebuild", command_rebuild, "with the ledger gone: makes it anew from the mailboxes" },
	{ "erase", command_erase, "ADDRESS|C-NUMBER: deletes what the ledger holds of them" },
	{ "filter", command_filter, "test FILE...: would this be answered, and by which rule not; check: are the filters sound" },
	{ "template", command_template, "list, check, render" },
	{ "inspect", command_inspect, "PATH...: what a reader finds in message files" },
	{ "thread", command_thread, "PATH...: which message files are one conversation" },
};

static int help(FILE *out, int status)
{
	fprintf(out, "hearback: an email support sidecar\n\nusage: hearback COMMAND [-c FILE] [--json] ...; "
		     "hearback COMMAND --help tells more\n"
		     "       hearback --version\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].meaning);
	return status;
}

/* -c FILE may stand anywhere, so that it can be put into an alias. Takes it out. */
static int take_config(int argc, char **argv)
{
	int n = 1;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < argc)
				argv[n++] = argv[i++];
		} else if (i + 1 < argc && (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0)) {
			config_path = argv[++i];
		} else if (strncmp(argv[i], "--config=", 9) == 0) {
			config_path = argv[i] + 9;
		} else {
			argv[n++] = argv[i];
		}
	}
	argv[n] = NULL;
	return n;
}

/* Without this a socket of ours could become standard output, and be written to as such. */
static bool open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd >= 0 && !close(fd);
}

/* Half a listing on a full disk must not look like a whole one. Whoever closes a pipe early knows it. */
static int finish(int status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno != EPIPE)
		fprintf(stderr, "hearback: standard output: %s\n", errno ? strerror(errno) : "could not be written");
	return status ? status : EX_IOERR;
}

static int no_command(const char *word)
{
	enum { SHOWN = 100 };
	BUF_CLEANUP struct buf shown = BUF_CAPPED(4 * SHOWN);

	text_escape(&shown, utf8_cut(span_of(word), SHOWN));
	fprintf(stderr, "hearback: there is no command '%s'; hearback --help lists them\n", buf_cstr(&shown));
	return EX_USAGE;
}

int main(int argc, char **argv)
{
	if (!open_standard() || crypto_start())
		return EX_SOFTWARE;
	setlocale(LC_CTYPE, "C.UTF-8");
	argc = take_config(argc, argv);
	if (argc < 2)
		return finish(help(stdout, EX_OK));
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
		return finish(help(stdout, EX_OK));
	if (strcmp(argv[1], "--version") == 0)
		return finish(printf("hearback %s\n", PACKAGE_VERSION) < 0 ? EX_IOERR : EX_OK);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return finish(commands[i].run(argc - 1, argv + 1));
	return no_command(argv[1]);
}
