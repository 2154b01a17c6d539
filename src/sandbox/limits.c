// SPDX-License-Identifier: Apache-2.0
#include "sandbox/sandbox.h"
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

void sandbox_first(struct sandbox_walls *w)
{
	const struct rlimit none = { 0, 0 };

	*w = (struct sandbox_walls){ 0 };
	umask(077);
	w->dumps = setrlimit(RLIMIT_CORE, &none) == 0;
#ifndef HEARBACK_SANITIZED /* the leak checker traces its own process */
	w->dumps = prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && w->dumps;
#endif
	w->privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

void sandbox_memory(struct sandbox_walls *w, size_t bytes)
{
#ifdef HEARBACK_SANITIZED /* the shadow memory alone is terabytes of address space */
	(void)w;
	(void)bytes;
#else
	const struct rlimit limit = { bytes, bytes };

	w->memory = setrlimit(RLIMIT_AS, &limit) == 0;
#endif
}

void sandbox_work_timer(unsigned seconds)
{
	const struct itimerval t = { .it_value = { .tv_sec = seconds } };

	setitimer(ITIMER_PROF, &t, NULL);
}

void sandbox_missing(const struct sandbox_walls *w, struct buf *out)
{
	const struct {
		bool stands;
		const char *name;
	} all[] = {
		{ w->dumps, "no dumps" },
		{ w->privileges, "no new privileges" },
		{ w->files, "Landlock" },
		{ w->calls, "seccomp" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (all[i].stands)
			continue;
		if (out->n)
			buf_puts(out, ", ");
		buf_puts(out, all[i].name);
	}
}
