// SPDX-License-Identifier: Apache-2.0
#include "base/io.h"
#include "base/log.h"
#include "daemon/sender/sender.h"
#include <string.h>

static void job_clear(struct job *j)
{
	buf_free(&j->frame);
	fd_closep(&j->bytes);
}

static const char *outcome_word(enum send_outcome o)
{
	switch (o) {
	case SEND_ACCEPTED:
		return "accepted";
	case SEND_REFUSED:
		return "refused";
	case SEND_LATER:
		return "later";
	case SEND_UNKNOWN:
		return "unknown";
	case SEND_OUTCOME_COUNT:
		break;
	}
	return "none";
}

void sender_answer(struct sender *s, struct job *j, const struct frame_sent_result *r)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_sent_result mine = *r;

	mine.entry = j->entry;
	mine.attempt = j->attempt;
	frame_begin(&b, FRAME_SENT_RESULT);
	frame_sent_result_put(&b, &mine);
	/* A keeper that is gone shows itself at the end of its socket. */
	frame_send(s->keeper, &b, -1);
	log_event(LOG_INFO, "message.result", "entry=%llu attempt=%u outcome=%s step=%.*s",
		  (unsigned long long)j->entry, j->attempt, outcome_word(r->outcome), SPAN_ARG(r->step));
	job_clear(j);
}

void sender_answer_lost(struct sender *s, struct job *j, bool granted, const char *why)
{
	sender_answer(s, j,
		      &(struct frame_sent_result){
			      .outcome = granted ? SEND_UNKNOWN : SEND_LATER,
			      .step = granted ? SPAN("dot") : SPAN("data"),
			      .reply = span_of(why),
		      });
}

static const struct frame_sent_result *reason_to_wait(const struct sender *s)
{
	static const struct frame_sent_result stopping = {
		.outcome = SEND_LATER,
		.no_connection = true,
		.step = { "connect", 7 },
		.reply = { "hearback is stopping", 20 },
	};

	return s->stopping ? &stopping : &s->failure;
}

void sender_answer_waiting(struct sender *s)
{
	for (uint32_t i = 0; i < s->waiting; i++)
		sender_answer(s, &s->queue[i], reason_to_wait(s));
	s->waiting = 0;
}

bool sender_take(struct sender *s, struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_send send;

	if (!frame_send_get(&w, &send))
		return false;
	struct job j = { .entry = send.entry,
			 .attempt = send.attempt,
			 .frame = BUF_CAPPED(FRAME_MAX),
			 .bytes = f->fds[0] };
	f->fds[0] = -1;
	frame_begin(&j.frame, FRAME_SEND);
	frame_send_put(&j.frame, &send);
	if (s->waiting == SENDER_QUEUE)
		sender_answer_lost(s, &j, false, "more messages than the sender has places for");
	else
		s->queue[s->waiting++] = j;
	return true;
}

struct job sender_next(struct sender *s)
{
	struct job first = s->queue[0];

	s->waiting--;
	memmove(s->queue, s->queue + 1, s->waiting * sizeof(*s->queue));
	return first;
}

void sender_put_back(struct sender *s, struct job *j)
{
	if (s->waiting == SENDER_QUEUE) {
		sender_answer_lost(s, j, false, "the connection ended before the message was begun");
		return;
	}
	memmove(s->queue + 1, s->queue, s->waiting * sizeof(*s->queue));
	s->queue[0] = *j;
	s->waiting++;
}
