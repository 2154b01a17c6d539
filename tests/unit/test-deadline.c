// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "deadline/marks.h"

static const struct policy six_hours = { .target = { 6 * HOUR, 4 * HOUR, 14 * DAY }, .warn_percent = 75 };

static void six_hours_from_the_first_request(void **state)
{
	struct story s = { .state = STATE_OPEN, .first = { .started_at = 1000 } };
	struct deadline d[DEADLINE_COUNT];

	(void)state;
	assert_int_equal(deadlines(&s, &six_hours, d), 1);
	assert_int_equal(d[0].clock, DEADLINE_FIRST);
	assert_int_equal(d[0].due_at, 1000 + 21600);
	assert_int_equal(d[0].warn_at, 1000 + 16200);
	s.first.stopped_at = 2000;
	assert_int_equal(deadlines(&s, &six_hours, d), 0);
}

static void the_soonest_comes_first(void **state)
{
	struct story s = { .first = { .started_at = 10000 }, .next = { .started_at = 5000 }, .silence = { .started_at = 1 } };
	struct deadline d[DEADLINE_COUNT];

	(void)state;
	assert_int_equal(deadlines(&s, &six_hours, d), 3);
	assert_int_equal(d[0].clock, DEADLINE_NEXT);
	assert_int_equal(d[1].clock, DEADLINE_FIRST);
	assert_int_equal(d[2].clock, DEADLINE_SILENCE);
	assert_int_equal(d[2].warn_at, 0);
}

static void absurd_instants_do_not_wrap(void **state)
{
	struct story s = { .first = { .started_at = INT64_MAX - 5 } };
	struct deadline d[DEADLINE_COUNT];

	(void)state;
	assert_int_equal(deadlines(&s, &six_hours, d), 1);
	assert_true(d[0].due_at == INT64_MAX);
}

static void it_explains_itself(void **state)
{
	struct deadline d = { .clock = DEADLINE_FIRST, .started_at = 1795255200, .due_at = 1795255200 + 6 * HOUR };
	struct buf b = BUF_CAPPED(500);

	(void)state;
	deadline_explain(&d, 1795255200 + 2 * HOUR, &b);
	assert_span(buf_span(&b), "first response: 6 h from 2026-11-21T10:00:00Z, due 2026-11-21T16:00:00Z, in 4 h");
	buf_reset(&b);
	deadline_explain(&d, 1795255200 + 7 * HOUR, &b);
	assert_span(buf_span(&b), "first response: 6 h from 2026-11-21T10:00:00Z, due 2026-11-21T16:00:00Z, late by 1 h");
	buf_free(&b);
}

static void marks_say_how_it_stands(void **state)
{
	struct policy p = { { 100, 100, 1000 }, 75 };
	struct story s = { .state = STATE_OPEN, .first = { .started_at = 1000 } };

	(void)state;
	assert_int_equal(marks_of(&s, &p, 1074), 0);
	assert_int_equal(marks_of(&s, &p, 1075), MARK_DUE_SOON);
	assert_int_equal(marks_of(&s, &p, 1100), MARK_OVERDUE);
	s.claims = 1;
	assert_int_equal(marks_of(&s, &p, 1000), MARK_CLAIMED);
	assert_int_equal(marks_of(&s, &p, 1100), MARK_CLAIMED | MARK_OVERDUE);
	s.state = STATE_WAITING;
	assert_int_equal(marks_of(&s, &p, 1100), MARK_WAITING);
	s.state = STATE_DISMISSED;
	assert_int_equal(marks_of(&s, &p, 1100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_hours_from_the_first_request),
		cmocka_unit_test(the_soonest_comes_first),
		cmocka_unit_test(absurd_instants_do_not_wrap),
		cmocka_unit_test(it_explains_itself),
		cmocka_unit_test(marks_say_how_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
