// SPDX-License-Identifier: Apache-2.0
/* Put into a room by LD_PRELOAD: its wall clock stands by as many seconds apart from that of the machine as the file
 * HEARBACK_CLOCK says, in eight bytes that may change at any time. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *apart;

__attribute__((constructor)) static void prepare(void)
{
	const char *path = getenv("HEARBACK_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*apart), PROT_READ, MAP_SHARED, fd, 0);

	if (p == MAP_FAILED)
		_exit(9);
	apart = p;
	close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int r = (int)syscall(SYS_clock_gettime, clock, out);

	if (r == 0 && clock == CLOCK_REALTIME && apart)
		out->tv_sec += *apart;
	return r;
}
