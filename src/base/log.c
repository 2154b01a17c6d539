// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *room_name = "hearback";
static enum log_level least_grave = LOG_INFO;

void log_open(const char *room, bool debug)
{
	room_name = room;
	least_grave = debug ? LOG_DEBUG : LOG_INFO;
}

void log_only(enum log_level least)
{
	least_grave = least;
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const names[] = { "crit", "warn", "info", "debug" };
	char line[2048];
	struct timespec now;
	struct tm tm;
	va_list ap;

	if (level > least_grave)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	size_t n = strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%S", &tm);
	n += (size_t)snprintf(line + n, sizeof(line) - n, ".%03ldZ %s %s %s ", now.tv_nsec / 1000000, names[level],
			      room_name, event);
	va_start(ap, fmt);
	int m = vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	if (m > 0)
		n += (size_t)m < sizeof(line) - n - 1 ? (size_t)m : sizeof(line) - n - 2;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* A log that cannot be written must not stop the work. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

const char *log_quote(const char *text)
{
	static char ring[4][256];
	static unsigned next;
	char *out = ring[next++ % 4];
	struct buf b = BUF_CAPPED(200);

	text_escape(&b, span_sub(span_of(text ? text : ""), 0, 180));
	snprintf(out, sizeof(ring[0]), "\"%s\"", buf_cstr(&b));
	buf_free(&b);
	return out;
}
