// SPDX-License-Identifier: Apache-2.0
/* Each attempt runs in a child behind the walls and says by its exit status what it met. */
#include "sandbox/sandbox.h"
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HELD = 0, BROKEN = 1, NO_WALL = 2 };

static int run(int (*attempt)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(attempt());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* Where the kernel (or a sanitizer's build) has no such wall there is nothing to try. */
static void check(int (*attempt)(void), int wanted)
{
	int r = run(attempt);

	if (r == NO_WALL)
		print_message("# no such wall here\n");
	else
		assert_int_equal(r, wanted);
}

static bool refused(long result)
{
	return result < 0 && (errno == EPERM || errno == EACCES);
}

static int first(void)
{
	struct sandbox_walls w;
	struct rlimit core;

	sandbox_first(&w);
	getrlimit(RLIMIT_CORE, &core);
#ifndef HEARBACK_SANITIZED
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return BROKEN;
#endif
	return w.dumps && w.privileges && core.rlim_max == 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
		   ? HELD
		   : BROKEN;
}

static int files(void)
{
	struct sandbox_walls w;
	const struct sandbox_path paths[] = {
		{ "/usr", false }, { "/etc/hostname", false }, { "/nowhere/at/all", true }, { NULL, false }
	};

	sandbox_first(&w);
	sandbox_files(&w, paths, 4, true);
	if (!w.files)
		return NO_WALL;
	return refused(open("/etc/passwd", O_RDONLY)) &&
		       refused(open("/usr/hearback-test", O_WRONLY | O_CREAT, 0600)) &&
		       open("/usr/bin/env", O_RDONLY) >= 0 && open("/etc/hostname", O_RDONLY) >= 0 &&
		       refused(execl("/usr/bin/env", "env", (char *)NULL))
		   ? HELD
		   : BROKEN;
}

/* With `lasting` /etc stays, without it what lies there and does not help to connect is out of reach. */
static int files_to_connect(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_files_to_connect(&w, "/etc/hostname", true);
	if (!w.files)
		return NO_WALL;
	if (open("/etc/passwd", O_RDONLY) < 0 || open("/etc/hosts", O_RDONLY) < 0 || !refused(open("/root", O_RDONLY)))
		return BROKEN;
	sandbox_files_to_connect(&w, "/etc/hostname", false);
	return w.files && refused(open("/etc/passwd", O_RDONLY)) && refused(open("/etc", O_RDONLY)) &&
		       open("/etc/hosts", O_RDONLY) >= 0 && open("/etc/nsswitch.conf", O_RDONLY) >= 0 &&
		       open("/etc/hostname", O_RDONLY) >= 0 && !refused(open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY))
		   ? HELD
		   : BROKEN;
}

static int supervisor(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_calls(&w, SANDBOX_SUPERVISOR);
	if (!w.calls)
		return NO_WALL;
	if (!refused(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL)) || !refused(unshare(CLONE_NEWUSER)) || kill(getppid(), 0))
		return BROKEN;
	execl("/bin/true", "true", (char *)NULL);
	return BROKEN;
}

static int no_files_at_all(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_files(&w, NULL, 0, true);
	if (!w.files)
		return NO_WALL;
	return refused(open("/usr/bin/env", O_RDONLY)) ? HELD : BROKEN;
}

static int reader(void)
{
	struct sandbox_walls w;
	int out = memfd_create("x", MFD_CLOEXEC);

	sandbox_first(&w);
	sandbox_calls(&w, SANDBOX_READER);
	if (!w.calls)
		return NO_WALL;
	return refused(open("/etc/passwd", O_RDONLY)) && refused(socket(AF_INET, SOCK_STREAM, 0)) &&
		       refused(socket(AF_UNIX, SOCK_STREAM, 0)) && refused(fork()) &&
		       refused(kill(getppid(), 0)) && refused(execl("/bin/true", "true", (char *)NULL)) &&
		       mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			   MAP_FAILED &&
		       malloc(1 << 20) && write(out, "x", 1) == 1
		   ? HELD
		   : BROKEN;
}

static int connected(void)
{
	struct sandbox_walls w;
	int pair[2];
	char c;

	sandbox_first(&w);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return BROKEN;
	sandbox_calls(&w, SANDBOX_CONNECTED);
	if (!w.calls)
		return NO_WALL;
	return send(pair[0], "x", 1, 0) == 1 && recv(pair[1], &c, 1, 0) == 1 &&
		       refused(socket(AF_INET, SOCK_STREAM, 0)) && refused(open("/etc/passwd", O_RDONLY)) &&
		       refused(bind(pair[0], NULL, 0))
		   ? HELD
		   : BROKEN;
}

static int keeper(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_calls(&w, SANDBOX_KEEPER);
	if (!w.calls)
		return NO_WALL;
	return open("/etc/passwd", O_RDONLY) >= 0 && refused(socket(AF_INET, SOCK_STREAM, 0)) &&
		       refused(fork()) && refused(execl("/bin/true", "true", (char *)NULL))
		   ? HELD
		   : BROKEN;
}

static int any_room(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_calls(&w, SANDBOX_ANY_ROOM);
	if (!w.calls)
		return NO_WALL;
	/* A second filter stands on top of the first. */
	if (!refused(kill(getppid(), 0)) || socket(AF_INET, SOCK_STREAM, 0) < 0)
		return BROKEN;
	sandbox_calls(&w, SANDBOX_CONNECTED);
	return w.calls && refused(execl("/bin/true", "true", (char *)NULL)) &&
		       refused(socket(AF_INET, SOCK_STREAM, 0))
		   ? HELD
		   : BROKEN;
}

static int aborts(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_calls(&w, SANDBOX_READER);
	if (!w.calls)
		return NO_WALL;
	abort();
}

static int works_for_ever(void)
{
	sandbox_work_timer(1);
	for (volatile uint64_t i = 0; i < UINT64_MAX; i++)
		;
	return BROKEN;
}

static int too_much_memory(void)
{
	struct sandbox_walls w;

	sandbox_first(&w);
	sandbox_memory(&w, 256 << 20);
	if (!w.memory)
		return NO_WALL;
	return mmap(NULL, 300 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? HELD
												  : BROKEN;
}

static void test_first(void **state)
{
	(void)state;
	check(first, HELD);
}
static void test_files(void **state)
{
	(void)state;
	check(files, HELD);
}
static void test_files_to_connect(void **state)
{
	(void)state;
	check(files_to_connect, HELD);
}
static void test_supervisor(void **state)
{
	(void)state;
	check(supervisor, HELD);
}
static void test_no_files(void **state)
{
	(void)state;
	check(no_files_at_all, HELD);
}
static void test_reader(void **state)
{
	(void)state;
	check(reader, HELD);
}
static void test_connected(void **state)
{
	(void)state;
	check(connected, HELD);
}
static void test_keeper(void **state)
{
	(void)state;
	check(keeper, HELD);
}
static void test_any_room(void **state)
{
	(void)state;
	check(any_room, HELD);
}
static void test_memory(void **state)
{
	(void)state;
	check(too_much_memory, HELD);
}

static void test_abort(void **state)
{
	(void)state;
	check(aborts, 256 + SIGABRT);
}

static void test_work_timer(void **state)
{
	(void)state;
	assert_int_equal(run(works_for_ever), 256 + SIGPROF);
}

static void test_missing(void **state)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(200);
	struct sandbox_walls w = { .dumps = true, .privileges = true, .files = true, .calls = true };

	(void)state;
	sandbox_missing(&w, &out);
	assert_string_equal(buf_cstr(&out), "");
	w.calls = w.files = false;
	sandbox_missing(&w, &out);
	assert_string_equal(buf_cstr(&out), "Landlock, seccomp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),	   cmocka_unit_test(test_files),
		cmocka_unit_test(test_no_files),   cmocka_unit_test(test_reader),
		cmocka_unit_test(test_connected),  cmocka_unit_test(test_keeper),
		cmocka_unit_test(test_any_room),   cmocka_unit_test(test_abort),
		cmocka_unit_test(test_work_timer), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_files_to_connect), cmocka_unit_test(test_supervisor),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
