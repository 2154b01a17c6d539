// SPDX-License-Identifier: Apache-2.0
/* What the ledger costs: bench-ledger FOLDER [MESSAGES [MESSAGES PER TURN]]. Each message is written as the
 * keeper does it: facts in pieces, place, hashed Message-ID, event, due time, audit record. */
#include "base/io.h"
#include "ledger/pieces.h"
#include <stdio.h>
#include <stdlib.h>

enum { FACTS = 1650, PLACE = 60, EVENT = 120, RECORD = 400 };

struct number_key {
	char b[16];
};

static struct span number_key(struct number_key *k, uint64_t high, uint64_t low)
{
	for (int i = 0; i < 8; i++) {
		k->b[i] = (char)(high >> (56 - 8 * i));
		k->b[8 + i] = (char)(low >> (56 - 8 * i));
	}
	return span_make(k->b, sizeof(k->b));
}

static void message(struct txn *t, uint64_t n, const char *bytes)
{
	struct number_key k;
	uint8_t id[ID_SIZE];
	const uint8_t key[KEY_SIZE] = { 1 };

	hash_keyed(key, "message-id", span_make(&n, sizeof(n)), id, sizeof(id));
	pieces_put(t, DB_TEXT, n, span_make(bytes, FACTS));
	txn_put(t, DB_PLACE, number_key(&k, 1, n), span_make(bytes, PLACE));
	txn_put(t, DB_MESSAGE_ID, span_make(id, sizeof(id)), span_sub(number_key(&k, n, 0), 0, 8));
	txn_put(t, DB_EVENT, number_key(&k, n / 3, n), span_make(bytes, EVENT));
	txn_put(t, DB_DUE, number_key(&k, 1795255200 + n, n), SPAN("x"));
	txn_put(t, DB_AUDIT, number_key(&k, n, 0), span_make(bytes, RECORD));
	if (n > 1000)
		txn_delete(t, DB_DUE, number_key(&k, 1795255200 + n - 1000, n - 1000));
}

static int write_all(struct engine *e, uint64_t messages, uint64_t turn)
{
	char bytes[FACTS];

	crypto_random(bytes, sizeof(bytes));
	for (uint64_t n = 1; n <= messages;) {
		struct txn *t;
		int r = txn_begin(e, true, &t);
		if (r)
			return r;
		for (uint64_t i = 0; i < turn && n <= messages; i++)
			message(t, n++, bytes);
		r = txn_commit(&t);
		if (r)
			return r;
	}
	return 0;
}

static int read_all(struct engine *e, uint64_t messages)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct number_key k;
	struct span v;
	struct txn *t;
	int r = txn_begin(e, false, &t);

	for (uint64_t n = 1; n <= messages && !r; n++) {
		uint64_t some = n * 2654435761u % messages + 1;
		r = txn_get(t, DB_PLACE, number_key(&k, 1, some), a, &v);
		if (!r)
			r = pieces_get(t, DB_TEXT, some, FACTS, a, &v);
		arena_reset(a);
	}
	txn_abort(&t);
	return r;
}

int main(int argc, char **argv)
{
	uint64_t messages = 100000, turn = 500;
	const uint8_t key[KEY_SIZE] = { 1 };
	struct engine *e;
	struct err err;

	if (argc < 2 || argc > 4 || (argc > 2 && !span_to_u64(span_of(argv[2]), UINT32_MAX, &messages)) ||
	    (argc > 3 && !span_to_u64(span_of(argv[3]), UINT32_MAX, &turn)) || !messages || !turn) {
		fprintf(stderr, "usage: bench-ledger FOLDER [MESSAGES [MESSAGES PER TURN]]\n");
		return 64;
	}
	if (crypto_start() || engine_open_lmdb(argv[1], key, false, &e, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	int64_t start = clock_mono_ms();
	int r = write_all(e, messages, turn);
	int64_t written = clock_mono_ms();
	if (!r)
		r = read_all(e, messages);
	int64_t end = clock_mono_ms();
	struct engine_size size = engine_size(e);
	engine_close(&e);
	if (r) {
		fprintf(stderr, "bench-ledger: %s\n", strerror(-r));
		return 1;
	}
	printf("write %.0f messages/s, read %.0f/s, %.0f bytes each, of which %d are facts\n",
	       (double)messages * 1000 / (double)(written - start + 1),
	       (double)messages * 1000 / (double)(end - written + 1), (double)size.used / (double)messages,
	       FACTS);
	return 0;
}
