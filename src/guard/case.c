// SPDX-License-Identifier: Apache-2.0
/* The form in which a case is kept, so that a decision can be judged again years later. A new field
 * means a new version; old versions stay readable. */
#include "guard/guard.h"

enum { CASE_VERSION = 2, CASE_LIST_MAX = 1000, CASE_NAME_MAX = 1000, CASE_HASH = 32 };

static void put_bool(struct buf *b, bool v)
{
	wire_put_u8(b, v);
}

static bool get_bool(struct wire *w)
{
	return wire_u8_below(w, 2);
}

static void put_list(struct buf *b, const struct span *at, uint32_t n)
{
	wire_put_u32(b, n);
	for (uint32_t i = 0; i < n; i++)
		wire_put_bytes(b, at[i]);
}

static struct span *get_list(struct arena *a, struct wire *w, uint32_t *n)
{
	*n = wire_count(w, 4, CASE_LIST_MAX);
	struct span *at = arena_many(a, *n, struct span);
	for (uint32_t i = 0; i < *n; i++)
		at[i] = wire_bytes(w, CASE_NAME_MAX);
	return at;
}

static void put_account(struct buf *b, const struct reading_account *acc)
{
	put_list(b, acc->own, acc->nown);
	put_list(b, acc->agents, acc->nagents);
	put_list(b, acc->form, acc->nform);
	wire_put_bytes(b, acc->group);
	wire_put_bytes(b, acc->authserv_id);
	wire_put_u16(b, acc->hops);
	wire_put_u8(b, (uint8_t)acc->subaddress);
}

static void get_account(struct arena *a, struct wire *w, struct reading_account *acc)
{
	acc->own = get_list(a, w, &acc->nown);
	acc->agents = get_list(a, w, &acc->nagents);
	acc->form = get_list(a, w, &acc->nform);
	acc->group = wire_bytes(w, CASE_NAME_MAX);
	acc->authserv_id = wire_bytes(w, CASE_NAME_MAX);
	acc->hops = wire_u16(w);
	acc->subaddress = (char)wire_u8(w);
}

static void put_history(struct buf *b, const struct guard_history *h)
{
	wire_put_u32(b, h->acks_to_address);
	wire_put_u32(b, h->automated_to_address);
	wire_put_u32(b, h->acks_in_conversation);
	put_bool(b, h->opens);
	put_bool(b, h->answered);
	put_bool(b, h->collision);
	put_bool(b, h->known_duplicate);
}

static void get_history(struct wire *w, struct guard_history *h)
{
	h->acks_to_address = wire_u32(w);
	h->automated_to_address = wire_u32(w);
	h->acks_in_conversation = wire_u32(w);
	h->opens = get_bool(w);
	h->answered = get_bool(w);
	h->collision = get_bool(w);
	h->known_duplicate = get_bool(w);
}

void guard_case_encode(const struct guard_case *c, const uint8_t facts_hash[CASE_HASH],
		       const uint8_t bytes_hash[CASE_HASH], struct buf *out)
{
	wire_put_u8(out, CASE_VERSION);
	wire_put_u8(out, (uint8_t)c->purpose);
	wire_put_u8(out, (uint8_t)c->mode);
	wire_put_i64(out, c->now);
	wire_put_i64(out, c->ack_age);
	put_account(out, &c->account);
	put_bool(out, c->ask_addressed);
	put_list(out, c->staff, c->nstaff);
	wire_put_bytes(out, c->recipient);
	put_bool(out, c->has_message);
	put_bool(out, c->own_automated);
	put_bool(out, c->in_sent);
	wire_put_i64(out, c->internal_at);
	put_history(out, &c->history);
	put_bool(out, c->has_bytes);
	buf_put(out, facts_hash, CASE_HASH);
	buf_put(out, bytes_hash, CASE_HASH);
	wire_put_bytes(out, c->history.suppressed);
	wire_put_u32(out, c->history.alike);
}

bool guard_case_decode(struct arena *a, struct span in, struct guard_case *out, uint8_t facts_hash[CASE_HASH],
		       uint8_t bytes_hash[CASE_HASH])
{
	struct guard_case c = { .facts = facts_none() };
	struct wire w = wire_over(in);

	uint8_t version = wire_u8(&w);
	if (version < 1 || version > CASE_VERSION)
		return false;
	c.purpose = (enum purpose)wire_u8_below(&w, PURPOSE_COUNT);
	c.mode = (enum mode)wire_u8_below(&w, MODE_COUNT);
	c.now = wire_i64(&w);
	c.ack_age = wire_i64(&w);
	get_account(a, &w, &c.account);
	c.ask_addressed = get_bool(&w);
	c.staff = get_list(a, &w, &c.nstaff);
	c.recipient = wire_bytes(&w, CASE_NAME_MAX);
	c.has_message = get_bool(&w);
	c.own_automated = get_bool(&w);
	c.in_sent = get_bool(&w);
	c.internal_at = wire_i64(&w);
	get_history(&w, &c.history);
	c.has_bytes = get_bool(&w);
	struct span facts = wire_raw(&w, CASE_HASH);
	struct span bytes = wire_raw(&w, CASE_HASH);
	if (version >= 2) {
		c.history.suppressed = wire_bytes(&w, CASE_NAME_MAX);
		c.history.alike = wire_u32(&w);
	}
	if (!wire_done(&w))
		return false;
	memcpy(facts_hash, facts.p, CASE_HASH);
	memcpy(bytes_hash, bytes.p, CASE_HASH);
	*out = c;
	return true;
}
