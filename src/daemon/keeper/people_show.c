// SPDX-License-Identifier: Apache-2.0
/* The story of one conversation: its clocks and how they were computed, then every event in order. */
#include "base/text.h"
#include "daemon/keeper/people.h"
#include "mail/limits.h"
#include <sysexits.h>

enum { SHOW_SLICE = 50, SHOW_NEW = 16 * 1024, SHOW_TEXT = 64 * 1024 };

static struct span c_number(struct turn *t, uint64_t number)
{
	return span_of(arena_printf(t->a, "C-%llu", (unsigned long long)number));
}

static void head_row(struct turn *t, struct client *c, uint64_t number, const struct rec_conversation *r)
{
	struct row row = { .kind = SPAN("conversation") };
	const struct account *acc = keeper_account(t->k, r->account);

	row_text(&row, "conversation", c_number(t, number));
	row_text(&row, "account", acc ? acc->c->name : SPAN(""));
	row_text(&row, "state", span_of(state_name(r->story.state)));
	row_text(&row, "requester", r->requester);
	row_text(&row, "name", r->requester_name);
	row_text(&row, "subject", r->subject);
	row_text(&row, "agent", r->agent);
	row_text(&row, "language", r->language);
	row_time(&row, "undelivered", r->undelivered_at);
	row_time(&row, "opened", r->story.opened_at);
	row_number(&row, "messages", r->messages);
	row_number(&row, "answers", r->story.answers);
	row_time(&row, "seems_answered", r->story.state == STATE_OPEN ? r->elsewhere_at : 0);
	if (r->linked)
		row_text(&row, "linked", c_number(t, r->linked));
	people_row(t, c, &row);
}

static void clock_row(struct turn *t, struct client *c, const struct clock *k, enum deadline_clock which, const struct policy *policy)
{
	struct row row = { .kind = SPAN("clock") };
	BUF_CLEANUP struct buf b = BUF_CAPPED(400);
	struct deadline d = { .clock = which, .started_at = k->started_at, .due_at = k->started_at + policy->target[which] };

	if (!k->started_at)
		return;
	if (k->stopped_at) {
		buf_printf(&b, "%s: stopped after ", deadline_name(which));
		put_duration(&b, k->stopped_at - k->started_at);
		buf_puts(&b, k->stopped_at > d.due_at ? ", too late: due " : ", in time: due ");
		put_iso(&b, d.due_at);
	} else {
		deadline_explain(&d, t->now, &b);
	}
	row_text(&row, "clock", span_of(deadline_name(which)));
	row_time(&row, "started", k->started_at);
	row_time(&row, "stopped", k->stopped_at);
	row_time(&row, "due", d.due_at);
	row_text(&row, "explained", arena_span(t->a, buf_span(&b)));
	people_row(t, c, &row);
}

/* What is new in a message, and all of it if that is asked for. */
static void text_cells(struct turn *t, struct row *row, const struct facts *f, bool full)
{
	struct span all = span_trim(f->text), new = reading_excerpt(t->a, f, SHOW_NEW);

	row_text(row, "new_text", new);
	row_number(row, "trimmed", (int64_t)(all.n - new.n));
	if (!full)
		return;
	struct stretch *at;
	reading_whole_text(t->a, f, &all, &at);
	row_text(row, "text", utf8_cut(all, SHOW_TEXT));
}

static void facts_cells(struct turn *t, struct row *row, uint64_t message, const struct rec_message *m, bool full)
{
	struct facts f;
	struct voice_found voice = { .doubtful = false };
	const struct account *acc = keeper_account(t->k, m->account);
	BUF_CLEANUP struct buf parts = BUF_CAPPED(8192);

	if (get_facts(t, message, &f))
		f = facts_none();
	row_text(row, "message_id", span_sub(f.message_id, 0, LIMIT_MESSAGE_ID));
	row_text(row, "subject", utf8_cut(f.subject, RECORD_TEXT));
	if (acc)
		reading_voice(t->a, &f, &acc->reading, m->kind, m->role == ROLE_SENT, &voice);
	row_bool(row, "doubtful", voice.doubtful);
	text_cells(t, row, &f, full);
	for (uint32_t i = 0; i < f.nparts && i < 50; i++)
		buf_printf(&parts, "%s%.*s (%.*s, %llu bytes)", i ? "\n" : "", SPAN_ARG(f.parts[i].name.n ? f.parts[i].name : SPAN("unnamed")),
			   SPAN_ARG(f.parts[i].type), (unsigned long long)f.parts[i].size);
	if (parts.n)
		row_list(row, "attachments", arena_span(t->a, buf_span(&parts)));
}

static void entry_cells(struct turn *t, struct row *row, uint64_t entry)
{
	struct rec_outbox e;

	if (!entry || get_outbox(t, entry, &e))
		return;
	row_number(row, "entry", (int64_t)entry);
	row_text(row, "entry_state", span_of(outbox_state_name(e.state)));
	row_text(row, "entry_recipient", e.recipient);
	row_text(row, "entry_reply", e.reply);
	row_time(row, "entry_bounced", e.bounced_at);
	row_text(row, "entry_bounce_status", e.bounce_status);
}

/* A message that was moved has been shown; it did not come twice. */
static bool is_about_place(enum event_kind k)
{
	return k == EVENT_TO_JUNK || k == EVENT_TO_TRASH || k == EVENT_FILED || k == EVENT_FILED_OPEN || k == EVENT_RETURNED;
}

static void event_row(struct turn *t, struct client *c, int64_t at, const struct rec_event *e)
{
	struct arena *of_turn = turn_apart(t);
	struct row row = { .kind = SPAN("event") };
	struct rec_message m;

	row_time(&row, "at", at);
	row_text(&row, "event", span_of(event_kind_name(e->kind)));
	row_text(&row, "actor", e->actor);
	if (is_about_place(e->kind)) {
		row_number(&row, "of_message", (int64_t)e->message);
	} else if (e->message && get_message(t, e->message, &m) == 0) {
		row_number(&row, "message", (int64_t)e->message);
		row_text(&row, "author", m.author);
		row_text(&row, "kind", span_of(kind_name(m.kind)));
		row_text(&row, "voice", span_of(voice_name(m.voice)));
		row_text(&row, "proof", span_of(proof_name(m.proof)));
		row_text(&row, "join", span_of(join_rule_name(m.rule)));
		row_text(&row, "trouble", m.trouble);
		row_bool(&row, "partial", (m.fact_flags & FACT_PARTIAL) != 0);
		row_bool(&row, "collision", m.collision);
		row_number(&row, "decision", (int64_t)m.decision);
		entry_cells(t, &row, m.outbox);
		facts_cells(t, &row, e->message, &m, control_has(&c->request, "full"));
	}
	people_row(t, c, &row);
	turn_together(t, of_turn);
}

bool verb_show(struct turn *t, struct client *c, struct control_end *end)
{
	struct rec_conversation r;
	struct policy policy = { 0 };
	struct engine_row *rows;
	uint64_t number;

	if (!people_conversation(t, c, end, &number, &r))
		return true;
	if (!c->cursor[0]) {
		const struct account *acc = keeper_account(t->k, r.account);
		if (acc)
			conversation_policy(acc, &policy);
		head_row(t, c, number, &r);
		clock_row(t, c, &r.story.first, DEADLINE_FIRST, &policy);
		clock_row(t, c, &r.story.next, DEADLINE_NEXT, &policy);
		clock_row(t, c, &r.story.silence, DEADLINE_SILENCE, &policy);
		c->cursor[0] = 1;
	}
	struct key from = event_key(number, (int64_t)c->cursor[1], c->cursor[2]), to = key_u64(number + 1);
	int n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, SHOW_SLICE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_event e;
		if (rows[i].value.p && rec_event_get(rows[i].value, &e))
			event_row(t, c, (int64_t)key_get(rows[i].key, 8), &e);
		c->cursor[1] = key_get(rows[i].key, 8);
		c->cursor[2] = key_get(rows[i].key, 16) + 1;
	}
	return n < SHOW_SLICE;
}
