// SPDX-License-Identifier: Apache-2.0
/* For commands that look at message files: a hearback-reader of one's own, so that no command parses
 * hostile mail with the rights of whoever typed it. */
#pragma once
#include "base/err.h"
#include "mail/facts.h"

struct reader_client;

struct reader_message {
	struct span bytes; /* at most LIMIT_FETCH_MAX are looked at */
	bool partial;	   /* there is more than these bytes */
};

/* `program`: path of hearback-reader; it must stay valid. The process is started with the first batch. */
struct reader_client *reader_client_new(const char *program);
/* NULL-safe; ends the reader; sets the caller's pointer to NULL. */
void reader_client_free(struct reader_client **c);

/* Facts of `n` messages, in order, in the arena. A message a reader dies of is asked for again alone,
 * then for its header only, each time in a new reader; then it gets facts_none(). The others are not
 * harmed. 0, or -errno where no reader can be started. */
int reader_client_read(struct reader_client *c, struct arena *a, const struct reader_message *messages,
		       uint32_t n, struct facts *out, struct err *err);
