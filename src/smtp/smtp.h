// SPDX-License-Identifier: Apache-2.0
/* Our own SMTP dialogue as a client (RFC 5321) over one stream. A message goes out in two steps,
 * smtp_send_body() and smtp_send_dot(), so that the caller can record between them that the
 * responsibility is about to pass (RFC 5321 section 4.2.5). Never logs; waits within deadlines. */
#pragma once
#include "frame/sender.h"
#include "stream/stream.h"

struct smtp;

/* How long the server may take (RFC 5321 section 4.5.3.2), in milliseconds. */
struct smtp_timeouts {
	int64_t connect;  /* TCP and TLS, each: 30 s */
	int64_t command;  /* greeting, EHLO, AUTH, MAIL, RCPT: 5 min */
	int64_t data;	  /* DATA: 2 min */
	int64_t block;	  /* each block of the body to be taken: 3 min */
	int64_t dot;	  /* the reply to the final dot: 10 min */
	int64_t courtesy; /* RSET and QUIT, when no message is at stake: 5 s */
};
extern const struct smtp_timeouts smtp_timeouts_standard;

/* What has become of a message or of the attempt to get a connection. `step` is a static string:
 * "connect", "auth", "mail", "rcpt", "data", "dot". `reply` is the server's words with all lines, or
 * one line that says what went wrong. Give it back with smtp_result_clear(). */
struct smtp_result {
	enum send_outcome outcome;
	bool witness_refused;
	bool no_connection; /* LATER that says nothing about the message, but about login or server */
	const char *step;
	struct buf reply;
};
void smtp_result_start(struct smtp_result *r);
void smtp_result_clear(struct smtp_result *r);

/* Greeting and EHLO. Owns the stream from now on, also on failure. `name` is what we call ourselves: a
 * domain or an address literal. `alive_fd` (or -1): a descriptor that becomes readable or hung up when
 * nobody wants the outcome any more; waiting for the server then ends at once. Returns NULL with
 * LATER, no_connection and a line in *r. */
struct smtp *smtp_open(struct stream *s, const struct smtp_timeouts *t, struct span name, int alive_fd,
		       struct smtp_result *r);
/* STARTTLS (RFC 3207), to be called first; what the server said before does not count any more. False as
 * for smtp_open, also if it does not offer TLS. `tls_name` and `ca_file` as for stream_tls(). */
bool smtp_start_tls(struct smtp *m, struct span name, const char *tls_name, const char *ca_file,
		    struct smtp_result *r);
/* AUTH PLAIN or LOGIN (RFC 4954), only over TLS or to loopback. False as for smtp_open; the
 * connection must be closed then. */
bool smtp_login(struct smtp *m, struct span user, struct span password, struct smtp_result *r);
/* The same by AUTH XOAUTH2 with an OAuth2 access token. */
bool smtp_login_token(struct smtp *m, struct span user, struct span token, struct smtp_result *r);

struct smtp_envelope {
	struct span sender; /* empty for <> */
	struct span recipient;
	struct span witness; /* empty for none; a refusal of it stops nothing */
};
/* Checks addresses and bytes before anything is written, then MAIL, RCPT, DATA and the body but for
 * the final dot. True: the dot is all that is missing; close the connection instead, and the server
 * must drop the message (RFC 5321 section 4.1.1.10). False: *r tells the outcome. */
bool smtp_send_body(struct smtp *m, const struct smtp_envelope *e, struct span message,
		    struct smtp_result *r);
/* MAIL and RCPT alone: no message goes anywhere. *r says what came of it; if all were taken, LATER at the step
 * "envelope". To be followed by smtp_reset(). */
void smtp_try_envelope(struct smtp *m, const struct smtp_envelope *e, struct smtp_result *r);
/* Writes the dot and waits for the reply; *r is that of smtp_send_body and tells the outcome after. */
void smtp_send_dot(struct smtp *m, struct smtp_result *r);
/* RSET, to be called between messages. False: close the connection. */
bool smtp_reset(struct smtp *m);
/* The server has said something, or closed, without being asked. For an idle connection. */
bool smtp_spoke(const struct smtp *m);
int smtp_fd(const struct smtp *m);
/* Until when the server's certificate is valid; 0 without TLS. */
int64_t smtp_certificate_until(const struct smtp *m);

/* QUIT if the dialogue stands between messages and is in step, then closes; NULL-safe. */
void smtp_close(struct smtp **m);
