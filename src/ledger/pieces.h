// SPDX-License-Identifier: Apache-2.0
/* A long value under one number, cut into pieces of which three fill a page of the ledger. Key: u64
 * number, u16 piece. The first piece begins with the length of the whole, so that a missing piece is
 * noticed. */
#pragma once
#include "ledger/engine.h"

enum { PIECE_SIZE = 640, PIECES_MAX_BYTES = 64 * 1024 * 1024 };

/* Takes the place of whatever stood there. 0 or -errno; over PIECES_MAX_BYTES is the caller's bug. */
int pieces_put(struct txn *t, enum ledger_db db, uint64_t number, struct span value);
/* The whole value, in the arena. -ENOENT; -EBADMSG: a piece is damaged or missing; -E2BIG: over `max`. */
int pieces_get(struct txn *t, enum ledger_db db, uint64_t number, size_t max, struct arena *a,
	       struct span *out);
/* 0, also where there was nothing. */
int pieces_delete(struct txn *t, enum ledger_db db, uint64_t number);
