// SPDX-License-Identifier: Apache-2.0
/* What the files of this folder share: one command, one reply, and what it means when that fails. */
#pragma once
#include "smtp/reply.h"
#include "smtp/smtp.h"

struct smtp {
	struct stream *stream;
	struct smtp_timeouts timeouts;
	int alive_fd;
	struct smtp_offer offer;
	struct smtp_reply reply; /* the last one */
	struct buf out;		 /* commands not yet written */
	struct buf line;
	const char *why; /* why the dialogue is broken, where the stream does not know */
	bool broken;	 /* lost, out of step or closing: nothing more is written */
	bool busy;	 /* between MAIL and the reply to the dot, or before RSET */
	bool dotted;	 /* the final dot may have been written */
};

/* Collects a command; CRLF is added. */
void smtp_put(struct smtp *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Writes what was collected. False: broken. */
bool smtp_flush(struct smtp *m);
/* Reads one whole reply into m->reply. False: broken. */
bool smtp_hear(struct smtp *m, int64_t timeout_ms);
/* One command and its reply. False: broken. */
bool smtp_ask(struct smtp *m, int64_t timeout_ms, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same for a whole line with its CRLF, which goes to the server without a copy. */
bool smtp_ask_line(struct smtp *m, int64_t timeout_ms, struct span line);

/* The ways a step can end without its reply; all return false, all leave the dialogue broken. Before
 * the dot the outcome is LATER, after it UNKNOWN. */
bool smtp_lost(struct smtp *m, struct smtp_result *r, const char *step);
bool smtp_out_of_step(struct smtp *m, struct smtp_result *r, const char *step);
/* The server answered, but not as it must for us to go on; `advice` is for a person. */
bool smtp_turned_away(struct smtp *m, struct smtp_result *r, const char *step, const char *advice);
/* We do not want to go on, for a reason of our own. */
bool smtp_give_up(struct smtp *m, struct smtp_result *r, const char *step, const char *why);
