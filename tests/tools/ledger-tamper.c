// SPDX-License-Identifier: Apache-2.0
/* Does to the audit what a thief of the ledger and its value tags, but not of the signing key, would
 * do. For tests; the daemon must not be running. */
#include "audit/audit.h"
#include "ledger/engine_store.h"
#include "ledger/keys.h"
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
	"usage: ledger-tamper LEDGER KEYS ACT\n"
	"  count          print the number of the newest record\n"
	"  flip N         flip a bit of record N and leave its tag as it was\n"
	"  change N       change a letter of record N and make its tag fit\n"
	"  swap A B       let two records change places\n"
	"  drop-last      remove the newest record and the heads that name it\n"
	"  remove N       remove record N\n"
	"  rehash N       change record N and chain it and all after it anew, without signing\n";

struct number_key {
	char b[8];
};

static struct span number_key(struct number_key *k, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		k->b[i] = (char)(n >> (56 - 8 * i));
	return span_make(k->b, sizeof(k->b));
}

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "ledger-tamper: %s\n", what);
	exit(1);
}

static struct span get(struct txn *t, struct arena *a, uint64_t seq)
{
	struct number_key k;
	struct span v;

	if (txn_get(t, DB_AUDIT, number_key(&k, seq), a, &v))
		die("there is no such record");
	return v;
}

static void put(struct txn *t, uint64_t seq, struct span v)
{
	struct number_key k;

	if (txn_put(t, DB_AUDIT, number_key(&k, seq), v))
		die("the record cannot be written");
}

static uint64_t newest(struct txn *t, struct arena *a)
{
	struct engine_row *rows;

	if (txn_range(t, DB_AUDIT, SPAN_NONE, SPAN_NONE, true, 1, a, &rows) != 1)
		die("the audit is empty");
	struct wire w = wire_over(rows[0].key);
	return wire_u64(&w);
}

static void flip(struct txn *t, uint64_t seq)
{
	struct number_key k;
	struct span raw;
	char copy[ENGINE_VALUE_MAX + TAG_SIZE];

	if (t->engine->ops->get(t->engine, DB_AUDIT, number_key(&k, seq), &raw) || raw.n > sizeof(copy))
		die("there is no such record");
	memcpy(copy, raw.p, raw.n);
	copy[raw.n / 2] ^= 1;
	if (t->engine->ops->put(t->engine, DB_AUDIT, number_key(&k, seq), span_make(copy, raw.n)))
		die("the record cannot be written");
}

static struct audit_record decode(struct arena *a, struct span v)
{
	struct audit_record r;

	if (!audit_decode(a, v, &r))
		die("the record cannot be read");
	return r;
}

/* Writes the record with another detail. */
static void change(struct txn *t, struct arena *a, struct audit_record *r)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(AUDIT_RECORD_MAX);
	char *detail = arena_str(a, r->detail.n ? r->detail : SPAN("x"));

	detail[0] = detail[0] == 'y' ? 'z' : 'y';
	r->detail = span_of(detail);
	audit_encode(r, &out);
	put(t, r->seq, buf_span(&out));
}

static void swap(struct txn *t, struct arena *a, uint64_t x, uint64_t y)
{
	struct span vx = get(t, a, x), vy = get(t, a, y);

	put(t, x, vy);
	put(t, y, vx);
}

static void drop_last(struct txn *t, struct arena *a)
{
	const uint64_t seq = newest(t, a);
	struct number_key k;
	struct engine_row *rows;

	txn_delete(t, DB_AUDIT, number_key(&k, seq));
	int n = txn_range(t, DB_HEAD, number_key(&k, seq), SPAN_NONE, false, 10, a, &rows);
	for (int i = 0; i < n; i++)
		txn_delete(t, DB_HEAD, rows[i].key);
}

static void rehash(struct txn *t, struct arena *a, uint64_t seq)
{
	const uint64_t last = newest(t, a);
	struct audit_record r = decode(a, get(t, a, seq));

	change(t, a, &r);
	for (uint64_t next = seq + 1; next <= last; next++) {
		BUF_CLEANUP struct buf out = BUF_CAPPED(AUDIT_RECORD_MAX);
		r = decode(a, get(t, a, next));
		r.previous = audit_hash(get(t, a, next - 1));
		audit_encode(&r, &out);
		put(t, next, buf_span(&out));
	}
}

static uint64_t number(const char *text)
{
	uint64_t n;

	if (!text || !span_to_u64(span_of(text), UINT64_MAX, &n))
		die(usage);
	return n;
}

/* argv: the act and its numbers, then NULLs. */
static void act(struct txn *t, struct arena *a, char **argv)
{
	struct span what = span_of(argv[0]);
	struct number_key k;

	if (span_eq(what, SPAN("count"))) {
		printf("%llu\n", (unsigned long long)newest(t, a));
	} else if (span_eq(what, SPAN("flip"))) {
		flip(t, number(argv[1]));
	} else if (span_eq(what, SPAN("change"))) {
		struct audit_record r = decode(a, get(t, a, number(argv[1])));
		change(t, a, &r);
	} else if (span_eq(what, SPAN("swap"))) {
		swap(t, a, number(argv[1]), number(argv[2]));
	} else if (span_eq(what, SPAN("drop-last"))) {
		drop_last(t, a);
	} else if (span_eq(what, SPAN("remove"))) {
		txn_delete(t, DB_AUDIT, number_key(&k, number(argv[1])));
	} else if (span_eq(what, SPAN("rehash"))) {
		rehash(t, a, number(argv[1]));
	} else {
		die(usage);
	}
}

int main(int argc, char **argv)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct keys keys;
	struct engine *e;
	struct txn *t;
	struct err err;
	char *words[3] = { NULL };

	if (argc < 4 || argc > 6)
		die(usage);
	for (int i = 3; i < argc; i++)
		words[i - 3] = argv[i];
	if (crypto_start() || keys_load(argv[2], &keys, &err) ||
	    engine_open_lmdb(argv[1], keys.tag, false, &e, &err))
		die(err.text);
	if (txn_begin(e, true, &t))
		die("no write transaction");
	act(t, a, words);
	if (txn_commit(&t))
		die("the change could not be committed");
	engine_close(&e);
	return 0;
}
