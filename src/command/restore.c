// SPDX-License-Identifier: Apache-2.0
/* hearback restore: a backup comes into force. */
#include "base/crypto.h"
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/files.h"
#include "command/options.h"
#include "ledger/place.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { LABEL, KEYS, DATA, TOMBSTONES, FILE_COUNT };
static const char *const names[FILE_COUNT] = { "backup", "keys", "ledger/data.mdb", "tombstones" };

/* Opened as whoever called us: the backup may lie where the user hearback runs as cannot go. */
static int open_backup(const char *from, int fds[FILE_COUNT])
{
	static const char first[] = "hearback backup 1\n";
	char label[sizeof(first)] = "";
	FD_CLEANUP int folder = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return files_refuse(EX_NOINPUT, "%s: %s", from, strerror(errno));
	for (int i = 0; i < FILE_COUNT; i++) {
		fds[i] = openat(folder, names[i], O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fds[i] < 0 && (i != TOMBSTONES || errno != ENOENT))
			return files_refuse(EX_NOINPUT,
					    "%s/%s: %s; give the folder that hearback backup made", from,
					    names[i], strerror(errno));
	}
	if (pread(fds[LABEL], label, sizeof(first) - 1, 0) != sizeof(first) - 1 || strcmp(label, first) != 0)
		return files_refuse(EX_DATAERR, "%s/%s: this is no backup that this hearback can read", from,
				    names[LABEL]);
	return 0;
}

/* The ledger as it was copied is the one that was written: LMDB trusts its file. */
static int check_ledger(const char *from, const int fds[FILE_COUNT], const char *part)
{
	static const char before[] = "hearback backup 1\nledger ";
	char label[sizeof(before) + 2 * HASH_SIZE] = "", path[PLACE_PATH + 20];
	struct hash wanted, found;

	snprintf(path, sizeof(path), "%s/%s", part, names[DATA]);
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = fd < 0 ? -errno : hash_file(fd, &found);
	if (r)
		return files_refuse(EX_IOERR, "%s: %s", path, strerror(-r));
	if (pread(fds[LABEL], label, sizeof(label) - 1, 0) != sizeof(label) - 1 ||
	    strncmp(label, before, sizeof(before) - 1) != 0 ||
	    !get_hex(span_make(label + sizeof(before) - 1, 2 * HASH_SIZE), wanted.b, HASH_SIZE))
		return files_refuse(EX_DATAERR, "%s/%s: the hash of the ledger is missing or damaged; take another backup",
				    from, names[LABEL]);
	if (!hash_eq(wanted.b, found.b, HASH_SIZE))
		return files_refuse(EX_DATAERR, "%s/%s: damaged or cut short since the backup was made; take another one",
				    from, names[DATA]);
	return 0;
}

static int copy_file(int from, const char *path)
{
	static char chunk[1 << 20];
	FD_CLEANUP int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t n;

	if (to < 0)
		return -errno;
	while ((n = read(from, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		int r = n < 0 ? -errno : io_write_all(to, chunk, (size_t)n);
		if (r)
			return r;
	}
	return fsync(to) < 0 ? -errno : 0;
}

static int copy_files(const char *part, const int fds[FILE_COUNT])
{
	char path[PLACE_PATH + 20];

	snprintf(path, sizeof(path), "%s/ledger", part);
	if (mkdir(path, 0700) < 0)
		return files_refuse(EX_CANTCREAT, "%s: %s", path, strerror(errno));
	for (int i = KEYS; i < FILE_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", part, names[i]);
		int r = fds[i] < 0 ? 0 : copy_file(fds[i], path);
		if (r)
			return files_refuse(EX_IOERR, "%s: %s", path, strerror(-r));
	}
	return 0;
}

static void print_row(void *context, const struct row *r)
{
	(void)context;
	printf("the backup of %s is in force: %s conversations, audit up to record %s\n",
	       cell_show(r, "made"), cell_show(r, "conversations"), cell_show(r, "records"));
	if (cell_number(r, "uncertain"))
		printf("%s automated messages were not settled then and may have been sent since: they are "
		       "uncertain, and none is sent again by\n"
		       "itself (hearback held)\n",
		       cell_show(r, "uncertain"));
	if (cell_number(r, "erased"))
		printf("%s conversations were erased since it was made, and are erased in it\n",
		       cell_show(r, "erased"));
	printf("accounts that sent now hold: start hearback, and when hearback status shows that the "
	       "mailboxes were read, look at\n"
	       "hearback held, then: hearback mode ACCOUNT send\n");
}

static int restore(const char *from, const char *state, const int fds[FILE_COUNT], const char *actor, bool json)
{
	struct control_request r = { .verb = SPAN("restore") };
	char part[PLACE_PATH];
	struct err err;

	if (place_make_part(state, "restore", part, &err))
		return files_refuse(EX_CANTCREAT, "%s", err.text);
	int status = copy_files(part, fds);
	if (!status)
		status = check_ledger(from, fds, part);
	if (status)
		return status;
	control_add(&r, "actor", span_of(actor));
	status = ask_errand(&(struct ask_errand){ .task = TASK_RESTORE, .folder = part, .target = -1 }, &r,
			    json ? print_json_row : print_row, NULL);
	if (!status && (place_commit(state, part, &err) || place_install(state, clock_now(), &err)))
		return files_refuse(EX_IOERR, "%s", err.text);
	return status;
}

int command_restore(int argc, char **argv)
{
	bool json = false, force = false;
	const struct option_spec options[] = {
		{ "force", "", "there is a ledger: keep it as ledger.OLD-TIME", NULL, &force },
	};
	const struct command_spec spec = {
		"restore [--force] FOLDER",
		"Puts a backup into force, with its keys. What was not settled in it may have been sent since: it becomes uncertain\n"
		"until its copy is met in a mailbox. Accounts that sent hold until a person says otherwise.",
		options, 1, 1, 1,
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *state, *actor = files_actor(a);
	int fds[FILE_COUNT] = { -1, -1, -1, -1 };
	struct config c;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	e = files_settings(a, &c);
	if (!e)
		e = open_backup(words[0], fds);
	if (!e)
		e = files_take_state(a, &c, force, &state);
	if (!e)
		e = restore(words[0], state, fds, actor, json);
	for (int i = 0; i < FILE_COUNT; i++)
		fd_closep(&fds[i]);
	return e;
}
