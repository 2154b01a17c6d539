// SPDX-License-Identifier: Apache-2.0
/* What a service manager wants to know, in the datagrams of sd_notify(3). Without one nothing is said. */
#include "daemon/supervisor/notify.h"
#include "base/io.h"
#include "base/span.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify(const char *fmt, ...)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	char text[1024];
	va_list ap;

	if (!path || !*path || strlen(path) >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (*path == '@') /* no file: a name of the kernel's */
		to.sun_path[0] = '\0';
	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || n < 0)
		return;
	size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	sendto(fd, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT,
	       (const struct sockaddr *)&to, (socklen_t)size);
}

int64_t notify_watchdog_ms(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *whom = getenv("WATCHDOG_PID");
	uint64_t us, pid = 0;

	if (!limit || !span_to_u64(span_of(limit), INT64_MAX, &us))
		return 0;
	if (whom && (!span_to_u64(span_of(whom), INT32_MAX, &pid) || (pid_t)pid != getpid()))
		return 0;
	return (int64_t)(us / 1000);
}
