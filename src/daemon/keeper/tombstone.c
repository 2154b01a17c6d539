// SPDX-License-Identifier: Apache-2.0
/* The tombstones of erased messages: in the ledger and, for the day it is gone, in a file beside the keys. */
#include "daemon/keeper/erase.h"
#include "mail/limits.h"
#include <errno.h>

/* What a message is known by on its own, wherever it is met and whatever reader reads it; one that nobody
 * could read, by where it lay. */
static struct span identity(struct turn *t, const struct facts *f, struct span account,
			    const struct key *place)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_FACTS * 2);

	if (f->depth == FACTS_NONE) {
		wire_put_bytes(&b, account);
		wire_put_bytes(&b, span_sub(key_span(place), sizeof(uint16_t), SIZE_MAX));
		return arena_span(t->a, buf_span(&b));
	}
	wire_put_bytes(&b, f->message_id);
	wire_put_bytes(&b, f->from.n ? address_text(t->a, f->from.at[0]) : SPAN_NONE);
	wire_put_i64(&b, f->date_at);
	wire_put_bytes(&b, f->subject);
	if (!f->message_id.n)
		wire_put_bytes(&b, f->text);
	return arena_span(t->a, buf_span(&b));
}

static void put(struct turn *t, struct span what)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(16);
	struct key key = { 0 };
	uint8_t id[ID_SIZE];

	tombstone_make(t->k->keys.id, what, id);
	key_add_id(&key, id);
	wire_put_i64(&b, t->now);
	store_put(t, DB_TOMBSTONE, &key, buf_span(&b));
	t->k->tombstones_new |= tombstones_add(&t->k->tombstones, t->k->keys.id, id);
}

/* A copy of an automated message that came home after its entry had been erased. */
static bool entry_is_erased(struct turn *t, const struct incoming *in)
{
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;
	struct rec_outbox o;

	if (!in->own_automated)
		return false;
	message_id_hash(t->k, in->own_id, hash);
	get_ids(t, hash, &ids);
	for (uint32_t i = 0; i < ids.n; i++)
		if (ids.at[i].kind == ID_OUTBOX && ids.at[i].number &&
		    get_outbox(t, ids.at[i].number, &o) == -ENOENT)
			return true;
	return false;
}

bool tombstone_covers(struct turn *t, const struct incoming *in)
{
	struct key place = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);

	if (!t->k->tombstones.n)
		return false;
	struct span what = identity(t, &in->facts, in->account->c->name, &place);
	if (tombstones_cover(&t->k->tombstones, what))
		return true;
	if (!entry_is_erased(t, in))
		return false;
	put(t, what);
	tombstones_write(t->k);
	return true;
}

static struct span identity_of(struct turn *t, uint64_t number, const struct rec_message *m)
{
	struct key place = place_key(m->account, (enum role)m->role, m->uidvalidity, m->uid);
	const struct account *acc = keeper_account(t->k, m->account);
	struct facts f;

	if (get_facts(t, number, &f))
		f = facts_none();
	return identity(t, &f, acc ? acc->c->name : SPAN_NONE, &place);
}

bool tombstone_there(struct turn *t, uint64_t number, const struct rec_message *m)
{
	return tombstones_cover(&t->k->tombstones, identity_of(t, number, m));
}

void tombstone_put(struct turn *t, uint64_t number, const struct rec_message *m)
{
	put(t, identity_of(t, number, m));
}

void tombstones_write(struct keeper *k)
{
	struct err err;

	if (!k->tombstones_new)
		return;
	if (tombstones_store(arena_printf(k->a, "%s/tombstones", arena_str(k->a, k->config.state_dir)),
			     &k->tombstones, &err))
		keeper_fail(k, ENDING_TRANSIENT, "%s", err.text);
	k->tombstones_new = false;
}

void tombstone_of_conversation(struct turn *t, uint64_t conversation)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(16);
	struct key key = key_u64(conversation);

	wire_put_i64(&b, t->now);
	store_put(t, DB_TOMBSTONE, &key, buf_span(&b));
}

bool conversation_erased(struct turn *t, uint64_t conversation, int64_t *at)
{
	struct key key = key_u64(conversation);
	struct span value;

	if (txn_get(t->t, DB_TOMBSTONE, key_span(&key), t->a, &value))
		return false;
	struct wire w = wire_over(value);
	*at = wire_i64(&w);
	return true;
}

/* Those of the ledger are in the file, too: it may have been lost, or come from an older backup. */
void tombstones_gather(struct turn *t)
{
	struct key from = { 0 };
	struct engine_row *rows;
	int n;

	do {
		struct arena *of_turn = turn_apart(t);
		n = txn_range(t->t, DB_TOMBSTONE, key_span(&from), SPAN_NONE, false, ENGINE_RANGE_MAX, t->a,
			      &rows);
		for (int i = 0; i < n; i++) {
			uint8_t id[ID_SIZE];
			from = (struct key){ .n = (uint8_t)(rows[i].key.n + 1) };
			memcpy(from.b, rows[i].key.p, rows[i].key.n);
			if (rows[i].key.n != ID_SIZE)
				continue;
			memcpy(id, rows[i].key.p, ID_SIZE);
			t->k->tombstones_new |= tombstones_add(&t->k->tombstones, t->k->keys.id, id);
		}
		turn_together(t, of_turn);
	} while (n == ENGINE_RANGE_MAX);
	tombstones_write(t->k);
}
