// SPDX-License-Identifier: Apache-2.0
/* Reading and writing under a deadline and a budget. */
#include "stream/internal.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int stream_fail(struct stream *s, int code, const char *fmt, ...)
{
	va_list ap;

	if (s->failed)
		return s->failed;
	s->failed = code;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return code;
}

int stream_wait(struct stream *s, short events)
{
	struct pollfd p[] = {
		{ .fd = s->fd, .events = events },
		{ .fd = s->beside ? s->beside->fd : -1, .events = POLLIN },
	};
	int64_t quiet_until = clock_mono_ms() + s->idle_ms;
	int64_t until = s->deadline < quiet_until ? s->deadline : quiet_until;

	for (;;) {
		int64_t left = until - clock_mono_ms();
		if (left <= 0 && until == s->deadline)
			return stream_fail(s, -ETIMEDOUT, "the server did not finish in time");
		if (left <= 0)
			return stream_fail(s, -ETIMEDOUT, "the server was silent for %lld s",
					   (long long)(s->idle_ms / 1000));
		int r = poll(p, 2, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r > 0 && p[0].revents)
			return 0;
		if (r > 0 && !s->beside->answer(s->beside->context))
			p[1].fd = -1;
		if (r < 0 && errno != EINTR)
			return stream_fail(s, -errno, "poll: %s", strerror(errno));
	}
}

void stream_beside(struct stream *s, const struct stream_beside *who)
{
	s->beside = who;
}

static int tls_failure(struct stream *s, ssize_t code)
{
	if (code == GNUTLS_E_PREMATURE_TERMINATION || code == 0)
		return stream_fail(s, -EPIPE, "the server closed the connection");
	if (code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR)
		return stream_fail(s, -ECONNRESET, "the connection was lost");
	return stream_fail(s, -EPROTO, "TLS: %s", gnutls_strerror((int)code));
}

static int socket_failure(struct stream *s, ssize_t result, int error)
{
	if (result == 0 || error == EPIPE)
		return stream_fail(s, -EPIPE, "the server closed the connection");
	if (error == ECONNRESET)
		return stream_fail(s, -ECONNRESET, "the server reset the connection");
	return stream_fail(s, -error, "%s", strerror(error));
}

/* One attempt each: the number of bytes, 0 for "wait first", or the failure. */
static ssize_t tls_read(struct stream *s, void *p, size_t n)
{
	ssize_t r = gnutls_record_recv(s->tls, p, n);

	if (r > 0)
		return r;
	return r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED ? 0 : tls_failure(s, r);
}

static ssize_t tls_write(struct stream *s, const void *p, size_t n)
{
	ssize_t r = gnutls_record_send(s->tls, p, n);

	if (r > 0)
		return r;
	return r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED ? 0 : tls_failure(s, r);
}

static ssize_t plain_read(struct stream *s, void *p, size_t n)
{
	ssize_t r = recv(s->fd, p, n, 0);

	if (r > 0)
		return r;
	return r < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : socket_failure(s, r, errno);
}

static ssize_t plain_write(struct stream *s, const void *p, size_t n)
{
	ssize_t r = send(s->fd, p, n, MSG_NOSIGNAL);

	if (r > 0)
		return r;
	return r < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : socket_failure(s, -1, errno);
}

static ssize_t read_fresh(struct stream *s, void *p, size_t n)
{
	if (s->failed)
		return s->failed;
	if (!s->budget)
		return stream_fail(s, -EMSGSIZE, "the server sent more than this answer may have");
	if (n > s->budget)
		n = (size_t)s->budget;
	for (;;) {
		/* Also while bytes keep coming: one at a time must not outlive the deadline. */
		if (clock_mono_ms() >= s->deadline)
			return stream_fail(s, -ETIMEDOUT, "the server did not finish in time");
		ssize_t r = s->tls ? tls_read(s, p, n) : plain_read(s, p, n);
		if (r > 0)
			s->budget -= (uint64_t)r;
		if (r)
			return r;
		short events = s->tls && gnutls_record_get_direction(s->tls) ? POLLOUT : POLLIN;
		int failed = stream_wait(s, events);
		if (failed)
			return failed;
	}
}

ssize_t stream_read(struct stream *s, void *p, size_t n)
{
	size_t kept = s->ahead_n - s->ahead_at;

	if (!kept)
		return read_fresh(s, p, n);
	if (s->failed)
		return s->failed;
	if (n > kept)
		n = kept;
	memcpy(p, s->ahead + s->ahead_at, n);
	s->ahead_at += n;
	return (ssize_t)n;
}

int stream_write(struct stream *s, const void *p, size_t n)
{
	const char *at = p;

	if (s->failed)
		return s->failed;
	while (n) {
		ssize_t r = s->tls ? tls_write(s, at, n) : plain_write(s, at, n);
		if (r < 0)
			return (int)r;
		at += r;
		n -= (size_t)r;
		if (r)
			continue;
		short events = s->tls && !gnutls_record_get_direction(s->tls) ? POLLIN : POLLOUT;
		int failed = stream_wait(s, events);
		if (failed)
			return failed;
	}
	return 0;
}

/* Moves what is read ahead into the line, up to and without its LF. 1 at the end of the line. */
static int take_line(struct stream *s, struct buf *line, size_t max)
{
	struct span ahead = span_make(s->ahead + s->ahead_at, s->ahead_n - s->ahead_at);
	ptrdiff_t lf = span_chr(ahead, '\n');
	struct span part = lf < 0 ? ahead : span_sub(ahead, 0, (size_t)lf);

	if (span_chr(part, '\0') >= 0)
		return stream_fail(s, -EPROTO, "the server sent a NUL byte");
	/* One more, because the CR still counts. */
	if (line->n + part.n > max + 1)
		return stream_fail(s, -EMSGSIZE, "the server sent a line of more than %zu bytes", max);
	buf_put_span(line, part);
	s->ahead_at += part.n + (lf >= 0);
	if (lf < 0)
		return 0;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	if (line->full || line->n > max)
		return stream_fail(s, -EMSGSIZE, "the server sent a line of more than %zu bytes", max);
	return 1;
}

int stream_read_line(struct stream *s, struct buf *line, size_t max)
{
	buf_reset(line);
	if (s->failed)
		return s->failed;
	for (;;) {
		int r = take_line(s, line, max);
		if (r)
			return r < 0 ? r : 0;
		ssize_t n = read_fresh(s, s->ahead, sizeof(s->ahead));
		if (n < 0)
			return (int)n;
		s->ahead_at = 0;
		s->ahead_n = (size_t)n;
	}
}

void stream_arm(struct stream *s, int64_t deadline_ms, uint64_t budget)
{
	s->deadline = clock_mono_ms() + deadline_ms;
	s->budget = budget;
}

void stream_idle(struct stream *s, int64_t idle_ms)
{
	s->idle_ms = idle_ms;
}

bool stream_pending(const struct stream *s)
{
	return s->ahead_n > s->ahead_at || (s->tls && gnutls_record_check_pending(s->tls) > 0);
}

bool stream_is_tls(const struct stream *s)
{
	return s->tls != NULL;
}

int stream_fd(const struct stream *s)
{
	return s->fd;
}

const char *stream_where(const struct stream *s)
{
	return s->where;
}

const char *stream_why(const struct stream *s)
{
	return s->why;
}

int stream_failed(const struct stream *s)
{
	return s->failed;
}

void stream_close(struct stream **s)
{
	if (!*s)
		return;
	if ((*s)->tls) {
		if (!(*s)->failed)
			gnutls_bye((*s)->tls, GNUTLS_SHUT_WR);
		gnutls_deinit((*s)->tls);
	}
	fd_closep(&(*s)->fd);
	free(*s);
	*s = NULL;
}
