// SPDX-License-Identifier: Apache-2.0
#include "command/trial.h"
#include "base/io.h"
#include "command/ask.h"
#include "daemon/supervisor/supervisor.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JANITOR_TRIES = 100, JANITOR_PAUSE_US = 100000, FTW_FDS = 8, LOG_MAX = 1024 * 1024 };

int trial_leave_root(struct err *err)
{
	const struct passwd *p;

	if (geteuid() != 0)
		return 0;
	p = getpwnam("hearback");
	if (!p || p->pw_uid == 0)
		p = getpwnam("nobody");
	if (!p || p->pw_uid == 0)
		return err_set(err, -ENOENT, "hearback does nothing as root: ask as another user");
	if (setgroups(0, NULL) < 0 || setgid(p->pw_gid) < 0 || setuid(p->pw_uid) < 0)
		return err_set(err, -errno, "cannot become user %s: %s", p->pw_name, strerror(errno));
	return 0;
}

/* -- the folder and who removes it ----------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *where)
{
	(void)st;
	(void)what;
	(void)where;
	remove(path);
	return 0;
}

/* Ends of processes are not instants: what somebody is still writing to is met again. */
static _Noreturn void be_janitor(const char *folder, int rope)
{
	char c;

	setsid();
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	while (read(rope, &c, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < JANITOR_TRIES && access(folder, F_OK) == 0; i++) {
		nftw(folder, remove_one, FTW_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
		if (access(folder, F_OK) == 0)
			usleep(JANITOR_PAUSE_US);
	}
	_exit(0);
}

static int make_folder(struct trial *t, struct err *err)
{
	const char *const bases[] = { getenv("TMPDIR"), "/tmp", "/var/tmp" };

	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		if (!bases[i] || bases[i][0] != '/' ||
		    snprintf(t->folder, sizeof(t->folder), "%s/hearback-try-XXXXXX", bases[i]) >=
			    (int)sizeof(t->folder))
			continue;
		if (mkdtemp(t->folder))
			return 0;
	}
	t->folder[0] = '\0';
	return err_set(err, -errno, "no folder can be made in TMPDIR, /tmp or /var/tmp: %s", strerror(errno));
}

int trial_make(struct trial *t, struct err *err)
{
	int pair[2];

	*t = (struct trial){ .rope = -1 };
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_set(err, -errno, "pipe: %s", strerror(errno));
	int r = make_folder(t, err);
	t->janitor = r ? -1 : fork();
	if (t->janitor == 0) {
		close(pair[1]);
		be_janitor(t->folder, pair[0]);
	}
	close(pair[0]);
	if (t->janitor < 0) {
		close(pair[1]);
		if (!r)
			rmdir(t->folder);
		t->folder[0] = '\0';
		return r ? r : err_set(err, -errno, "fork: %s", strerror(errno));
	}
	t->rope = pair[1];
	snprintf(t->config, sizeof(t->config), "%s/hearback.conf", t->folder);
	config_path = t->config;
	return 0;
}

/* -- the supervisor -------------------------------------------------------------------------------------- */

static _Noreturn void be_supervisor(const struct trial *t, bool debug, pid_t parent)
{
	char log[TRIAL_PATH + 20];

	/* It ends with the command, even if that is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	snprintf(log, sizeof(log), "%s/log", t->folder);
	FD_CLEANUP int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		dup2(fd, STDOUT_FILENO);
		if (!debug)
			dup2(fd, STDERR_FILENO);
	}
	_exit(supervisor_run(t->config, &(struct supervisor_how){ .debug = debug, .since = t->since }));
}

int trial_run(struct trial *t, struct span config, bool debug, struct err *err)
{
	int r = io_replace_file(t->config, config, 0600, err);

	if (r)
		return r;
	fflush(NULL);
	pid_t self = getpid();
	t->supervisor = fork();
	if (t->supervisor == 0)
		be_supervisor(t, debug, self);
	return t->supervisor < 0 ? err_set(err, -errno, "fork: %s", strerror(errno)) : 0;
}

bool trial_ended(struct trial *t)
{
	if (t->supervisor > 0 && waitpid(t->supervisor, NULL, WNOHANG) == t->supervisor)
		t->supervisor = 0;
	return t->supervisor <= 0;
}

struct span trial_last_words(const struct trial *t, struct arena *a)
{
	char log[TRIAL_PATH + 20];
	BUF_CLEANUP struct buf text = BUF_CAPPED(LOG_MAX);
	struct err err;
	struct span rest, line, words = SPAN_NONE;

	snprintf(log, sizeof(log), "%s/log", t->folder);
	if (io_read_file(log, LOG_MAX, &text, &err))
		return SPAN_NONE;
	rest = buf_span(&text);
	while (span_split(&rest, '\n', &line))
		words = line.n ? line : words;
	return arena_span(a, words);
}

void trial_end(struct trial *t)
{
	if (!t->folder[0])
		return;
	if (t->supervisor > 0) {
		kill(t->supervisor, SIGTERM);
		while (waitpid(t->supervisor, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(t->rope);
	while (waitpid(t->janitor, NULL, 0) < 0 && errno == EINTR)
		;
	t->folder[0] = '\0';
}
