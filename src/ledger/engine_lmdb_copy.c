// SPDX-License-Identifier: Apache-2.0
/* A copy of all rows into a file of their own: for backups, and to leave behind the pages in which deleted
 * values can still be read. LMDB's own compacting copy needs a thread, which behind the keeper's walls there
 * is not. */
#include "base/io.h"
#include "ledger/engine_lmdb.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_ROWS = 20000, MODE = 0600 };
static const size_t copy_slack = 64u << 20;

struct copy {
	struct lmdb *from;
	MDB_txn *reading;
	MDB_env *env;
	MDB_txn *writing;
	MDB_dbi dbi[DB_COUNT];
	uint64_t rows;
};

static int open_target(struct copy *c, const char *file)
{
	MDB_envinfo info;
	MDB_stat st;
	int rc = mdb_env_info(c->from->env, &info);

	mdb_env_stat(c->from->env, &st);
	const size_t used = (info.me_last_pgno + 1) * st.ms_psize;
	if (!rc)
		rc = mdb_env_create(&c->env);
	if (!rc)
		rc = mdb_env_set_maxdbs(c->env, DB_COUNT);
	if (!rc)
		rc = mdb_env_set_mapsize(c->env, (used + used / 4 + copy_slack) / 65536 * 65536);
	if (!rc)
		rc = mdb_env_open(c->env, file, MDB_NOSUBDIR | MDB_NOTLS | MDB_NOLOCK, MODE);
	if (!rc)
		rc = mdb_txn_begin(c->env, NULL, 0, &c->writing);
	for (int db = 0; db < DB_COUNT && !rc; db++)
		rc = mdb_dbi_open(c->writing, ledger_db_name((enum ledger_db)db), MDB_CREATE, &c->dbi[db]);
	return rc;
}

/* Begins the next transaction where one has become long. */
static int step(struct copy *c)
{
	if (++c->rows % COPY_ROWS)
		return 0;
	MDB_txn *full = c->writing;
	c->writing = NULL;
	int rc = mdb_txn_commit(full);
	return rc ? rc : mdb_txn_begin(c->env, NULL, 0, &c->writing);
}

static int copy_database(struct copy *c, int db)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc = mdb_cursor_open(c->reading, c->from->dbi[db], &cursor);

	if (rc)
		return rc;
	for (rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); !rc;
	     rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
		rc = mdb_put(c->writing, c->dbi[db], &key, &value, MDB_APPEND);
		if (!rc)
			rc = step(c);
		if (rc)
			break;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int copy_all(struct copy *c, const char *file)
{
	int rc = mdb_txn_begin(c->from->env, NULL, MDB_RDONLY, &c->reading);

	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(c->from->env, 0);
		if (!rc)
			rc = mdb_txn_begin(c->from->env, NULL, MDB_RDONLY, &c->reading);
	}
	if (!rc)
		rc = open_target(c, file);
	for (int db = 0; db < DB_COUNT && !rc; db++)
		rc = copy_database(c, db);
	if (!rc) {
		MDB_txn *last = c->writing;
		c->writing = NULL;
		rc = mdb_txn_commit(last);
	}
	if (c->writing)
		mdb_txn_abort(c->writing);
	if (c->reading)
		mdb_txn_abort(c->reading);
	if (c->env)
		mdb_env_close(c->env);
	return rc;
}

/* What was written is on the disk, under its name. */
static int settle(const char *folder, const char *file, uint64_t *bytes)
{
	struct stat st;
	FD_CLEANUP int fd = open(file, O_RDONLY | O_CLOEXEC);
	FD_CLEANUP int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || dir < 0 || fsync(fd) < 0 || fsync(dir) < 0 || fstat(fd, &st) < 0)
		return -errno;
	*bytes = (uint64_t)st.st_size;
	return 0;
}

static int copy(struct engine *e, const char *folder, const char *file, struct engine_copied *out,
		struct err *err)
{
	struct copy c = { .from = lmdb_of(e) };
	int rc = copy_all(&c, file);

	if (rc) {
		unlink(file);
		return err_set(err, lmdb_errno(rc), "%s: %s", file, mdb_strerror(rc));
	}
	int r = settle(folder, file, &out->bytes);
	if (r)
		return err_set(err, r, "%s: %s", file, strerror(-r));
	out->rows = c.rows;
	return 0;
}

int lmdb_copy(struct engine *e, const char *folder, struct engine_copied *out, struct err *err)
{
	char file[LMDB_PATH_ROOM + 100];

	if ((size_t)snprintf(file, sizeof(file), "%s/data.mdb", folder) >= sizeof(file))
		return err_set(err, -ENAMETOOLONG, "%s: %s", folder, strerror(ENAMETOOLONG));
	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	if (access(file, F_OK) == 0)
		return err_set(err, -EEXIST, "%s: %s", file, strerror(EEXIST));
	return copy(e, folder, file, out, err);
}

/* The lock file counts the transactions of the old file: it goes with it. */
static int replace(struct lmdb *l, const char *file, struct err *err)
{
	char data[LMDB_PATH_ROOM + 100], lock[LMDB_PATH_ROOM + 100];

	snprintf(data, sizeof(data), "%s/data.mdb", l->folder);
	snprintf(lock, sizeof(lock), "%s/lock.mdb", l->folder);
	mdb_env_close(l->env);
	l->env = NULL;
	unlink(lock);
	FD_CLEANUP int dir = open(l->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (rename(file, data) < 0 || dir < 0 || fsync(dir) < 0)
		return err_set(err, -errno, "%s: %s", data, strerror(errno));
	return lmdb_open(l, err);
}

int lmdb_compact(struct engine *e, struct err *err)
{
	struct lmdb *l = lmdb_of(e);
	struct engine_copied done;
	char file[LMDB_PATH_ROOM + 100];
	FD_CLEANUP int readers = -1;

	int r = lmdb_lock_readers(l->folder, LOCK_EX, &readers, err);
	if (r)
		return r;
	/* In the same folder: behind the keeper's walls nothing can be moved out of another. */
	snprintf(file, sizeof(file), "%s/data.new", l->folder);
	unlink(file);
	r = copy(e, l->folder, file, &done, err);
	return r ? r : replace(l, file, err);
}
