// SPDX-License-Identifier: Apache-2.0
#include "command/mbox.h"
#include "base/buf.h"
#include <errno.h>
#include <unistd.h>

struct lines {
	int fd;
	int error;
	size_t at, end;
	char window[64 * 1024];
};

/* Reads more behind what is there, which moves to the front. False at the end. */
static bool fill(struct lines *l)
{
	ssize_t n;

	memmove(l->window, l->window + l->at, l->end - l->at);
	l->end -= l->at;
	l->at = 0;
	do
		n = read(l->fd, l->window + l->end, sizeof(l->window) - l->end);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		l->error = -errno;
	if (n > 0)
		l->end += (size_t)n;
	return n > 0;
}

/* The next line with its end; one that is longer than the window comes in pieces. */
static bool next_line(struct lines *l, struct span *line)
{
	const char *end;

	do {
		end = memchr(l->window + l->at, '\n', l->end - l->at);
	} while (!end && l->end - l->at < sizeof(l->window) && fill(l));
	size_t n = end ? (size_t)(end - l->window) + 1 - l->at : l->end - l->at;
	*line = span_make(l->window + l->at, n);
	l->at += n;
	return n > 0;
}

static bool digit_at(struct span s, ptrdiff_t i)
{
	return i >= 0 && (size_t)i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* "From somebody Mon Jan  5 10:00:00 2026": the date tells it from a line of text. */
static bool is_separator(struct span line)
{
	static const char days[][6] = { " Mon ", " Tue ", " Wed ", " Thu ", " Fri ", " Sat ", " Sun " };
	const struct span months = SPAN("JanFebMarAprMayJunJulAugSepOctNovDec");

	if (!span_starts(line, SPAN("From ")))
		return false;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		ptrdiff_t at = span_find(line, span_of(days[i]));
		if (at < 0)
			continue;
		struct span date = span_sub(line, (size_t)at + 5, SIZE_MAX);
		ptrdiff_t colon = span_chr(date, ':');
		if (date.n > 3 && span_find(months, span_sub(date, 0, 3)) % 3 == 0 &&
		    digit_at(date, colon - 1) && digit_at(date, colon + 1))
			return true;
	}
	return false;
}

int mbox_read(int fd, bool single, size_t max, mbox_message each, void *context)
{
	BUF_CLEANUP struct buf bytes = BUF_CAPPED(max);
	struct lines l = { .fd = fd };
	struct span line;
	bool mbox = false, first = true, partial = false, starts = true, blank = true;
	unsigned long number = 0;

	while ((mbox || !partial) && next_line(&l, &line)) {
		bool separator = starts && blank && is_separator(line);
		if (first)
			mbox = separator && !single;
		if (mbox && separator && !first) {
			each(context, buf_span(&bytes), partial, ++number);
			buf_reset(&bytes);
			partial = false;
		}
		partial |= line.n > max - bytes.n;
		buf_put_span(&bytes, span_sub(line, 0, max - bytes.n));
		blank = starts && (span_eq(line, SPAN("\n")) || span_eq(line, SPAN("\r\n")));
		starts = line.p[line.n - 1] == '\n';
		first = false;
	}
	if (!l.error)
		each(context, buf_span(&bytes), partial, number ? number + 1 : 0);
	return l.error;
}
