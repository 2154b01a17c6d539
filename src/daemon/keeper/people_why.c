// SPDX-License-Identifier: Apache-2.0
/* Why did this go out, why did that not? The record, then the decision made once more on the case that was kept:
 * it must come to the same verdict by the same rules. */
#include "base/text.h"
#include "daemon/keeper/people.h"
#include "mail/limits.h"
#include <errno.h>
#include <sysexits.h>

enum { WHY_CONVERSATIONS = 50, WHY_ENTRIES = 500, WHY_RECORDS = 2000 };

static int get_record(struct turn *t, uint64_t seq, struct audit_record *out)
{
	struct span value;
	struct key key = key_u64(seq);
	int r = txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value);

	if (r)
		return r;
	return audit_decode(t->a, value, out) ? 0 : -EBADMSG;
}

static bool same(const struct audit_record *r, const struct judgement *j)
{
	uint32_t n = j->n < AUDIT_RULES ? j->n : AUDIT_RULES;

	if (r->verdict != (uint8_t)j->verdict || r->nrules != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!span_eq(r->rules[i], j->at[i].rule))
			return false;
	return true;
}

/* Judges the kept case anew. */
static const char *replay(struct turn *t, const struct audit_record *r, struct guard_case *c, struct judgement *j)
{
	struct span the_case, bytes, facts;
	uint8_t facts_hash[HASH_SIZE], bytes_hash[HASH_SIZE];
	struct hash found;

	int e = evidence_get(t, r->seq, &r->evidence, &the_case, &bytes);
	if (e == -ENOENT)
		return "impossible: the evidence was erased";
	if (e || !guard_case_decode(t->a, the_case, c, facts_hash, bytes_hash))
		return "impossible: the evidence does not fit its commitment";
	if (c->has_message) {
		c->facts = facts_none();
		if (get_facts_bytes(t, r->message, &facts) == 0) {
			found = hash_blake2b(facts, SPAN_NONE);
			if (!hash_eq(found.b, facts_hash, HASH_SIZE) || !facts_decode(t->a, facts, &c->facts))
				return "impossible: the text of the message is not what was judged";
		}
	}
	if (!sets_filters(t, &r->filter_set, &c->filters))
		return "impossible: the filters of then cannot be read any more";
	c->bytes = bytes;
	found = hash_sha256(bytes);
	if (c->has_bytes && !hash_eq(found.b, bytes_hash, HASH_SIZE))
		return "impossible: the bytes of the mail are not what was judged";
	guard_judge(t->a, c, j);
	return same(r, j) ? "same verdict by the same rules" : "DIFFERENT verdict";
}

static void reason_rows(struct turn *t, struct client *c, const struct judgement *j)
{
	for (uint32_t i = 0; i < j->n; i++) {
		struct row row = { .kind = SPAN("reason") };
		row_text(&row, "verdict", span_of(verdict_name(j->at[i].verdict)));
		row_text(&row, "rule", j->at[i].rule);
		row_text(&row, "reason", j->at[i].text);
		row_text(&row, "evidence", j->at[i].evidence);
		people_row(t, c, &row);
	}
}

static void words_cells(struct turn *t, struct row *row, uint64_t message)
{
	struct facts f;

	if (get_facts(t, message, &f))
		f = facts_none();
	row_text(row, "answers", span_sub(f.message_id, 0, LIMIT_MESSAGE_ID));
	row_text(row, "subject", utf8_cut(f.subject, RECORD_TEXT));
}

static void decision_rows(struct turn *t, struct client *c, const struct audit_record *r)
{
	struct row row = { .kind = SPAN("decision") };
	struct guard_case the_case = { 0 };
	struct judgement j = { 0 };
	struct rec_message m;
	BUF_CLEANUP struct buf rules = BUF_CAPPED(4096);
	const char *again = replay(t, r, &the_case, &j);

	row_number(&row, "record", (int64_t)r->seq);
	row_time(&row, "at", r->at);
	row_text(&row, "purpose", r->purpose < PURPOSE_COUNT ? span_of(purpose_name((enum purpose)r->purpose)) : SPAN(""));
	row_text(&row, "verdict", r->verdict < VERDICT_COUNT ? span_of(verdict_name((enum verdict)r->verdict)) : SPAN(""));
	row_text(&row, "recipient", the_case.recipient);
	row_text(&row, "mode", span_of(mode_name(the_case.mode)));
	if (r->conversation)
		row_text(&row, "conversation", span_of(arena_printf(t->a, "C-%llu", (unsigned long long)r->conversation)));
	if (r->message && get_message(t, r->message, &m) == 0) {
		words_cells(t, &row, r->message);
		row_text(&row, "kind", span_of(kind_name(m.kind)));
	}
	for (uint32_t i = 0; i < r->nrules; i++)
		buf_printf(&rules, "%s%.*s", i ? "\n" : "", SPAN_ARG(r->rules[i]));
	row_list(&row, "rules", arena_span(t->a, buf_span(&rules)));
	row_text(&row, "detail", r->detail);
	row_text(&row, "actor", r->actor);
	row_text(&row, "replay", span_of(again));
	people_row(t, c, &row);
	reason_rows(t, c, &j);
}

/* What one record takes goes with it: a person may have thousands. */
static void record_rows(struct turn *t, struct client *c, uint64_t seq)
{
	struct audit_record r;
	struct row row = { .kind = SPAN("event") };

	if (c->cursor[0]++ >= WHY_RECORDS)
		return;
	struct arena *of_turn = turn_apart(t);
	bool found = get_record(t, seq, &r) == 0;
	if (found && r.event == AUDIT_DECISION) {
		decision_rows(t, c, &r);
	} else if (found) {
		row_number(&row, "record", (int64_t)r.seq);
		row_time(&row, "at", r.at);
		row_text(&row, "event", span_of(audit_event_name(r.event)));
		row_text(&row, "detail", r.detail);
		row_text(&row, "actor", r.actor);
		people_row(t, c, &row);
	}
	turn_together(t, of_turn);
}

static void entry_rows(struct turn *t, struct client *c, uint64_t entry)
{
	struct rec_outbox e;

	if (!entry || get_outbox(t, entry, &e))
		return;
	for (uint32_t i = 0; i < e.nseqs; i++)
		record_rows(t, c, e.seqs[i]);
	struct row row = { .kind = SPAN("entry") };
	row_number(&row, "entry", (int64_t)entry);
	row_text(&row, "state", span_of(outbox_state_name(e.state)));
	row_text(&row, "recipient", e.recipient);
	row_text(&row, "message_id", e.message_id);
	row_text(&row, "reply", e.reply);
	row_bool(&row, "witnessed", e.witnessed);
	row_time(&row, "bounced", e.bounced_at);
	row_text(&row, "bounce_status", e.bounce_status);
	people_row(t, c, &row);
}

static bool message_rows(struct turn *t, struct client *c, uint64_t number, const struct rec_message *m)
{
	if (m->outbox) {
		entry_rows(t, c, m->outbox);
		return true;
	}
	if (m->decision) {
		record_rows(t, c, m->decision);
		return true;
	}
	struct row row = { .kind = SPAN("nothing") };
	row_number(&row, "message", (int64_t)number);
	words_cells(t, &row, number);
	row_text(&row, "kind", span_of(kind_name(m->kind)));
	row_text(&row, "voice", span_of(voice_name(m->voice)));
	row_text(&row, "reason", SPAN("nothing automatic was proposed: it opened no conversation, and it is no machine's"));
	people_row(t, c, &row);
	return true;
}

static bool why_message_id(struct turn *t, struct client *c, struct span id, struct control_end *end)
{
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;
	bool any = false, erased = false;

	if (span_starts(id, SPAN("<")) && id.n > 2)
		id = span_sub(id, 1, id.n - 2);
	message_id_hash(t->k, id, hash);
	get_ids(t, hash, &ids);
	for (uint32_t i = 0; i < ids.n; i++) {
		struct rec_message m;
		struct rec_outbox e;
		if (ids.at[i].kind == ID_OUTBOX && get_outbox(t, ids.at[i].number, &e) == 0) {
			entry_rows(t, c, ids.at[i].number);
			return true;
		}
		if (ids.at[i].kind == ID_MESSAGE && get_message(t, ids.at[i].number, &m) == 0)
			any |= message_rows(t, c, ids.at[i].number, &m);
		else
			erased |= ids.at[i].kind == ID_MESSAGE;
	}
	if (erased && !any)
		people_refuse(end, EX_NOINPUT, t, "<%.*s> was erased: hearback audit list says who asked for it", SPAN_ARG(id));
	return any || erased;
}

/* Every decision on what this address has written. */
static bool why_conversation(struct turn *t, struct client *c, uint64_t number, struct span only)
{
	struct key from = event_key(number, 0, 0), to = key_u64(number + 1);
	struct engine_row *rows;
	bool any = false;
	int n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct rec_event e;
		struct rec_message m;
		if (!rows[i].value.p || !rec_event_get(rows[i].value, &e) || !e.message || get_message(t, e.message, &m) || !m.decision)
			continue;
		if (!only.n || span_ieq(m.author, only))
			any |= message_rows(t, c, e.message, &m);
	}
	return any;
}

static bool why_address(struct turn *t, struct client *c, struct span text)
{
	struct key from = { 0 }, to = { 0 };
	struct address who;
	struct engine_row *rows;
	uint8_t id[ID_SIZE];
	bool any = false;

	if (!address_split(text, &who))
		return false;
	address_hash(t->k, address_key(t->a, who, 0), id);
	key_add_id(&from, id);
	key_add_id(&to, id);
	key_add(&to, UINT64_MAX, 8);
	int n = txn_range(t->t, DB_REQUESTER, key_span(&from), key_span(&to), true, WHY_CONVERSATIONS, t->a, &rows);
	for (int i = 0; i < n; i++)
		any |= why_conversation(t, c, key_get(rows[i].key, ID_SIZE), text);
	/* Staff are found in the newest entries: they write nothing themselves. */
	n = any ? 0 : txn_range(t->t, DB_OUTBOX, SPAN_NONE, SPAN_NONE, true, WHY_ENTRIES, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_outbox e;
		if (rows[i].value.p && rec_outbox_get(rows[i].value, &e) && span_ieq(e.recipient, text)) {
			entry_rows(t, c, key_get(rows[i].key, 0));
			any = true;
		}
	}
	return any;
}

bool verb_why(struct turn *t, struct client *c, struct control_end *end)
{
	struct span what = span_trim(control_arg(&c->request, "what"));
	uint64_t number;
	int64_t at;

	if (span_istarts(what, SPAN("C-")) && span_to_u64(span_sub(what, 2, SIZE_MAX), UINT64_MAX / 2, &number)) {
		if (conversation_erased(t, number, &at))
			return people_tell_erased(t, end, number, at);
		if (!why_conversation(t, c, number, SPAN_NONE))
			return people_refuse(end, EX_NOINPUT, t, "%.*s: nothing was decided there", SPAN_ARG(what));
		return true;
	}
	if (!why_message_id(t, c, what, end) && !why_address(t, c, what))
		return people_refuse(end, EX_NOINPUT, t,
				     "%.*s: no message with this Message-ID, and nothing was proposed to this address", SPAN_ARG(what));
	if (c->cursor[0] > WHY_RECORDS)
		people_refuse(end, EX_OK, t, "%d of %llu records are shown: ask for a conversation or a Message-ID", WHY_RECORDS,
			      (unsigned long long)c->cursor[0]);
	return true;
}
