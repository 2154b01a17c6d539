// SPDX-License-Identifier: Apache-2.0
/* Ordered keys and values with transactions: all that the ledger asks of a store. No cursor and no
 * borrowed pointer leaves it; whatever is read is copied into the caller's arena. Every value ends
 * with an 8-byte keyed tag over database, key and value, added and checked here. */
#pragma once
#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"

enum { ENGINE_KEY_MAX = 24, ENGINE_VALUE_MAX = 1900, ENGINE_RANGE_MAX = 1000 };

/* The databases. The names are part of the format; new ones are added at the end. */
enum ledger_db {
	DB_META, DB_ACCOUNT, DB_MAILBOX, DB_PLACE, DB_MESSAGE, DB_TEXT, DB_MESSAGE_ID, DB_FINGERPRINT,
	DB_CONVERSATION, DB_EVENT, DB_PERSON, DB_REQUESTER, DB_DUE, DB_WAKE, DB_OUTBOX,
	DB_QUEUE, DB_NOTICE, DB_AUDIT, DB_EVIDENCE, DB_HEAD, DB_SET, DB_RECIPIENT,
	DB_UNFETCHED, DB_TOMBSTONE, DB_CHECK, DB_SUPPRESSION, DB_WATCHED, DB_UNFILED, DB_COUNT
};
const char *ledger_db_name(enum ledger_db db);

struct engine;
struct txn;

struct engine_row {
	struct span key;
	struct span value;
};
struct engine_get {
	enum ledger_db db;
	struct span key;
	struct span value; /* out */
	int status;	   /* out: 0, -ENOENT, -EBADMSG (tag does not fit: damaged) */
};

/* `path` is the folder of data.mdb; it is made if it is missing. Takes an exclusive lock of our own
 * ("ledger.lock", flock) so that only one process ever opens it: -EBUSY with a line that names the
 * holder's process id. Refuses (-EPROTO) a ledger with a newer schema number, and (-EBADMSG) one
 * that was written with another tag key. `read_only` takes no lock and must be used by short-lived
 * readers only. The file is preallocated and grows by itself at the start of a write transaction
 * once 3/4 (of a large one, all but 512 MiB) are used; -ENOSPC from txn_begin when the disk has no
 * room for that. Never keep it over a fork. */
int engine_open_lmdb(const char *path, const uint8_t tag_key[KEY_SIZE], bool read_only, struct engine **out,
		     struct err *err);
int engine_open_memory(const uint8_t tag_key[KEY_SIZE], struct engine **out);
void engine_close(struct engine **e);
struct engine_size {
	uint64_t used;
	uint64_t map;
	uint64_t disk; /* bytes free on the disk it lies on */
};
struct engine_size engine_size(struct engine *e);

/* Writes every row, of one instant, into a new ledger in `folder`, which is made if it is missing: as small as can
 * be, without a trace of what was deleted, and on disk when it returns. Holds a read transaction for as long
 * as it takes. -EEXIST: a ledger is there already; -EBUSY: a transaction is open. */
struct engine_copied {
	uint64_t rows;
	uint64_t bytes; /* of the new file */
};
int engine_copy(struct engine *e, const char *folder, struct engine_copied *out, struct err *err);
/* Puts such a copy in the place of its own file, so that what was deleted can be found no more. A crash leaves the
 * old file or the new one. -EBUSY while a read-only engine has it open or a transaction is: nothing has changed.
 * Any other failure may leave the engine unusable: end the process. */
int engine_compact(struct engine *e, struct err *err);

/* One transaction at a time: -EBUSY while another of this engine is open. -ENOSPC: the disk is full
 * (nothing has changed; try again later), -EROFS: opened read_only. */
int txn_begin(struct engine *e, bool write, struct txn **out);
/* A write transaction that may use what is kept back, the last quarter of the map (at most
 * 512 MiB), when the disk is full: to say so, to settle what has left the house, and to delete. */
int txn_begin_reserve(struct engine *e, struct txn **out);
/* Durable when it returns 0. The transaction is gone in any case. A put or delete that failed makes
 * the commit fail with the same error. -ENOSPC: nothing was written. */
int txn_commit(struct txn **t);
/* NULL-safe. */
void txn_abort(struct txn **t);
/* Something was put or deleted: else a commit would write nothing worth a disk's time. */
bool txn_wrote(const struct txn *t);

/* 0, -ENOENT, -EBADMSG. The value (without tag) is copied into the arena. */
int txn_get(struct txn *t, enum ledger_db db, struct span key, struct arena *a, struct span *value);
void txn_get_many(struct txn *t, struct engine_get *list, uint32_t n, struct arena *a);
/* 0 or -errno; a key or value over the limits is the caller's bug and ends the process. */
int txn_put(struct txn *t, enum ledger_db db, struct span key, struct span value);
/* 0, also where there was nothing. */
int txn_delete(struct txn *t, enum ledger_db db, struct span key);
/* Rows with from <= key < to (empty `to`: no end) in ascending order, or descending with `down`
 * (then from the greatest key below `to`), at most `limit` (ENGINE_RANGE_MAX). A damaged row is
 * delivered with value.p NULL. Returns the number of rows, or -errno. */
int txn_range(struct txn *t, enum ledger_db db, struct span from, struct span to, bool down, uint32_t limit,
	      struct arena *a, struct engine_row **rows);
