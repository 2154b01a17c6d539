// SPDX-License-Identifier: Apache-2.0
/* Put into a room by LD_PRELOAD: as soon as the room has said that it serves behind its walls (FRAME_READY), tries
 * from inside what it may not do, by system calls of its own, and tells on standard error what came of it:
 * "trial NAME errno". Tests read that. A descriptor that it gets is closed again. */
#include "frame/frame.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

ssize_t sendmsg(int fd, const struct msghdr *m, int flags);

static pid_t parent;
static const char *target; /* a file that anybody may read */

__attribute__((constructor)) static void prepare(void)
{
	parent = getppid();
	target = getenv("HEARBACK_TRIAL_FILE");
}

static void tell(const char *name, long result)
{
	char line[100];
	int error = result < 0 ? errno : 0;
	int n = snprintf(line, sizeof(line), "trial %s %s\n", name, error ? strerrorname_np(error) : "done");

	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		_exit(9);
}

static void tell_descriptor(const char *name, long fd)
{
	tell(name, fd);
	if (fd >= 0)
		close((int)fd);
}

static void try_network(void)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(9) };

	there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	tell_descriptor("socket", syscall(SYS_socket, AF_INET, SOCK_STREAM, 0));
	tell_descriptor("socket-datagram", syscall(SYS_socket, AF_INET6, SOCK_DGRAM, 0));
	tell_descriptor("socket-local", syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
	tell("connect", syscall(SYS_connect, CHILD_SUPERVISOR_FD, &there, sizeof(there)));
	tell("bind", syscall(SYS_bind, CHILD_SUPERVISOR_FD, &there, sizeof(there)));
	tell("listen", syscall(SYS_listen, CHILD_SUPERVISOR_FD, 1));
}

static void try_files(void)
{
	tell_descriptor("open", syscall(SYS_openat, AT_FDCWD, target, O_RDONLY));
	tell_descriptor("open-etc", syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
	tell_descriptor("create", syscall(SYS_openat, AT_FDCWD, "/tmp/hearback-trial", O_WRONLY | O_CREAT | O_EXCL, 0600));
	tell("unlink", syscall(SYS_unlinkat, AT_FDCWD, target, 0));
	tell_descriptor("open-proc", syscall(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY));
}

static void try_programs(void)
{
	static char page[2 * 4096];
	char *const argv[] = { (char[]){ "true" }, NULL };

	tell("exec", syscall(SYS_execve, "/bin/true", argv, NULL));
	tell("mmap-code", syscall(SYS_mmap, NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
	tell("mprotect-code", syscall(SYS_mprotect, (uintptr_t)page & ~4095UL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	tell("unshare", syscall(SYS_unshare, CLONE_NEWUSER));
	tell("mount", syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL));
	tell("bpf", syscall(SYS_bpf, 0, NULL, 0));
	long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0)
		_exit(0);
	tell("fork", child);
}

static void try_others(void)
{
	const struct rlimit large = { RLIM_INFINITY, RLIM_INFINITY };
	struct iovec here = { .iov_base = &parent, .iov_len = 1 };
	struct rlimit limit;

	tell("memory", syscall(SYS_mmap, NULL, 600UL << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0);
	tell("core", syscall(SYS_prlimit64, 0, RLIMIT_CORE, &large, NULL));
	tell("open-myself", syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0));
	tell("kill", syscall(SYS_kill, parent, 0));
	tell("tgkill", syscall(SYS_tgkill, parent, parent, 0));
	tell_descriptor("pidfd", syscall(SYS_pidfd_open, parent, 0));
	tell("ptrace", syscall(SYS_ptrace, PTRACE_SEIZE, parent, 0, 0));
	tell("read-memory", syscall(SYS_process_vm_readv, parent, &here, 1, &here, 1, 0));
	tell("write-memory", syscall(SYS_process_vm_writev, parent, &here, 1, &here, 1, 0));
	tell("limit", syscall(SYS_prlimit64, parent, RLIMIT_CPU, NULL, &limit));
	tell("owner", syscall(SYS_fcntl, CHILD_SUPERVISOR_FD, F_SETOWN, parent));
	tell("owner-hidden", syscall(SYS_fcntl, CHILD_SUPERVISOR_FD, F_SETOWN | 1UL << 32, parent));
	tell("signal-of-descriptor", syscall(SYS_fcntl, CHILD_SUPERVISOR_FD, F_SETSIG, SIGKILL));
}

static void try_all(void)
{
	try_network();
	try_files();
	try_programs();
	try_others();
	tell("end", 0);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	static pid_t tried; /* a fork of one that has tried tries for itself */
	const unsigned char *b = m->msg_iovlen ? m->msg_iov[0].iov_base : NULL;
	ssize_t n = syscall(SYS_sendmsg, fd, m, flags);
	int error = errno;

	if (tried != getpid() && b && m->msg_iov[0].iov_len >= 2 && b[0] == FRAME_VERSION && b[1] == FRAME_READY) {
		tried = getpid();
		try_all();
	}
	errno = error;
	return n;
}
