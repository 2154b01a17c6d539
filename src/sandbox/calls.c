// SPDX-License-Identifier: Apache-2.0
/* seccomp by libseccomp. A name that this kernel or architecture does not know is no rule. */
#include "sandbox/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef HEARBACK_SANITIZED

static const char *const memory_and_time[] = {
	"brk", "clock_getres", "clock_gettime", "clock_nanosleep", "exit", "exit_group", "futex", "getpid",
	"getrandom", "gettid", "gettimeofday", "getuid", "madvise", "mremap", "munmap", "nanosleep",
	"restart_syscall", "rseq", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_yield",
	"setitimer", "set_robust_list", "sigaltstack", "time", NULL,
};

/* Descriptors that are open already, and memfds. */
static const char *const open_descriptors[] = {
	"close", "dup", "fstat", "ftruncate", "lseek", "memfd_create", "newfstatat", "poll", "ppoll",
	"pread64", "read", "readv", "recvmsg", "sendmsg", "write", "writev", NULL,
};

static const char *const open_sockets[] = {
	"epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2", "getpeername", "getsockname",
	"getsockopt", "pselect6", "recvfrom", "select", "sendto", "setsockopt", "shutdown",
	"timerfd_create", "timerfd_settime", NULL,
};

static const char *const files[] = {
	"access", "faccessat", "faccessat2", "fallocate", "fchmod", "fchown", "fdatasync", "flock",
	"fstatfs", "fsync", "getcwd", "getdents64", "mincore", "mkdir", "mkdirat", "mlock", "msync",
	"munlock", "open", "openat", "pwrite64", "pwritev", "readlink", "readlinkat", "rename", "renameat",
	"renameat2", "stat", "statfs", "statx", "sync_file_range", "umask", "unlink", "unlinkat", "uname",
	NULL,
};

static const char *const accepting[] = {
	"accept", "accept4", "getegid", "geteuid", "getgid", "pipe2", "sched_getaffinity", "signalfd4",
	"sysinfo", NULL,
};

/* Not even the supervisor, nor what it executes. */
static const char *const nobody_may[] = {
	"acct", "bpf", "chroot", "clock_settime", "delete_module", "finit_module", "fsconfig", "fsmount", "fsopen",
	"init_module", "ioperm", "iopl", "io_uring_enter", "io_uring_register", "io_uring_setup", "kcmp",
	"kexec_file_load", "kexec_load", "lookup_dcookie", "migrate_pages", "mount", "mount_setattr", "move_mount",
	"move_pages", "name_to_handle_at", "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd",
	"pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "reboot",
	"setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "syslog", "umount2", "unshare",
	"userfaultfd", "vhangup", NULL,
};

static const char *const no_room_may[] = {
	"add_key", "execve", "execveat", "ioprio_set", "keyctl", "kill", "personality", "pidfd_open",
	"pidfd_send_signal", "request_key", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sched_setaffinity",
	"sched_setattr", "sched_setparam", "sched_setscheduler", "setpriority", "tkill", NULL,
};

static bool add(scmp_filter_ctx ctx, uint32_t action, const char *const *names)
{
	for (; *names; names++) {
		int number = seccomp_syscall_resolve_name(*names);
		if (number == __NR_SCMP_ERROR)
			continue;
		int r = seccomp_rule_add(ctx, action, number, 0);
		if (r && r != -EDOM)
			return false;
	}
	return true;
}

/* abort() is a signal to oneself, and that is the only one. */
static bool signal_oneself(scmp_filter_ctx ctx)
{
	return !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				 SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

/* Owners of descriptors get signals from the kernel: another way to send them. */
static bool no_owner(scmp_filter_ctx ctx)
{
	static const struct {
		int call;
		scmp_datum_t command;
	} ways[] = {
		{ SCMP_SYS(fcntl), F_SETOWN },	  { SCMP_SYS(fcntl), F_SETOWN_EX }, { SCMP_SYS(fcntl), F_SETSIG },
		{ SCMP_SYS(ioctl), FIOSETOWN },	  { SCMP_SYS(ioctl), SIOCSPGRP },
	};
	bool good = true;

	/* The kernel looks at the lower half alone. */
	for (size_t i = 0; good && i < sizeof(ways) / sizeof(*ways); i++)
		good = !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), ways[i].call, 1,
					 SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, ways[i].command));
	return good;
}

/* Flags, copies, locks and seals. */
static bool own_descriptors(scmp_filter_ctx ctx)
{
	static const scmp_datum_t beyond[] = { F_DUPFD_CLOEXEC, F_ADD_SEALS, F_GET_SEALS };
	bool good = !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_LE, F_SETLKW, 0));

	for (size_t i = 0; good && i < sizeof(beyond) / sizeof(*beyond); i++)
		good = !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, beyond[i], 0));
	return good;
}

/* Memory that is executable is memory somebody else filled. */
static bool memory_without_code(scmp_filter_ctx ctx)
{
	return !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) &&
	       !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* Whoever is closed to others cannot open itself again, and nobody else is let in. */
static bool stay_closed(scmp_filter_ctx ctx)
{
	return !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE, 0)) &&
	       !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_PTRACER, 0));
}

static bool fill(scmp_filter_ctx ctx, enum sandbox_calls which)
{
	if (which == SANDBOX_SUPERVISOR)
		return add(ctx, SCMP_ACT_ERRNO(EPERM), nobody_may);
	if (which == SANDBOX_ANY_ROOM)
		return add(ctx, SCMP_ACT_ERRNO(EPERM), nobody_may) && add(ctx, SCMP_ACT_ERRNO(EPERM), no_room_may) &&
		       no_owner(ctx) && stay_closed(ctx) &&
		       !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_NE, 0, 0)) &&
		       !seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(tgkill), 1,
					 SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0));
	bool good = add(ctx, SCMP_ACT_ALLOW, memory_and_time) && add(ctx, SCMP_ACT_ALLOW, open_descriptors) &&
		    own_descriptors(ctx) && signal_oneself(ctx) && memory_without_code(ctx);
	if (which == SANDBOX_CONNECTED || which == SANDBOX_KEEPER)
		good = good && add(ctx, SCMP_ACT_ALLOW, open_sockets);
	if (which == SANDBOX_KEEPER)
		good = good && add(ctx, SCMP_ACT_ALLOW, files) && add(ctx, SCMP_ACT_ALLOW, accepting) &&
		       !seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0, 0), SCMP_A2(SCMP_CMP_EQ, 0, 0));
	return good;
}

void sandbox_calls(struct sandbox_walls *w, enum sandbox_calls which)
{
	bool list_of_forbidden = which == SANDBOX_ANY_ROOM || which == SANDBOX_SUPERVISOR;
	uint32_t others = list_of_forbidden ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
	scmp_filter_ctx ctx = seccomp_init(others);

	/* A first, wider filter that stands is no excuse for a second one that does not. */
	w->calls = ctx && fill(ctx, which) && seccomp_load(ctx) == 0;
	if (ctx)
		seccomp_release(ctx);
}

#else /* the sanitizers' run time makes calls of its own */

void sandbox_calls(struct sandbox_walls *w, enum sandbox_calls which)
{
	(void)which;
	w->calls = false;
}

#endif
