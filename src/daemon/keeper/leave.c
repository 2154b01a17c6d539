// SPDX-License-Identifier: Apache-2.0
/* Taking a request out of the watched mailbox is an agent's word. What one person may have meant otherwise,
 * or no person did (another UIDVALIDITY, a mailbox that is away, a move of our own), is none. */
#include "base/log.h"
#include "daemon/keeper/keeper.h"

/* Does another arrival, or another message of the requester, still await the answer? */
static bool another_waits(struct turn *t, uint64_t conversation, const struct rec_conversation *c)
{
	for (uint32_t a = 0; a < t->k->naccounts; a++) {
		const struct account *acc = &t->k->accounts[a];
		struct key from = watched_key(acc->id, conversation, 0, 0),
			   to = watched_key(acc->id, conversation + 1, 0, 0);
		struct engine_row *rows;
		int n = txn_range(t->t, DB_WATCHED, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX,
				  t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_watched r;
			struct rec_message m;
			if (rows[i].value.p && rec_watched_get(rows[i].value, &r) &&
			    get_message(t, r.message, &m) == 0 && watch_awaits(conversation, c, &m))
				return true;
		}
	}
	return false;
}

/* What would still be sent to the requester, since the conversation was opened. */
static void drop_waiting(struct turn *t, uint64_t conversation, const struct rec_conversation *c,
			 const char *why)
{
	struct key from = event_key(conversation, c->story.opened_at, 0), to = key_u64(conversation + 1);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a,
			  &rows);

	for (int i = 0; i < n; i++) {
		struct rec_event e;
		struct rec_message m;
		struct rec_outbox o;
		if (!rows[i].value.p || !rec_event_get(rows[i].value, &e) || !e.message ||
		    get_message(t, e.message, &m) || !m.outbox || get_outbox(t, m.outbox, &o) ||
		    o.message != e.message)
			continue;
		enum queue_class class = queue_class_of(o.state);
		if (class == QUEUE_WAITING || class == QUEUE_HELD)
			outgoing_drop(t, m.outbox, &o, INPUT_GIVE_UP, why, SPAN_NONE);
	}
}

static void record(struct turn *t, const struct account *acc, uint64_t conversation, uint64_t message,
		   enum event_kind kind, const struct rec_conversation *c)
{
	struct audit_record r = { .event = AUDIT_LEFT,
				  .account = acc->id,
				  .conversation = conversation,
				  .message = message,
				  .purpose = 0xff,
				  .verdict = 0xff,
				  .detail = span_of(event_kind_name(kind)) };

	audit_append(t, &r);
	log_event(LOG_INFO, "conversation.left",
		  "account=%.*s conversation=C-%llu message=%llu what=%s state=%s", SPAN_ARG(acc->c->name),
		  (unsigned long long)conversation, (unsigned long long)message, event_kind_name(kind),
		  state_name(c->story.state));
}

static enum event_kind kind_of(const struct turn *t, const struct account *acc,
			       const struct rec_conversation *c, enum order_found found)
{
	const struct account *own = keeper_account(t->k, c->account);

	if (found == FOUND_JUNK)
		return EVENT_TO_JUNK;
	if (found == FOUND_TRASH)
		return EVENT_TO_TRASH;
	return (own ? own : acc)->c->filed_means == FILED_OPEN ? EVENT_FILED_OPEN : EVENT_FILED;
}

void leave(struct turn *t, struct account *acc, const struct watch_place *p, uint32_t uidvalidity,
	   enum order_found found)
{
	static const char *const words[] = { [EVENT_TO_JUNK] = "its request was moved to Junk",
					     [EVENT_TO_TRASH] = "its request was moved to Trash",
					     [EVENT_FILED] = "its request was filed elsewhere" };
	struct key key = watched_key(acc->id, p->conversation, uidvalidity, p->uid);
	struct rec_watched r;
	struct rec_message m;
	struct rec_conversation c;

	if (get_watched(t, acc->id, p->conversation, uidvalidity, p->uid, &r))
		return;
	if (found == FOUND_NOWHERE && p->many) {
		r.missed = true;
		put_watched(t, acc->id, p->conversation, uidvalidity, p->uid, &r);
		acc->box[ROLE_INBOX].watch->missed++;
		return;
	}
	store_delete(t, DB_WATCHED, &key);
	if (found == FOUND_HERE || get_message(t, r.message, &m) ||
	    get_conversation(t, p->conversation, &c) || !watch_awaits(p->conversation, &c, &m) ||
	    another_waits(t, p->conversation, &c))
		return;
	enum event_kind kind = kind_of(t, acc, &c, found);
	conversation_act(t, p->conversation, &c, kind, r.message, SPAN_NONE);
	record(t, acc, p->conversation, r.message, kind, &c);
	if (c.story.state == STATE_DISMISSED)
		drop_waiting(t, p->conversation, &c, words[kind]);
	conversation_store(t, p->conversation, &c);
}

void leave_undo(struct turn *t, const struct incoming *in, const struct rec_message *m)
{
	struct rec_conversation c;

	if (in->role != ROLE_INBOX || get_conversation(t, m->conversation, &c))
		return;
	if (c.story.left_at) {
		struct rec_conversation open = c;
		open.story.state = STATE_OPEN;
		if (!watch_awaits(m->conversation, &open, m))
			return;
		conversation_act(t, m->conversation, &c, EVENT_RETURNED, in->known, SPAN_NONE);
		record(t, in->account, m->conversation, in->known, EVENT_RETURNED, &c);
	}
	if (!watch_awaits(m->conversation, &c, m))
		return;
	watch_place(t, in, in->known, m->conversation);
	c.marks = 0;
	conversation_store(t, m->conversation, &c);
}
