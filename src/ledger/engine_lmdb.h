// SPDX-License-Identifier: Apache-2.0
/* What the two files of the engine on disk share. */
#pragma once
#include "ledger/engine_store.h"
#include <lmdb.h>

enum { LMDB_PATH_ROOM = 4000 };

struct lmdb {
	struct engine base;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi[DB_COUNT];
	char *folder;
	size_t map;
	int lock;
	int reading;  /* held shared by whoever only reads, so that the file is not replaced under it */
	bool read_only;
	bool met_end; /* a transaction needed more than the map had: the next one makes it grow */
};

struct lmdb *lmdb_of(struct engine *e);
int lmdb_errno(int rc);
/* "ledger.readers", opened and locked (LOCK_SH or LOCK_EX) without waiting: -EBUSY. */
int lmdb_lock_readers(const char *folder, int how, int *fd, struct err *err);
/* Opens environment and databases once more, after the file was replaced. */
int lmdb_open(struct lmdb *l, struct err *err);
int lmdb_copy(struct engine *e, const char *folder, struct engine_copied *out, struct err *err);
int lmdb_compact(struct engine *e, struct err *err);
