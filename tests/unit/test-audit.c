// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "audit/audit.h"
#include <stdlib.h>

enum { RECORDS = 30, EVERY = 5 };

/* A chain with a head after every fifth record, as a thief of the ledger would find it. */
struct chain {
	struct buf records[RECORDS + 1]; /* from 1; an empty one is missing */
	struct audit_head heads[RECORDS / EVERY];
	uint64_t newest;
	uint8_t pub[SIGN_PUBLIC], sec[SIGN_SECRET];
};

static struct audit_record example(uint64_t seq)
{
	return (struct audit_record){
		.seq = seq,
		.at = 1795255200 + (int64_t)seq,
		.event = AUDIT_DECISION,
		.account = 1,
		.conversation = 1000 + seq,
		.message = 7,
		.outbox = 9,
		.purpose = 0xff,
		.verdict = 2,
		.rules = { SPAN("interlock.kind"), SPAN("filter.outbound/10-vip") },
		.nrules = 2,
		.bytes.b = { 1, 2, 3 },
		.evidence.b = { 4 },
		.actor = SPAN("uid=1000"),
		.detail = SPAN("held: d\xc3\xa9tail"),
	};
}

/* Writes records `from` to the end anew, chained to the one before. */
static void chain_from(struct chain *c, uint64_t from, const char *detail)
{
	for (uint64_t seq = from; seq <= c->newest; seq++) {
		struct audit_record r = example(seq);
		if (detail)
			r.detail = span_of(detail);
		if (seq > 1)
			r.previous = audit_hash(buf_span(&c->records[seq - 1]));
		c->records[seq].cap = AUDIT_RECORD_MAX;
		buf_reset(&c->records[seq]);
		audit_encode(&r, &c->records[seq]);
		assert_false(c->records[seq].full);
	}
}

static int set_up(void **state)
{
	struct chain *c = calloc(1, sizeof(*c));

	sign_keypair(c->pub, c->sec);
	c->newest = RECORDS;
	chain_from(c, 1, NULL);
	for (uint32_t i = 0; i < RECORDS / EVERY; i++) {
		struct audit_head *h = &c->heads[i];
		h->seq = (i + 1) * EVERY;
		h->at = 1795255200;
		h->hash = audit_hash(buf_span(&c->records[h->seq]));
		audit_head_sign(h, c->pub, c->sec);
	}
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct chain *c = *state;

	for (int i = 0; i <= RECORDS; i++)
		buf_free(&c->records[i]);
	free(c);
	return 0;
}

/* Verifies as a reader of the ledger does; "" or the one line. */
static const char *verify(struct chain *c, uint64_t heads_up_to, const struct audit_head *given)
{
	static struct err said;
	struct audit_check check;
	bool good = true;

	audit_check_start(&check);
	if (given)
		good = audit_check_head(&check, given, c->pub, 1, "somebody");
	for (uint64_t seq = 1; seq <= c->newest && good; seq++) {
		good = audit_check_record(&check, seq,
					  c->records[seq].n ? buf_span(&c->records[seq]) : SPAN_NONE);
		if (good && seq % EVERY == 0 && seq <= heads_up_to)
			good = audit_check_head(&check, &c->heads[seq / EVERY - 1], c->pub, 1, "ledger");
	}
	if (good)
		good = audit_check_end(&check, c->newest);
	assert_int_equal(good, !check.failed);
	said = check.err;
	if (good)
		assert_int_equal(check.records, c->newest);
	audit_check_free(&check);
	return good ? "" : said.text;
}

static void a_whole_chain_is_green(void **state)
{
	struct chain *c = *state;
	struct audit_head empty = { 0 };

	assert_string_equal(verify(c, RECORDS, NULL), "");
	assert_string_equal(verify(c, RECORDS, &c->heads[2]), "");
	assert_string_equal(verify(c, 0, &c->heads[5]), "");
	audit_head_sign(&empty, c->pub, c->sec);
	assert_string_equal(verify(c, RECORDS, &empty), "");
	c->newest = 0;
	assert_string_equal(verify(c, RECORDS, NULL), "");
}

/* Whatever byte of whatever record: never green. */
static void a_changed_byte_is_seen(void **state)
{
	struct chain *c = *state;

	for (size_t i = 0; i < c->records[17].n; i++) {
		c->records[17].p[i] ^= 1;
		assert_string_not_equal(verify(c, RECORDS, NULL), "");
		c->records[17].p[i] ^= 1;
	}
	for (size_t i = 0; i < c->records[RECORDS].n; i++) {
		c->records[RECORDS].p[i] ^= 0x40;
		assert_string_not_equal(verify(c, RECORDS, NULL), "");
		c->records[RECORDS].p[i] ^= 0x40;
	}
	c->records[17].p[c->records[17].n - 1] = 'L';
	assert_string_equal(verify(c, RECORDS, NULL),
			    "record 17: its hash does not fit record 18: changed, removed or put elsewhere");
}

static void the_last_record_needs_its_head(void **state)
{
	struct chain *c = *state;

	c->records[RECORDS].p[c->records[RECORDS].n - 1] = 'L';
	assert_string_equal(
		verify(c, RECORDS, NULL),
		"record 30: its hash does not fit head 30 (from ledger): it, or what stood before it, was "
		"changed");
}

static void swapped_records_are_seen(void **state)
{
	struct chain *c = *state;
	struct buf keep = c->records[8];

	c->records[8] = c->records[9];
	c->records[9] = keep;
	assert_string_equal(verify(c, RECORDS, NULL), "record 8: says that it is record 9: put elsewhere");
}

static void a_removed_end_is_seen(void **state)
{
	struct chain *c = *state;

	c->newest = 29;
	assert_string_equal(verify(c, RECORDS, &c->heads[5]),
			    "head 30 (from somebody) is newer than the last record 29: records were removed");
	/* Without a head from outside the removal shows by what the removed head no longer covers. */
	assert_string_equal(verify(c, 25, NULL), "records 26 to 29 are covered by no signed head");
	c->newest = 25;
	assert_string_equal(verify(c, RECORDS, NULL), "");
}

static void a_hole_is_seen(void **state)
{
	struct chain *c = *state;
	struct audit_check check;

	c->records[12].n = 0;
	assert_string_equal(verify(c, RECORDS, NULL), "record 12: missing or damaged");
	audit_check_start(&check);
	assert_true(audit_check_record(&check, 1, buf_span(&c->records[1])));
	assert_false(audit_check_record(&check, 3, buf_span(&c->records[3])));
	assert_string_equal(check.err.text, "record 2: missing: it was removed");
	audit_check_free(&check);
	/* The rest renumbered by a hand that cannot sign. */
	for (uint64_t seq = 12; seq < RECORDS; seq++)
		c->records[seq].n = c->records[seq + 1].n;
	c->newest = 29;
	chain_from(c, 12, "other");
	assert_string_equal(
		verify(c, RECORDS, NULL),
		"record 15: its hash does not fit head 15 (from ledger): it, or what stood before it, was "
		"changed");
}

static void rehashing_without_the_key_is_seen(void **state)
{
	struct chain *c = *state;

	chain_from(c, 17, "nothing was sent");
	assert_string_equal(
		verify(c, RECORDS, NULL),
		"record 20: its hash does not fit head 20 (from ledger): it, or what stood before it, was "
		"changed");
	assert_string_equal(verify(c, 15, NULL), "records 16 to 30 are covered by no signed head");
	assert_string_equal(
		verify(c, 15, &c->heads[4]),
		"record 25: its hash does not fit head 25 (from somebody): it, or what stood before it, "
		"was changed");
}

static void a_foreign_head_is_refused(void **state)
{
	struct chain *c = *state;
	uint8_t pub[SIGN_PUBLIC], sec[SIGN_SECRET];
	struct audit_head h = c->heads[4];

	sign_keypair(pub, sec);
	audit_head_sign(&h, pub, sec);
	assert_string_equal(verify(c, RECORDS, &h),
			    "head 25 (from somebody): signature is not by any known key");
	/* Nor does it help to claim the id of the true key. */
	audit_key_id(c->pub, h.key_id);
	assert_string_equal(verify(c, RECORDS, &h),
			    "head 25 (from somebody): signature is not by any known key");
	h = c->heads[4];
	h.at++;
	assert_string_equal(verify(c, RECORDS, &h),
			    "head 25 (from somebody): signature is not by any known key");
	h = c->heads[4];
	h.seq = 26;
	audit_head_sign(&h, c->pub, c->sec);
	assert_string_not_equal(verify(c, RECORDS, &h), "");
}

static void a_lost_or_moved_head_is_told(void **state)
{
	struct chain *c = *state;
	struct audit_check check;

	assert_string_equal(verify(c, 25, NULL), "records 26 to 30 are covered by no signed head");
	c->heads[3] = c->heads[1];
	assert_string_equal(verify(c, RECORDS, NULL),
			    "head 10 (from ledger): stands behind record 20: put elsewhere");
	audit_check_start(&check);
	assert_true(audit_check_record(&check, 1, buf_span(&c->records[1])));
	assert_false(audit_check_end(&check, 2));
	assert_string_equal(check.err.text, "record 2: the ledger counts 2 records, 1 are there: removed");
	audit_check_free(&check);
}

static void records_come_back(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct audit_record r = example(17), back;
	BUF_CLEANUP struct buf one = BUF_CAPPED(AUDIT_RECORD_MAX), two = BUF_CAPPED(AUDIT_RECORD_MAX);
	char longer[3000];

	(void)state;
	memset(longer, 'r', sizeof(longer));
	audit_encode(&r, &one);
	assert_true(audit_decode(a, buf_span(&one), &back));
	assert_int_equal(back.seq, 17);
	assert_int_equal(back.at, r.at);
	assert_int_equal(back.event, AUDIT_DECISION);
	assert_int_equal(back.conversation, 1017);
	assert_int_equal(back.purpose, 0xff);
	assert_int_equal(back.nrules, 2);
	assert_span(back.rules[1], "filter.outbound/10-vip");
	assert_span(back.detail, "held: d\xc3\xa9tail");
	assert_memory_equal(&back.bytes, &r.bytes, HASH_SIZE);
	audit_encode(&back, &two);
	assert_true(span_eq(buf_span(&one), buf_span(&two)));
	for (size_t n = 0; n < one.n; n++)
		assert_false(audit_decode(a, span_sub(buf_span(&one), 0, n), &back));
	buf_putc(&one, '\0');
	assert_false(audit_decode(a, buf_span(&one), &back));

	/* The largest record that somebody can ask for fits, and comes back. */
	r.nrules = AUDIT_RULES;
	for (int i = 0; i < AUDIT_RULES; i++)
		r.rules[i] = span_make(longer, sizeof(longer));
	r.actor = r.detail = r.rules[0];
	buf_reset(&one);
	audit_encode(&r, &one);
	assert_false(one.full);
	assert_true(audit_decode(a, buf_span(&one), &back));
	assert_int_equal(back.rules[0].n, AUDIT_RULE_MAX);
	assert_int_equal(back.detail.n, AUDIT_DETAIL_MAX);
	for (int i = 0; i < AUDIT_RULES; i++)
		r.rules[i] = span_make(longer, AUDIT_RULES_BYTES / AUDIT_RULES);
	buf_reset(&one);
	audit_encode(&r, &one);
	assert_false(one.full);
	assert_true(audit_decode(a, buf_span(&one), &back));
	assert_int_equal(back.nrules, AUDIT_RULES);
}

static void heads_come_back(void **state)
{
	const struct chain *c = *state;
	const struct audit_head *h = &c->heads[3];
	struct audit_head back;
	BUF_CLEANUP struct buf b = BUF_CAPPED(1000), folded = BUF_CAPPED(1000);

	audit_head_encode(h, &b);
	assert_true(audit_head_decode(buf_span(&b), &back));
	assert_memory_equal(&back, h, sizeof(back));
	for (size_t n = 0; n < b.n; n++)
		assert_false(audit_head_decode(span_sub(buf_span(&b), 0, n), &back));

	buf_reset(&b);
	audit_head_put_text(h, &b);
	assert_true(span_starts(buf_span(&b), SPAN("v=1; n=20; h=")));
	assert_true(audit_head_get_text(buf_span(&b), &back));
	assert_memory_equal(&back, h, sizeof(back));
	assert_true(audit_head_check(&back, c->pub));
	for (size_t n = 0; n < b.n; n++)
		assert_false(audit_head_get_text(span_sub(buf_span(&b), 0, n), &back));
	for (size_t i = 0; i < b.n; i++) {
		if (b.p[i] == ' ')
			buf_puts(&folded, "\r\n\t ");
		else
			buf_putc(&folded, b.p[i]);
	}
	assert_true(audit_head_get_text(buf_span(&folded), &back));
	assert_memory_equal(&back, h, sizeof(back));
	buf_puts(&b, "; x=1");
	assert_false(audit_head_get_text(buf_span(&b), &back));
}

static void every_event_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_EVENT_COUNT; i++)
		assert_non_null(audit_event_name((enum audit_event)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_whole_chain_is_green, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_changed_byte_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_last_record_needs_its_head, set_up, tear_down),
		cmocka_unit_test_setup_teardown(swapped_records_are_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_removed_end_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_hole_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rehashing_without_the_key_is_seen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_foreign_head_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_or_moved_head_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(heads_come_back, set_up, tear_down),
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(every_event_has_a_name),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
