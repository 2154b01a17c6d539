// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "conversation/conversation.h"
#include "conversation/join.h"
#include <stdlib.h>

static struct story fold(const struct event *at, size_t n)
{
	struct story s = { 0 };

	for (size_t i = 0; i < n; i++)
		story_step(&s, &at[i]);
	return s;
}

#define FOLD(...) fold((const struct event[]){ __VA_ARGS__ }, sizeof((const struct event[]){ __VA_ARGS__ }) / sizeof(struct event))

static void a_request_opens_and_an_answer_waits(void **state)
{
	(void)state;
	struct story s = FOLD({ .at = 100, .kind = EVENT_REQUEST });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.first.started_at, 100);
	assert_int_equal(s.openings, 1);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_REQUEST }, { .at = 300, .kind = EVENT_ANSWER });
	assert_int_equal(s.state, STATE_WAITING);
	assert_int_equal(s.first.started_at, 100);
	assert_int_equal(s.first.stopped_at, 300);
	assert_int_equal(s.silence.started_at, 300);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 300, .kind = EVENT_ANSWER }, { .at = 400, .kind = EVENT_REQUEST });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.next.started_at, 400);
	assert_int_equal(s.next.stopped_at, 0);
	assert_int_equal(s.silence.stopped_at, 400);
	assert_int_equal(s.first.stopped_at, 300);
	assert_int_equal(s.openings, 2);
}

static void machines_and_claims_stop_no_clock(void **state)
{
	(void)state;
	struct story s = FOLD({ .at = 1, .kind = EVENT_MACHINE });
	assert_int_equal(s.state, STATE_QUIET);
	s = FOLD({ .at = 1, .kind = EVENT_REQUEST }, { .at = 2, .kind = EVENT_OWN }, { .at = 3, .kind = EVENT_CLAIMED },
		 { .at = 4, .kind = EVENT_AGENT });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.first.stopped_at, 0);
	s = FOLD({ .at = 1, .kind = EVENT_CLAIMED });
	assert_int_equal(s.state, STATE_OPEN);
	s = FOLD({ .at = 1, .kind = EVENT_UNREADABLE });
	assert_int_equal(s.state, STATE_OPEN);
}

static void ends_stop_all_and_a_request_reopens(void **state)
{
	(void)state;
	struct story s = FOLD({ .at = 1, .kind = EVENT_REQUEST }, { .at = 2, .kind = EVENT_RESOLVED });
	assert_int_equal(s.state, STATE_RESOLVED);
	assert_int_equal(s.first.stopped_at, 2);
	s = FOLD({ .at = 1, .kind = EVENT_REQUEST }, { .at = 2, .kind = EVENT_RESOLVED }, { .at = 3, .kind = EVENT_REQUEST });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.next.started_at, 3);
	s = FOLD({ .at = 1, .kind = EVENT_REQUEST }, { .at = 2, .kind = EVENT_SILENCE });
	assert_int_equal(s.state, STATE_OPEN);
}

static void what_leaves_is_dismissed_and_comes_back(void **state)
{
	(void)state;
	struct story s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_TO_JUNK });
	assert_int_equal(s.state, STATE_DISMISSED);
	assert_int_equal(s.first.stopped_at, 200);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_FILED }, { .at = 300, .kind = EVENT_RETURNED });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.first.started_at, 100);
	assert_int_equal(s.first.stopped_at, 0);
	assert_int_equal(s.openings, 1);
	/* The second opening goes on with its own clock, even where all happened at one instant. */
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_ANSWER }, { .at = 200, .kind = EVENT_REQUEST },
		 { .at = 200, .kind = EVENT_TO_TRASH }, { .at = 300, .kind = EVENT_RETURNED });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.first.stopped_at, 200);
	assert_int_equal(s.next.started_at, 200);
	assert_int_equal(s.next.stopped_at, 0);
	/* An answered one stays as it is; what a person said stays said; filing may mean nothing. */
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_ANSWER }, { .at = 300, .kind = EVENT_FILED });
	assert_int_equal(s.state, STATE_WAITING);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_DISMISSED }, { .at = 300, .kind = EVENT_RETURNED });
	assert_int_equal(s.state, STATE_DISMISSED);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_FILED }, { .at = 250, .kind = EVENT_RESOLVED },
		 { .at = 300, .kind = EVENT_RETURNED });
	assert_int_equal(s.state, STATE_RESOLVED);
	s = FOLD({ .at = 100, .kind = EVENT_REQUEST }, { .at = 200, .kind = EVENT_FILED_OPEN });
	assert_int_equal(s.state, STATE_OPEN);
	assert_int_equal(s.first.stopped_at, 0);
}

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

/* P6: no open or waiting conversation without a running clock, whatever happened. */
static void there_is_always_a_clock(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 20000; round++) {
		struct event e[12];
		size_t n = 1 + (size_t)(rand() % 12);
		for (size_t i = 0; i < n; i++)
			e[i] = (struct event){ .at = 1 + rand() % 8,
					       .ordinal = (uint64_t)rand(),
					       .kind = (enum event_kind)(rand() % EVENT_KIND_COUNT) };
		qsort(e, n, sizeof(e[0]), by_time);
		struct story s = fold(e, n);
		bool first = s.first.started_at && !s.first.stopped_at, next = s.next.started_at && !s.next.stopped_at;
		bool silence = s.silence.started_at && !s.silence.stopped_at;
		assert_int_equal(s.state == STATE_OPEN, first || next);
		assert_int_equal(s.state == STATE_WAITING, silence);
		struct buf b = BUF_CAPPED(1000);
		story_put(&b, &s);
		struct wire w = wire_over(buf_span(&b));
		struct story back;
		assert_true(story_get(&w, &back) && wire_done(&w));
		assert_memory_equal(&back.first, &s.first, sizeof(s.first));
		assert_int_equal(back.newest_ordinal, s.newest_ordinal);
		buf_free(&b);
	}
}

static void the_gate(void **state)
{
	static const struct {
		enum join_rule rule;
		bool known, proven, failed, agent, collision, in;
	} t[] = {
		{ JOIN_REFERENCE, true, false, false, false, false, true },
		{ JOIN_REFERENCE, true, false, true, false, false, false },
		{ JOIN_REFERENCE, false, false, false, false, false, false },
		{ JOIN_REFERENCE, false, true, false, false, false, true },
		{ JOIN_REFERENCE, true, true, false, true, true, false },
		{ JOIN_OUR_ID, false, false, false, false, false, false },
		{ JOIN_OUR_ID, true, false, false, false, false, true },
		{ JOIN_OUR_ID, true, false, true, false, false, false },
		{ JOIN_LATE_PARENT, false, true, false, false, false, false },
		{ JOIN_LATE_PARENT, true, false, false, false, false, true },
		{ JOIN_LATE_PARENT, true, false, true, false, false, false },
		{ JOIN_SHARED_ROOT, false, true, false, false, false, false },
		{ JOIN_SHARED_ROOT, false, false, false, true, false, true },
		{ JOIN_SHARED_ROOT, true, false, true, false, false, false },
		{ JOIN_RETURNED, false, false, false, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct join_candidate c = { .conversation = 9, .rule = t[i].rule, .sender_known = t[i].known };
		struct join_sender s = { .proven = t[i].proven, .failed = t[i].failed, .proven_agent = t[i].agent, .collision = t[i].collision };
		struct joined j = join_decide(&c, 1, &s);
		assert_int_equal(j.conversation, t[i].in ? 9 : 0);
		assert_int_equal(j.linked, t[i].in ? 0 : 9);
		assert_int_equal(j.rule, t[i].in ? t[i].rule : JOIN_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_opens_and_an_answer_waits),
		cmocka_unit_test(machines_and_claims_stop_no_clock),
		cmocka_unit_test(ends_stop_all_and_a_request_reopens),
		cmocka_unit_test(what_leaves_is_dismissed_and_comes_back),
		cmocka_unit_test(there_is_always_a_clock),
		cmocka_unit_test(the_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
