// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"
#include "base/text.h"

const char *audit_event_name(enum audit_event e)
{
	static const char *const names[AUDIT_EVENT_COUNT] = {
		[AUDIT_START] = "start",
		[AUDIT_DECISION] = "decision",
		[AUDIT_RELEASED] = "released",
		[AUDIT_DROPPED] = "dropped",
		[AUDIT_ATTEMPT] = "attempt",
		[AUDIT_DOTTED] = "dotted",
		[AUDIT_SENT] = "sent",
		[AUDIT_DEFERRED] = "deferred",
		[AUDIT_FAILED] = "failed",
		[AUDIT_UNCERTAIN] = "uncertain",
		[AUDIT_WITNESSED] = "witnessed",
		[AUDIT_BOUNCED] = "bounced",
		[AUDIT_MODE] = "mode",
		[AUDIT_COMMAND] = "command",
		[AUDIT_SETS] = "sets",
		[AUDIT_HELD] = "held",
		[AUDIT_SET_ASIDE] = "set-aside",
		[AUDIT_CLOCK] = "clock",
		[AUDIT_REBUILT] = "rebuilt",
		[AUDIT_RESTORED] = "restored",
		[AUDIT_ERASED] = "erased",
		[AUDIT_SUPPRESSION] = "suppression",
		[AUDIT_LEFT] = "left",
	};

	return names[e];
}

static void put_hash(struct buf *out, const struct hash *h)
{
	buf_put(out, h->b, HASH_SIZE);
}

static struct hash get_hash(struct wire *w)
{
	struct span s = wire_raw(w, HASH_SIZE);
	struct hash h = { 0 };

	if (s.n)
		memcpy(h.b, s.p, HASH_SIZE);
	return h;
}

/* Rules that no longer fit are left out: the deciding one stands first. */
static void put_rules(struct buf *out, const struct audit_record *r)
{
	struct span cut[AUDIT_RULES];
	size_t left = AUDIT_RULES_BYTES;
	uint8_t n = 0;

	for (uint32_t i = 0; i < r->nrules && i < AUDIT_RULES; i++) {
		struct span s = utf8_cut(r->rules[i], AUDIT_RULE_MAX < left ? AUDIT_RULE_MAX : left);
		if (s.n == 0)
			continue;
		left -= s.n;
		cut[n++] = s;
	}
	wire_put_u8(out, n);
	for (uint8_t i = 0; i < n; i++)
		wire_put_vbytes(out, cut[i]);
}

static void get_rules(struct wire *w, struct arena *a, struct audit_record *r)
{
	size_t left = AUDIT_RULES_BYTES;

	r->nrules = wire_u8_below(w, AUDIT_RULES + 1);
	for (uint32_t i = 0; i < r->nrules; i++) {
		struct span s = wire_vbytes(w, AUDIT_RULE_MAX < left ? AUDIT_RULE_MAX : left);
		if (s.n == 0)
			w->bad = true;
		left -= s.n;
		r->rules[i] = arena_span(a, s);
	}
}

/* Those that are there, behind a byte that says which. */
static void put_hashes(struct buf *out, const struct audit_record *r)
{
	const struct hash *all[] = { &r->config_set, &r->template_set, &r->filter_set, &r->bytes, &r->evidence };
	static const struct hash none;
	uint8_t there = 0;

	for (unsigned i = 0; i < 5; i++)
		there |= (uint8_t)(!hash_eq(all[i], &none, sizeof(none)) << i);
	wire_put_u8(out, there);
	for (unsigned i = 0; i < 5; i++)
		if (there >> i & 1)
			put_hash(out, all[i]);
}

static void get_hashes(struct wire *w, struct audit_record *r)
{
	struct hash *all[] = { &r->config_set, &r->template_set, &r->filter_set, &r->bytes, &r->evidence };
	static const struct hash none;
	uint8_t there = wire_u8_below(w, 1 << 5);

	for (unsigned i = 0; i < 5; i++) {
		if (!(there >> i & 1))
			continue;
		*all[i] = get_hash(w);
		w->bad |= hash_eq(all[i], &none, sizeof(none));
	}
}

void audit_encode(const struct audit_record *r, struct buf *out)
{
	wire_put_u8(out, AUDIT_VERSION);
	wire_put_var(out, r->seq);
	wire_put_ivar(out, r->at);
	wire_put_u8(out, (uint8_t)r->event);
	put_hash(out, &r->previous);
	wire_put_var(out, r->account);
	wire_put_var(out, r->conversation);
	wire_put_var(out, r->message);
	wire_put_var(out, r->outbox);
	wire_put_u8(out, r->purpose);
	wire_put_u8(out, r->verdict);
	put_rules(out, r);
	put_hashes(out, r);
	wire_put_vbytes(out, utf8_cut(r->actor, AUDIT_ACTOR_MAX));
	wire_put_vbytes(out, utf8_cut(r->detail, AUDIT_DETAIL_MAX));
}

bool audit_decode(struct arena *a, struct span in, struct audit_record *out)
{
	struct wire w = wire_over(in);

	*out = (struct audit_record){ 0 };
	if (wire_u8(&w) != AUDIT_VERSION)
		return false;
	out->seq = wire_var(&w, UINT64_MAX);
	out->at = wire_ivar(&w);
	out->event = (enum audit_event)wire_u8_below(&w, AUDIT_EVENT_COUNT);
	out->previous = get_hash(&w);
	out->account = (uint16_t)wire_var(&w, UINT16_MAX);
	out->conversation = wire_var(&w, UINT64_MAX);
	out->message = wire_var(&w, UINT64_MAX);
	out->outbox = wire_var(&w, UINT64_MAX);
	out->purpose = wire_u8(&w);
	out->verdict = wire_u8(&w);
	get_rules(&w, a, out);
	get_hashes(&w, out);
	out->actor = arena_span(a, wire_vbytes(&w, AUDIT_ACTOR_MAX));
	out->detail = arena_span(a, wire_vbytes(&w, AUDIT_DETAIL_MAX));
	return wire_done(&w) && in.n <= AUDIT_RECORD_MAX;
}

struct hash audit_hash(struct span encoded)
{
	return hash_blake2b(encoded, SPAN_NONE);
}

struct hash audit_commit(const uint8_t salt[16], struct span evidence)
{
	return hash_blake2b(span_make(salt, 16), evidence);
}
