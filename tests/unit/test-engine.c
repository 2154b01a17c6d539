// SPDX-License-Identifier: Apache-2.0
/* The same promises asked of both engines, then what only the one on disk has to keep. */
#include "unit.h"
#include "base/io.h"
#include "base/wire.h"
#include "ledger/engine_store.h"
#include "ledger/pieces.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint8_t key_one[KEY_SIZE] = { 1 }, key_two[KEY_SIZE] = { 2 };

struct place {
	char folder[64];
	bool disk;
};

static void remove_ledger(const char *folder)
{
	static const char *const names[] = { "data.mdb", "lock.mdb", "ledger.lock" };
	char path[200];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	p->disk = strcmp(*state, "disk") == 0;
	snprintf(p->folder, sizeof(p->folder), "/tmp/hearback-engine-XXXXXX");
	*state = p;
	return mkdtemp(p->folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	remove_ledger(p->folder);
	if (umount(p->folder) == 0)
		rmdir(p->folder);
	free(p);
	return 0;
}

static struct engine *open_engine(void **state)
{
	const struct place *p = *state;
	struct engine *e = NULL;
	struct err err = { "" };

	int r = p->disk ? engine_open_lmdb(p->folder, key_one, false, &e, &err)
			: engine_open_memory(key_one, &e);
	if (r)
		print_error("%s\n", err.text);
	assert_int_equal(r, 0);
	return e;
}

static struct txn *begin(struct engine *e, bool write)
{
	struct txn *t = NULL;

	assert_int_equal(txn_begin(e, write, &t), 0);
	return t;
}

static void put(struct txn *t, enum ledger_db db, const char *key, const char *value)
{
	assert_int_equal(txn_put(t, db, span_of(key), span_of(value)), 0);
}

struct number_key {
	char b[8];
};
static struct span number_key(struct number_key *k, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		k->b[i] = (char)(n >> (56 - 8 * i));
	return span_make(k->b, 8);
}

/* The keys that a range yields, joined by blanks; a damaged row gets a question mark. */
static const char *keys_of(struct engine *e, const char *from, const char *to, bool down, uint32_t limit)
{
	static char text[4096];
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine_row *rows;
	struct txn *t = begin(e, false);
	size_t at = 0;

	int n = txn_range(t, DB_DUE, span_of(from), span_of(to), down, limit, a, &rows);
	assert_true(n >= 0);
	text[0] = '\0';
	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%.*s%s", i ? " " : "",
				       SPAN_ARG(rows[i].key), rows[i].value.p ? "" : "?");
	txn_abort(&t);
	return text;
}

/* -- both engines ----------------------------------------------------------------------------- */

static void values_come_back(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);
	char large[ENGINE_VALUE_MAX];
	struct span v;

	memset(large, 'x', sizeof(large));
	put(t, DB_MESSAGE, "a", "one");
	put(t, DB_MESSAGE, "empty", "");
	put(t, DB_MESSAGE, "a", "two");
	put(t, DB_EVENT, "a", "another database");
	assert_int_equal(
		txn_put(t, DB_MESSAGE, SPAN("123456789012345678901234"), span_make(large, sizeof(large))), 0);
	assert_int_equal(txn_get(t, DB_MESSAGE, SPAN("a"), a, &v), 0);
	assert_span(v, "two");
	assert_int_equal(txn_commit(&t), 0);
	assert_null(t);

	t = begin(e, false);
	assert_int_equal(txn_get(t, DB_MESSAGE, SPAN("a"), a, &v), 0);
	assert_span(v, "two");
	assert_int_equal(txn_get(t, DB_MESSAGE, SPAN("empty"), a, &v), 0);
	assert_int_equal(v.n, 0);
	assert_non_null(v.p);
	assert_int_equal(txn_get(t, DB_EVENT, SPAN("a"), a, &v), 0);
	assert_span(v, "another database");
	assert_int_equal(txn_get(t, DB_EVENT, SPAN("b"), a, &v), -ENOENT);
	assert_int_equal(txn_get(t, DB_MESSAGE, SPAN("123456789012345678901234"), a, &v), 0);
	assert_true(span_eq(v, span_make(large, sizeof(large))));
	txn_abort(&t);
	engine_close(&e);
	assert_null(e);
}

static void ranges_go_both_ways(void **state)
{
	static const char *const keys[] = { "m", "b", "z", "a", "bb", "y" };
	static const struct {
		const char *from, *to;
		bool down;
		uint32_t limit;
		const char *keys;
	} table[] = {
		{ "", "", false, 100, "a b bb m y z" },
		{ "", "", true, 100, "z y m bb b a" },
		{ "b", "y", false, 100, "b bb m" },
		{ "b", "y", true, 100, "m bb b" },
		{ "c", "x", false, 100, "m" },
		{ "c", "x", true, 100, "m" },
		{ "", "b", false, 100, "a" },
		{ "", "b", true, 100, "a" },
		{ "", "a", true, 100, "" },
		{ "zz", "", false, 100, "" },
		{ "zz", "", true, 100, "" },
		{ "y", "", true, 100, "z y" },
		{ "", "zz", true, 2, "z y" },
		{ "", "", false, 2, "a b" },
		{ "", "", false, 0, "" },
		{ "n", "n", false, 100, "" },
		{ "y", "b", false, 100, "" },
		{ "y", "b", true, 100, "" },
	};
	struct engine *e = open_engine(state);

	assert_string_equal(keys_of(e, "", "", false, 10), "");
	assert_string_equal(keys_of(e, "", "", true, 10), "");
	assert_string_equal(keys_of(e, "a", "b", true, 10), "");
	struct txn *t = begin(e, true);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		put(t, DB_DUE, keys[i], "v");
	assert_int_equal(txn_commit(&t), 0);
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		assert_string_equal(keys_of(e, table[i].from, table[i].to, table[i].down, table[i].limit),
				    table[i].keys);
	engine_close(&e);
}

static void abort_takes_everything_back(void **state)
{
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);

	put(t, DB_DUE, "kept", "v");
	put(t, DB_DUE, "other", "v");
	assert_int_equal(txn_commit(&t), 0);
	t = begin(e, true);
	put(t, DB_DUE, "new", "v");
	put(t, DB_DUE, "kept", "changed");
	put(t, DB_DUE, "kept", "changed again");
	assert_int_equal(txn_delete(t, DB_DUE, SPAN("other")), 0);
	assert_int_equal(txn_delete(t, DB_DUE, SPAN("never there")), 0);
	txn_abort(&t);
	assert_null(t);
	txn_abort(&t);
	assert_string_equal(keys_of(e, "", "", false, 10), "kept other");

	ARENA_CLEANUP struct arena *a = arena_new();
	struct span v;
	t = begin(e, true);
	assert_int_equal(txn_get(t, DB_DUE, SPAN("kept"), a, &v), 0);
	assert_span(v, "v");
	assert_int_equal(txn_delete(t, DB_DUE, SPAN("kept")), 0);
	assert_int_equal(txn_commit(&t), 0);
	assert_string_equal(keys_of(e, "", "", false, 10), "other");
	engine_close(&e);
}

static void one_transaction_at_a_time(void **state)
{
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, false), *second;

	assert_int_equal(txn_begin(e, true, &second), -EBUSY);
	assert_int_equal(txn_begin(e, false, &second), -EBUSY);
	txn_abort(&t);
	t = begin(e, true);
	put(t, DB_DUE, "a", "v");
	engine_close(&e);
}

static void damage_is_told(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);
	struct span raw, v;

	put(t, DB_DUE, "a", "first");
	put(t, DB_DUE, "b", "second");
	put(t, DB_DUE, "c", "third");
	put(t, DB_WAKE, "a", "first");
	assert_int_equal(txn_commit(&t), 0);

	/* A flipped bit; a true value under a key, or in a database, that is not its own; cut short. */
	t = begin(e, true);
	assert_int_equal(e->ops->get(e, DB_DUE, SPAN("a"), &raw), 0);
	char copy[100];
	memcpy(copy, raw.p, raw.n);
	assert_int_equal(e->ops->put(e, DB_DUE, SPAN("x"), span_make(copy, raw.n)), 0);
	assert_int_equal(e->ops->put(e, DB_EVENT, SPAN("a"), span_make(copy, raw.n)), 0);
	assert_int_equal(e->ops->put(e, DB_DUE, SPAN("y"), span_make(copy, 3)), 0);
	copy[2] ^= 4;
	assert_int_equal(e->ops->put(e, DB_DUE, SPAN("a"), span_make(copy, raw.n)), 0);
	assert_int_equal(txn_commit(&t), 0);

	t = begin(e, false);
	assert_int_equal(txn_get(t, DB_DUE, SPAN("a"), a, &v), -EBADMSG);
	assert_int_equal(txn_get(t, DB_DUE, SPAN("x"), a, &v), -EBADMSG);
	assert_int_equal(txn_get(t, DB_DUE, SPAN("y"), a, &v), -EBADMSG);
	assert_int_equal(txn_get(t, DB_EVENT, SPAN("a"), a, &v), -EBADMSG);
	assert_int_equal(txn_get(t, DB_WAKE, SPAN("a"), a, &v), 0);
	struct engine_get many[] = {
		{ .db = DB_WAKE, .key = SPAN("a") }, { .db = DB_DUE, .key = SPAN("c") },
		{ .db = DB_DUE, .key = SPAN("a") },  { .db = DB_DUE, .key = SPAN("none") },
		{ .db = DB_DUE, .key = SPAN("b") },
	};
	txn_get_many(t, many, 5, a);
	assert_span(many[0].value, "first");
	assert_span(many[1].value, "third");
	assert_int_equal(many[2].status, -EBADMSG);
	assert_null(many[2].value.p);
	assert_int_equal(many[3].status, -ENOENT);
	assert_span(many[4].value, "second");
	assert_int_equal(many[0].status | many[1].status | many[4].status, 0);
	txn_abort(&t);
	assert_string_equal(keys_of(e, "", "", false, 10), "a? b c x? y?");
	engine_close(&e);
}

/* Thousands of keys, counting up and scattered, against what must be there. */
static void order_holds_in_large(void **state)
{
	enum { N = 3000 };
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine *e = open_engine(state);
	struct engine_row *rows;
	struct number_key k;

	for (uint64_t i = 0; i < N; i += 100) {
		struct txn *t = begin(e, true);
		for (uint64_t j = i; j < i + 100; j++) {
			assert_int_equal(txn_put(t, DB_EVENT, number_key(&k, j), SPAN("counts up")), 0);
			assert_int_equal(
				txn_put(t, DB_PLACE, number_key(&k, j * 7919 % N), SPAN("scattered")), 0);
			if (j % 3 == 0)
				assert_int_equal(txn_delete(t, DB_EVENT, number_key(&k, j)), 0);
		}
		assert_int_equal(txn_commit(&t), 0);
	}
	struct txn *t = begin(e, false);
	for (uint64_t at = 0; at < N; at += ENGINE_RANGE_MAX) {
		struct number_key from;
		int n = txn_range(t, DB_PLACE, number_key(&from, at), SPAN_NONE, false, ENGINE_RANGE_MAX, a,
				  &rows);
		assert_int_equal(n, ENGINE_RANGE_MAX);
		for (uint64_t i = 0; i < ENGINE_RANGE_MAX; i++)
			assert_true(span_eq(rows[i].key, number_key(&k, at + i)));
	}
	assert_int_equal(txn_range(t, DB_EVENT, SPAN_NONE, number_key(&k, 300), true, 1000, a, &rows), 200);
	assert_true(span_eq(rows[0].key, number_key(&k, 299)));
	assert_true(span_eq(rows[199].key, number_key(&k, 1)));
	txn_abort(&t);
	assert_true(engine_size(e).used > 0);
	engine_close(&e);
}

static void long_values_come_in_pieces(void **state)
{
	static const size_t sizes[] = { 0, 1, 1315, 1316, 1317, 2636, 2637, 500000, 40 };
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine *e = open_engine(state);
	struct span v;
	char *text = malloc(500000);

	for (size_t i = 0; i < 500000; i++)
		text[i] = (char)(i * 31 >> 3);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct txn *t = begin(e, true);
		assert_int_equal(pieces_put(t, DB_TEXT, 6, SPAN("before")), 0);
		assert_int_equal(pieces_put(t, DB_TEXT, 7, span_make(text, sizes[i])), 0);
		assert_int_equal(pieces_put(t, DB_TEXT, 8, SPAN("after")), 0);
		assert_int_equal(txn_commit(&t), 0);
		t = begin(e, false);
		assert_int_equal(pieces_get(t, DB_TEXT, 7, sizes[i], a, &v), 0);
		assert_true(span_eq(v, span_make(text, sizes[i])));
		if (sizes[i])
			assert_int_equal(pieces_get(t, DB_TEXT, 7, sizes[i] - 1, a, &v), -E2BIG);
		txn_abort(&t);
	}
	/* What a longer value left behind would make eleven rows. */
	struct engine_row *rows;
	struct txn *t = begin(e, true);
	assert_int_equal(txn_range(t, DB_TEXT, SPAN_NONE, SPAN_NONE, false, 10, a, &rows), 3);
	assert_int_equal(pieces_put(t, DB_TEXT, 9, span_make(text, 4000)), 0);
	assert_int_equal(txn_delete(t, DB_TEXT, SPAN("\0\0\0\0\0\0\0\x09\0\x02")), 0);
	assert_int_equal(pieces_get(t, DB_TEXT, 9, 5000, a, &v), -EBADMSG);
	assert_int_equal(pieces_delete(t, DB_TEXT, 9), 0);
	assert_int_equal(pieces_get(t, DB_TEXT, 9, 5000, a, &v), -ENOENT);
	assert_int_equal(pieces_delete(t, DB_TEXT, 9), 0);
	assert_int_equal(pieces_get(t, DB_TEXT, 8, 5000, a, &v), 0);
	assert_span(v, "after");
	assert_int_equal(txn_commit(&t), 0);
	free(text);
	engine_close(&e);
}

/* -- on disk ---------------------------------------------------------------------------------- */

static void a_ledger_lasts(void **state)
{
	const struct place *p = *state;
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);
	struct err err;

	put(t, DB_DUE, "a", "v");
	assert_int_equal(txn_commit(&t), 0);
	t = begin(e, true);
	put(t, DB_DUE, "b", "never committed");
	engine_close(&e);

	e = open_engine(state);
	assert_string_equal(keys_of(e, "", "", false, 10), "a");
	engine_close(&e);
	assert_int_equal(engine_open_lmdb(p->folder, key_two, false, &e, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "key file"));
	/* A refusal lets go of the lock. */
	e = open_engine(state);
	engine_close(&e);
}

static void a_newer_ledger_is_refused(void **state)
{
	const struct place *p = *state;
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);
	struct err err;

	assert_int_equal(txn_put(t, DB_META, SPAN("schema"), SPAN("\0\0\0\x63")), 0);
	assert_int_equal(txn_commit(&t), 0);
	engine_close(&e);
	assert_int_equal(engine_open_lmdb(p->folder, key_one, false, &e, &err), -EPROTO);
	assert_non_null(strstr(err.text, "schema 99"));
	assert_int_equal(engine_open_lmdb(p->folder, key_one, true, &e, &err), -EPROTO);
}

/* Runs `act` in a process of its own and returns its exit status. */
static int in_child(void (*act)(const char *folder), const char *folder)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		act(folder);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_refused(const char *folder)
{
	struct engine *e;
	struct err err;
	char holder[32];

	snprintf(holder, sizeof(holder), "process %ld:", (long)getppid());
	if (engine_open_lmdb(folder, key_one, false, &e, &err) != -EBUSY || !strstr(err.text, holder))
		_exit(1);
}

static void expect_readable(const char *folder)
{
	struct engine *e;
	struct txn *t;
	struct err err;

	if (engine_open_lmdb(folder, key_one, true, &e, &err) || txn_begin(e, true, &t) != -EROFS)
		_exit(1);
	if (strcmp(keys_of(e, "", "", false, 10), "a") != 0)
		_exit(2);
	engine_close(&e);
}

static void a_second_process_is_kept_out(void **state)
{
	const struct place *p = *state;
	struct engine *e = open_engine(state);
	struct txn *t = begin(e, true);
	struct err err;

	put(t, DB_DUE, "a", "v");
	assert_int_equal(txn_commit(&t), 0);
	assert_int_equal(in_child(expect_refused, p->folder), 0);
	assert_int_equal(in_child(expect_readable, p->folder), 0);
	engine_close(&e);
	assert_int_equal(engine_open_lmdb("/tmp/hearback-no-ledger", key_one, true, &e, &err), -ENOENT);
	assert_int_equal(engine_open_lmdb("/dev/null/x", key_one, false, &e, &err), -ENOTDIR);
}

/* Three doublings; a reader that opened the ledger before them sees what was written after. */
static void the_map_grows(void **state)
{
	enum { N = 260000, EACH = 2000 };
	const struct place *p = *state;
	struct engine *e = open_engine(state), *reader;
	struct number_key k;
	struct err err;
	char value[1600] = { 0 };
	uint64_t start = engine_size(e).map;
	struct stat st;
	char path[100];
	int hello[2], go[2], status;
	char c = 0;

	engine_close(&e);
	assert_int_equal(pipe(hello) | pipe(go), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct txn *t;
		struct span v;
		if (engine_open_lmdb(p->folder, key_one, true, &reader, &err) ||
		    write(hello[1], &c, 1) != 1 || read(go[0], &c, 1) != 1 || txn_begin(reader, false, &t) ||
		    txn_get(t, DB_EVENT, number_key(&k, N - 1), a, &v) || v.n != sizeof(value))
			_exit(1);
		_exit(0);
	}
	assert_int_equal(read(hello[0], &c, 1), 1);
	e = open_engine(state);
	for (uint64_t i = 0; i < N; i += EACH) {
		struct txn *t = begin(e, true);
		for (uint64_t j = i; j < i + EACH; j++)
			assert_int_equal(
				txn_put(t, DB_EVENT, number_key(&k, j), span_make(value, sizeof(value))), 0);
		assert_int_equal(txn_commit(&t), 0);
	}
	assert_true(engine_size(e).map >= 8 * start);
	assert_true(engine_size(e).used < engine_size(e).map);
	snprintf(path, sizeof(path), "%s/data.mdb", p->folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, engine_size(e).map);
	assert_int_equal(write(go[1], &c, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	uint64_t grown = engine_size(e).map;
	engine_close(&e);
	e = open_engine(state);
	assert_int_equal(engine_size(e).map, grown);
	engine_close(&e);
	for (int i = 0; i < 2; i++) {
		close(hello[i]);
		close(go[i]);
	}
}

/* One transaction that is larger than the whole map fails cleanly, and may be tried again. */
static void a_large_transaction_finds_room_the_second_time(void **state)
{
	enum { N = 45000 };
	struct engine *e = open_engine(state);
	struct number_key k;
	char value[1800] = { 0 };
	int r = 0, tries = 0;

	do {
		struct txn *t = begin(e, true);
		for (uint64_t i = 0; i < N && !r; i++)
			r = txn_put(t, DB_EVENT, number_key(&k, i), span_make(value, sizeof(value)));
		if (r)
			assert_int_equal(r, -ENOSPC);
		r = txn_commit(&t);
		if (r)
			assert_int_equal(r, -ENOSPC);
	} while (r && ++tries < 5 && (r = 0, true));
	assert_int_equal(r, 0);
	assert_true(tries > 0);
	engine_close(&e);
}

/* A disk of 80 MiB: growing fails, nothing is half-written, the reserve still works, deleting makes
 * room within, and a larger disk lets everything go on. */
static void a_full_disk_is_told_and_survived(void **state)
{
	const struct place *p = *state;
	struct engine *e;
	struct txn *t;
	struct number_key k;
	char value[1800] = { 0 };
	struct err err;
	uint64_t n = 0;
	int r;

	if (mount("tmpfs", p->folder, "tmpfs", 0, "size=20m"))
		skip();
	assert_int_equal(engine_open_lmdb(p->folder, key_one, false, &e, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "no room on the disk for the 64 MiB"));
	assert_int_equal(mount("tmpfs", p->folder, "tmpfs", MS_REMOUNT, "size=80m"), 0);
	e = open_engine(state);
	while ((r = txn_begin(e, true, &t)) == 0) {
		for (int i = 0; i < 500; i++)
			assert_int_equal(
				txn_put(t, DB_EVENT, number_key(&k, n++), span_make(value, sizeof(value))),
				0);
		assert_int_equal(txn_commit(&t), 0);
		assert_true(n < 100000);
	}
	assert_int_equal(r, -ENOSPC);
	assert_true(n > 20000);
	uint64_t map = engine_size(e).map;
	assert_int_equal(engine_size(e).map, 64 << 20);

	assert_int_equal(txn_begin_reserve(e, &t), 0);
	put(t, DB_DUE, "stopping", "v");
	assert_int_equal(txn_commit(&t), 0);
	assert_int_equal(txn_begin(e, true, &t), -ENOSPC);
	assert_string_equal(keys_of(e, "", "", false, 10), "stopping");

	for (uint64_t i = 0; i < n / 2; i += 500) {
		assert_int_equal(txn_begin_reserve(e, &t), 0);
		for (uint64_t j = i; j < i + 500; j++)
			assert_int_equal(txn_delete(t, DB_EVENT, number_key(&k, j)), 0);
		assert_int_equal(txn_commit(&t), 0);
	}
	t = begin(e, true);
	put(t, DB_DUE, "going on", "v");
	assert_int_equal(txn_commit(&t), 0);
	assert_int_equal(engine_size(e).map, map);

	assert_int_equal(mount("tmpfs", p->folder, "tmpfs", MS_REMOUNT, "size=200m"), 0);
	t = begin(e, true);
	txn_abort(&t);
	assert_int_equal(engine_size(e).map, 2 * map);
	engine_close(&e);
}

/* Keeps two databases equal, a count in a third, until it is killed. */
static void write_for_ever(const char *folder)
{
	struct engine *e;
	struct err err;
	struct number_key k;
	struct txn *t;
	char value[1200] = { 0 };

	if (engine_open_lmdb(folder, key_one, false, &e, &err))
		_exit(1);
	for (uint64_t n = (uint64_t)getpid() << 32;; n++) {
		value[0] = (char)n;
		if (txn_begin(e, true, &t))
			_exit(2);
		txn_put(t, DB_EVENT, number_key(&k, n), span_make(value, sizeof(value)));
		txn_put(t, DB_DUE, SPAN("newest"), number_key(&k, n));
		txn_delete(t, DB_PLACE, number_key(&k, n - 1));
		txn_put(t, DB_PLACE, number_key(&k, n), span_make(value, 1));
		if (txn_commit(&t))
			_exit(3);
	}
}

/* True if anything was written. */
static bool check_invariant(struct engine *e)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct engine_row *event, *place;
	struct span newest;
	struct txn *t = begin(e, false);

	int r = txn_get(t, DB_DUE, SPAN("newest"), a, &newest);
	if (r != -ENOENT) {
		assert_int_equal(r, 0);
		struct span value;
		assert_int_equal(txn_get(t, DB_EVENT, newest, a, &value), 0);
		assert_int_equal(txn_get(t, DB_PLACE, newest, a, &value), 0);
		int events = txn_range(t, DB_EVENT, newest, SPAN_NONE, false, 10, a, &event);
		assert_true(events >= 1);
		for (int i = 0; i < events; i++)
			assert_non_null(event[i].value.p);
		int places = txn_range(t, DB_PLACE, SPAN_NONE, SPAN_NONE, true, 1000, a, &place);
		for (int i = 0; i < places; i++) {
			assert_int_equal(txn_get(t, DB_EVENT, place[i].key, a, &value), 0);
			assert_int_equal(value.p[0], place[i].value.p[0]);
		}
	}
	txn_abort(&t);
	return r == 0;
}

static void kills_leave_whole_transactions(void **state)
{
	const struct place *p = *state;
	bool written = false;
	int status;

	for (int round = 0; round < 200; round++) {
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			write_for_ever(p->folder);
		uint32_t random;
		crypto_random(&random, sizeof(random));
		usleep(random % 20000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		struct engine *e = open_engine(state);
		written = check_invariant(e);
		engine_close(&e);
	}
	assert_true(written);
}

#define ON(engine, test)                                                                                     \
	{                                                                                                    \
#test " (" engine ")", test, set_up, tear_down, (char[])                                     \
		{                                                                                            \
			engine                                                                               \
		}                                                                                            \
	}
#define BOTH(test) ON("memory", test), ON("disk", test)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(values_come_back),
		BOTH(ranges_go_both_ways),
		BOTH(abort_takes_everything_back),
		BOTH(one_transaction_at_a_time),
		BOTH(damage_is_told),
		BOTH(order_holds_in_large),
		BOTH(long_values_come_in_pieces),
		ON("disk", a_ledger_lasts),
		ON("disk", a_newer_ledger_is_refused),
		ON("disk", a_second_process_is_kept_out),
		ON("disk", the_map_grows),
		ON("disk", a_large_transaction_finds_room_the_second_time),
		ON("disk", a_full_disk_is_told_and_survived),
		ON("disk", kills_leave_whole_transactions),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
