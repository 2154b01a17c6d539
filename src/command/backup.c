// SPDX-License-Identifier: Apache-2.0
/* hearback backup: ledger, keys and tombstones as of one instant, in a folder, while hearback runs. */
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/files.h"
#include "command/options.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { PATH_ROOM = 4096, LINE_MAX = 2000 };

static const char *const files[] = { "ledger/data.mdb", "ledger/lock.mdb", "ledger/ledger.readers", "keys",
				     "keys.new",	"tombstones",	   "tombstones.new",	    "backup",
				     "backup.new" };

static void remove_part(const char *part)
{
	FD_CLEANUP int fd = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < sizeof(files) / sizeof(*files); i++)
		unlinkat(fd, files[i], 0);
	if (fd >= 0)
		unlinkat(fd, "ledger", AT_REMOVEDIR);
	rmdir(part);
}

/* It belongs to the user hearback runs as, as its ledger does. */
static int make_part(const char *part, const struct config *c, struct arena *a, int *fd)
{
	const struct passwd *p = geteuid() == 0 ? getpwnam(arena_str(a, c->user)) : NULL;

	remove_part(part);
	if (mkdir(part, 0700) < 0)
		return files_refuse(EX_CANTCREAT, "%s: %s", part, strerror(errno));
	*fd = open(part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0 || (p && fchown(*fd, p->pw_uid, p->pw_gid) < 0))
		return files_refuse(EX_CANTCREAT, "%s: %s", part, strerror(errno));
	return 0;
}

static void tell_row(void *context, const struct row *r)
{
	const int *pipe_fd = context;

	dprintf(*pipe_fd, "%lld bytes, %lld records; head: %s\n", (long long)cell_number(r, "bytes"),
		(long long)cell_number(r, "records"), cell_show(r, "head"));
}

static void tell_json(void *context, const struct row *r)
{
	(void)context;
	print_json_row(NULL, r);
}

/* As the user hearback runs as; what is to be printed in the end goes into the pipe. */
static _Noreturn void copy(int target, int line, bool json)
{
	struct control_request r = { .verb = SPAN("backup") };

	if (json)
		dup2(line, STDOUT_FILENO);
	_exit(ask_errand(&(struct ask_errand){ .task = TASK_SCRIBE, .target = target }, &r,
			 json ? tell_json : tell_row, &line));
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

/* Under its own name it is whole. RENAME_NOREPLACE: nothing is ever overwritten. */
static int name_it(const char *part, const char *name, int fd)
{
	char above[PATH_ROOM];

	snprintf(above, sizeof(above), "%s", name);
	FD_CLEANUP int dir = open(dirname(above), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fsync(fd) < 0 || renameat2(AT_FDCWD, part, AT_FDCWD, name, RENAME_NOREPLACE) < 0 || dir < 0 ||
	    fsync(dir) < 0)
		return files_refuse(EX_CANTCREAT, "%s: %s", name, strerror(errno));
	return 0;
}

static int backup(const char *name, const struct config *c, struct arena *a, bool json)
{
	char part[PATH_ROOM], line[LINE_MAX];
	FD_CLEANUP int target = -1;
	int ends[2];

	snprintf(part, sizeof(part), "%s.part", name);
	int r = make_part(part, c, a, &target);
	if (r)
		return r;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return files_refuse(EX_OSERR, "%s", strerror(errno));
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		copy(target, ends[1], json);
	close(ends[1]);
	BUF_CLEANUP struct buf said = BUF_CAPPED(sizeof(line));
	io_read_fd(ends[0], sizeof(line), &said);
	close(ends[0]);
	r = pid < 0 ? EX_OSERR : wait_for(pid);
	if (!r)
		r = name_it(part, name, target);
	if (r)
		remove_part(part);
	else if (json)
		printf("%s", buf_cstr(&said));
	else
		printf("%s: whole and checked; %s", name, buf_cstr(&said));
	return r;
}

int command_backup(int argc, char **argv)
{
	const struct command_spec spec = {
		"backup FOLDER",
		"Ledger, keys, tombstones as of one instant, into a new folder, while hearback runs. What was written is read\n"
		"once more from end to end. The folder is as secret as the ledger: who has it can read all mail in it.",
		NULL, 0, 1, 1,
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	bool json = false;
	struct config c;
	struct stat st;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	char *name = words[0];
	size_t n = strlen(name);
	while (n > 1 && name[n - 1] == '/')
		name[--n] = '\0';
	if (n + 10 > PATH_ROOM)
		return files_refuse(EX_USAGE, "the name of the folder is too long");
	if (lstat(name, &st) == 0)
		return files_refuse(EX_CANTCREAT,
				    "%s: it is there already, and nothing is overwritten: give a new name",
				    name);
	e = files_settings(a, &c);
	return e ? e : backup(name, &c, a, json);
}
