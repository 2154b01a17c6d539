// SPDX-License-Identifier: Apache-2.0
/* A ledger from a backup, before it comes into force: whatever was not settled then may have been sent since,
 * by the keeper that went on. Nothing of it is sent again by itself, and no account sends until its mailboxes
 * have been read from where the backup stood. */
#include "base/log.h"
#include "daemon/keeper/erase.h"
#include "daemon/keeper/errand.h"
#include <sysexits.h>

enum { LOOK_SLICE = 250 };

static struct key reconcile_key(uint16_t account)
{
	struct key k = { .b = "reconcile", .n = 9 };

	key_add(&k, account, 2);
	return k;
}

bool restore_reconciles(struct turn *t, uint16_t account)
{
	struct key key = reconcile_key(account);
	struct span value;

	return txn_get(t->t, DB_META, key_span(&key), t->a, &value) == 0;
}

void restore_reconciled(struct turn *t, struct account *acc)
{
	struct key key = reconcile_key(acc->id);

	if (!acc->reconciles)
		return;
	for (int r = 0; r < ROLE_COUNT; r++)
		if (!acc->box[r].seen_all || acc->box[r].batch_taken < acc->box[r].batch)
			return;
	acc->reconciles = false;
	store_delete(t, DB_META, &key);
	log_event(LOG_INFO, "account.reconciled", "account=%.*s", SPAN_ARG(acc->c->name));
}

/* Every account in the ledger, whether the configuration still has it or not. */
static void quiet_accounts(struct turn *t)
{
	struct engine_row *rows;
	int n = txn_range(t->t, DB_ACCOUNT, SPAN_NONE, SPAN_NONE, false, ENGINE_RANGE_MAX, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct wire w = wire_over(rows[i].key);
		uint16_t id = wire_u16(&w);
		struct key key = reconcile_key(id);
		struct rec_account r;
		if (!rows[i].value.p || !rec_account_get(rows[i].value, &r))
			continue;
		if (r.mode == MODE_SEND)
			r.mode = MODE_HOLD;
		put_account(t, id, &r);
		store_put(t, DB_META, &key, SPAN(""));
	}
}

static uint64_t unsettle(struct turn *t)
{
	struct key from = { 0 };
	struct engine_row *rows;
	uint64_t unsettled = 0;
	int n;

	do {
		struct arena *of_turn = turn_apart(t);
		n = txn_range(t->t, DB_QUEUE, key_span(&from), SPAN_NONE, false, ENGINE_RANGE_MAX, t->a,
			      &rows);
		for (int i = 0; i < n; i++) {
			struct rec_outbox e;
			uint64_t number = key_get(rows[i].key, 9);
			from = (struct key){ 0 };
			key_add(&from, (uint8_t)rows[i].key.p[0], 1);
			key_add(&from, key_get(rows[i].key, 1), 8);
			key_add(&from, number + 1, 8);
			if (get_outbox(t, number, &e) == 0 &&
			    outgoing_step(t, number, &e, INPUT_RESTORED, AUDIT_UNCERTAIN,
					  "not settled in the backup: it may have been sent since",
					  SPAN_NONE))
				unsettled++;
		}
		turn_together(t, of_turn);
	} while (n == ENGINE_RANGE_MAX);
	return unsettled;
}

static void put_on_record(struct turn *t, const struct ledger_look *look, struct span actor)
{
	BUF_CLEANUP struct buf when = BUF_CAPPED(40);
	struct audit_record r = { .event = AUDIT_RESTORED, .purpose = 0xff, .verdict = 0xff, .actor = actor };

	put_iso(&when, t->tip.written_at);
	r.detail = span_of(arena_printf(t->a, "from a backup of %s that ends at record %llu", buf_cstr(&when),
					(unsigned long long)look->records));
	audit_break(t, &r);
}

/* What was erased since the backup was made is erased in it; what the backup knows as erased stays so. */
static bool merge_tombstones(struct errand *e)
{
	const char *path = arena_printf(e->k->a, "%s/tombstones", e->k->folder);
	struct tombstones of_backup;
	struct err err;

	if (tombstones_load(path, &of_backup, &err))
		return errand_refuse(e, EX_DATAERR, "%s", err.text);
	tombstones_merge(&e->k->tombstones, &of_backup);
	tombstones_free(&of_backup);
	if (e->k->tombstones.n && tombstones_store(path, &e->k->tombstones, &err))
		return errand_refuse(e, EX_IOERR, "%s", err.text);
	return true;
}

/* One of its messages was erased; if all were, so was the conversation. */
static bool all_erased(struct turn *t, uint64_t conversation)
{
	struct key from = event_key(conversation, 0, 0), to = key_u64(conversation + 1);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a,
			  &rows);

	for (int i = 0; i < n; i++) {
		struct rec_event r;
		struct rec_message m;
		if (rows[i].value.p && rec_event_get(rows[i].value, &r) && r.message &&
		    get_message(t, r.message, &m) == 0 && !tombstone_there(t, r.message, &m))
			return false;
	}
	return true;
}

static void erase(struct keeper *k, struct erasure *e)
{
	bool done;

	do {
		struct turn t;
		turn_begin(k, true, &t);
		done = erasure_step(&t, e);
		turn_commit(&t);
	} while (!done);
}

/* The conversation of the first message at or behind *number that was erased since; 0 if there is none. */
static uint64_t next_erased(struct turn *t, uint64_t *number, struct erasure *e)
{
	struct engine_row *rows;
	int n;

	do {
		struct arena *of_turn = turn_apart(t);
		struct key from = key_u64(*number);
		n = txn_range(t->t, DB_MESSAGE, key_span(&from), SPAN_NONE, false, LOOK_SLICE, t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_message m;
			uint64_t message = key_get(rows[i].key, 0);
			*number = message + 1;
			if (!rows[i].value.p || !rec_message_get(rows[i].value, &m) || !m.conversation ||
			    !tombstone_there(t, message, &m))
				continue;
			if (all_erased(t, m.conversation))
				erasure_find_conversation(t, e, m.conversation);
			else
				erasure_find_in(e, m.conversation, m.author);
			uint64_t conversation = m.conversation;
			turn_together(t, of_turn);
			return conversation;
		}
		turn_together(t, of_turn);
	} while (n == LOOK_SLICE);
	return 0;
}

/* What was erased since the backup was made. */
static uint64_t erase_again(struct keeper *k)
{
	uint64_t conversations = 0, number = 1, found = k->tombstones.n;

	while (found) {
		struct erasure e = { 0 };
		struct turn t;
		turn_begin(k, false, &t);
		found = next_erased(&t, &number, &e);
		turn_abort(&t);
		if (found) {
			erase(k, &e);
			conversations++;
		}
		erasure_free(&e);
	}
	return conversations;
}

bool errand_restore(struct errand *e)
{
	struct row row = { .kind = SPAN("restored") };
	struct ledger_look look;
	struct err err;
	struct turn t;

	if (!ledger_look(e->k, e->k->engine, &look))
		return errand_refuse(e, EX_DATAERR, "this backup is not good: %s", look.err.text);
	if (!merge_tombstones(e))
		return false;
	turn_begin(e->k, true, &t);
	row_time(&row, "made", t.tip.written_at);
	put_on_record(&t, &look, control_arg(&e->request, "actor"));
	quiet_accounts(&t);
	row_number(&row, "uncertain", (int64_t)unsettle(&t));
	row_number(&row, "records", (int64_t)look.records);
	row_number(&row, "conversations", (int64_t)t.tip.next_conversation - 1);
	turn_commit(&t);
	uint64_t erased = erase_again(e->k);
	row_number(&row, "erased", (int64_t)erased);
	if (erased && engine_compact(e->k->engine, &err))
		return errand_refuse(e, EX_IOERR, "%s", err.text);
	errand_row(e, &row);
	return true;
}
