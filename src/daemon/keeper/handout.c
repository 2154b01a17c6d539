// SPDX-License-Identifier: Apache-2.0
/* What happens to an outbox entry after the decision: handed out, dotted, settled. Every change of
 * state goes through the table of outbox.c, into DB_QUEUE and into the audit. */
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/fault.h"
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	IN_FLIGHT_FACTOR = 2, /* entries a sender has in hand for each of its connections */
	HAND_OUT_SLICE = 200,
	LOST_WAIT = 5,	      /* seconds, where no server has asked for more */
	PAUSE_FIRST = 5,      /* while no connection can be had, doubling ... */
	PAUSE_MOST = 300,
	ALARM_FAILURES = 3,   /* in a row: somebody is told */
};

static struct key queue_key(enum queue_class class, int64_t at, uint64_t entry)
{
	struct key k = { 0 };

	key_add(&k, class, 1);
	key_add(&k, (uint64_t)at, 8);
	key_add(&k, entry, 8);
	return k;
}

static int64_t queue_at(const struct rec_outbox *e)
{
	switch (queue_class_of(e->state)) {
	case QUEUE_WAITING:
		return e->not_before;
	case QUEUE_HELD:
		return e->expires_at;
	case QUEUE_IN_FLIGHT:
	case QUEUE_UNCERTAIN:
		return e->created_at;
	case QUEUE_NONE:
		break;
	}
	return 0;
}

void outgoing_store(struct turn *t, uint64_t number, struct rec_outbox *e, enum queue_class before, int64_t before_at)
{
	struct key old = queue_key(before, before_at, number);
	struct key new = queue_key(queue_class_of(e->state), queue_at(e), number);

	if (before != QUEUE_NONE)
		store_delete(t, DB_QUEUE, &old);
	if (queue_class_of(e->state) != QUEUE_NONE)
		store_put(t, DB_QUEUE, &new, SPAN(""));
	put_outbox(t, number, e);
}

void outgoing_remember(struct rec_outbox *e, uint64_t seq)
{
	if (e->nseqs == RECORD_SEQS)
		memmove(&e->seqs[1], &e->seqs[2], sizeof(e->seqs[0]) * (--e->nseqs - 1));
	e->seqs[e->nseqs++] = seq;
}

/* The audit record of what has become of the entry; the caller stores the entry. */
static void audit_entry(struct turn *t, uint64_t number, struct rec_outbox *e, enum audit_event event, const char *detail,
			struct span actor)
{
	struct audit_record r = {
		.event = event,
		.account = e->account,
		.conversation = e->conversation,
		.message = e->message,
		.outbox = number,
		.purpose = (uint8_t)e->purpose,
		.verdict = 0xff,
		.bytes = e->bytes,
		.actor = actor,
		.detail = span_of(detail),
	};

	audit_append(t, &r);
	outgoing_remember(e, r.seq);
	log_event(event == AUDIT_UNCERTAIN || event == AUDIT_FAILED || event == AUDIT_BOUNCED ? LOG_WARN : LOG_INFO, "outbox",
		  "entry=%llu event=%s state=%s purpose=%s conversation=C-%llu record=%llu detail=%s", (unsigned long long)number,
		  audit_event_name(event), outbox_state_name(e->state), purpose_name(e->purpose),
		  (unsigned long long)e->conversation, (unsigned long long)r.seq, log_quote(detail));
}

void outgoing_note(struct turn *t, uint64_t number, struct rec_outbox *e, enum audit_event event, const char *detail, struct span actor)
{
	audit_entry(t, number, e, event, detail, actor);
	put_outbox(t, number, e);
}

bool outgoing_step(struct turn *t, uint64_t number, struct rec_outbox *e, enum outbox_input input, enum audit_event event,
		   const char *detail, struct span actor)
{
	enum queue_class before = queue_class_of(e->state);
	int64_t before_at = queue_at(e);

	if (!outbox_step(e->state, input, &e->state))
		return false;
	if (input == INPUT_HAND_OUT)
		e->attempts++;
	if (input == INPUT_LATER)
		e->not_before = t->now + (e->deferrals ? outbox_backoff(e->deferrals) : LOST_WAIT);
	if (input == INPUT_LOST || input == INPUT_RELEASE || input == INPUT_RESEND)
		e->not_before = t->now;
	/* What never left counts against nobody. */
	if (e->state == OUTBOX_DROPPED && (before == QUEUE_WAITING || before == QUEUE_HELD))
		outgoing_forget(t, number, e);
	audit_entry(t, number, e, event, detail, actor);
	outgoing_store(t, number, e, before, before_at);
	return true;
}

void outgoing_evidence(struct turn *t, uint64_t number, const char *what)
{
	struct rec_outbox e;

	if (get_outbox(t, number, &e) || e.witnessed)
		return;
	e.witnessed = true;
	outgoing_step(t, number, &e, INPUT_EVIDENCE, AUDIT_WITNESSED, what, SPAN_NONE);
}

bool outgoing_bounced(struct turn *t, uint64_t number, const struct account *acc, int64_t at, struct span status)
{
	struct rec_outbox e;

	if (get_outbox(t, number, &e) || e.account != acc->id || e.state != OUTBOX_SENT || e.bounced_at)
		return false;
	e.bounced_at = at;
	e.bounce_status = status;
	outgoing_note(t, number, &e, AUDIT_BOUNCED, arena_printf(t->a, "%.*s", SPAN_ARG(span_sub(status, 0, STATUS_MAX))), SPAN_NONE);
	return true;
}

/* What was in flight when nobody was left to tell: before the dot it is safe, after it uncertain. */
static void lost(struct turn *t, const struct account *only)
{
	struct key from = queue_key(QUEUE_IN_FLIGHT, 0, 0), to = queue_key(QUEUE_WAITING, 0, 0);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct rec_outbox e;
		uint64_t number = key_get(rows[i].key, 9);
		if (get_outbox(t, number, &e)) {
			log_event(LOG_CRIT, "outbox.damaged", "entry=%llu then=never-sent-by-a-machine", (unsigned long long)number);
			continue;
		}
		if (only && e.account != only->id)
			continue;
		bool dotted = e.state == OUTBOX_DOTTED;
		outgoing_step(t, number, &e, INPUT_LOST, dotted ? AUDIT_UNCERTAIN : AUDIT_DEFERRED,
			      dotted ? "lost after the dot may have been written" : "lost before the dot", SPAN_NONE);
	}
}

void outgoing_recover(struct turn *t)
{
	lost(t, NULL);
}

void outgoing_sender_lost(struct turn *t, struct account *acc)
{
	lost(t, acc);
	acc->in_flight = 0;
}

/* -- hand out ----------------------------------------------------------------------------------------------------- */

/* Sent must have been read and taken in completely by a pass that was ordered with the decision or after it: an
 * agent who answers at once is never preceded by a robot. */
static bool sent_was_read(struct turn *t, struct account *acc, const struct rec_outbox *e)
{
	struct mailbox_run *sent = &acc->box[ROLE_SENT];

	if (sent->looked_ms >= e->decided_ms)
		return true;
	if (sent->look || sent->passed_ms || !sent->selected)
		return false;
	sent->look = turn_order(t, sent, (struct frame_order){ .kind = ORDER_LOOK, .uidvalidity = sent->uidvalidity });
	sent->look_ms = t->now_ms;
	return false;
}

/* Is there still a reason to send it? */
static const char *outdated(struct turn *t, const struct account *acc, const struct rec_outbox *e)
{
	struct rec_conversation c;
	struct rec_message m;

	if (e->conversation && get_conversation(t, e->conversation, &c) == 0 && c.story.state != STATE_OPEN)
		return "a person was first";
	if (e->message && get_message(t, e->message, &m) == 0 && m.at + acc->c->ack_age < t->now)
		return "too old to be sent";
	if (e->created_at + DAY < t->now)
		return "tried for a day";
	return NULL;
}

static bool hand_over(struct turn *t, struct account *acc, uint64_t number, struct rec_outbox *e)
{
	struct audit_record r;
	struct span value, the_case, bytes;
	struct key key = key_u64(e->decision);
	struct buf f = BUF_CAPPED(FRAME_MAX);

	if (txn_get(t->t, DB_AUDIT, key_span(&key), t->a, &value) || !audit_decode(t->a, value, &r))
		return false;
	if (evidence_get(t, e->decision, &r.evidence, &the_case, &bytes))
		return false;
	struct hash h = hash_sha256(bytes);
	if (!bytes.n || !hash_eq(h.b, e->bytes.b, HASH_SIZE))
		return false;
	FD_CLEANUP int fd = memfd_sealed("outgoing", bytes);
	if (fd < 0)
		return false;
	outgoing_step(t, number, e, INPUT_HAND_OUT, AUDIT_ATTEMPT, "", SPAN_NONE);
	struct frame_send s = { .entry = number,
				.attempt = e->attempts,
				.sender = e->sender,
				.recipient = e->recipient,
				.witness = e->witness };
	frame_begin(&f, FRAME_SEND);
	frame_send_put(&f, &s);
	turn_say(t, &acc->sender, &f, fd);
	buf_free(&f);
	acc->in_flight++;
	acc->handed_ms = clock_mono_ms();
	return true;
}

static void hand_out_if_due(struct turn *t, struct account *acc, uint64_t number, struct rec_outbox *e)
{
	const char *why = outdated(t, acc, e);

	fault_of_entry("hand-out", t, e);
	if (why)
		outgoing_drop(t, number, e, INPUT_GIVE_UP, why, SPAN_NONE);
	else if (acc->mode != MODE_SEND)
		outgoing_hold(t, number, e, acc, "the account does not send any more");
	else if (acc->sender.fd >= 0 && acc->in_flight < (uint32_t)acc->c->smtp_connections * IN_FLIGHT_FACTOR &&
		 acc->sender_pause <= t->now && sent_was_read(t, acc, e) && !hand_over(t, acc, number, e))
		outgoing_hold(t, number, e, acc, "its bytes cannot be read from the ledger any more");
}

static void hand_out_one(struct turn *t, uint64_t number, struct rec_outbox *e)
{
	struct account *acc = keeper_account(t->k, e->account);

	if (!acc) {
		outgoing_drop(t, number, e, INPUT_GIVE_UP, "its account is no longer in the configuration", SPAN_NONE);
		return;
	}
	if (blame_take(t->k, BLAME_OUTBOX, 0, number))
		outgoing_hold(t, number, e, acc, "it brought the keeper down twice");
	else
		hand_out_if_due(t, acc, number, e);
	blame_leave(t->k);
}

void outgoing_hold(struct turn *t, uint64_t number, struct rec_outbox *e, const struct account *acc, const char *why)
{
	e->expires_at = t->now + acc->c->hold_expires;
	outgoing_step(t, number, e, INPUT_HOLD, AUDIT_HELD, why, SPAN_NONE);
}

void outgoing_hold_waiting(struct turn *t, const char *why)
{
	struct key from = queue_key(QUEUE_WAITING, 0, 0), to = queue_key(QUEUE_HELD, 0, 0);
	struct engine_row *rows;
	int n;

	do {
		n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, HAND_OUT_SLICE, t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_outbox e;
			uint64_t number = key_get(rows[i].key, 9);
			const struct account *acc;
			from = queue_key(QUEUE_WAITING, (int64_t)key_get(rows[i].key, 1), number + 1);
			if (get_outbox(t, number, &e) || purpose_rule(e.purpose)->audience != AUDIENCE_REQUESTER ||
			    !(acc = keeper_account(t->k, e.account)))
				continue;
			outgoing_hold(t, number, &e, acc, why);
		}
	} while (n == HAND_OUT_SLICE);
}

void outgoing_hand_out(struct turn *t)
{
	struct key from = queue_key(QUEUE_WAITING, 0, 0), to = queue_key(QUEUE_WAITING, t->now + 1, 0);
	struct engine_row *rows;
	int n;

	do {
		n = txn_range(t->t, DB_QUEUE, key_span(&from), key_span(&to), false, HAND_OUT_SLICE, t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_outbox e;
			uint64_t number = key_get(rows[i].key, 9);
			if (get_outbox(t, number, &e) || !outbox_may_send(e.state))
				continue;
			hand_out_one(t, number, &e);
		}
		if (n > 0)
			from = queue_key(QUEUE_WAITING, (int64_t)key_get(rows[n - 1].key, 1), key_get(rows[n - 1].key, 9) + 1);
	} while (n == HAND_OUT_SLICE);
}

/* -- settle ----------------------------------------------------------------------------------------------------------- */

/* "250 2.0.0" of a reply: the codes stand in the audit, the words, which may name people, with the entry. */
static const char *codes(struct turn *t, struct span reply)
{
	size_t n = 0;

	while (n < reply.n && n < 12 && ((reply.p[n] >= '0' && reply.p[n] <= '9') || reply.p[n] == '.' || reply.p[n] == ' '))
		n++;
	return arena_str(t->a, span_trim(span_sub(reply, 0, n)));
}

static void grant_dot(struct turn *t, const struct heard *h)
{
	struct rec_outbox e;
	struct buf f = BUF_CAPPED(FRAME_MAX);

	if (get_outbox(t, h->dot.entry, &e) || e.attempts != h->dot.attempt ||
	    !outgoing_step(t, h->dot.entry, &e, INPUT_DOT, AUDIT_DOTTED, "", SPAN_NONE)) {
		/* The sender gets no answer, gives up before the dot, and its helper's connection ends. */
		log_event(LOG_WARN, "outbox.stale", "entry=%llu attempt=%u asks=dot", (unsigned long long)h->dot.entry, h->dot.attempt);
		return;
	}
	frame_begin(&f, FRAME_DOT_GRANTED);
	frame_dot_put(&f, &h->dot);
	turn_say(t, &h->account->sender, &f, -1);
	buf_free(&f);
}

/* That no connection can be had says nothing about the message, so the account waits, not the entry. */
static void note_connection(struct turn *t, const struct heard *h)
{
	struct account *acc = h->account;
	int64_t wait = PAUSE_FIRST;

	if (!h->result.no_connection) {
		acc->sender_failures = 0;
		acc->sender_trouble[0] = '\0';
		return;
	}
	struct span why = utf8_cut(span_of(h->text), sizeof(acc->sender_trouble) - 1);
	snprintf(acc->sender_trouble, sizeof(acc->sender_trouble), "%.*s", SPAN_ARG(why));
	if (acc->sender_pause > t->now)
		return;
	for (uint32_t i = 0; i < acc->sender_failures && wait < PAUSE_MOST; i++)
		wait *= 2;
	if (++acc->sender_failures == ALARM_FAILURES)
		keeper_alarm(t->k, ALARM_SENDER, acc->c->name, h->text);
	acc->sender_pause = t->now + (wait < PAUSE_MOST ? wait : PAUSE_MOST);
	log_event(LOG_WARN, "sender.no-connection", "account=%.*s step=%.*s again=%llds why=%s", SPAN_ARG(acc->c->name),
		  SPAN_ARG(h->result.step), (long long)(acc->sender_pause - t->now), log_quote(h->text));
}

/* The requester does not hear from us: whoever reads the list must see it. */
static void note_refused(struct turn *t, const struct rec_outbox *e)
{
	struct rec_conversation c;

	if (purpose_rule(e->purpose)->audience != AUDIENCE_REQUESTER || get_conversation(t, e->conversation, &c))
		return;
	c.undelivered_at = t->now;
	conversation_store(t, e->conversation, &c);
}

static void settle_result(struct turn *t, const struct heard *h)
{
	static const struct {
		enum outbox_input input;
		enum audit_event event;
	} as[SEND_OUTCOME_COUNT] = {
		[SEND_ACCEPTED] = { INPUT_ACCEPTED, AUDIT_SENT },
		[SEND_REFUSED] = { INPUT_REFUSED, AUDIT_FAILED },
		[SEND_LATER] = { INPUT_LATER, AUDIT_DEFERRED },
		[SEND_UNKNOWN] = { INPUT_UNKNOWN, AUDIT_UNCERTAIN },
	};
	const struct frame_sent_result *r = &h->result;
	enum send_outcome outcome = r->outcome;
	struct rec_outbox e;

	if (h->account->in_flight)
		h->account->in_flight--;
	if (get_outbox(t, r->entry, &e) || e.attempts != r->attempt)
		return;
	e.step = r->step;
	e.reply = r->reply;
	if (r->outcome == SEND_LATER && !r->no_connection && r->reply.n && r->reply.p[0] == '4')
		e.deferrals++;
	note_connection(t, h);
	/* Nobody may write a dot that was not granted. Who says so all the same has perhaps sent it. */
	if (outcome == SEND_ACCEPTED && e.state == OUTBOX_ATTEMPTING)
		outcome = SEND_UNKNOWN;
	if (outgoing_step(t, r->entry, &e, as[outcome].input, as[outcome].event, codes(t, r->reply), SPAN_NONE) &&
	    e.state == OUTBOX_FAILED)
		note_refused(t, &e);
}

void outgoing_settle(struct turn *t, const struct heard *h)
{
	if (h->type == FRAME_DOT_ASK)
		grant_dot(t, h);
	else if (h->type == FRAME_SENT_RESULT)
		settle_result(t, h);
	else
		outgoing_sender_lost(t, h->account);
}
