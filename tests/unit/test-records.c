// SPDX-License-Identifier: Apache-2.0
/* The records of the ledger: every one comes back as it was written, fits a value of the engine at its longest,
 * and nothing that was cut short or went on is taken for a record. */
#include "ledger/records.h"
#include "mail/limits.h"
#include "unit.h"
#include <stdlib.h>

enum { LONG = 4000 };

static char long_text[LONG];

static struct span longest(void)
{
	/* Of two-byte runes, so that each cut falls between two of them. */
	for (size_t i = 0; i + 1 < LONG; i += 2) {
		long_text[i] = '\xc3';
		long_text[i + 1] = '\xa9';
	}
	return span_make(long_text, LONG);
}

#define JOURNEY(type, r, check) JOURNEY_GROWN(type, r, false, check)

/* Fields came to the record later: it is also good without its last `tail` bytes where `older` is true. */
#define JOURNEY_GROWN(type, r, older, check)                                                              \
	do {                                                                                     \
		BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX + 1);                     \
		type##_put(&b, (r));                                                             \
		assert_true(!b.full && b.n <= ENGINE_VALUE_MAX);                                 \
		struct type back;                                                                \
		assert_true(type##_get(buf_span(&b), &back));                                    \
		check;                                                                           \
		for (size_t tail = b.n; tail > 0; tail--)                                        \
			assert_true(type##_get(span_sub(buf_span(&b), 0, b.n - tail), &back) ==  \
				    (older));                                                    \
		buf_putc(&b, 0);                                                                 \
		assert_false(type##_get(buf_span(&b), &back));                                   \
	} while (0)

static struct hash some_hash(uint8_t fill)
{
	struct hash h;

	memset(&h, fill, sizeof(h));
	return h;
}

static void counters_and_places(void **state)
{
	struct tip tip = { UINT64_MAX, 2, 3, UINT64_MAX, some_hash(1), 5, 6, INT64_MAX, some_hash(2), some_hash(3), some_hash(4) };
	struct rec_place place = { 7, -1, 31, UINT64_MAX, true, false };
	struct rec_mailbox box = { longest(), UINT32_MAX, UINT32_MAX, 0, INT64_MIN };

	(void)state;
	JOURNEY_GROWN(tip, &tip, tail == HASH_SIZE, {
		assert_int_equal(back.next_message, UINT64_MAX);
		assert_memory_equal(&back.template_set, &tip.template_set, sizeof(struct hash));
		assert_memory_equal(&back.filter_set, &tip.filter_set, sizeof(struct hash));
		assert_int_equal(back.head_kept, 6);
	});
	JOURNEY(rec_place, &place, assert_true(back.message == 7 && back.internal_at == -1 && back.size == UINT64_MAX && back.fetched));
	JOURNEY(rec_mailbox, &box, {
		assert_int_equal(back.name.n, RECORD_TEXT);
		assert_true(back.last_uid == UINT32_MAX && back.looked_at == INT64_MIN);
	});
}

static void messages_and_people(void **state)
{
	struct rec_message m = { .conversation = UINT64_MAX, .at = INT64_MIN, .arrived_at = INT64_MAX, .ordinal = UINT64_MAX };
	struct rec_person person = { PERSON_COPIED, longest(), longest() };
	struct rec_event event = { EVENT_SILENCE, UINT64_MAX, longest() };

	(void)state;
	m.kind = KIND_COUNT - 1;
	m.voice = VOICE_COUNT - 1;
	m.proof = PROOF_COUNT - 1;
	m.depth = FACTS_NONE;
	m.fact_flags = UINT32_MAX;
	m.rule = JOIN_RULE_COUNT - 1;
	m.collision = true;
	m.decision = m.outbox = UINT64_MAX;
	m.author = m.trouble = longest();
	m.account = UINT16_MAX;
	m.role = ROLE_SENT;
	m.uidvalidity = m.uid = UINT32_MAX;
	JOURNEY(rec_message, &m, {
		assert_true(back.author.n == LIMIT_ADDRESS && back.trouble.n == RECORD_TEXT && back.uid == UINT32_MAX);
		assert_true(back.at == INT64_MIN && back.role == ROLE_SENT && back.collision);
	});
	struct rec_watched watched = { UINT64_MAX, true, MARK_STYLES - 1, MARK_ALL, INT64_MIN };
	JOURNEY(rec_watched, &watched, assert_true(back.message == UINT64_MAX && back.missed && back.marks == MARK_ALL && back.answered_at == INT64_MIN));
	JOURNEY(rec_person, &person, assert_true(back.address.n == LIMIT_ADDRESS && back.role == PERSON_COPIED));
	JOURNEY(rec_event, &event, assert_true(back.message == UINT64_MAX && back.actor.n == RECORD_TEXT));
}

static void conversations(void **state)
{
	struct rec_conversation c = { .account = UINT16_MAX, .requester = longest(), .requester_name = longest() };

	(void)state;
	c.subject = c.agent = longest();
	c.story.state = STATE_COUNT - 1;
	c.story.requests = c.story.answers = c.story.machines = c.story.claims = c.story.openings = UINT32_MAX;
	c.story.opened_at = c.story.last_request_at = c.story.last_answer_at = c.story.newest_at = INT64_MAX;
	c.story.first = c.story.next = c.story.silence = (struct clock){ INT64_MAX, INT64_MIN };
	c.story.newest_ordinal = UINT64_MAX;
	c.first_message = c.linked = UINT64_MAX;
	c.messages = UINT32_MAX;
	c.acknowledged_at = c.acted_at = c.wake_at = INT64_MAX;
	for (int i = 0; i < DEADLINE_COUNT; i++)
		c.due_at[i] = c.warned[i] = c.breached[i] = INT64_MIN;
	c.language = SPAN("zh-hant");
	c.undelivered_at = INT64_MAX;
	c.story.left_at = c.elsewhere_at = INT64_MAX;
	c.marks = MARK_ALL;
	JOURNEY_GROWN(rec_conversation, &c,
		      tail == 1 || tail == 11 || tail == 21 || tail == 31 || tail == 31 + 1 + strlen("zh-hant"), {
		assert_true(back.undelivered_at == INT64_MAX);
		assert_span(back.language, "zh-hant");
		assert_true(back.requester.n == LIMIT_ADDRESS && back.subject.n == RECORD_TEXT && back.agent.n == LIMIT_ADDRESS);
		assert_true(back.acknowledged_at == INT64_MAX && back.acted_at == INT64_MAX && back.wake_at == INT64_MAX);
		assert_true(back.story.left_at == INT64_MAX && back.elsewhere_at == INT64_MAX && back.marks == MARK_ALL);
		assert_true(back.breached[DEADLINE_COUNT - 1] == INT64_MIN && back.messages == UINT32_MAX);
	});
}

static void the_longest_entry_fits(void **state)
{
	struct rec_outbox e = { .state = OUTBOX_STATE_COUNT - 1, .purpose = PURPOSE_COUNT - 1, .account = UINT16_MAX };

	(void)state;
	e.conversation = e.message = e.decision = UINT64_MAX;
	e.recipient = e.sender = e.witness = e.message_id = e.step = e.reply = longest();
	e.created_at = e.not_before = e.expires_at = e.decided_ms = INT64_MIN;
	e.attempts = e.deferrals = UINT32_MAX;
	e.bytes = some_hash(9);
	e.witnessed = true;
	for (e.nseqs = 0; e.nseqs < RECORD_SEQS; e.nseqs++)
		e.seqs[e.nseqs] = UINT64_MAX - e.nseqs;
	e.bounced_at = INT64_MAX;
	e.bounce_status = SPAN("5.1.1");
	JOURNEY_GROWN(rec_outbox, &e, tail == 10 + 1 + strlen("5.1.1"), {
		assert_true(back.bounced_at == INT64_MAX);
		assert_span(back.bounce_status, "5.1.1");
		assert_true(back.recipient.n == LIMIT_ADDRESS && back.witness.n == LIMIT_ADDRESS && back.reply.n == REPLY_MAX);
		assert_true(back.nseqs == RECORD_SEQS && back.seqs[RECORD_SEQS - 1] == UINT64_MAX - RECORD_SEQS + 1 && back.witnessed);
		assert_true(back.decided_ms == INT64_MIN && back.deferrals == UINT32_MAX);
	});
}

static void lists(void **state)
{
	struct rec_ids ids = { .n = RECORD_IDS };
	struct rec_recipient seen = { .n = RECORD_WINDOW };

	(void)state;
	for (uint32_t i = 0; i < RECORD_IDS; i++)
		ids.at[i] = (struct id_entry){ ID_KINDS - 1, UINT64_MAX, UINT64_MAX };
	for (uint32_t i = 0; i < RECORD_WINDOW; i++)
		seen.at[i] = (struct window_entry){ INT64_MIN, PURPOSE_COUNT - 1, UINT64_MAX };
	JOURNEY(rec_ids, &ids, assert_true(back.n == RECORD_IDS && back.at[RECORD_IDS - 1].conversation == UINT64_MAX));
	JOURNEY(rec_recipient, &seen, assert_true(back.n == RECORD_WINDOW && back.at[0].at == INT64_MIN));
}

/* Whatever bytes stand there: no crash, and what is taken for a record keeps its limits. */
static void any_bytes(void **state)
{
	uint8_t bytes[400];
	uint32_t seed = 12345;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct rec_ids ids;
		struct rec_outbox e;
		struct rec_recipient seen;
		struct rec_message m;
		struct rec_conversation c;
		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (seed >> 24) % 3 ? (uint8_t)(seed >> 16) % 8 : (uint8_t)(seed >> 8);
		}
		struct span in = span_make(bytes, seed % sizeof(bytes));
		if (rec_ids_get(in, &ids))
			assert_true(ids.n <= RECORD_IDS);
		if (rec_outbox_get(in, &e))
			assert_true(e.nseqs <= RECORD_SEQS && e.state < OUTBOX_STATE_COUNT);
		if (rec_recipient_get(in, &seen))
			assert_true(seen.n <= RECORD_WINDOW);
		if (rec_message_get(in, &m))
			assert_true(m.role < ROLE_COUNT && m.author.n <= LIMIT_ADDRESS);
		if (rec_conversation_get(in, &c))
			assert_true(c.story.state < STATE_COUNT);
	}
}

static void keys_sort_as_numbers(void **state)
{
	struct key a = key_u64_u64(255, 1), b = key_u64_u64(256, 0);

	(void)state;
	assert_true(memcmp(a.b, b.b, a.n) < 0);
	assert_int_equal(key_get(key_span(&a), 0), 255);
	assert_int_equal(key_get(key_span(&a), 8), 1);
	assert_int_equal(key_get(span_sub(key_span(&a), 0, 7), 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_and_places), cmocka_unit_test(messages_and_people), cmocka_unit_test(conversations),
		cmocka_unit_test(the_longest_entry_fits), cmocka_unit_test(lists), cmocka_unit_test(any_bytes),
		cmocka_unit_test(keys_sort_as_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
