// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "conversation/thread.h"
#include <stdio.h>

static const uint8_t key[KEY_SIZE] = { 1, 2, 3 };

/* A message: its own id, then those it names. */
struct given {
	const char *ids[4];
};

static struct threads *threads_of(struct arena *a, const struct given *at, size_t n)
{
	struct threads *t = threads_new(a, key);

	for (size_t i = 0; i < n; i++) {
		struct span named[3];
		uint32_t k = 0;
		while (k < 3 && at[i].ids[1 + k]) {
			named[k] = span_of(at[i].ids[1 + k]);
			k++;
		}
		assert_int_equal(threads_add(t, span_of(at[i].ids[0]), named, k), i);
	}
	return t;
}

/* The conversations of the messages in order, each a digit. */
#define ASSERT_THREADS(digits, ...)                                                                          \
	do {                                                                                                 \
		const struct given at_[] = { __VA_ARGS__ };                                                  \
		struct arena *a_ ARENA_CLEANUP = arena_new();                                                \
		struct threads *t_ = threads_of(a_, at_, sizeof(at_) / sizeof(at_[0]));                      \
		uint32_t n_, most_ = 0;                                                                      \
		const uint32_t *of_ = threads_number(t_, &n_);                                               \
		assert_int_equal(sizeof(digits) - 1, sizeof(at_) / sizeof(at_[0]));                          \
		for (size_t i_ = 0; i_ < sizeof(digits) - 1; i_++) {                                         \
			assert_int_equal(of_[i_], (digits)[i_] - '0');                                       \
			most_ = of_[i_] > most_ ? of_[i_] : most_;                                           \
		}                                                                                            \
		assert_int_equal(n_, sizeof(digits) > 1 ? most_ + 1 : 0);                                    \
	} while (0)

static void replies_join_and_others_do_not(void **state)
{
	(void)state;
	ASSERT_THREADS("0010", { { "a" } }, { { "b", "a" } }, { { "c" } }, { { "d", "a", "b" } });
}

static void a_late_parent_joins(void **state)
{
	(void)state;
	ASSERT_THREADS("001", { { "b", "a" } }, { { "a" } }, { { "x" } });
}

static void a_root_nobody_has_seen_joins(void **state)
{
	(void)state;
	ASSERT_THREADS("001", { { "b", "a" } }, { { "c", "a" } }, { { "d", "e" } });
}

static void a_message_between_merges_two(void **state)
{
	(void)state;
	ASSERT_THREADS("01", { { "a" } }, { { "b" } });
	ASSERT_THREADS("000", { { "a" } }, { { "b" } }, { { "c", "b", "a" } });
}

static void circles_end(void **state)
{
	(void)state;
	ASSERT_THREADS("0001", { { "a", "b" } }, { { "b", "c" } }, { { "c", "a", "c" } }, { { "d", "d" } });
}

static void without_an_id_only_references_count(void **state)
{
	(void)state;
	ASSERT_THREADS("0112", { { "" } }, { { "a", "" } }, { { "", "a" } }, { { "" } });
}

static void no_messages_no_conversations(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	uint32_t n = 7;

	threads_number(threads_new(a, key), &n);
	assert_int_equal(n, 0);
}

static void the_same_id_again_is_told(void **state)
{
	(void)state;
	const struct given at[] = { { { "b", "a" } }, { { "a" } }, { { "b" } }, { { "" } }, { { "" } } };
	const bool repeats[] = { false, false, true, false, false };
	struct arena *a ARENA_CLEANUP = arena_new();
	struct threads *t = threads_of(a, at, 5);

	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(threads_repeats(t, i), repeats[i]);
}

static struct span number(char room[16], uint32_t i)
{
	int n = snprintf(room, 16, "%u", i);

	return span_make(room, (size_t)n);
}

/* A chain whose links come in the worst order, many strangers, one circle through all. */
static void two_hundred_thousand_are_few(void **state)
{
	(void)state;
	enum { N = 200000 };
	struct arena *a ARENA_CLEANUP = arena_new();
	struct threads *t = threads_new(a, key);
	char own[16], parent[16];
	uint32_t n;

	for (uint32_t i = N; i-- > 0;) {
		struct span named = number(parent, (i + 1) % N);
		threads_add(t, number(own, i), &named, 1);
		threads_add(t, SPAN_NONE, NULL, 0);
	}
	const uint32_t *of = threads_number(t, &n);
	assert_int_equal(n, N + 1);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(of[2 * i], 0);
		assert_int_equal(of[2 * i + 1], i + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_join_and_others_do_not),
		cmocka_unit_test(a_late_parent_joins),
		cmocka_unit_test(a_root_nobody_has_seen_joins),
		cmocka_unit_test(a_message_between_merges_two),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(without_an_id_only_references_count),
		cmocka_unit_test(no_messages_no_conversations),
		cmocka_unit_test(the_same_id_again_is_told),
		cmocka_unit_test(two_hundred_thousand_are_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
