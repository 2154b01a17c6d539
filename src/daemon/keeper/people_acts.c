// SPDX-License-Identifier: Apache-2.0
/* What people do: release and drop what is held, say how a conversation stands, change a mode. Every act is audited
 * with its actor. */
#include "base/log.h"
#include "daemon/keeper/people.h"
#include <sysexits.h>

static struct key class_edge(enum queue_class class)
{
	struct key k = { 0 };

	key_add(&k, class, 1);
	return k;
}

/* The next slice of DB_QUEUE, from where the client's cursor stands, up to the class `end`. */
static int queue_slice(struct turn *t, struct client *c, enum queue_class begin, enum queue_class end, struct engine_row **rows)
{
	struct key from = class_edge(c->cursor[0] ? (enum queue_class)c->cursor[0] : begin), to = class_edge(end);

	if (c->cursor[0]) {
		key_add(&from, c->cursor[1], 8);
		key_add(&from, c->cursor[2], 8);
	}
	int n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, CONTROL_SLICE, t->a, rows);
	if (n > 0) {
		struct span last = (*rows)[n - 1].key;
		c->cursor[0] = (uint8_t)last.p[0];
		c->cursor[1] = key_get(last, 1);
		c->cursor[2] = key_get(last, 9) + 1;
	}
	return n;
}

/* Held and uncertain entries: both wait for a person. */
bool verb_held(struct turn *t, struct client *c, struct control_end *end)
{
	struct engine_row *rows;

	(void)end;
	int n = queue_slice(t, c, QUEUE_HELD, QUEUE_NONE, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_outbox e;
		struct row row = { .kind = SPAN("held") };
		struct audit_record r;
		struct span value;
		uint64_t number = key_get(rows[i].key, 9);
		if (get_outbox(t, number, &e))
			continue;
		struct key key = key_u64(e.decision);
		row_number(&row, "entry", (int64_t)number);
		row_text(&row, "state", span_of(outbox_state_name(e.state)));
		row_text(&row, "purpose", span_of(purpose_name(e.purpose)));
		row_text(&row, "recipient", e.recipient);
		row_text(&row, "conversation",
			 e.conversation ? span_of(arena_printf(t->a, "C-%llu", (unsigned long long)e.conversation)) : SPAN(""));
		row_time(&row, "since", e.created_at);
		row_time(&row, "expires", e.state == OUTBOX_HELD ? e.expires_at : 0);
		if (txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value) == 0 && audit_decode(t->a, value, &r) && r.nrules)
			row_text(&row, "rule", r.rules[0]);
		row_text(&row, "reply", e.reply);
		people_row(t, c, &row);
	}
	return n < CONTROL_SLICE;
}

static bool release_one(struct turn *t, struct client *c, uint64_t number, struct control_end *end)
{
	struct row row = { .kind = SPAN("released") };
	struct err err;

	struct arena *of_turn = turn_apart(t);
	bool released = outgoing_release(t, number, people_actor(t, c), &err);
	turn_together(t, of_turn);
	if (!released)
		return !people_refuse(end, EX_UNAVAILABLE, t, "%s", err.text);
	row_number(&row, "entry", (int64_t)number);
	people_row(t, c, &row);
	return true;
}

bool verb_release(struct turn *t, struct client *c, struct control_end *end)
{
	struct span id = control_arg(&c->request, "entry");
	struct engine_row *rows;
	uint64_t number;

	if (!control_has(&c->request, "all")) {
		if (!span_to_u64(id, UINT64_MAX / 2, &number))
			return people_refuse(end, EX_USAGE, t, "%.*s is no entry: hearback held lists them", SPAN_ARG(id));
		release_one(t, c, number, end);
		return true;
	}
	int n = queue_slice(t, c, QUEUE_HELD, QUEUE_UNCERTAIN, &rows);
	for (int i = 0; i < n; i++)
		release_one(t, c, key_get(rows[i].key, 9), end);
	return n < CONTROL_SLICE;
}

bool verb_drop(struct turn *t, struct client *c, struct control_end *end)
{
	struct span id = control_arg(&c->request, "entry");
	struct rec_outbox e;
	uint64_t number;

	if (!span_to_u64(id, UINT64_MAX / 2, &number) || get_outbox(t, number, &e) ||
	    !outgoing_drop(t, number, &e, INPUT_DROP, "by a person", people_actor(t, c)))
		return people_refuse(end, EX_NOINPUT, t, "%.*s is neither held, queued nor uncertain: hearback held lists what is",
				     SPAN_ARG(id));
	return true;
}

bool verb_act(struct turn *t, struct client *c, struct control_end *end)
{
	static const enum event_kind acts[] = { EVENT_ANSWERED, EVENT_RESOLVED, EVENT_DISMISSED };
	static const char *const words[] = { "answered", "resolve", "dismiss" };
	struct span what = control_arg(&c->request, "act");
	struct rec_conversation r;
	uint64_t number;

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!span_eq(what, span_of(words[i])))
			continue;
		if (!people_conversation(t, c, end, &number, &r))
			return true;
		struct span actor = people_actor(t, c);
		struct audit_record a = { .event = AUDIT_COMMAND, .account = r.account, .conversation = number, .purpose = 0xff,
					  .verdict = 0xff, .actor = actor, .detail = what };
		audit_append(t, &a);
		r.elsewhere_at = 0;
		conversation_act(t, number, &r, acts[i], 0, actor);
		conversation_store(t, number, &r);
		log_event(LOG_INFO, "conversation.act", "conversation=C-%llu act=%.*s state=%s actor=%.*s", (unsigned long long)number,
			  SPAN_ARG(what), state_name(r.story.state), SPAN_ARG(actor));
		struct row row = { .kind = SPAN("conversation") };
		row_text(&row, "conversation", span_of(arena_printf(t->a, "C-%llu", (unsigned long long)number)));
		row_text(&row, "state", span_of(state_name(r.story.state)));
		people_row(t, c, &row);
		return true;
	}
	return people_refuse(end, EX_USAGE, t, "this keeper knows no act %.*s", SPAN_ARG(what));
}

bool verb_mode(struct turn *t, struct client *c, struct control_end *end)
{
	struct span name = control_arg(&c->request, "account"), wanted = control_arg(&c->request, "mode");
	struct account *acc = keeper_account_named(t->k, name);
	struct rec_account r;
	int m = 0;

	if (!acc || get_account(t, acc->id, &r))
		return people_refuse(end, EX_NOINPUT, t, "there is no account %.*s in the configuration", SPAN_ARG(name));
	if (t->k->task == TASK_REBUILD)
		return people_refuse(end, EX_TEMPFAIL, t, "the ledger is being rebuilt: every account observes until that is done");
	while (m < MODE_COUNT && !span_eq(wanted, span_of(mode_name((enum mode)m))))
		m++;
	if (m == MODE_COUNT)
		return people_refuse(end, EX_USAGE, t, "%.*s is no mode: write observe, hold or send", SPAN_ARG(wanted));
	if (m == MODE_SEND && acc->reconciles)
		return people_refuse(end, EX_TEMPFAIL, t,
				     "account %.*s comes from a backup and must first read its mailboxes, for what was sent since: let "
				     "hearback run in mode hold until hearback status says nothing of it",
				     SPAN_ARG(name));
	if (m == MODE_SEND && !acc->c->authserv_id.n)
		return people_refuse(end, EX_CONFIG, t,
				     "account %.*s: set authserv_id before mode send, if only to none: it says whose authentication counts",
				     SPAN_ARG(name));
	struct audit_record a = { .event = AUDIT_MODE, .account = acc->id, .purpose = 0xff, .verdict = 0xff, .actor = people_actor(t, c) };
	a.detail = span_of(arena_printf(t->a, "%s to %s", mode_name(r.mode), mode_name((enum mode)m)));
	audit_append(t, &a);
	log_event(LOG_INFO, "mode", "account=%.*s from=%s to=%s", SPAN_ARG(name), mode_name(r.mode), mode_name((enum mode)m));
	/* Reading only and writing are chosen when a mailbox is opened: the pollers come back. */
	if ((r.mode == MODE_OBSERVE) != (m == MODE_OBSERVE))
		for (int i = 0; i < ROLE_COUNT; i++)
			acc->box[i].poller.broken = acc->box[i].poller.fd >= 0;
	r.mode = acc->mode = (enum mode)m;
	put_account(t, acc->id, &r);
	struct row row = { .kind = SPAN("mode") };
	row_text(&row, "account", name);
	row_text(&row, "mode", wanted);
	people_row(t, c, &row);
	return true;
}
