// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/keeper.h"
#include "ledger/pieces.h"
#include "mail/limits.h"
#include <errno.h>
#include <string.h>

enum {
	EVIDENCE_MAX = 256 * 1024,
	SALT_SIZE = 16,
	HEAD_EVERY = 256, /* records after which a head stays for good */
};

void audit_append(struct turn *t, struct audit_record *r)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(AUDIT_RECORD_MAX);

	r->seq = t->tip.audit_seq + 1;
	r->at = t->now;
	r->previous = t->tip.audit_hash;
	r->config_set = t->tip.config_set;
	r->template_set = t->tip.template_set;
	r->filter_set = t->tip.filter_set;
	audit_encode(r, &b);
	struct key key = key_u64(r->seq);
	store_put(t, DB_AUDIT, &key, buf_span(&b));
	t->tip.audit_seq = r->seq;
	t->tip.audit_hash = audit_hash(buf_span(&b));
	t->audited = true;
}

static const struct key break_key = { .b = "break", .n = 5 };

void audit_break(struct turn *t, struct audit_record *r)
{
	struct key key = break_key;

	audit_append(t, r);
	key_add(&key, r->seq, 8);
	store_put(t, DB_META, &key, SPAN(""));
}

struct span audit_explain(struct turn *t, const struct audit_head *h)
{
	struct key end = { .b = "breal", .n = 5 };
	struct engine_row *rows;
	int n = txn_range(t->t, DB_META, key_span(&break_key), key_span(&end), true, ENGINE_RANGE_MAX, t->a, &rows);
	BUF_CLEANUP struct buf at = BUF_CAPPED(40);

	put_iso(&at, h->at);
	for (int i = 0; i < n; i++) {
		struct audit_record r;
		struct span value;
		struct key key = key_u64(key_get(rows[i].key, break_key.n));
		if (txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value) || !audit_decode(t->a, value, &r) || h->at > r.at)
			continue;
		if (r.event == AUDIT_REBUILT)
			return span_of(arena_printf(t->a, "it was signed at %s, before this ledger was rebuilt from the mailboxes (record %llu), in the "
							  "audit that was lost then",
						    buf_cstr(&at), (unsigned long long)r.seq));
		if (r.event == AUDIT_RESTORED && h->seq >= r.seq)
			return span_of(arena_printf(t->a, "it was signed at %s, between the backup and its restoring (record %llu): what was recorded "
							  "then, up to record %llu, was lost",
						    buf_cstr(&at), (unsigned long long)r.seq, (unsigned long long)h->seq));
	}
	return SPAN("");
}

/* The evidence: salt, then the packed case and message bytes. */
struct hash evidence_keep(struct turn *t, uint64_t seq, struct span the_case, struct span bytes)
{
	BUF_CLEANUP struct buf plain = BUF_CAPPED(EVIDENCE_MAX);
	BUF_CLEANUP struct buf b = BUF_CAPPED(EVIDENCE_MAX + 4096);
	uint8_t salt[SALT_SIZE];

	wire_put_bytes(&plain, the_case);
	wire_put_bytes(&plain, bytes);
	crypto_random(salt, sizeof(salt));
	buf_put(&b, salt, sizeof(salt));
	int r = plain.full ? -E2BIG : pack(t->k->packer, buf_span(&plain), &b);
	if (!r)
		r = pieces_put(t->t, DB_EVIDENCE, seq, buf_span(&b));
	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot keep the evidence of record %llu: %s",
			    (unsigned long long)seq, strerror(-r));
	return audit_commit(salt, buf_span(&plain));
}

int evidence_get(struct turn *t, uint64_t seq, const struct hash *commitment, struct span *the_case, struct span *bytes)
{
	struct span stored;
	BUF_CLEANUP struct buf plain = BUF_CAPPED(EVIDENCE_MAX);
	int r = pieces_get(t->t, DB_EVIDENCE, seq, EVIDENCE_MAX + 4096, t->a, &stored);

	if (r)
		return r;
	if (stored.n < SALT_SIZE || unpack(t->k->packer, span_sub(stored, SALT_SIZE, SIZE_MAX), EVIDENCE_MAX, &plain))
		return -EBADMSG;
	uint8_t salt[SALT_SIZE];
	memcpy(salt, stored.p, SALT_SIZE);
	struct hash found = audit_commit(salt, buf_span(&plain));
	if (!hash_eq(found.b, commitment->b, HASH_SIZE))
		return -EBADMSG;
	struct wire w = wire_over(arena_span(t->a, buf_span(&plain)));
	*the_case = wire_bytes(&w, EVIDENCE_MAX);
	*bytes = wire_bytes(&w, EVIDENCE_MAX);
	return wire_done(&w) ? 0 : -EBADMSG;
}

void audit_sign(struct turn *t)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX);
	struct audit_head h = { .seq = t->tip.audit_seq, .hash = t->tip.audit_hash, .at = t->now };
	struct key key = key_u64(h.seq);
	struct key old = key_u64(t->tip.head_seq);

	audit_head_sign(&h, t->k->keys.known[0], t->k->keys.secret);
	audit_head_encode(&h, &b);
	store_put(t, DB_HEAD, &key, buf_span(&b));
	/* The newest head covers what older ones did; some stay, so that a later forgery has more to get right. */
	if (t->tip.head_seq > t->tip.head_kept && t->tip.head_seq < t->tip.head_kept + HEAD_EVERY)
		store_delete(t, DB_HEAD, &old);
	else if (t->tip.head_seq > t->tip.head_kept)
		t->tip.head_kept = t->tip.head_seq;
	t->tip.head_seq = h.seq;
}

bool audit_carry_head(struct turn *t, struct audit_head *out)
{
	struct span value;
	struct key key = key_u64(t->tip.head_seq);

	if (!t->tip.head_seq || txn_get(t->t, DB_HEAD, key_span(&key), t->a, &value) || !audit_head_decode(value, out))
		return false;
	t->tip.head_kept = t->tip.head_seq;
	return true;
}

static uint64_t set_number(const struct hash *h)
{
	struct wire w = wire_over(span_make(h->b, 8));

	return wire_u64(&w);
}

static bool keep_set(struct turn *t, const struct hash *h, struct span text, struct hash *current)
{
	struct span there;
	BUF_CLEANUP struct buf b = BUF_CAPPED(text.n + text.n / 128 + 1024);

	if (hash_eq(h->b, current->b, HASH_SIZE))
		return false;
	*current = *h;
	if (pieces_get(t->t, DB_SET, set_number(h), PIECES_MAX_BYTES, t->a, &there) == 0)
		return true;
	int r = pack(t->k->packer, text, &b);
	if (!r)
		r = pieces_put(t->t, DB_SET, set_number(h), buf_span(&b));
	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot keep the settings: %s", strerror(-r));
	return true;
}

void sets_keep(struct turn *t)
{
	struct audit_record start = { .event = AUDIT_START, .purpose = 0xff, .verdict = 0xff };
	struct audit_record r = { .event = AUDIT_SETS, .purpose = 0xff, .verdict = 0xff };
	BUF_CLEANUP struct buf id = BUF_CAPPED(80);

	t->k->sets_new = false;
	if (t->tip.audit_seq == 0) {
		buf_puts(&id, "key ");
		put_base64url(&id, t->k->keys.known[0], SIGN_PUBLIC);
		start.detail = buf_span(&id);
		audit_append(t, &start);
	}
	bool config = keep_set(t, &t->k->config_hash, t->k->config_text, &t->tip.config_set);
	bool templates = keep_set(t, &t->k->templates.hash, t->k->templates.bundle, &t->tip.template_set);
	bool filters = keep_set(t, &t->k->filters.hash, t->k->filters.bundle, &t->tip.filter_set);
	if (!config && !templates && !filters)
		return;
	r.detail = span_of(arena_printf(t->a, "%s%s%s%s%s", config ? "configuration" : "", config && templates ? ", " : "",
					templates ? "templates" : "", (config || templates) && filters ? ", " : "",
					filters ? "filters" : ""));
	audit_append(t, &r);
}

bool sets_filters(struct turn *t, const struct hash *hash, const struct filters **out)
{
	static const struct hash none;
	struct filters *all = arena_one(t->a, struct filters);
	BUF_CLEANUP struct buf plain = BUF_CAPPED(FILTER_BUNDLE_MAX);
	struct span kept;
	struct err err;

	*out = hash_eq(hash->b, none.b, HASH_SIZE) ? NULL : &t->k->filters.all;
	if (!*out || hash_eq(hash->b, t->k->filters.hash.b, HASH_SIZE))
		return true;
	if (pieces_get(t->t, DB_SET, set_number(hash), PIECES_MAX_BYTES, t->a, &kept) ||
	    unpack(t->k->packer, kept, FILTER_BUNDLE_MAX, &plain))
		return false;
	struct span bundle = arena_span(t->a, buf_span(&plain));
	struct hash found = hash_sha256(bundle);
	*out = all;
	return hash_eq(found.b, hash->b, HASH_SIZE) && filter_bundle_parse(t->a, bundle, all, &err) == 0;
}
