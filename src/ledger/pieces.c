// SPDX-License-Identifier: Apache-2.0
#include "ledger/pieces.h"
#include "base/wire.h"
#include <errno.h>
#include <stdlib.h>

enum { LENGTH_SIZE = 4, FIRST_SIZE = PIECE_SIZE - LENGTH_SIZE, KEY_BYTES = 10 };

struct piece_key {
	char b[KEY_BYTES];
};

static struct span piece_key(struct piece_key *k, uint64_t number, uint32_t piece)
{
	for (int i = 0; i < 8; i++)
		k->b[i] = (char)(number >> (56 - 8 * i));
	k->b[8] = (char)(piece >> 8);
	k->b[9] = (char)piece;
	return span_make(k->b, KEY_BYTES);
}

int pieces_put(struct txn *t, enum ledger_db db, uint64_t number, struct span value)
{
	BUF_CLEANUP struct buf first = BUF_CAPPED(PIECE_SIZE);
	struct piece_key key;

	if (value.n > PIECES_MAX_BYTES)
		abort();
	int r = pieces_delete(t, db, number);
	wire_put_u32(&first, (uint32_t)value.n);
	buf_put_span(&first, span_sub(value, 0, FIRST_SIZE));
	if (!r)
		r = txn_put(t, db, piece_key(&key, number, 0), buf_span(&first));
	uint32_t piece = 1;
	for (size_t at = FIRST_SIZE; at < value.n && !r; at += PIECE_SIZE)
		r = txn_put(t, db, piece_key(&key, number, piece++), span_sub(value, at, PIECE_SIZE));
	return r;
}

/* Appends the piece to `whole`. */
static int get_piece(struct txn *t, enum ledger_db db, struct span key, struct arena *scratch,
		     struct buf *whole)
{
	struct span part;
	int r = txn_get(t, db, key, scratch, &part);

	if (r)
		return r == -ENOENT ? -EBADMSG : r;
	buf_put_span(whole, part);
	arena_reset(scratch);
	return 0;
}

int pieces_get(struct txn *t, enum ledger_db db, uint64_t number, size_t max, struct arena *a,
	       struct span *out)
{
	struct piece_key key;
	struct span first;
	int r = txn_get(t, db, piece_key(&key, number, 0), a, &first);

	if (r)
		return r;
	struct wire w = wire_over(first);
	size_t n = wire_u32(&w);
	if (w.bad || n > PIECES_MAX_BYTES)
		return -EBADMSG;
	if (n > max)
		return -E2BIG;
	if (n == w.rest.n) {
		*out = w.rest;
		return 0;
	}
	ARENA_CLEANUP struct arena *scratch = arena_new();
	BUF_CLEANUP struct buf whole = BUF_CAPPED(n);
	buf_put_span(&whole, w.rest);
	for (uint32_t piece = 1; !r && whole.n < n && !whole.full; piece++)
		r = get_piece(t, db, piece_key(&key, number, piece), scratch, &whole);
	if (!r && (whole.full || whole.n != n))
		r = -EBADMSG;
	if (!r)
		*out = arena_span(a, buf_span(&whole));
	return r;
}

int pieces_delete(struct txn *t, enum ledger_db db, uint64_t number)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct piece_key low, high;
	struct span from = piece_key(&low, number, 0), last = piece_key(&high, number, UINT16_MAX);
	struct engine_row *rows;
	int n;

	do {
		n = txn_range(t, db, from, last, false, 100, a, &rows);
		for (int i = 0; i < n; i++) {
			int r = txn_delete(t, db, rows[i].key);
			if (r)
				return r;
		}
		arena_reset(a);
	} while (n == 100);
	return n < 0 ? n : 0;
}
