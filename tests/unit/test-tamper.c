// SPDX-License-Identifier: Apache-2.0
/* What tests/tools/ledger-tamper does to a ledger on disk, and what verifying says of it. */
#include "unit.h"
#include "audit/audit.h"
#include "ledger/engine.h"
#include "ledger/keys.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RECORDS = 20, EVERY = 5 };

static char folder[64], ledger[100], keys_path[100];
static struct keys keys;
static struct audit_head last_head;

struct number_key {
	char b[8];
};

static struct span number_key(struct number_key *k, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		k->b[i] = (char)(n >> (56 - 8 * i));
	return span_make(k->b, sizeof(k->b));
}

static void put_head(struct txn *t, uint64_t seq, struct hash hash)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(500);
	struct number_key k;

	last_head = (struct audit_head){ .seq = seq, .hash = hash, .at = 1 };
	audit_head_sign(&last_head, keys.known[0], keys.secret);
	audit_head_encode(&last_head, &out);
	txn_put(t, DB_HEAD, number_key(&k, seq), buf_span(&out));
}

static void put_records(struct txn *t)
{
	struct hash previous = { 0 };
	struct number_key k;

	for (uint64_t seq = 1; seq <= RECORDS; seq++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(AUDIT_RECORD_MAX);
		struct audit_record r = {
			.seq = seq, .event = AUDIT_SENT, .previous = previous, .detail = SPAN("a detail")
		};
		audit_encode(&r, &out);
		txn_put(t, DB_AUDIT, number_key(&k, seq), buf_span(&out));
		previous = audit_hash(buf_span(&out));
		if (seq % EVERY == 0)
			put_head(t, seq, previous);
	}
}

static int set_up(void **state)
{
	struct engine *e;
	struct txn *t;
	struct err err;

	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/hearback-tamper-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(ledger, sizeof(ledger), "%s/ledger", folder);
	snprintf(keys_path, sizeof(keys_path), "%s/keys", folder);
	if (keys_open(keys_path, ledger, &keys, &err) ||
	    engine_open_lmdb(ledger, keys.tag, false, &e, &err) || txn_begin(e, true, &t))
		return -1;
	put_records(t);
	int r = txn_commit(&t);
	engine_close(&e);
	return r;
}

static int tear_down(void **state)
{
	static const char *const names[] = {
		"ledger/data.mdb", "ledger/lock.mdb", "ledger/ledger.lock", "ledger", "keys", ""
	};
	char path[200];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		remove(path);
	}
	return 0;
}

static void tamper(const char *act, const char *x, const char *y)
{
	char tool[4096];
	const char *build = getenv("top_builddir");
	int status;

	snprintf(tool, sizeof(tool), "%s/tests/tools/ledger-tamper", build ? build : ".");
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execl(tool, tool, ledger, keys_path, act, x, y, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Reads the ledger in order, as `audit verify` does. */
static const char *verify(bool head_given)
{
	static struct err said;
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine_row *records, *heads;
	struct audit_check c;
	struct audit_head h;
	struct engine *e;
	struct txn *t;
	int at = 0;

	assert_int_equal(engine_open_lmdb(ledger, keys.tag, true, &e, &said), 0);
	assert_int_equal(txn_begin(e, false, &t), 0);
	int n = txn_range(t, DB_AUDIT, SPAN_NONE, SPAN_NONE, false, 100, a, &records);
	int nheads = txn_range(t, DB_HEAD, SPAN_NONE, SPAN_NONE, false, 100, a, &heads);
	audit_check_start(&c);
	if (head_given)
		audit_check_head(&c, &last_head, keys.known[0], keys.nknown, "somebody");
	for (int i = 0; i < n; i++) {
		struct wire w = wire_over(records[i].key);
		audit_check_record(&c, wire_u64(&w), records[i].value);
		if (at < nheads && span_eq(heads[at].key, records[i].key)) {
			assert_true(audit_head_decode(heads[at++].value, &h));
			audit_check_head(&c, &h, keys.known[0], keys.nknown, "ledger");
		}
	}
	audit_check_end(&c, c.records);
	said = c.err;
	bool failed = c.failed;
	audit_check_free(&c);
	txn_abort(&t);
	engine_close(&e);
	return failed ? said.text : "";
}

static void every_trick_is_seen(void **state)
{
	static const struct {
		const char *act, *x, *y, *says;
		bool head_given;
	} table[] = {
		{ "count", NULL, NULL, "", true },
		{ "flip", "7", NULL, "record 7: missing or damaged", false },
		{ "change", "7", NULL,
		  "record 7: its hash does not fit record 8: changed, removed or put elsewhere", false },
		{ "swap", "7", "12", "record 7: says that it is record 12: put elsewhere", false },
		{ "drop-last", NULL, NULL,
		  "head 20 (from somebody) is newer than the last record 19: records were removed", true },
		{ "drop-last", NULL, NULL, "records 16 to 19 are covered by no signed head", false },
		{ "remove", "7", NULL, "record 7: missing: it was removed", false },
		{ "rehash", "7", NULL,
		  "record 10: its hash does not fit head 10 (from ledger): it, or what stood "
		  "before it, was changed",
		  false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_int_equal(set_up(state), 0);
		assert_string_equal(verify(table[i].head_given), "");
		tamper(table[i].act, table[i].x, table[i].y);
		assert_string_equal(verify(table[i].head_given), table[i].says);
		tear_down(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_trick_is_seen),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
