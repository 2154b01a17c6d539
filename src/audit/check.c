// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"
#include <inttypes.h>
#include <stdlib.h>

#define NUM "%" PRIu64

struct audit_wanted {
	uint64_t seq;
	struct hash hash;
	const char *where;
};

void audit_check_start(struct audit_check *c)
{
	*c = (struct audit_check){ .next = 1 };
}

void audit_check_free(struct audit_check *c)
{
	free(c->wanted);
	*c = (struct audit_check){ 0 };
}

#define FAIL(c, ...) ((c)->failed = true, err_set(&(c)->err, 0, __VA_ARGS__), false)

/* The record before `next` is the one this head names. */
static bool meet(struct audit_check *c, const struct audit_wanted *w)
{
	if (!hash_eq(&w->hash, &c->previous, sizeof(c->previous)))
		return FAIL(c,
			    "record " NUM ": its hash does not fit head " NUM " (from %s): it, or what stood "
			    "before it, was changed",
			    w->seq, w->seq, w->where);
	if (w->seq > c->covered)
		c->covered = w->seq;
	return true;
}

static void want(struct audit_check *c, struct audit_wanted w)
{
	if (c->nwanted == c->room) {
		c->room = c->room ? c->room * 2 : 16;
		c->wanted = reallocarray(c->wanted, c->room, sizeof(*c->wanted));
		if (!c->wanted)
			abort();
	}
	c->wanted[c->nwanted++] = w;
}

bool audit_check_head(struct audit_check *c, const struct audit_head *h, const uint8_t *keys, uint32_t nkeys,
		      const char *where)
{
	const struct audit_wanted w = { .seq = h->seq, .hash = h->hash, .where = where };
	bool known = false;

	if (c->failed)
		return false;
	for (uint32_t i = 0; i < nkeys && !known; i++)
		known = audit_head_check(h, keys + (size_t)i * SIGN_PUBLIC);
	if (!known)
		return FAIL(c, "head " NUM " (from %s): signature is not by any known key", h->seq, where);
	if (h->seq + 1 == c->next)
		return meet(c, &w);
	if (h->seq < c->next)
		return FAIL(c, "head " NUM " (from %s): stands behind record " NUM ": put elsewhere", h->seq,
			    where, c->next - 1);
	want(c, w);
	return true;
}

/* Heads that name the record just read are met and leave the list. */
static bool meet_wanted(struct audit_check *c)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < c->nwanted; i++) {
		if (c->wanted[i].seq + 1 != c->next)
			c->wanted[kept++] = c->wanted[i];
		else if (!meet(c, &c->wanted[i]))
			return false;
	}
	c->nwanted = kept;
	return true;
}

static bool check_links(struct audit_check *c, uint64_t seq, const struct audit_record *r)
{
	if (r->seq != seq)
		return FAIL(c, "record " NUM ": says that it is record " NUM ": put elsewhere", seq, r->seq);
	if (hash_eq(&r->previous, &c->previous, sizeof(c->previous)))
		return true;
	if (seq == 1)
		return FAIL(c,
			    "record 1: does not begin a chain: changed, or records before it were removed");
	return FAIL(c,
		    "record " NUM ": its hash does not fit record " NUM ": changed, removed or put elsewhere",
		    seq - 1, seq);
}

bool audit_check_record(struct audit_check *c, uint64_t seq, struct span encoded)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct audit_record r;

	if (c->failed)
		return false;
	if (seq > c->next)
		return FAIL(c, "record " NUM ": missing: it was removed", c->next);
	if (seq < c->next)
		return FAIL(c, "record " NUM ": stands behind record " NUM ": put elsewhere", seq,
			    c->next - 1);
	if (!encoded.p)
		return FAIL(c, "record " NUM ": missing or damaged", seq);
	if (!audit_decode(a, encoded, &r))
		return FAIL(c, "record " NUM ": cannot be read: changed", seq);
	if (!check_links(c, seq, &r))
		return false;
	c->previous = audit_hash(encoded);
	c->next++;
	c->records++;
	return meet_wanted(c);
}

bool audit_check_end(struct audit_check *c, uint64_t newest)
{
	const uint64_t last = c->next - 1;

	if (c->failed)
		return false;
	if (c->nwanted)
		return FAIL(c,
			    "head " NUM " (from %s) is newer than the last record " NUM
			    ": records were removed",
			    c->wanted[0].seq, c->wanted[0].where, last);
	if (newest != last)
		return FAIL(c, "record " NUM ": the ledger counts " NUM " records, " NUM " are there: %s",
			    last + 1, newest, last, newest > last ? "removed" : "added");
	if (c->covered < last)
		return FAIL(c, "records " NUM " to " NUM " are covered by no signed head", c->covered + 1,
			    last);
	return true;
}
