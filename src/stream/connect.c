// SPDX-License-Identifier: Apache-2.0
/* From a name to a connected socket. */
#include "base/idn.h"
#include "stream/internal.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Not fatal one by one: a system without an option is served without it. */
static void set_options(int fd)
{
	static const struct {
		int level;
		int name;
		int value;
	} options[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, STREAM_USER_TIMEOUT_MS },
		/* So that a peer that vanished without a word is noticed while we wait for mail. */
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, 60 },
		{ IPPROTO_TCP, TCP_KEEPINTVL, 20 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			   sizeof(options[i].value));
}

struct stream *stream_adopt(int fd, const char *host, uint16_t port)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->fd = fd;
	s->idle_ms = STREAM_IDLE_MS;
	bool literal6 = strchr(host, ':') != NULL;
	snprintf(s->where, sizeof(s->where), "%s%.250s%s:%u", literal6 ? "[" : "", host, literal6 ? "]" : "",
		 port);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return s;
}

static int wait_connected(int fd, int64_t until)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof(error);

	for (;;) {
		int64_t left = until - clock_mono_ms();
		if (left <= 0)
			return -ETIMEDOUT;
		int r = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r > 0)
			break;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

/* A connected descriptor or -errno. */
static int try_address(const struct addrinfo *a, int64_t timeout_ms)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);

	if (fd < 0)
		return -errno;
	set_options(fd);
	int r = connect(fd, a->ai_addr, a->ai_addrlen) < 0 ? -errno : 0;
	if (r == -EINPROGRESS)
		r = wait_connected(fd, clock_mono_ms() + timeout_ms);
	if (!r)
		return fd;
	close(fd);
	return r;
}

static int try_all(const struct addrinfo *list, int64_t timeout_ms)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	int left = 0;
	int last = -EADDRNOTAVAIL;

	for (const struct addrinfo *a = list; a && left < STREAM_ADDRESSES; a = a->ai_next)
		left++;
	for (const struct addrinfo *a = list; a && left; a = a->ai_next, left--) {
		int fd = try_address(a, (until - clock_mono_ms()) / left);
		if (fd >= 0)
			return fd;
		/* "Refused" says more than the unreachable address of the other family. */
		if (last != -ECONNREFUSED)
			last = fd;
	}
	return last;
}

static int resolve_failure(const char *where, int code, struct err *err)
{
	if (code == EAI_AGAIN)
		return err_set(err, -EAGAIN,
			       "%s: the name service gives no answer: check the network and DNS", where);
	if (code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY)
		return err_set(err, -ENXIO, "%s: there is no such host: check the host name", where);
	return err_set(err, -EHOSTUNREACH, "%s: the host name cannot be resolved: %s", where,
		       gai_strerror(code));
}

static int connect_failure(const char *where, int code, int64_t timeout_ms, struct err *err)
{
	if (code == -ECONNREFUSED)
		return err_set(err, code,
			       "%s: connection refused: check host and port, and that the server runs",
			       where);
	if (code == -ETIMEDOUT)
		return err_set(err, code,
			       "%s: no answer within %lld s: check host and port, and the firewall", where,
			       (long long)(timeout_ms / 1000));
	return err_set(err, code, "%s: cannot connect: %s", where, strerror(-code));
}

int stream_connect(const char *host, uint16_t port, int64_t timeout_ms, struct stream **out, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	BUF_CLEANUP struct buf name = BUF_CAPPED(256);
	struct stream *s = stream_adopt(-1, host, port);
	char service[8];
	int r;

	snprintf(service, sizeof(service), "%u", port);
	/* An IP literal is no domain: what has no ASCII form goes to the resolver as it is. */
	if (!idn_to_ascii(span_of(host), &name))
		buf_puts(&name, host);
	int code = getaddrinfo(buf_cstr(&name), service, &hints, &list);
	if (code)
		r = resolve_failure(s->where, code, err);
	else {
		s->fd = try_all(list, timeout_ms);
		r = s->fd < 0 ? connect_failure(s->where, s->fd, timeout_ms, err) : 0;
		freeaddrinfo(list);
	}
	if (r)
		stream_close(&s);
	else
		*out = s;
	return r;
}
