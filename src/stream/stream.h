// SPDX-License-Identifier: Apache-2.0
/* One client connection over TCP, with TLS that is always verified, absolute deadlines and byte
 * budgets. The only code that knows GnuTLS. Blocking calls over a non-blocking socket: each returns
 * within the deadline that was armed. The first failure stays: every later call returns it again,
 * and stream_why() says in words what it was. No call raises SIGPIPE. */
#pragma once
#include "base/buf.h"
#include "base/err.h"
#include <sys/types.h>

struct stream;

enum {
	STREAM_ADDRESSES = 16,		      /* addresses of one host that are tried */
	STREAM_IDLE_MS = 60 * 1000,	      /* silence a call bears until stream_idle() says otherwise */
	STREAM_USER_TIMEOUT_MS = 60 * 1000,   /* TCP_USER_TIMEOUT: unacknowledged data */
};

/* Connects to host (a name, also an international one, or an IP literal without brackets), trying its
 * addresses one after the other; each gets an equal share of what is left of `timeout_ms` (resolving
 * the name is bounded by the system's resolver alone). 0, or with a line in `err` that names host:port:
 * -ENXIO no such host, -EAGAIN no answer from the name service, -ECONNREFUSED, -ETIMEDOUT, other -errno. */
int stream_connect(const char *host, uint16_t port, int64_t timeout_ms, struct stream **out, struct err *err);
/* The same over a connected socket that is owned from now on; host and port are for messages only. */
struct stream *stream_adopt(int fd, const char *host, uint16_t port);

/* Starts TLS (1.2 or later) and verifies chain, times and name before anything is sent or read.
 * `name`: what the certificate must carry. `ca_file`: PEM file of the authorities to trust; NULL or
 * "": those of the system. The trust store is given back before this returns. 0, or with a line:
 * -EKEYREJECTED the certificate is not accepted (name, dates, authority), -EINVAL ca_file holds no
 * certificate or cannot be read, -ETIMEDOUT, -EPROTO what is there does not speak TLS or sent bytes
 * ahead of it (injection), -ECONNRESET. */
int stream_tls(struct stream *s, const char *name, const char *ca_file, int64_t timeout_ms, struct err *err);
bool stream_is_tls(const struct stream *s);
/* Until when the server's certificate is valid; 0 without TLS. */
int64_t stream_certificate_until(const struct stream *s);

/* Arms the absolute deadline of one command and the bytes its response may have, both from now. A
 * stream that was never armed has no budget to read from. */
void stream_arm(struct stream *s, int64_t deadline_ms, uint64_t budget);
/* How long a single wait may see nothing at all; the deadline cuts it short. */
void stream_idle(struct stream *s, int64_t idle_ms);

/* Somebody who must not wait for as long as the server does. */
struct stream_beside {
	int fd;
	bool (*answer)(void *context); /* fd can be read. False: what lies there is not for it */
	void *context;
};
/* From now on, whenever the server is waited for; the caller keeps it. */
void stream_beside(struct stream *s, const struct stream_beside *who);

/* Some bytes, at least one. Negative: -ETIMEDOUT (silence or deadline), -EMSGSIZE (budget), -EPIPE (the
 * server closed: an end is always an error), -EPROTO (TLS), other -errno. n must not be 0. */
ssize_t stream_read(struct stream *s, void *p, size_t n);
/* All of it, or a negative value as above. */
int stream_write(struct stream *s, const void *p, size_t n);
/* One line without its CRLF (a bare LF ends it too) into `line`, which is emptied first. More than
 * `max` bytes is -EMSGSIZE, a NUL byte -EPROTO; both fail the stream. */
int stream_read_line(struct stream *s, struct buf *line, size_t max);

/* Bytes that can be read without asking the socket; look here before polling stream_fd(). */
bool stream_pending(const struct stream *s);
int stream_fd(const struct stream *s);
/* "host:port", for messages. */
const char *stream_where(const struct stream *s);
/* Why the stream failed: "the server closed the connection", ... or "" while it works. */
const char *stream_why(const struct stream *s);
/* 0, or what the first failure returned. */
int stream_failed(const struct stream *s);

/* Says goodbye to TLS without waiting, closes, frees; NULL-safe, sets the caller's pointer to NULL. */
void stream_close(struct stream **s);
#define STREAM_CLEANUP __attribute__((cleanup(stream_close)))
