// SPDX-License-Identifier: Apache-2.0
#include "base/io.h"
#include "base/log.h"
#include "daemon/sender/sender.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint32_t count(const struct sender *s, enum helper_state state)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < SENDER_HELPERS; i++)
		n += s->helpers[i].state == state;
	return n;
}

bool pool_empty(const struct sender *s)
{
	return count(s, HELPER_NONE) == SENDER_HELPERS;
}

static bool has_job(const struct helper *h)
{
	return h->state == HELPER_SENDING || h->state == HELPER_ASKED || h->state == HELPER_GRANTED;
}

/* The helper gets no more; at the end of its socket it gives up what is not past the dot. */
static void dismiss(struct helper *h)
{
	if (!h->leaving)
		shutdown(h->sock, SHUT_WR);
	h->leaving = true;
}

/* -- connections ----------------------------------------------------------------------------------- */

void pool_failed(struct sender *s, struct span step, struct span text)
{
	s->backoff_ms = s->backoff_ms ? 2 * s->backoff_ms : SENDER_RETRY_MS;
	if (s->backoff_ms > SENDER_RETRY_MAX_MS)
		s->backoff_ms = SENDER_RETRY_MAX_MS;
	s->retry_at_ms = clock_mono_ms() + s->backoff_ms;
	buf_reset(&s->failure_text);
	buf_put_span(&s->failure_text, step);
	buf_put_span(&s->failure_text, text);
	s->failure = (struct frame_sent_result){
		.outcome = SEND_LATER,
		.no_connection = true,
		.step = span_sub(buf_span(&s->failure_text), 0, step.n),
		.reply = span_sub(buf_span(&s->failure_text), step.n, text.n),
	};
	log_event(LOG_WARN, "connection.failed", "account=%.*s step=%.*s retry_ms=%lld text=%s",
		  SPAN_ARG(s->account), SPAN_ARG(s->failure.step), (long long)s->backoff_ms,
		  log_quote(buf_cstr(&s->failure_text) + s->failure.step.n));
}

void pool_connect(struct sender *s, int secret)
{
	struct helper *h = s->helpers;
	int pair[2];

	while (h->state != HELPER_NONE)
		h++;
	pid_t pid = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ? -1 : fork();
	if (pid == 0)
		helper_main(&s->route, pair[1], secret);
	int error = errno;
	fd_closep(&secret);
	if (pid < 0) {
		pool_failed(s, SPAN("connect"), span_of(strerror(error)));
		return;
	}
	close(pair[1]);
	*h = (struct helper){ .state = HELPER_CONNECTING, .sock = pair[0] };
}

static void ask_connection(struct sender *s)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	if (!s->route.login) {
		pool_connect(s, -1);
		return;
	}
	frame_begin(&b, FRAME_NEED_SECRET);
	s->secret_asked = frame_send(s->supervisor, &b, -1) == 0;
}

static bool want_connection(const struct sender *s, int64_t now_ms)
{
	uint32_t coming = count(s, HELPER_CONNECTING) + count(s, HELPER_RESTING);

	if (s->stopping || s->secret_asked || now_ms < s->retry_at_ms || s->waiting <= coming)
		return false;
	/* After a failure one try at a time: many would only be refused together. */
	return SENDER_HELPERS - count(s, HELPER_NONE) < s->route.connections && !(s->backoff_ms && coming);
}

/* -- what helpers say -------------------------------------------------------------------------------- */

static void gone(struct sender *s, struct helper *h)
{
	struct helper was = *h;

	close(h->sock);
	*h = (struct helper){ .state = HELPER_NONE, .sock = -1 };
	if (has_job(&was))
		sender_answer_lost(s, &was.job, was.state == HELPER_GRANTED,
				   "the process that was sending it has ended");
	else if (was.state == HELPER_CONNECTING && !was.leaving)
		pool_failed(s, SPAN("connect"), SPAN("the process that was connecting has ended"));
}

static bool hear_dot(struct sender *s, struct helper *h, struct wire *w)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_dot d;

	if (!frame_dot_get(w, &d) || h->state != HELPER_SENDING || d.entry != h->job.entry ||
	    d.attempt != h->job.attempt)
		return false;
	h->state = HELPER_ASKED;
	if (h->leaving)
		return true;
	frame_begin(&b, FRAME_DOT_ASK);
	frame_dot_put(&b, &d);
	frame_send(s->keeper, &b, -1);
	return true;
}

static bool hear_result(struct sender *s, struct helper *h, struct wire *w)
{
	struct frame_sent_result r;

	if (!frame_sent_result_get(w, &r))
		return false;
	if (h->state == HELPER_CONNECTING) {
		pool_failed(s, r.step, r.reply);
		h->leaving = true;
		return true;
	}
	/* Nobody can have accepted what was not yet past the dot. */
	bool possible = h->state == HELPER_GRANTED || r.outcome == SEND_LATER || r.outcome == SEND_REFUSED;
	if (!has_job(h) || r.entry != h->job.entry || r.attempt != h->job.attempt || !possible)
		return false;
	sender_answer(s, &h->job, &r);
	h->state = HELPER_RESTING;
	return true;
}

/* What a helper lacks, the supervisor hears of as if it were ours. */
static void pass_on(const struct sender *s, struct span missing)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_READY);
	frame_ready_put(&b, missing);
	frame_send(s->supervisor, &b, -1);
}

static bool hear_ready(struct sender *s, struct helper *h, struct wire *w)
{
	struct span missing;

	if (!frame_ready_get(w, &missing))
		return false;
	if (h->state == HELPER_CONNECTING && missing.n)
		pass_on(s, missing);
	if (h->state == HELPER_CONNECTING) {
		s->backoff_ms = 0;
		log_event(LOG_INFO, "connection.open", "account=%.*s", SPAN_ARG(s->account));
	} else if (h->state != HELPER_RESTING) {
		return false;
	}
	h->state = HELPER_FREE;
	h->since_ms = clock_mono_ms();
	if (s->stopping)
		dismiss(h);
	return true;
}

/* The server has closed an idle connection. What was handed out meanwhile was not begun. */
static bool hear_ending(struct sender *s, struct helper *h)
{
	if (h->state == HELPER_SENDING) {
		sender_put_back(s, &h->job);
		if (s->stopping)
			sender_answer_waiting(s);
	}
	h->state = HELPER_RESTING;
	h->leaving = true;
	return true;
}

void pool_hear(struct sender *s, struct helper *h)
{
	struct frame f;
	int r = frame_recv(h->sock, s->room, FRAME_MAX, &f);
	bool good = false;

	if (r == -EAGAIN)
		return;
	if (r == 1) {
		struct wire w = wire_over(f.payload);
		if (f.type == FRAME_READY)
			good = hear_ready(s, h, &w);
		else if (f.type == FRAME_DOT_ASK)
			good = hear_dot(s, h, &w);
		else if (f.type == FRAME_SENT_RESULT)
			good = hear_result(s, h, &w);
		else if (f.type == FRAME_ENDING)
			good = hear_ending(s, h);
		frame_close_fds(&f);
	}
	if (!good)
		gone(s, h);
}

/* -- what the keeper and the clock want -------------------------------------------------------------- */

void pool_grant(struct sender *s, const struct frame_dot *d)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_DOT_GRANTED);
	frame_dot_put(&b, d);
	for (struct helper *h = s->helpers; h < s->helpers + SENDER_HELPERS; h++) {
		if (h->state != HELPER_ASKED || h->leaving || h->job.entry != d->entry ||
		    h->job.attempt != d->attempt)
			continue;
		/* What could not be handed over cannot have been acted on. */
		if (frame_send(h->sock, &b, -1) == 0)
			h->state = HELPER_GRANTED;
	}
}

static void hand_out(struct sender *s)
{
	for (struct helper *h = s->helpers; h < s->helpers + SENDER_HELPERS && s->waiting; h++) {
		if (h->state != HELPER_FREE || h->leaving)
			continue;
		h->job = sender_next(s);
		h->state = HELPER_SENDING;
		if (frame_send(h->sock, &h->job.frame, h->job.bytes)) {
			sender_put_back(s, &h->job);
			h->state = HELPER_RESTING;
			h->leaving = true;
		}
	}
}

void pool_stop(struct sender *s, int64_t now_ms)
{
	s->stopping = true;
	s->stop_at_ms = now_ms + SENDER_STOP_MS;
	sender_answer_waiting(s);
	for (struct helper *h = s->helpers; h < s->helpers + SENDER_HELPERS; h++)
		if (h->state != HELPER_NONE && h->state != HELPER_ASKED && h->state != HELPER_GRANTED)
			dismiss(h);
}

void pool_turn(struct sender *s, int64_t now_ms)
{
	hand_out(s);
	for (struct helper *h = s->helpers; h < s->helpers + SENDER_HELPERS; h++) {
		if ((h->state == HELPER_FREE && now_ms >= h->since_ms + SENDER_IDLE_MS) ||
		    (h->state == HELPER_ASKED && s->stopping && now_ms >= s->stop_at_ms))
			dismiss(h);
	}
	if (want_connection(s, now_ms))
		ask_connection(s);
	/* Nobody works and nobody may try yet: the keeper need not wait for that. */
	if (s->waiting && now_ms < s->retry_at_ms && pool_empty(s))
		sender_answer_waiting(s);
}

int pool_timeout(const struct sender *s, int64_t now_ms)
{
	int64_t at = INT64_MAX;

	for (const struct helper *h = s->helpers; h < s->helpers + SENDER_HELPERS; h++) {
		if (h->state == HELPER_FREE && !h->leaving && h->since_ms + SENDER_IDLE_MS < at)
			at = h->since_ms + SENDER_IDLE_MS;
		if (h->state == HELPER_ASKED && !h->leaving && s->stopping && s->stop_at_ms < at)
			at = s->stop_at_ms;
	}
	if (s->waiting && now_ms < s->retry_at_ms && s->retry_at_ms < at)
		at = s->retry_at_ms;
	if (at == INT64_MAX)
		return -1;
	return at <= now_ms ? 0 : (int)(at - now_ms);
}
