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
		wire_put_bytes(out, cut[i]);
}

static void get_rules(struct wire *w, struct arena *a, struct audit_record *r)
{
	size_t left = AUDIT_RULES_BYTES;

	r->nrules = wire_u8_below(w, AUDIT_RULES + 1);
	for (uint32_t i = 0; i < r->nrules; i++) {
		struct span s = wire_bytes(w, AUDIT_RULE_MAX < left ? AUDIT_RULE_MAX : left);
		if (s.n == 0)
			w->bad = true;
		left -= s.n;
		r->rules[i] = arena_span(a, s);
	}
}

void audit_encode(const struct audit_record *r, struct buf *out)
{
	wire_put_u8(out, AUDIT_VERSION);
	wire_put_u64(out, r->seq);
	wire_put_i64(out, r->at);
	wire_put_u8(out, (uint8_t)r->event);
	put_hash(out, &r->previous);
	wire_put_u16(out, r->account);
	wire_put_u64(out, r->conversation);
	wire_put_u64(out, r->message);
	wire_put_u64(out, r->outbox);
	wire_put_u8(out, r->purpose);
	wire_put_u8(out, r->verdict);
	put_rules(out, r);
	put_hash(out, &r->config_set);
	put_hash(out, &r->template_set);
	put_hash(out, &r->filter_set);
	put_hash(out, &r->bytes);
	put_hash(out, &r->evidence);
	wire_put_bytes(out, utf8_cut(r->actor, AUDIT_ACTOR_MAX));
	wire_put_bytes(out, utf8_cut(r->detail, AUDIT_DETAIL_MAX));
}

bool audit_decode(struct arena *a, struct span in, struct audit_record *out)
{
	struct wire w = wire_over(in);

	*out = (struct audit_record){ 0 };
	if (wire_u8(&w) != AUDIT_VERSION)
		return false;
	out->seq = wire_u64(&w);
	out->at = wire_i64(&w);
	out->event = (enum audit_event)wire_u8_below(&w, AUDIT_EVENT_COUNT);
	out->previous = get_hash(&w);
	out->account = wire_u16(&w);
	out->conversation = wire_u64(&w);
	out->message = wire_u64(&w);
	out->outbox = wire_u64(&w);
	out->purpose = wire_u8(&w);
	out->verdict = wire_u8(&w);
	get_rules(&w, a, out);
	out->config_set = get_hash(&w);
	out->template_set = get_hash(&w);
	out->filter_set = get_hash(&w);
	out->bytes = get_hash(&w);
	out->evidence = get_hash(&w);
	out->actor = arena_span(a, wire_bytes(&w, AUDIT_ACTOR_MAX));
	out->detail = arena_span(a, wire_bytes(&w, AUDIT_DETAIL_MAX));
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
