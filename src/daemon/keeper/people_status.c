// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/people.h"
#include <sysexits.h>

/* Of the entries that are counted: when the first was made, and when the first should leave; 0: there is none. */
struct queue_times {
	int64_t oldest;
	int64_t due;
};

static int64_t queue_count(struct turn *t, enum queue_class class, uint16_t account, struct queue_times *out)
{
	struct key from = { 0 }, to = { 0 };
	struct engine_row *rows;
	int64_t count = 0;

	key_add(&from, class, 1);
	key_add(&to, (uint64_t)class + 1, 1);
	int n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_outbox e;
		if (get_outbox(t, key_get(rows[i].key, 9), &e) || e.account != account)
			continue;
		count++;
		if (!out->oldest || e.created_at < out->oldest)
			out->oldest = e.created_at;
		if (!out->due || (int64_t)key_get(rows[i].key, 1) < out->due)
			out->due = (int64_t)key_get(rows[i].key, 1);
	}
	return count;
}

static void offers_cell(struct turn *t, struct row *row, uint32_t offers)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(200);

	for (unsigned bit = 0; mailbox_offer_name(bit); bit++)
		if (offers & 1u << bit)
			buf_printf(&b, "%s%s", b.n ? "\n" : "", mailbox_offer_name(bit));
	if (b.n)
		row_list(row, "offers", arena_span(t->a, buf_span(&b)));
}

/* INTERNALDATE of the newest message, 0: there is none. */
static int64_t newest_message(struct turn *t, const struct account *acc, enum role role, uint32_t uidvalidity)
{
	struct key from = place_key(acc->id, role, uidvalidity, 0), to = place_key(acc->id, role, uidvalidity, UINT32_MAX);
	struct engine_row *rows;
	struct rec_place place;
	int n = txn_range(t->t, DB_PLACE, key_span(&from), key_span(&to), true, 1, t->a, &rows);

	return n == 1 && rows[0].value.p && rec_place_get(rows[0].value, &place) ? place.internal_at : 0;
}

static void mailbox_row(struct turn *t, struct client *c, const struct account *acc, enum role role)
{
	struct row row = { .kind = SPAN("mailbox") };
	const struct mailbox_run *box = &acc->box[role];
	struct rec_mailbox r;

	if (get_mailbox(t, acc->id, role, &r))
		r = (struct rec_mailbox){ 0 };
	row_text(&row, "account", acc->c->name);
	row_text(&row, "mailbox", span_of(role_name(role)));
	row_text(&row, "name", r.name);
	row_bool(&row, "connected", box->selected);
	row_number(&row, "uidvalidity", r.uidvalidity);
	row_number(&row, "cursor", r.last_uid);
	row_number(&row, "uidnext", r.uidnext);
	row_number(&row, "exists", box->exists);
	row_bool(&row, "read", box->seen_all && box->batch_taken == box->batch);
	offers_cell(t, &row, box->offers);
	row_text(&row, "junk", arena_span(t->a, span_of(box->junk)));
	row_text(&row, "trash", arena_span(t->a, span_of(box->trash)));
	row_text(&row, "marks_refused", arena_span(t->a, span_of(box->marks_refused)));
	row_number(&row, "missed", box->watch ? box->watch->missed : 0);
	row_time(&row, "looked", box->pass_at ? box->pass_at : r.looked_at);
	row_time(&row, "login", box->selected_at);
	row_time(&row, "certificate_until", box->certificate_until);
	row_time(&row, "last_message", newest_message(t, acc, role, r.uidvalidity));
	row_time(&row, "secret_written", box->secret_at);
	row_time(&row, "again", box->again_at);
	row_text(&row, "trouble", arena_span(t->a, span_of(box->trouble)));
	people_row(t, c, &row);
}

static void account_row(struct turn *t, struct client *c, const struct account *acc)
{
	struct row row = { .kind = SPAN("account") };
	struct rec_account r;
	struct queue_times leaving = { 0 }, staying = { 0 };

	if (get_account(t, acc->id, &r))
		return;
	row_text(&row, "account", acc->c->name);
	row_text(&row, "mode", span_of(mode_name(acc->mode)));
	row_bool(&row, "answers_seen", r.answers_seen);
	row_bool(&row, "reconciles", acc->reconciles);
	row_number(&row, "queued", queue_count(t, QUEUE_WAITING, acc->id, &leaving));
	row_number(&row, "in_flight", queue_count(t, QUEUE_IN_FLIGHT, acc->id, &leaving));
	row_time(&row, "oldest", leaving.oldest);
	row_time(&row, "oldest_due", leaving.due);
	row_number(&row, "sender_failures", acc->sender_failures);
	row_text(&row, "sender_trouble", arena_span(t->a, span_of(acc->sender_trouble)));
	row_time(&row, "sender_again", acc->sender_failures ? acc->sender_pause : 0);
	row_number(&row, "held", queue_count(t, QUEUE_HELD, acc->id, &staying));
	row_number(&row, "uncertain", queue_count(t, QUEUE_UNCERTAIN, acc->id, &staying));
	people_row(t, c, &row);
	for (int i = 0; i < ROLE_COUNT; i++)
		mailbox_row(t, c, acc, (enum role)i);
}

/* The answers we owe that are late; waiting for a requester is nobody's breach. */
static int64_t overdue(struct turn *t)
{
	struct key from = { 0 }, to = key_u64((uint64_t)t->now + 1);
	struct engine_row *rows;
	int64_t count = 0;
	int n;

	do {
		n = txn_range(t->t, DB_DUE, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);
		for (int i = 0; i < n; i++) {
			uint8_t clock = rows[i].key.n > 16 ? (uint8_t)rows[i].key.p[16] : DEADLINE_SILENCE;
			count += clock != DEADLINE_SILENCE;
		}
		if (n > 0) {
			from = key_u64_u64(key_get(rows[n - 1].key, 0), key_get(rows[n - 1].key, 8));
			key_add(&from, (uint64_t)(uint8_t)rows[n - 1].key.p[16] + 1, 1);
		}
	} while (n == ENGINE_RANGE_MAX);
	return count;
}

static void room_row(struct turn *t, struct client *c, enum room room, struct span account, const char *mailbox, const struct room_walls *w)
{
	struct row row = { .kind = SPAN("room") };

	row_text(&row, "room", span_of(room_name(room)));
	row_text(&row, "account", account);
	row_text(&row, "watched", span_of(mailbox));
	row_bool(&row, "serves", w->told);
	row_text(&row, "walls_missing", arena_span(t->a, span_of(w->told ? w->missing : "")));
	people_row(t, c, &row);
}

/* A command's own keeper stands alone. */
static void room_rows(struct turn *t, struct client *c)
{
	static const enum room alone[] = { ROOM_SUPERVISOR, ROOM_KEEPER, ROOM_READER };

	for (size_t i = 0; i < sizeof(alone) / sizeof(*alone); i++)
		if (t->k->blame || alone[i] == ROOM_KEEPER)
			room_row(t, c, alone[i], SPAN_NONE, "", &t->k->walls_of[alone[i]]);
	for (uint32_t i = 0; t->k->blame && i < t->k->naccounts; i++) {
		const struct account *acc = &t->k->accounts[i];
		for (int r = 0; r < ROLE_COUNT; r++)
			room_row(t, c, ROOM_POLLER, acc->c->name, role_name((enum role)r), &acc->box[r].walls);
		room_row(t, c, ROOM_SENDER, acc->c->name, "", &acc->sender_walls);
	}
}

bool verb_status(struct turn *t, struct client *c, struct control_end *end)
{
	struct row row = { .kind = SPAN("keeper") };
	struct engine_size size = engine_size(t->k->engine);

	(void)end;
	row_time(&row, "started", t->k->started_at);
	row_number(&row, "messages", (int64_t)t->tip.next_message - 1);
	row_number(&row, "conversations", (int64_t)t->tip.next_conversation - 1);
	row_number(&row, "overdue", overdue(t));
	row_number(&row, "records", (int64_t)t->tip.audit_seq);
	row_number(&row, "ledger_bytes", (int64_t)size.used);
	row_bool(&row, "disk_low", t->k->disk_low);
	people_row(t, c, &row);
	for (uint32_t i = 0; i < t->k->naccounts; i++)
		account_row(t, c, &t->k->accounts[i]);
	room_rows(t, c);
	return true;
}
