// SPDX-License-Identifier: Apache-2.0
/* Copies of a ledger, what deleting leaves behind, tombstones, and ledgers that come into force. */
#include "unit.h"
#include "base/io.h"
#include "ledger/engine.h"
#include "ledger/place.h"
#include "ledger/tombstones.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 30000, FILE_MAX = 256 * 1024 * 1024 };
static const uint8_t tag_key[KEY_SIZE] = { 1 };
static char folder[64];
static struct arena *a;

static const char *in_folder(const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static int set_up(void **state)
{
	(void)state;
	a = arena_new();
	snprintf(folder, sizeof(folder), "/tmp/hearback-copy-XXXXXX");
	return mkdtemp(folder) && !crypto_start() ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	arena_free(&a);
	return system(command);
}

static struct engine *open_at(const char *path, bool read_only)
{
	struct engine *e = NULL;
	struct err err;

	assert_int_equal(engine_open_lmdb(path, tag_key, read_only, &e, &err), 0);
	return e;
}

static void put_rows(struct engine *e, int from, int to, const char *what)
{
	struct txn *t;

	assert_int_equal(txn_begin(e, true, &t), 0);
	for (int i = from; i < to; i++) {
		char key[16], value[64];
		snprintf(key, sizeof(key), "%08d", i);
		snprintf(value, sizeof(value), "%s %d", what, i);
		assert_int_equal(txn_put(t, DB_TEXT, span_of(key), span_of(value)), 0);
	}
	assert_int_equal(txn_commit(&t), 0);
}

static int count_rows(struct engine *e)
{
	struct engine_row *rows;
	struct txn *t;
	char from[16] = "0";
	int all = 0, n;

	assert_int_equal(txn_begin(e, false, &t), 0);
	do {
		ARENA_CLEANUP struct arena *b = arena_new();
		n = txn_range(t, DB_TEXT, span_of(from), SPAN_NONE, false, ENGINE_RANGE_MAX, b, &rows);
		for (int i = 0; i < n; i++)
			assert_non_null(rows[i].value.p);
		if (n > 0)
			snprintf(from, sizeof(from), "%.*s0", SPAN_ARG(rows[n - 1].key));
		all += n;
	} while (n == ENGINE_RANGE_MAX);
	txn_abort(&t);
	return all;
}

static bool file_holds(const char *path, const char *what)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FILE_MAX);
	struct err err;

	assert_int_equal(io_read_file(path, FILE_MAX, &b, &err), 0);
	return span_find(buf_span(&b), span_of(what)) >= 0;
}

static void a_copy_is_whole_and_of_one_instant(void **state)
{
	struct engine *e = open_at(in_folder("ledger"), false);
	struct engine_copied done;
	struct err err;

	(void)state;
	put_rows(e, 0, ROWS, "kept");
	struct engine *reader = open_at(in_folder("ledger"), true);
	assert_int_equal(engine_copy(reader, in_folder("copy"), &done, &err), 0);
	assert_true(done.rows > ROWS && done.bytes < engine_size(e).map);
	put_rows(e, ROWS, ROWS + 10, "later");
	struct engine *copy = open_at(in_folder("copy"), true);
	assert_int_equal(count_rows(copy), ROWS);
	assert_int_equal(engine_copy(reader, in_folder("copy"), &done, &err), -EEXIST);
	engine_close(&copy);
	engine_close(&reader);
	engine_close(&e);
	/* It is a ledger like any other. */
	copy = open_at(in_folder("copy"), false);
	put_rows(copy, ROWS, ROWS + 1, "more");
	engine_close(&copy);
}

static void compacting_leaves_no_trace(void **state)
{
	const char *data = in_folder("ledger/data.mdb");
	struct engine *e = open_at(in_folder("ledger"), false);
	struct txn *t;
	struct err err;

	(void)state;
	put_rows(e, 0, 1000, "kept");
	put_rows(e, 5000, 5001, "a-secret-of-somebody");
	assert_int_equal(txn_begin(e, true, &t), 0);
	assert_int_equal(txn_delete(t, DB_TEXT, SPAN("00005000")), 0);
	assert_int_equal(engine_compact(e, &err), -EBUSY);
	assert_int_equal(txn_commit(&t), 0);
	assert_true(file_holds(data, "a-secret-of-somebody"));
	struct engine *reader = open_at(in_folder("ledger"), true);
	assert_int_equal(engine_compact(e, &err), -EBUSY);
	engine_close(&reader);
	assert_int_equal(engine_compact(e, &err), 0);
	assert_false(file_holds(data, "a-secret-of-somebody"));
	assert_int_equal(count_rows(e), 1000);
	put_rows(e, 1000, 1100, "more");
	engine_close(&e);
	e = open_at(in_folder("ledger"), false);
	assert_int_equal(count_rows(e), 1100);
	engine_close(&e);
}

static void tombstones_survive_and_merge(void **state)
{
	const uint8_t one[KEY_SIZE] = { 1 }, other[KEY_SIZE] = { 2 };
	struct tombstones t = { 0 }, u;
	uint8_t id[ID_SIZE];
	struct err err;

	(void)state;
	assert_int_equal(tombstones_load(in_folder("tombstones"), &u, &err), 0);
	assert_int_equal(u.n, 0);
	for (int i = 0; i < 100; i++) {
		tombstone_make(i % 2 ? one : other, span_make(&i, sizeof(i)), id);
		assert_true(tombstones_add(&t, i % 2 ? one : other, id));
		assert_false(tombstones_add(&t, i % 2 ? one : other, id));
	}
	assert_int_equal(tombstones_store(in_folder("tombstones"), &t, &err), 0);
	assert_int_equal(tombstones_load(in_folder("tombstones"), &u, &err), 0);
	for (int i = 0; i < 200; i++)
		assert_true(tombstones_cover(&u, span_make(&i, sizeof(i))) == (i < 100));
	assert_false(tombstones_merge(&u, &t));
	tombstone_make(one, SPAN("more"), id);
	tombstones_add(&t, one, id);
	assert_true(tombstones_merge(&u, &t));
	assert_true(tombstones_cover(&u, SPAN("more")));
	tombstones_free(&t);
	tombstones_free(&u);
}

static void damaged_tombstones_are_refused(void **state)
{
	const uint8_t one[KEY_SIZE] = { 1 };
	BUF_CLEANUP struct buf b = BUF_CAPPED(FILE_MAX);
	struct tombstones t = { 0 };
	uint8_t id[ID_SIZE] = { 7 };
	struct err err;

	(void)state;
	tombstones_add(&t, one, id);
	assert_int_equal(tombstones_store(in_folder("tombstones"), &t, &err), 0);
	tombstones_free(&t);
	assert_int_equal(io_read_file(in_folder("tombstones"), FILE_MAX, &b, &err), 0);
	for (size_t i = 0; i < b.n; i++) {
		char kept = b.p[i];
		assert_int_equal(io_replace_file(in_folder("tombstones"), span_make(b.p, i), 0600, &err), 0);
		assert_int_equal(tombstones_load(in_folder("tombstones"), &t, &err), -EBADMSG);
		b.p[i] = kept == 'x' ? 'y' : 'x';
		assert_int_equal(io_replace_file(in_folder("tombstones"), buf_span(&b), 0600, &err), 0);
		assert_int_equal(tombstones_load(in_folder("tombstones"), &t, &err), -EBADMSG);
		b.p[i] = kept;
	}
}

static void write_file(const char *path, const char *text)
{
	struct err err;

	assert_int_equal(io_replace_file(in_folder(path), span_of(text), 0600, &err), 0);
}

static void what_comes_into_force_takes_nothing_away(void **state)
{
	char part[PLACE_PATH];
	struct err err;

	(void)state;
	assert_int_equal(place_install(folder, 0, &err), 0);
	assert_false(place_has_ledger(folder));
	mkdir(in_folder("ledger"), 0700);
	write_file("ledger/data.mdb", "old");
	write_file("keys", "old keys");
	assert_true(place_has_ledger(folder));
	for (int i = 0; i < 2; i++) {
		/* What a crash has left behind makes room. */
		assert_int_equal(place_make_part(folder, "restore", part, &err), 0);
		mkdir(in_folder("restore.part/ledger"), 0700);
		write_file("restore.part/ledger/data.mdb", "new");
		write_file("restore.part/keys", "new keys");
		if (i == 0)
			continue;
		assert_int_equal(place_commit(folder, part, &err), 0);
		assert_int_equal(place_install(folder, 1000000000, &err), 0);
	}
	assert_true(file_holds(in_folder("ledger/data.mdb"), "new"));
	assert_true(file_holds(in_folder("keys"), "new keys"));
	assert_true(file_holds(in_folder("ledger.OLD-2001-09-09T01:46:40Z/data.mdb"), "old"));
	assert_true(file_holds(in_folder("ledger.OLD-2001-09-09T01:46:40Z/keys"), "old keys"));
	assert_int_equal(access(in_folder("ledger.new"), F_OK), -1);
}

static void an_interrupted_install_is_finished(void **state)
{
	struct err err;

	(void)state;
	mkdir(in_folder("ledger"), 0700);
	write_file("ledger/data.mdb", "new");
	write_file("keys", "old keys");
	mkdir(in_folder("ledger.new"), 0700);
	write_file("ledger.new/keys", "new keys");
	assert_int_equal(place_install(folder, 0, &err), 0);
	assert_true(file_holds(in_folder("ledger/data.mdb"), "new"));
	assert_true(file_holds(in_folder("keys"), "new keys"));
	assert_int_equal(access(in_folder("ledger.new"), F_OK), -1);
}

static void nobody_loses_a_ledger_in_hand(void **state)
{
	char part[PLACE_PATH];
	struct engine *e = open_at(in_folder("ledger"), false);
	struct err err;

	(void)state;
	assert_true(place_in_use(folder));
	assert_int_equal(place_make_part(folder, "restore", part, &err), 0);
	mkdir(in_folder("restore.part/ledger"), 0700);
	write_file("restore.part/ledger/data.mdb", "new");
	assert_int_equal(place_commit(folder, part, &err), -EBUSY);
	/* Taken in hand between the two. */
	assert_int_equal(rename(part, in_folder("ledger.new")), 0);
	assert_int_equal(place_install(folder, 0, &err), -EBUSY);
	put_rows(e, 0, 10, "still there");
	engine_close(&e);
	assert_false(place_in_use(folder));
	assert_int_equal(place_install(folder, 0, &err), 0);
	assert_true(file_holds(in_folder("ledger/data.mdb"), "new"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_copy_is_whole_and_of_one_instant, set_up, tear_down),
		cmocka_unit_test_setup_teardown(compacting_leaves_no_trace, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tombstones_survive_and_merge, set_up, tear_down),
		cmocka_unit_test_setup_teardown(damaged_tombstones_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_into_force_takes_nothing_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_interrupted_install_is_finished, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_loses_a_ledger_in_hand, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
