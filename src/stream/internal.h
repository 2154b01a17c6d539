// SPDX-License-Identifier: Apache-2.0
/* What the three files of this folder share. */
#pragma once
#include "base/io.h"
#include "stream/stream.h"
#include <gnutls/gnutls.h>

enum {
	STREAM_AHEAD = 4096, /* read ahead for lines */
	STREAM_WHERE = 300,
};

struct stream {
	int fd;
	gnutls_session_t tls; /* NULL: plain */
	int64_t deadline;     /* monotonic milliseconds */
	int64_t idle_ms;
	uint64_t budget;
	const struct stream_beside *beside;
	int failed;
	char where[STREAM_WHERE];
	char why[200];
	size_t ahead_at;
	size_t ahead_n;
	char ahead[STREAM_AHEAD];
};

/* Records the first failure and returns it; later ones change nothing. */
int stream_fail(struct stream *s, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Waits for poll events until silence or deadline. 0 or the failure. */
int stream_wait(struct stream *s, short events);
