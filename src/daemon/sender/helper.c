// SPDX-License-Identifier: Apache-2.0
/* HELPER: one SMTP connection in a process of its own.
 *
 * Holds: the password until the login is over, one connection, the message in hand. Has not: the
 * sockets of supervisor and keeper, other messages, and once TLS is up no way to open a file or
 * another connection.
 * Fails by ending: before the final dot the server drops the message, after it the dispatcher
 * reports that nobody knows. When the dispatcher ends, so does the helper: at once before the dot,
 * after it when the server has answered or will not. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/sender/fault.h"
#include "daemon/sender/sender.h"
#include "mail/limits.h"
#include "sandbox/sandbox.h"
#include "smtp/smtp.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
	HELPER_MESSAGES = 50, /* then the connection is made anew */
	/* A server waits 5 minutes inside DATA (RFC 5321 section 4.5.3.2.7). */
	HELPER_GRANT_MS = 3 * 60 * 1000,
};

struct session {
	const struct route *route;
	int sock;
	char *room;
	struct smtp *smtp;
	struct buf missing; /* walls */
};

static bool report(const struct session *h, const struct frame_dot *what, const struct smtp_result *r)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_SENT_RESULT);
	frame_sent_result_put(&b, &(struct frame_sent_result){
					  .entry = what->entry,
					  .attempt = what->attempt,
					  .outcome = r->outcome,
					  .witness_refused = r->witness_refused,
					  .no_connection = r->no_connection,
					  .step = span_of(r->step),
					  .reply = buf_span(&r->reply),
					  .certificate_until = h->smtp ? smtp_certificate_until(h->smtp) : 0,
				  });
	return frame_send(h->sock, &b, -1) == 0;
}

static bool tell(const struct session *h, enum frame_type type)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, type);
	if (type == FRAME_READY)
		frame_ready_put(&b, buf_span(&h->missing));
	return frame_send(h->sock, &b, -1) == 0;
}

static bool failed(struct smtp_result *r, const char *step, const char *text)
{
	r->outcome = SEND_LATER;
	r->step = step;
	buf_reset(&r->reply);
	buf_puts(&r->reply, text);
	return false;
}

/* -- connecting ------------------------------------------------------------------------------------- */

struct secret {
	struct buf bytes;
	int64_t written_at;
};

static bool read_secret(const struct route *to, int fd, struct secret *out, struct smtp_result *r)
{
	struct err err;

	return !secret_read(&to->secret, fd, &out->bytes, &out->written_at, &err) || failed(r, "auth", err.text);
}

static bool reach(const struct route *to, int64_t timeout_ms, struct stream **out, struct smtp_result *r)
{
	struct err err;

	if (stream_connect(to->host, to->port, timeout_ms, out, &err))
		return failed(r, "connect", err.text);
	if (to->tls && stream_tls(*out, to->tls_name, to->ca_file, timeout_ms, &err)) {
		stream_close(out);
		return failed(r, "tls", err.text);
	}
	return true;
}

static void raise_walls(struct buf *missing)
{
	/* What stands already is the dispatcher's. */
	struct sandbox_walls walls = { .dumps = true, .privileges = true };

	if (fault_armed())
		return;
	sandbox_files(&walls, NULL, 0, true);
	sandbox_calls(&walls, SANDBOX_CONNECTED);
	sandbox_missing(&walls, missing);
}

static bool log_in(struct session *h, const struct secret *secret, struct smtp_result *r)
{
	const struct route *to = h->route;
	struct span bytes = buf_span(&secret->bytes);

	if (to->secret.token ? smtp_login_token(h->smtp, to->user, bytes, r)
			     : smtp_login(h->smtp, to->user, bytes, r))
		return true;
	secret_put_age(&to->secret, secret->written_at, clock_now(), &r->reply);
	return false;
}

static bool greet(struct session *h, struct stream *stream, const struct smtp_timeouts *timeouts,
		  const struct secret *secret, struct smtp_result *r)
{
	const struct route *to = h->route;

	if (!to->starttls)
		raise_walls(&h->missing);
	h->smtp = smtp_open(stream, timeouts, to->name, h->sock, r);
	if (!h->smtp)
		return false;
	if (to->starttls) {
		if (!smtp_start_tls(h->smtp, to->name, to->tls_name, to->ca_file, r))
			return false;
		raise_walls(&h->missing);
	}
	return !to->login || log_in(h, secret, r);
}

static bool connect_all(struct session *h, int secret, struct smtp_result *r)
{
	struct secret s = { .bytes = BUF_CAPPED(secret_room(&h->route->secret)) };
	struct sandbox_walls walls = { .calls = false };
	struct smtp_timeouts timeouts = smtp_timeouts_standard;
	struct stream *stream;

	fault_timeouts(&timeouts);
	/* Those that are to stay are told of when they stand. */
	if (!fault_armed())
		sandbox_files_to_connect(&walls, h->route->ca_file, false);
	bool good = (!h->route->login || read_secret(h->route, secret, &s, r)) &&
		    reach(h->route, timeouts.connect, &stream, r);

	if (good) {
		/* From here on the end of the dispatcher is seen on its socket. */
		prctl(PR_SET_PDEATHSIG, 0);
		good = greet(h, stream, &timeouts, &s, r);
	}
	secret_wipe(&s.bytes);
	buf_free(&s.bytes);
	return good;
}

/* -- messages --------------------------------------------------------------------------------------- */

static bool wait_grant(const struct session *h, const struct frame_dot *what)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct pollfd at = { .fd = h->sock, .events = POLLIN };
	struct frame f;
	struct frame_dot granted;

	frame_begin(&b, FRAME_DOT_ASK);
	frame_dot_put(&b, what);
	if (frame_send(h->sock, &b, -1) || poll(&at, 1, HELPER_GRANT_MS) <= 0 ||
	    frame_recv(h->sock, h->room, FRAME_MAX, &f) != 1)
		return false;
	struct wire w = wire_over(f.payload);
	bool good = f.type == FRAME_DOT_GRANTED && frame_dot_get(&w, &granted) &&
		    granted.entry == what->entry && granted.attempt == what->attempt;
	frame_close_fds(&f);
	return good;
}

static void send_one(struct session *h, const struct frame_send *m, struct span bytes, struct smtp_result *r)
{
	const struct smtp_envelope e = { .sender = m->sender,
					 .recipient = m->recipient,
					 .witness = m->witness };
	const struct frame_dot what = { .entry = m->entry, .attempt = m->attempt };

	if (!smtp_send_body(h->smtp, &e, bytes, r))
		return;
	if (!wait_grant(h, &what)) {
		failed(r, "dot", "the final dot was not granted");
		return;
	}
	fault_stop("dotted");
	smtp_send_dot(h->smtp, r);
}

/* One FRAME_SEND; false if this connection is over. */
static bool serve(struct session *h, const struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_send m;
	struct span bytes = SPAN_NONE;
	struct smtp_result r;

	if (f->type != FRAME_SEND || !frame_send_get(&w, &m))
		return false;
	smtp_result_start(&r);
	if (f->fds[0] < 0) {
		smtp_try_envelope(h->smtp, &(struct smtp_envelope){ m.sender, m.recipient, m.witness }, &r);
	} else if (memfd_map(f->fds[0], LIMIT_OUTGOING, &bytes)) {
		failed(&r, "data", "the message is no sealed memory or too large");
		r.outcome = SEND_REFUSED;
	} else {
		send_one(h, &m, bytes, &r);
	}
	memfd_unmap(&bytes);
	bool told = report(h, &(struct frame_dot){ .entry = m.entry, .attempt = m.attempt }, &r);
	smtp_result_clear(&r);
	return told && smtp_reset(h->smtp);
}

/* Waits for the next message. False: the dispatcher wants no more, or the server has hung up. */
static bool wait_message(const struct session *h, struct frame *f)
{
	struct pollfd at[] = {
		{ .fd = h->sock, .events = POLLIN },
		{ .fd = smtp_fd(h->smtp), .events = POLLIN },
	};

	if (smtp_spoke(h->smtp) || poll(at, 2, -1) < 0 || at[1].revents) {
		tell(h, FRAME_ENDING);
		return false;
	}
	return frame_recv(h->sock, h->room, FRAME_MAX, f) == 1;
}

/* Everything but our own sockets and the log stays behind. */
static void drop_descriptors(int a, int b)
{
	int low = a < b ? a : b, high = a < b ? b : a;

	if (low > 3)
		close_range(3, (unsigned)low - 1, 0);
	if (low >= 3 && high > low + 1)
		close_range((unsigned)low + 1, (unsigned)high - 1, 0);
	close_range((unsigned)high + 1, ~0U, 0);
}

_Noreturn void helper_main(const struct route *route, int sock, int secret)
{
	struct session h = { .route = route, .sock = sock, .room = malloc(FRAME_MAX), .missing = BUF_CAPPED(200) };
	struct smtp_result r;
	struct frame f;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	drop_descriptors(sock, secret);
	smtp_result_start(&r);
	if (!h.room)
		abort();
	if (!connect_all(&h, secret, &r)) {
		r.no_connection = true;
		report(&h, &(struct frame_dot){ .entry = 0 }, &r);
		smtp_close(&h.smtp);
		_exit(1);
	}
	for (unsigned i = 0; i < HELPER_MESSAGES && tell(&h, FRAME_READY) && wait_message(&h, &f); i++) {
		bool go_on = serve(&h, &f);
		frame_close_fds(&f);
		if (!go_on)
			break;
	}
	smtp_close(&h.smtp);
	_exit(0);
}
