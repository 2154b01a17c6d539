// SPDX-License-Identifier: Apache-2.0
#include "daemon/spawn.h"
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static bool try_folder(const char *folder, size_t n, const char *name, char out[ROOM_PATH])
{
	int len = snprintf(out, ROOM_PATH, "%.*s/%s", (int)n, folder, name);

	return len > 0 && len < ROOM_PATH && access(out, X_OK) == 0;
}

bool room_program(enum room r, char out[ROOM_PATH])
{
	char name[64], self[ROOM_PATH];
	const char *list = getenv("HEARBACK_ROOMS");

	snprintf(name, sizeof(name), "hearback-%s", room_name(r));
	while (list && *list) {
		size_t n = strcspn(list, ":");
		if (n && try_folder(list, n, name, out))
			return true;
		list += n + (list[n] == ':');
	}
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (n > 0) {
		self[n] = '\0';
		char *beside = dirname(self);
		if (try_folder(beside, strlen(beside), name, out))
			return true;
		char *above = dirname(beside);
		if (try_folder(above, strlen(above), name, out))
			return true;
	}
	return try_folder(HEARBACK_LIBEXECDIR, strlen(HEARBACK_LIBEXECDIR), name, out);
}

int room_pair(int pair[2])
{
	const int room = 4 * FRAME_MAX;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	return 0;
}

/* In the child: puts a descriptor in its place. It was moved out of the way before. */
static void place(int from, int to)
{
	if (from < 0)
		close(to);
	else if (dup2(from, to) < 0)
		_exit(127);
}

static _Noreturn void become_room(const char *program, enum room r, int supervisor_fd, int keeper_fd, int blame_fd)
{
	enum { HIGH = 64 };
	char name[64], fault[ROOM_PATH];
	const char *marked = getenv("HEARBACK_FAULT");
	char *argv[] = { name, NULL };
	/* The C library keeps freed pieces at hand, each in a page of its own if what lay around it was as large as a
	 * trust store: half a megabyte for each connection. A room has one thread and no use for that. */
	char heap[] = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0";
	char *envp[] = { heap, NULL, NULL };
	sigset_t none;

	snprintf(name, sizeof(name), "hearback-%s", room_name(r));
	if (marked && snprintf(fault, sizeof(fault), "HEARBACK_FAULT=%s", marked) < (int)sizeof(fault))
		envp[1] = fault;
	supervisor_fd = fcntl(supervisor_fd, F_DUPFD, HIGH);
	keeper_fd = keeper_fd < 0 ? -1 : fcntl(keeper_fd, F_DUPFD, HIGH);
	blame_fd = blame_fd < 0 ? -1 : fcntl(blame_fd, F_DUPFD, HIGH);
	place(supervisor_fd, CHILD_SUPERVISOR_FD);
	place(keeper_fd, CHILD_KEEPER_FD);
	place(blame_fd, CHILD_BLAME_FD);
	close_range(CHILD_BLAME_FD + 1, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(program, argv, envp);
	_exit(127);
}

int room_spawn(enum room r, int keeper_fd, int blame_fd, struct spawned *out, struct err *err)
{
	char program[ROOM_PATH];
	int pair[2];

	if (!room_program(r, program))
		return err_set(err, -ENOENT, "hearback-%s is not installed: it belongs in %s", room_name(r), HEARBACK_LIBEXECDIR);
	int e = room_pair(pair);
	if (e)
		return err_set(err, e, "cannot start hearback-%s: %s", room_name(r), strerror(-e));
	pid_t pid = fork();
	if (pid == 0)
		become_room(program, r, pair[1], keeper_fd, blame_fd);
	close(pair[1]);
	if (pid < 0) {
		close(pair[0]);
		return err_set(err, -errno, "cannot start hearback-%s: %s", room_name(r), strerror(errno));
	}
	*out = (struct spawned){ .pid = pid, .sock = pair[0] };
	return 0;
}

static int make_folder(const char *path, uid_t uid, gid_t gid, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) ? 0 : err_set(err, -ENOTDIR, "%s: is no folder; set state_dir to one", path);
	/* Who may not look into it may pass to the socket; what else lies there is private by itself. */
	if (mkdir(path, 0700) < 0 || chmod(path, 0711) < 0)
		return err_set(err, -errno, "%s: cannot be made: %s; make it and give it to the user hearback runs as", path,
			       strerror(errno));
	if (geteuid() == 0 && chown(path, uid, gid) < 0)
		return err_set(err, -errno, "%s: cannot be given away: %s", path, strerror(errno));
	return 0;
}

int become_user(const char *user, const char *state_dir, struct err *err)
{
	if (geteuid() != 0)
		return make_folder(state_dir, 0, 0, err);
	errno = 0;
	const struct passwd *p = getpwnam(user);
	if (!p)
		return err_set(err, -ENOENT, "user = %s: there is no such user; make it (adduser --system --group %s) or set user",
			       user, user);
	if (p->pw_uid == 0)
		return err_set(err, -EPERM, "user = %s: hearback never runs as root; set user to somebody else", user);
	int r = make_folder(state_dir, p->pw_uid, p->pw_gid, err);
	if (r)
		return r;
	if (initgroups(user, p->pw_gid) < 0 || setgid(p->pw_gid) < 0 || setuid(p->pw_uid) < 0)
		return err_set(err, -errno, "cannot become user %s: %s", user, strerror(errno));
	return 0;
}
