// SPDX-License-Identifier: Apache-2.0
/* What a server lists but has not handed out: each connection to the mailbox asks for it once more. A message that
 * breaks the connection does so a few times and is then left in peace. */
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"
#include <string.h>

enum { RETRY_TIMES = 3, RETRY_SLICE = LIMIT_ORDERS / 4, PLACE_UIDVALIDITY = 3 };

static void put_tries(struct turn *t, const struct key *place, uint8_t tries)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(1);

	wire_put_u8(&b, tries);
	store_put(t, DB_UNFETCHED, place, buf_span(&b));
}

void retry_remember(struct turn *t, const struct incoming *in)
{
	struct key place = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);

	put_tries(t, &place, 0);
}

void retry_forget(struct turn *t, const struct incoming *in)
{
	struct key place = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);

	store_delete(t, DB_UNFETCHED, &place);
}

void retry_all(struct turn *t, struct account *acc, enum role role)
{
	struct mailbox_run *box = &acc->box[role];
	struct key from = { 0 }, to = { 0 };
	struct engine_row *rows;

	key_add(&from, acc->id, 2);
	key_add(&from, role, 1);
	key_add(&to, acc->id, 2);
	key_add(&to, (uint64_t)role + 1, 1);
	int n = txn_range(t->t, DB_UNFETCHED, key_span(&from), key_span(&to), false, RETRY_SLICE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct wire key = wire_over(span_sub(rows[i].key, PLACE_UIDVALIDITY, SIZE_MAX));
		struct wire value = wire_over(rows[i].value);
		uint32_t uidvalidity = wire_u32(&key), uid = wire_u32(&key);
		uint8_t tries = wire_u8(&value);
		struct key place = place_key(acc->id, role, uidvalidity, uid);
		if (value.bad || uidvalidity != box->uidvalidity || tries == RETRY_TIMES) {
			store_delete(t, DB_UNFETCHED, &place);
			continue;
		}
		put_tries(t, &place, (uint8_t)(tries + 1));
		turn_order(t, box, (struct frame_order){ .kind = ORDER_REFETCH, .uidvalidity = box->uidvalidity, .uid = uid });
	}
}
