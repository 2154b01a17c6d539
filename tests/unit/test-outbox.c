// SPDX-License-Identifier: Apache-2.0
/* The enumerator: every history of one entry over a model server, with crashes at every point and lost
 * replies, run on the shipped table. At most one copy may ever reach the server without a person's
 * order, and nothing may be lost silently. */
#include "unit.h"
#include "outbox/outbox.h"

enum { CRASHES = 3, FAULTS = 2, STEPS = 40 };

struct world {
	enum outbox_state stored;
	unsigned copies;     /* accepted by the server */
	bool witness_here;   /* a copy of the accepted message is in our mailbox, not looked at yet */
	unsigned crashes, faults, steps;
};

static unsigned long histories, uncertain_left, unsent_left;

static enum outbox_state must(enum outbox_state s, enum outbox_input i)
{
	assert_true(outbox_step(s, i, &s));
	return s;
}

static void run(struct world w);

static void crash(struct world w)
{
	enum outbox_state next;

	if (w.crashes == CRASHES)
		return;
	w.crashes++;
	if (outbox_step(w.stored, INPUT_LOST, &next))
		w.stored = next;
	run(w);
}

static void after_dot(struct world w)
{
	struct world v;

	crash(w); /* "dotted" is committed, the dot is not written */
	v = w;	  /* refused */
	v.stored = must(v.stored, INPUT_REFUSED);
	run(v);
	if (w.faults < FAULTS) {
		v = w; /* 4yz to the dot */
		v.faults++;
		v.stored = must(v.stored, INPUT_LATER);
		run(v);
		v = w; /* connection lost before the server had it */
		v.faults++;
		v.stored = must(v.stored, INPUT_UNKNOWN);
		run(v);
	}
	w.copies++;
	w.witness_here = true;
	crash(w); /* accepted, reply not read */
	if (w.faults < FAULTS) {
		v = w; /* accepted, reply lost */
		v.faults++;
		v.stored = must(v.stored, INPUT_UNKNOWN);
		run(v);
	}
	w.stored = must(w.stored, INPUT_ACCEPTED);
	run(w);
}

static void run(struct world w)
{
	assert_true(w.copies <= 1);
	assert_true(w.steps++ < STEPS);
	if (w.witness_here) {
		struct world v = w;
		v.witness_here = false;
		v.stored = must(v.stored, INPUT_EVIDENCE);
		assert_int_equal(v.stored, OUTBOX_SENT);
		run(v);
	}
	switch (w.stored) {
	case OUTBOX_QUEUED:
	case OUTBOX_DEFERRED:
		assert_true(outbox_may_send(w.stored));
		assert_int_equal(w.copies, 0);
		w.stored = must(w.stored, INPUT_HAND_OUT);
		crash(w);
		if (w.faults < FAULTS) {
			struct world v = w;
			v.faults++;
			v.stored = must(v.stored, INPUT_LATER);
			run(v);
		}
		w.stored = must(w.stored, INPUT_DOT);
		after_dot(w);
		return;
	case OUTBOX_UNCERTAIN:
		assert_false(outbox_may_send(w.stored));
		uncertain_left++;
		histories++;
		return;
	case OUTBOX_SENT:
		assert_int_equal(w.copies, 1);
		histories++;
		return;
	case OUTBOX_FAILED:
		assert_int_equal(w.copies, 0);
		unsent_left++;
		histories++;
		return;
	case OUTBOX_ATTEMPTING:
	case OUTBOX_DOTTED:
	case OUTBOX_HELD:
	case OUTBOX_DROPPED:
	case OUTBOX_STATE_COUNT:
		fail_msg("no history may rest in %s", outbox_state_name(w.stored));
	}
}

static void never_twice_in_any_history(void **state)
{
	(void)state;
	run((struct world){ .stored = OUTBOX_QUEUED });
	print_message("# %lu histories, %lu end uncertain, %lu refused\n", histories, uncertain_left, unsent_left);
	assert_true(histories > 500);
}

static void only_a_person_resends(void **state)
{
	enum outbox_state s;

	(void)state;
	for (int i = 0; i < INPUT_COUNT; i++)
		if (outbox_step(OUTBOX_UNCERTAIN, (enum outbox_input)i, &s))
			assert_true(s == OUTBOX_SENT || s == OUTBOX_DROPPED || i == INPUT_RESEND);
	for (int i = 0; i < INPUT_COUNT; i++)
		if (outbox_step(OUTBOX_SENT, (enum outbox_input)i, &s))
			assert_int_equal(s, OUTBOX_SENT);
	assert_false(outbox_step(OUTBOX_QUEUED, INPUT_DOT, &s));
	assert_false(outbox_step(OUTBOX_QUEUED, INPUT_ACCEPTED, &s));
	assert_false(outbox_step(OUTBOX_HELD, INPUT_HAND_OUT, &s));
}

static void waiting_grows_and_ends(void **state)
{
	(void)state;
	assert_int_equal(outbox_backoff(1), 30);
	assert_int_equal(outbox_backoff(2), 60);
	assert_int_equal(outbox_backoff(1000000), 1800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_twice_in_any_history),
		cmocka_unit_test(only_a_person_resends),
		cmocka_unit_test(waiting_grows_and_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
