// SPDX-License-Identifier: Apache-2.0
#include "conversation/conversation.h"

const char *state_name(enum state s)
{
	static const char *const names[STATE_COUNT] = { "quiet", "open", "waiting", "resolved", "dismissed" };

	return names[s];
}

const char *event_kind_name(enum event_kind k)
{
	static const char *const names[EVENT_KIND_COUNT] = {
		"request", "answer",   "agent",	   "claimed-agent", "machine", "own",
		"unreadable", "answered-elsewhere", "resolved", "dismissed", "silence", "moved-to-junk",
		"moved-to-trash", "filed-elsewhere", "filed-still-open", "came-back",
	};

	return names[k];
}

static bool running(const struct clock *c)
{
	return c->started_at && !c->stopped_at;
}

static void stop(struct clock *c, int64_t at)
{
	if (running(c))
		c->stopped_at = at;
}

static void start(struct clock *c, int64_t at)
{
	*c = (struct clock){ .started_at = at };
}

/* We owe an answer: of several unanswered requests the first one counts. */
static void owe(struct story *s, int64_t at)
{
	stop(&s->silence, at);
	s->left_at = 0;
	if (s->state != STATE_OPEN) {
		s->state = STATE_OPEN;
		s->openings++;
		s->opened_at = at;
		if (!s->first.started_at)
			start(&s->first, at);
		else
			start(&s->next, at);
	}
	s->last_request_at = at;
}

static void answered(struct story *s, int64_t at)
{
	stop(&s->first, at);
	stop(&s->next, at);
	s->left_at = 0;
	s->state = STATE_WAITING;
	s->last_answer_at = at;
	start(&s->silence, at);
}

static void ended(struct story *s, enum state state, int64_t at)
{
	s->left_at = 0;
	stop(&s->first, at);
	stop(&s->next, at);
	stop(&s->silence, at);
	s->state = state;
}

/* Only what is open can leave: an answered conversation stays as it is. */
static void left(struct story *s, int64_t at)
{
	if (s->state != STATE_OPEN)
		return;
	ended(s, STATE_DISMISSED, at);
	s->left_at = at;
}

/* As if it had never left: the clock counts from where it began. After the first opening it is `next`. */
static void returned(struct story *s)
{
	if (s->state != STATE_DISMISSED || !s->left_at)
		return;
	(s->next.started_at ? &s->next : &s->first)->stopped_at = 0;
	s->state = STATE_OPEN;
	s->left_at = 0;
}

void story_step(struct story *s, const struct event *e)
{
	bool fresh = s->newest_at == 0;

	switch (e->kind) {
	case EVENT_REQUEST:
	case EVENT_UNREADABLE:
		s->requests++;
		owe(s, e->at);
		break;
	case EVENT_CLAIMED:
		s->claims++;
		/* Nobody else would look at a claim that stands alone; elsewhere it changes nothing. */
		if (fresh)
			owe(s, e->at);
		break;
	case EVENT_ANSWER:
		s->answers++;
		answered(s, e->at);
		break;
	case EVENT_ANSWERED:
		answered(s, e->at);
		break;
	case EVENT_AGENT:
		break;
	case EVENT_MACHINE:
	case EVENT_OWN:
		s->machines++;
		break;
	case EVENT_RESOLVED:
		ended(s, STATE_RESOLVED, e->at);
		break;
	case EVENT_SILENCE:
		if (s->state == STATE_WAITING)
			ended(s, STATE_RESOLVED, e->at);
		break;
	case EVENT_DISMISSED:
		ended(s, STATE_DISMISSED, e->at);
		break;
	case EVENT_TO_JUNK:
	case EVENT_TO_TRASH:
	case EVENT_FILED:
		left(s, e->at);
		break;
	case EVENT_RETURNED:
		returned(s);
		break;
	case EVENT_FILED_OPEN:
	case EVENT_KIND_COUNT:
		break;
	}
	s->newest_at = e->at;
	s->newest_ordinal = e->ordinal;
}

bool story_is_next(const struct story *s, const struct event *e)
{
	return e->at > s->newest_at || (e->at == s->newest_at && e->ordinal > s->newest_ordinal);
}

static void clock_put(struct buf *b, const struct clock *c)
{
	wire_put_ivar(b, c->started_at);
	wire_put_ivar(b, c->stopped_at);
}

static struct clock clock_get(struct wire *w)
{
	struct clock c;

	c.started_at = wire_ivar(w);
	c.stopped_at = wire_ivar(w);
	return c;
}

void story_put(struct buf *b, const struct story *s)
{
	wire_put_u8(b, (uint8_t)s->state);
	wire_put_var(b, s->requests);
	wire_put_var(b, s->answers);
	wire_put_var(b, s->machines);
	wire_put_var(b, s->claims);
	wire_put_var(b, s->openings);
	wire_put_ivar(b, s->opened_at);
	wire_put_ivar(b, s->last_request_at);
	wire_put_ivar(b, s->last_answer_at);
	clock_put(b, &s->first);
	clock_put(b, &s->next);
	clock_put(b, &s->silence);
	wire_put_ivar(b, s->newest_at);
	wire_put_var(b, s->newest_ordinal);
}

bool story_get(struct wire *w, struct story *out)
{
	struct story s = { .state = (enum state)wire_u8_below(w, STATE_COUNT) };

	s.requests = (uint32_t)wire_var(w, UINT32_MAX);
	s.answers = (uint32_t)wire_var(w, UINT32_MAX);
	s.machines = (uint32_t)wire_var(w, UINT32_MAX);
	s.claims = (uint32_t)wire_var(w, UINT32_MAX);
	s.openings = (uint32_t)wire_var(w, UINT32_MAX);
	s.opened_at = wire_ivar(w);
	s.last_request_at = wire_ivar(w);
	s.last_answer_at = wire_ivar(w);
	s.first = clock_get(w);
	s.next = clock_get(w);
	s.silence = clock_get(w);
	s.newest_at = wire_ivar(w);
	s.newest_ordinal = wire_var(w, UINT64_MAX);
	if (w->bad)
		return false;
	*out = s;
	return true;
}
