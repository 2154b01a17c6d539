// SPDX-License-Identifier: Apache-2.0
/* The engine on disk. The file is preallocated, so that a full disk is met where the map grows, at
 * the start of a transaction, and never in the middle of one. */
#include "base/io.h"
#include "base/wire.h"
#include "ledger/engine_lmdb.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { LEDGER_SCHEMA = 1, MODE = 0600 };
static const size_t map_initial = 64u << 20;
static const size_t map_step = 1u << 30;
static const size_t kept_most = 512u << 20;

struct lmdb *lmdb_of(struct engine *e)
{
	return (struct lmdb *)e;
}

int lmdb_errno(int rc)
{
	if (rc == 0)
		return 0;
	if (rc == MDB_NOTFOUND)
		return -ENOENT;
	if (rc == MDB_MAP_FULL)
		return -ENOSPC;
	if (rc == MDB_TXN_FULL)
		return -E2BIG;
	return rc > 0 ? -rc : -EIO;
}

/* LMDB takes void pointers also for what it only reads. */
static MDB_val val_of(struct span s)
{
	union {
		const char *in;
		void *out;
	} p = { .in = s.p };

	return (MDB_val){ .mv_size = s.n, .mv_data = p.out };
}

static struct span span_val(MDB_val v)
{
	return span_make(v.mv_data, v.mv_size);
}

/* -- room ------------------------------------------------------------------------------------ */

static int preallocate(struct lmdb *l, size_t size)
{
	struct statvfs fs;
	struct stat st;
	int fd = -1;

	if (mdb_env_get_fd(l->env, &fd) || fstat(fd, &st) < 0)
		return -EIO;
	uint64_t missing = size > (uint64_t)st.st_blocks * 512 ? size - (uint64_t)st.st_blocks * 512 : 0;
	if (fstatvfs(fd, &fs) == 0 && fs.f_bavail * fs.f_frsize < missing)
		return -ENOSPC;
	int r = posix_fallocate(fd, 0, (off_t)size);
	/* What was taken before the disk was full goes back to the others who live there. */
	if (r && ftruncate(fd, st.st_size) < 0)
		return -errno;
	return -r;
}

/* Only between transactions. */
static int grow(struct lmdb *l)
{
	size_t size = l->map + (l->map < map_step ? l->map : map_step);
	int r = preallocate(l, size);

	if (r)
		return r;
	if (mdb_env_set_mapsize(l->env, size))
		abort();
	l->map = size;
	l->met_end = false;
	return 0;
}

static size_t pages_taken(struct lmdb *l)
{
	MDB_envinfo info;

	mdb_env_info(l->env, &info);
	return info.me_last_pgno + 1;
}

/* Pages that deleting gave back, as the list of free pages (database 0) counts them. */
static size_t pages_free(struct lmdb *l)
{
	MDB_txn *t;
	MDB_cursor *c;
	MDB_val key, list;
	size_t n = 0, here;

	if (mdb_txn_begin(l->env, NULL, MDB_RDONLY, &t))
		return 0;
	if (!mdb_cursor_open(t, 0, &c)) {
		while (!mdb_cursor_get(c, &key, &list, MDB_NEXT)) {
			memcpy(&here, list.mv_data, sizeof(here));
			n += here;
		}
		mdb_cursor_close(c);
	}
	mdb_txn_abort(t);
	return n;
}

/* What is left is kept for those who say that the disk is full, and for deleting. */
static bool nearly_full(const struct lmdb *l, size_t pages)
{
	const size_t kept = l->map / 4 < kept_most ? l->map / 4 : kept_most;
	MDB_stat st;

	mdb_env_stat(l->env, &st);
	return pages > (l->map - kept) / st.ms_psize;
}

static int make_room(struct lmdb *l, bool reserve)
{
	int dead;

	if (!l->met_end && !nearly_full(l, pages_taken(l)))
		return 0;
	mdb_reader_check(l->env, &dead);
	int r = grow(l);
	if (r != -ENOSPC || reserve)
		return r == -ENOSPC ? 0 : r;
	return nearly_full(l, pages_taken(l) - pages_free(l)) ? -ENOSPC : 0;
}

static struct engine_size lmdb_size(struct engine *e)
{
	struct lmdb *l = lmdb_of(e);
	MDB_stat st;
	struct statvfs fs;
	int fd = -1;
	bool known = mdb_env_get_fd(l->env, &fd) == 0 && fstatvfs(fd, &fs) == 0;

	mdb_env_stat(l->env, &st);
	return (struct engine_size){ .used = pages_taken(l) * st.ms_psize,
				     .map = l->map,
				     .disk = known ? fs.f_bavail * fs.f_frsize : UINT64_MAX };
}

/* -- transactions ---------------------------------------------------------------------------- */

static int lmdb_begin(struct engine *e, bool write, bool reserve)
{
	struct lmdb *l = lmdb_of(e);

	if (write && l->read_only)
		return -EROFS;
	int r = write ? make_room(l, reserve) : 0;
	if (r)
		return r;
	int rc = mdb_txn_begin(l->env, NULL, write ? 0 : MDB_RDONLY, &l->txn);
	if (rc == MDB_MAP_RESIZED) {
		/* A reader beside the keeper, which made the map grow meanwhile. */
		rc = mdb_env_set_mapsize(l->env, 0);
		if (!rc)
			rc = mdb_txn_begin(l->env, NULL, MDB_RDONLY, &l->txn);
	}
	return lmdb_errno(rc);
}

static int lmdb_commit(struct engine *e)
{
	struct lmdb *l = lmdb_of(e);
	int r = lmdb_errno(mdb_txn_commit(l->txn));

	l->txn = NULL;
	if (r == -ENOSPC)
		l->met_end = true;
	return r;
}

static void lmdb_abort(struct engine *e)
{
	mdb_txn_abort(lmdb_of(e)->txn);
	lmdb_of(e)->txn = NULL;
}

/* -- rows ------------------------------------------------------------------------------------ */

static int lmdb_get(struct engine *e, enum ledger_db db, struct span key, struct span *raw)
{
	struct lmdb *l = lmdb_of(e);
	MDB_val k = val_of(key), v;
	int rc = mdb_get(l->txn, l->dbi[db], &k, &v);

	if (!rc)
		*raw = span_val(v);
	return lmdb_errno(rc);
}

static int lmdb_put(struct engine *e, enum ledger_db db, struct span key, struct span raw)
{
	struct lmdb *l = lmdb_of(e);
	MDB_val k = val_of(key), v = val_of(raw);
	/* Most keys count up: appending leaves full pages behind where splitting leaves halves. */
	int rc = mdb_put(l->txn, l->dbi[db], &k, &v, MDB_APPEND);

	if (rc == MDB_KEYEXIST)
		rc = mdb_put(l->txn, l->dbi[db], &k, &v, 0);
	if (rc == MDB_MAP_FULL)
		l->met_end = true;
	return lmdb_errno(rc);
}

static int lmdb_delete(struct engine *e, enum ledger_db db, struct span key)
{
	struct lmdb *l = lmdb_of(e);
	MDB_val k = val_of(key);
	int rc = mdb_del(l->txn, l->dbi[db], &k, NULL);

	if (rc == MDB_MAP_FULL)
		l->met_end = true;
	return rc == MDB_NOTFOUND ? 0 : lmdb_errno(rc);
}

static int first_row(MDB_cursor *c, struct span from, struct span to, bool down, MDB_val *k, MDB_val *v)
{
	struct span start = down ? to : from;

	if (start.n == 0)
		return mdb_cursor_get(c, k, v, down ? MDB_LAST : MDB_FIRST);
	*k = val_of(start);
	int rc = mdb_cursor_get(c, k, v, MDB_SET_RANGE);
	if (!down)
		return rc;
	return mdb_cursor_get(c, k, v, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

static int lmdb_walk(struct engine *e, enum ledger_db db, struct span from, struct span to, bool down,
		     engine_row_fn *row, void *context)
{
	struct lmdb *l = lmdb_of(e);
	MDB_cursor *c;
	MDB_val k, v;
	int rc = mdb_cursor_open(l->txn, l->dbi[db], &c);

	if (rc)
		return lmdb_errno(rc);
	rc = first_row(c, from, to, down, &k, &v);
	while (!rc) {
		if (down ? span_cmp(span_val(k), from) < 0 : to.n && span_cmp(span_val(k), to) >= 0)
			break;
		if (!row(context, span_val(k), span_val(v)))
			break;
		rc = mdb_cursor_get(c, &k, &v, down ? MDB_PREV : MDB_NEXT);
	}
	mdb_cursor_close(c);
	return rc == MDB_NOTFOUND ? 0 : lmdb_errno(rc);
}

/* -- opening --------------------------------------------------------------------------------- */

static void lmdb_close(struct engine *e)
{
	struct lmdb *l = lmdb_of(e);

	if (l->env)
		mdb_env_close(l->env);
	fd_closep(&l->reading);
	fd_closep(&l->lock);
	free(l->folder);
	free(l);
}

static const struct engine_ops lmdb_ops = {
	.close = lmdb_close,
	.size = lmdb_size,
	.begin = lmdb_begin,
	.commit = lmdb_commit,
	.abort = lmdb_abort,
	.get = lmdb_get,
	.put = lmdb_put,
	.delete = lmdb_delete,
	.walk = lmdb_walk,
	.copy = lmdb_copy,
	.compact = lmdb_compact,
};

/* Never removed: who removes a lock file lets two processes hold "the" lock. */
static int take_lock(struct lmdb *l, struct err *err)
{
	const char *folder = l->folder;
	char path[LMDB_PATH_ROOM + 100], who[32] = "";

	snprintf(path, sizeof(path), "%s/ledger.lock", folder);
	l->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (l->lock < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (flock(l->lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_set(err, -errno, "%s: %s", path, strerror(errno));
		ssize_t n = pread(l->lock, who, sizeof(who) - 1, 0);
		who[n > 0 ? strspn(who, "0123456789") : 0] = '\0';
		return err_set(err, -EBUSY, "%s: the ledger is in use by process %s: stop it first", folder,
			       *who ? who : "(not known)");
	}
	int n = snprintf(who, sizeof(who), "%ld\n", (long)getpid());
	if (ftruncate(l->lock, 0) < 0 || pwrite(l->lock, who, (size_t)n, 0) != n)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

int lmdb_lock_readers(const char *folder, int how, int *fd, struct err *err)
{
	char path[LMDB_PATH_ROOM + 100];

	snprintf(path, sizeof(path), "%s/ledger.readers", folder);
	*fd = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);
	if (*fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (flock(*fd, how | LOCK_NB) == 0)
		return 0;
	int why = errno;
	fd_closep(fd);
	return why == EWOULDBLOCK ? err_set(err, -EBUSY, "%s: the ledger is being read or replaced: try again", folder) :
				    err_set(err, -why, "%s: %s", path, strerror(why));
}

static int open_file(struct lmdb *l, struct err *err)
{
	const char *folder = l->folder;
	char path[LMDB_PATH_ROOM + 100];
	struct stat st = { 0 };
	unsigned flags = MDB_NOTLS | (l->read_only ? MDB_RDONLY : 0);

	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	if (stat(path, &st) < 0 && (errno != ENOENT || l->read_only))
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	const size_t there = ((size_t)st.st_size + 65535) / 65536 * 65536;
	l->map = there > map_initial ? there : map_initial;
	int rc = mdb_env_create(&l->env);
	if (!rc)
		rc = mdb_env_set_maxdbs(l->env, DB_COUNT);
	if (!rc && !l->read_only)
		rc = mdb_env_set_mapsize(l->env, l->map);
	if (!rc)
		rc = mdb_env_open(l->env, folder, flags, MODE);
	if (rc)
		return err_set(err, lmdb_errno(rc), "%s: %s", path, mdb_strerror(rc));
	if (l->read_only)
		return 0;
	int r = preallocate(l, l->map);
	if (r == -ENOSPC)
		return err_set(err, r, "%s: no room on the disk for the %zu MiB of the ledger: make room",
			       path, l->map >> 20);
	return r ? err_set(err, r, "%s: %s", path, strerror(-r)) : 0;
}

/* Opens the databases from `first` up to, not including, `end`. */
static int open_databases(struct lmdb *l, int first, int end)
{
	MDB_txn *t;
	int rc = mdb_txn_begin(l->env, NULL, l->read_only ? MDB_RDONLY : 0, &t);

	if (rc)
		return lmdb_errno(rc);
	for (int db = first; db < end && !rc; db++)
		rc = mdb_dbi_open(t, ledger_db_name((enum ledger_db)db), l->read_only ? 0 : MDB_CREATE,
				  &l->dbi[db]);
	if (!rc)
		return lmdb_errno(mdb_txn_commit(t));
	mdb_txn_abort(t);
	return lmdb_errno(rc);
}

/* 0, or -ENOENT for a ledger without anything in it. */
static int check_schema(struct lmdb *l, const char *folder, struct err *err)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct txn *t;
	struct span value;

	int r = txn_begin(&l->base, false, &t);
	if (r)
		return err_set(err, r, "%s: %s", folder, strerror(-r));
	r = txn_get(t, DB_META, SPAN("schema"), a, &value);
	txn_abort(&t);
	if (r == -EBADMSG)
		return err_set(err, r,
			       "%s: the key file beside it is not the one this ledger was written with, or "
			       "the ledger is damaged: restore both from one backup",
			       folder);
	if (r)
		return err_set(err, r, "%s: %s", folder,
			       r == -ENOENT ? "there is no ledger here" : strerror(-r));
	struct wire w = wire_over(value);
	uint32_t schema = wire_u32(&w);
	if (w.bad || schema > LEDGER_SCHEMA)
		return err_set(err, -EPROTO,
			       "%s: the ledger has schema %u, this hearback knows up to %d: install the "
			       "newer hearback",
			       folder, schema, LEDGER_SCHEMA);
	return 0;
}

static int write_schema(struct lmdb *l)
{
	BUF_CLEANUP struct buf value = BUF_CAPPED(4);
	struct txn *t;
	int r = txn_begin(&l->base, true, &t);

	if (r)
		return r;
	wire_put_u32(&value, LEDGER_SCHEMA);
	txn_put(t, DB_META, SPAN("schema"), buf_span(&value));
	return txn_commit(&t);
}

static int open_ledger(struct lmdb *l, struct err *err)
{
	const char *folder = l->folder;
	int dead;
	int r = open_databases(l, DB_META, DB_META + 1);

	if (r)
		return err_set(err, r, "%s: %s", folder,
			       r == -ENOENT ? "there is no ledger here" : strerror(-r));
	mdb_reader_check(l->env, &dead);
	int schema = check_schema(l, folder, err);
	if (schema && (schema != -ENOENT || l->read_only))
		return schema;
	r = open_databases(l, DB_META + 1, DB_COUNT);
	if (!r && schema == -ENOENT)
		r = write_schema(l);
	if (r == -ENOENT)
		return err_set(err, r, "%s: written by an older hearback: start `hearback run` once", folder);
	return r ? err_set(err, r, "%s: %s", folder, strerror(-r)) : 0;
}

int lmdb_open(struct lmdb *l, struct err *err)
{
	int r = open_file(l, err);

	return r ? r : open_ledger(l, err);
}

int engine_open_lmdb(const char *path, const uint8_t tag_key[KEY_SIZE], bool read_only, struct engine **out,
		     struct err *err)
{
	if (strlen(path) > LMDB_PATH_ROOM)
		return err_set(err, -ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	if (!read_only && mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	struct lmdb *l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	l->base.ops = &lmdb_ops;
	l->lock = l->reading = -1;
	l->read_only = read_only;
	l->folder = strdup(path);
	if (!l->folder)
		abort();
	memcpy(l->base.tag_key, tag_key, KEY_SIZE);
	struct engine *e = &l->base;
	int r = read_only ? lmdb_lock_readers(path, LOCK_SH, &l->reading, err) : take_lock(l, err);
	if (!r)
		r = lmdb_open(l, err);
	if (r)
		engine_close(&e);
	else
		*out = e;
	return r;
}
