// SPDX-License-Identifier: Apache-2.0
/* A ledger that was made anew from the mailboxes: what it begins with, what it knows of the one that was
 * lost. */
#include "base/io.h"
#include "daemon/keeper/errand.h"

enum { TELL_MS = 200 };
static const struct key old_head = { .b = "old-head", .n = 8 };

void rebuild_progress(struct keeper *k, const struct tip *tip)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_progress p = { .messages = tip->next_message - 1 };
	int64_t now = clock_mono_ms();

	if (k->task != TASK_REBUILD || now < k->told_ms + TELL_MS)
		return;
	k->told_ms = now;
	for (uint32_t i = 0; i < k->naccounts * ROLE_COUNT; i++)
		p.of += k->accounts[i / ROLE_COUNT].box[i % ROLE_COUNT].exists;
	frame_begin(&f, FRAME_PROGRESS);
	frame_progress_put(&f, &p);
	peer_say(&k->supervisor, &f, -1);
}

static bool get_old_head(struct turn *t, struct audit_head *out)
{
	struct span value;

	return txn_get(t->t, DB_META, key_span(&old_head), t->a, &value) == 0 &&
	       audit_head_decode(value, out);
}

void rebuild_note_head(struct turn *t, const struct facts *f)
{
	const struct fact_field *field = facts_field(f, "Hearback-Audit", 0);
	BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX);
	struct audit_head found, known;

	if (!field || !audit_head_get_text(field->value, &found) ||
	    (get_old_head(t, &known) && known.seq >= found.seq))
		return;
	for (uint32_t i = 0; i < t->k->keys.nknown; i++)
		if (audit_head_check(&found, t->k->keys.known[i])) {
			audit_head_encode(&found, &b);
			store_put(t, DB_META, &old_head, buf_span(&b));
			return;
		}
}

struct figures {
	uint64_t messages, conversations, open, acknowledged;
};

static void count(struct turn *t, struct figures *f)
{
	struct engine_row *rows;
	struct key from = { 0 };
	int n;

	f->messages = t->tip.next_message - 1;
	f->acknowledged = t->tip.next_outbox - 1;
	do {
		struct arena *of_turn = turn_apart(t);
		n = txn_range(t->t, DB_CONVERSATION, key_span(&from), SPAN_NONE, false, ENGINE_RANGE_MAX,
			      t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_conversation c;
			from = key_u64(key_get(rows[i].key, 0) + 1);
			if (!rows[i].value.p || !rec_conversation_get(rows[i].value, &c) || !c.messages)
				continue;
			f->conversations++;
			f->open += c.story.state == STATE_OPEN;
		}
		turn_together(t, of_turn);
	} while (n == ENGINE_RANGE_MAX);
}

/* Killed behind this and before the ledger was put into force, it comes here once more. */
static bool said_already(struct turn *t)
{
	struct audit_record r;
	struct span value;
	struct key key = key_u64(t->tip.audit_seq);

	return txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value) == 0 && audit_decode(t->a, value, &r) &&
	       r.event == AUDIT_REBUILT;
}

static void mailbox_row(const struct errand *e, struct turn *t, const struct account *acc, enum role role)
{
	struct row row = { .kind = SPAN("mailbox") };
	struct rec_mailbox r;

	if (get_mailbox(t, acc->id, role, &r))
		r = (struct rec_mailbox){ 0 };
	row_text(&row, "account", acc->c->name);
	row_text(&row, "mailbox", span_of(role_name(role)));
	row_text(&row, "name", r.name);
	row_number(&row, "read", r.last_uid);
	row_bool(&row, "whole", r.uidvalidity && r.looked_at);
	errand_row(e, &row);
}

bool errand_rebuilt(struct errand *e)
{
	struct row row = { .kind = SPAN("rebuilt") };
	struct audit_record r = { .event = AUDIT_REBUILT, .purpose = 0xff, .verdict = 0xff };
	struct audit_head head = { 0 };
	struct figures f = { 0 };
	struct turn t;

	turn_begin(e->k, true, &t);
	count(&t, &f);
	bool known = get_old_head(&t, &head);
	r.actor = control_arg(&e->request, "actor");
	r.detail = span_of(known ? arena_printf(t.a,
						"from the mailboxes; record %llu, signed at %lld, is the "
						"newest known of the audit before",
						(unsigned long long)head.seq, (long long)head.at)
				 : "from the mailboxes; no head of an audit before was met");
	if (!said_already(&t))
		audit_break(&t, &r);
	for (uint32_t i = 0; i < e->k->naccounts; i++)
		for (int role = 0; role < ROLE_COUNT; role++)
			mailbox_row(e, &t, &e->k->accounts[i], (enum role)role);
	row_number(&row, "messages", (int64_t)f.messages);
	row_number(&row, "conversations", (int64_t)f.conversations);
	row_number(&row, "open", (int64_t)f.open);
	row_number(&row, "acknowledged", (int64_t)f.acknowledged);
	row_number(&row, "old_record", known ? (int64_t)head.seq : 0);
	row_time(&row, "old_record_at", known ? head.at : 0);
	errand_row(e, &row);
	turn_commit(&t);
	return true;
}
