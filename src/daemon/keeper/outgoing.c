// SPDX-License-Identifier: Apache-2.0
/* One message out. propose() is the only way: whatever its purpose, it is gathered, forbidden or not,
 * composed, judged as finished bytes and recorded in one transaction. */
#include "base/log.h"
#include "daemon/keeper/fault.h"
#include "daemon/keeper/keeper.h"
#include "mail/header.h"
#include "mail/limits.h"
#include <errno.h>
#include <string.h>

/* -- our identity ------------------------------------------------------------------------------------- */

enum { OWN_ID_SIZE = 16, OWN_MAC_SIZE = 10 };

static void own_mac(const struct keeper *k, const uint8_t id[OWN_ID_SIZE], uint8_t out[16])
{
	hash_keyed(k->keys.message_id, "mac", span_make(id, OWN_ID_SIZE), out, 16);
}

/* "hb.<what is answered>.<mac>@domain": the same after a restart, and known as ours without a look-up. */
void own_message_id(const struct keeper *k, const struct account *acc, struct span anchor, struct buf *out)
{
	uint8_t id[OWN_ID_SIZE], mac[16];

	hash_keyed(k->keys.message_id, "id", anchor, id, sizeof(id));
	own_mac(k, id, mac);
	buf_puts(out, "hb.");
	put_base32(out, id, sizeof(id));
	buf_putc(out, '.');
	put_base32(out, mac, OWN_MAC_SIZE);
	buf_putc(out, '@');
	buf_put_span(out, acc->domain);
}

static bool genuine(const struct keeper *k, struct span id)
{
	uint8_t what[OWN_ID_SIZE], given[OWN_MAC_SIZE], mac[16];
	struct span rest = id, piece[4];
	size_t n = 0;

	while (n < 4 && span_split(&rest, '.', &piece[n]))
		n++;
	if (n != 3 || rest.p || !span_eq(piece[0], SPAN("hb")) || !get_base32(piece[1], what, sizeof(what)) ||
	    !get_base32(piece[2], given, sizeof(given)))
		return false;
	own_mac(k, what, mac);
	return hash_eq(mac, given, OWN_MAC_SIZE);
}

bool own_identity(struct turn *t, const struct account *acc, const struct facts *f, struct span *id)
{
	const struct fact_field *field = facts_field(f, "X-Hearback-Id", 0), *automatic = facts_field(f, "Auto-Submitted", 0);

	if (!field || facts_count(f, "X-Hearback-Id") != 1 || !genuine(t->k, field->value))
		return false;
	/* Some programs copy fields that they do not know into what a person writes. */
	if (!automatic || !span_istarts(span_trim(automatic->value), SPAN("auto-")))
		return false;
	*id = span_of(arena_printf(t->a, "%.*s@%.*s", SPAN_ARG(field->value), SPAN_ARG(acc->domain)));
	return true;
}

/* -- gather ---------------------------------------------------------------------------------------------- */

static void recipient_id(struct turn *t, struct span recipient, uint8_t id[ID_SIZE])
{
	struct address who;

	if (address_split(recipient, &who))
		recipient = address_key(t->a, who, 0);
	address_hash(t->k, recipient, id);
}

static void gather_windows(struct turn *t, const struct proposal *p, struct rec_recipient *seen, struct guard_history *h)
{
	uint8_t id[ID_SIZE];
	uint32_t n = 0;

	recipient_id(t, p->recipient, id);
	if (get_recipient(t, id, seen))
		*seen = (struct rec_recipient){ 0 };
	for (uint32_t i = 0; i < seen->n; i++) {
		const struct window_entry *e = &seen->at[i];
		/* An entry that is composed anew does not stand in its own way. */
		if (e->at <= t->now - ACK_WINDOW || (p->outbox && e->outbox == p->outbox))
			continue;
		h->acks_to_address += e->purpose == PURPOSE_ACKNOWLEDGEMENT;
		h->automated_to_address++;
		seen->at[n++] = *e;
	}
	seen->n = n;
	if (purpose_rule(p->purpose)->audience == AUDIENCE_REQUESTER)
		h->suppressed = suppression_of(t, p->recipient, p->internal_at);
}

static const char *held_for_now(const struct turn *t, const struct proposal *p)
{
	bool requester = purpose_rule(p->purpose)->audience == AUDIENCE_REQUESTER;

	return requester && p->account->mode == MODE_SEND ? doubt_of(t->k, p->account) : NULL;
}

void outgoing_case(struct turn *t, const struct proposal *p, struct guard_case *c)
{
	const struct account *acc = p->account;

	*c = (struct guard_case){
		.purpose = p->purpose,
		.mode = held_for_now(t, p) ? MODE_HOLD : acc->mode,
		.now = t->now,
		.ack_age = acc->c->ack_age,
		.account = acc->reading,
		.ask_addressed = true,
		.staff = acc->staff,
		.nstaff = acc->nstaff,
		.recipient = p->recipient,
		.has_message = p->facts != NULL,
		.own_automated = p->own_automated,
		.in_sent = p->in_sent,
		.internal_at = p->internal_at,
		.history = p->history,
		.filters = &t->k->filters.all,
	};
	if (p->facts)
		c->facts = *p->facts;
}

/* -- record ------------------------------------------------------------------------------------------------- */

static uint64_t record_decision(struct turn *t, const struct proposal *p, const struct guard_case *c,
				const struct judgement *j, uint64_t entry)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_OUTGOING * 2);
	struct hash facts = p->facts ? hash_blake2b(p->facts_bytes, SPAN_NONE) : (struct hash){ 0 };
	struct audit_record r = {
		.event = AUDIT_DECISION,
		.account = p->account->id,
		.conversation = p->conversation,
		.message = p->message,
		.outbox = entry,
		.purpose = (uint8_t)p->purpose,
		.verdict = (uint8_t)j->verdict,
		.actor = p->actor,
		.detail = p->detail,
	};

	for (uint32_t i = 0; i < j->n && r.nrules < AUDIT_RULES; i++)
		r.rules[r.nrules++] = j->at[i].rule;
	if (c->has_bytes)
		r.bytes = hash_sha256(c->bytes);
	guard_case_encode(c, facts.b, r.bytes.b, &b);
	if (b.full)
		keeper_fail(t->k, ENDING_CONFIG, "account %.*s: its lists of addresses are too long to be kept with each decision",
			    SPAN_ARG(p->account->c->name));
	r.evidence = evidence_keep(t, t->tip.audit_seq + 1, buf_span(&b), c->has_bytes ? c->bytes : SPAN_NONE);
	audit_append(t, &r);
	log_event(LOG_INFO, "decision", "account=%.*s record=%llu purpose=%s verdict=%s conversation=C-%llu message=%llu rule=%.*s",
		  SPAN_ARG(p->account->c->name), (unsigned long long)r.seq, purpose_name(p->purpose), verdict_name(j->verdict),
		  (unsigned long long)p->conversation, (unsigned long long)p->message,
		  SPAN_ARG(j->n ? j->at[0].rule : SPAN("none")));
	return r.seq;
}

static void remember_recipient(struct turn *t, const struct window_entry *e, struct span recipient, struct rec_recipient *seen)
{
	uint8_t id[ID_SIZE];

	if (!purpose_rule(e->purpose)->windows)
		return;
	if (seen->n == RECORD_WINDOW)
		memmove(&seen->at[0], &seen->at[1], sizeof(seen->at[0]) * --seen->n);
	seen->at[seen->n++] = *e;
	recipient_id(t, recipient, id);
	put_recipient(t, id, seen);
}

void outgoing_count(struct turn *t, struct span recipient, enum purpose purpose, int64_t at, uint64_t entry)
{
	struct rec_recipient seen;
	uint8_t id[ID_SIZE];

	recipient_id(t, recipient, id);
	if (get_recipient(t, id, &seen))
		seen = (struct rec_recipient){ 0 };
	remember_recipient(t, &(struct window_entry){ .at = at, .purpose = purpose, .outbox = entry }, recipient, &seen);
}

void outgoing_forget(struct turn *t, uint64_t number, const struct rec_outbox *e)
{
	struct rec_recipient seen;
	uint8_t id[ID_SIZE];
	uint32_t n = 0;

	recipient_id(t, e->recipient, id);
	if (get_recipient(t, id, &seen))
		return;
	for (uint32_t i = 0; i < seen.n; i++)
		if (seen.at[i].outbox != number)
			seen.at[n++] = seen.at[i];
	seen.n = n;
	put_recipient(t, id, &seen);
}

static struct span witness_of(struct turn *t, const struct account *acc)
{
	struct address own;

	if (acc->c->witness == WITNESS_NO || !address_split(acc->c->address, &own))
		return SPAN_NONE;
	if (!acc->c->subaddress.n)
		return acc->c->address;
	return span_of(arena_printf(t->a, "%.*s%.*strace@%.*s", SPAN_ARG(own.local), SPAN_ARG(acc->c->subaddress), SPAN_ARG(own.domain)));
}

static void new_entry(struct turn *t, const struct proposal *p, struct span message_id, struct rec_outbox *e)
{
	const struct account *acc = p->account;
	bool requester = purpose_rule(p->purpose)->audience == AUDIENCE_REQUESTER;

	*e = (struct rec_outbox){
		.purpose = p->purpose,
		.account = acc->id,
		.conversation = p->conversation,
		.message = p->message,
		.recipient = p->recipient,
		.sender = acc->c->envelope == ENVELOPE_NULL ? SPAN_NONE : acc->c->address,
		.witness = witness_of(t, acc),
		.message_id = message_id,
		.created_at = t->now,
		.not_before = t->now + (requester ? acc->c->ack_after : 0),
	};
}

/* The entry that carries out a verdict of send or hold. */
static uint64_t record_entry(struct turn *t, const struct proposal *p, const struct judgement *j, const struct guard_case *c,
			     struct span message_id, struct rec_recipient *seen, uint64_t *decision)
{
	struct rec_outbox e;
	enum queue_class before = QUEUE_NONE;
	int64_t before_at = 0;
	uint64_t number = p->outbox;
	bool held = j->verdict == VERDICT_HOLD && (!p->released || c->bytes.n == 0);

	if (!number || get_outbox(t, number, &e)) {
		number = t->tip.next_outbox++;
		new_entry(t, p, message_id, &e);
		uint8_t hash[ID_SIZE];
		struct rec_ids ids;
		message_id_hash(t->k, message_id, hash);
		get_ids(t, hash, &ids);
		ids_add(&ids, ID_OUTBOX, number, p->conversation);
		put_ids(t, hash, &ids);
	} else {
		before = queue_class_of(e.state);
		before_at = before == QUEUE_HELD ? e.expires_at : e.not_before;
		e.not_before = t->now;
	}
	*decision = record_decision(t, p, c, j, number);
	e.state = held ? OUTBOX_HELD : OUTBOX_QUEUED;
	e.expires_at = held ? t->now + p->account->c->hold_expires : 0;
	e.decided_ms = t->now_ms;
	e.decision = *decision;
	e.bytes = hash_sha256(c->bytes);
	outgoing_remember(&e, *decision);
	outgoing_store(t, number, &e, before, before_at);
	remember_recipient(t, &(struct window_entry){ .at = t->now, .purpose = p->purpose, .outbox = number }, p->recipient, seen);
	return number;
}

uint64_t propose(struct turn *t, const struct proposal *p, struct rec_message *answered, uint64_t *entry_out)
{
	struct proposal q = *p;
	struct guard_case c;
	struct judgement j;
	struct rec_recipient seen;
	struct err err;
	BUF_CLEANUP struct buf bytes = BUF_CAPPED(LIMIT_OUTGOING);
	BUF_CLEANUP struct buf id = BUF_CAPPED(LIMIT_MESSAGE_ID + 1);
	uint64_t decision, entry = 0;

	fault("propose", p->facts);
	gather_windows(t, &q, &seen, &q.history);
	outgoing_case(t, &q, &c);
	if (!q.detail.n && held_for_now(t, &q))
		q.detail = span_of(held_for_now(t, &q));
	guard_judge(t->a, &c, &j);
	if (j.verdict != VERDICT_SUPPRESS) {
		if (p->message_id.n)
			buf_put_span(&id, p->message_id);
		else
			own_message_id(t->k, p->account, p->anchor, &id);
		fault("compose", p->facts);
		/* A template that errs holds the message: bytes that are not there fail the byte check. */
		if (!compose(t, &q, buf_span(&id), &bytes, &err)) {
			buf_reset(&bytes);
			q.detail = span_of(err.text);
			log_event(LOG_WARN, "template.refused", "account=%.*s why=%s", SPAN_ARG(p->account->c->name), log_quote(err.text));
		}
		c.has_bytes = true;
		c.bytes = buf_span(&bytes);
		guard_judge(t->a, &c, &j);
	}
	if (j.verdict == VERDICT_SUPPRESS)
		decision = record_decision(t, &q, &c, &j, p->outbox);
	else
		entry = record_entry(t, &q, &j, &c, arena_span(t->a, buf_span(&id)), &seen, &decision);
	if (answered) {
		answered->decision = decision;
		answered->outbox = entry;
	}
	if (entry_out)
		*entry_out = entry;
	return decision;
}

/* Does this address stand in the field, whole? */
static bool stands_in(const struct raw_field *field, struct span address)
{
	struct span rest = field ? field->value : SPAN_NONE;
	ptrdiff_t at;
	char before = ' ';

	while (address.n && (at = span_ifind(rest, address)) >= 0) {
		size_t end = (size_t)at + address.n;
		before = at ? rest.p[at - 1] : before;
		if (strchr(" \t\r\n<,:;", before) && (end == rest.n || strchr(" \t\r\n>,;", rest.p[end])))
			return true;
		before = rest.p[at];
		rest = span_sub(rest, (size_t)at + 1, SIZE_MAX);
	}
	return false;
}

/* The author as the bytes have it: the reader may have been taken over, so the keeper looks for itself. What the
 * guard makes of a From field is its own business; who stands behind a form or group must be told by the bytes. */
static bool reader_is_honest(struct turn *t, const struct incoming *in)
{
	static const char *const fields[] = { "Reply-To", "X-Original-From" };
	const struct facts *f = &in->facts;
	struct span author = address_text(t->a, in->voice.author);
	struct raw_header h;

	raw_header_parse(t->a, in->bytes, &h);
	const struct raw_field *from = raw_header_find(&h, "From", 0);
	if (!from || raw_header_find(&h, "From", 1))
		return f->from_fields != 1;
	if (f->from_fields != 1 || !span_eq(span_trim(from->value), span_trim(f->from_raw)))
		return false;
	if (!author.n || (f->from.n && !in->voice.by_form && address_same(in->voice.author, f->from.at[0])))
		return true;
	if (!f->from.n || !stands_in(from, address_text(t->a, f->from.at[0])))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!raw_header_find(&h, fields[i], 1) && stands_in(raw_header_find(&h, fields[i], 0), author))
			return true;
	return false;
}

/* Nothing is proposed on the word of a reader that says otherwise than the bytes. */
static void set_aside_author(struct turn *t, const struct incoming *in, uint64_t number, struct rec_message *m)
{
	struct audit_record r = {
		.event = AUDIT_SET_ASIDE,
		.account = in->account->id,
		.conversation = m->conversation,
		.message = number,
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.verdict = VERDICT_SUPPRESS,
		.detail = SPAN("the reader's author is not the one in the bytes"),
	};

	m->trouble = r.detail;
	audit_append(t, &r);
	m->decision = r.seq;
	log_event(LOG_CRIT, "reader.disagrees", "account=%.*s uid=%u", SPAN_ARG(in->account->c->name), in->item->uid);
}

void propose_acknowledgement(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m,
			     struct rec_conversation *c)
{
	/* What comes late may show further openings before this one, or move its beginning. */
	bool opens = c->story.state == STATE_OPEN && c->acknowledged_at < c->story.opened_at && c->story.last_request_at == m->at;
	BUF_CLEANUP struct buf anchor = BUF_CAPPED(200);
	uint32_t alike = alike_note(t, in);

	bool missed = t->k->task == TASK_REBUILD || in->account->reconciles;

	/* Inside an open conversation nothing is proposed; for a machine there is a record that says why it was not answered. */
	if (!opens && m->kind == KIND_HUMAN && !missed)
		return;
	if (opens)
		c->acknowledged_at = m->at;
	buf_puts(&anchor, purpose_name(PURPOSE_ACKNOWLEDGEMENT));
	buf_put(&anchor, in->fingerprint, ID_SIZE);
	wire_put_bytes(&anchor, in->account->c->name);
	/* It may have been acknowledged by a keeper whose ledger this is not. */
	if ((opens || missed) && witness_of_request(t, in, number, m, buf_span(&anchor)))
		return;
	if (t->k->task == TASK_REBUILD || (!opens && m->kind == KIND_HUMAN))
		return;
	if (!reader_is_honest(t, in)) {
		set_aside_author(t, in, number, m);
		return;
	}
	propose(t,
		&(struct proposal){
			.account = in->account,
			.purpose = PURPOSE_ACKNOWLEDGEMENT,
			.conversation = m->conversation,
			.message = number,
			.recipient = m->author,
			.anchor = buf_span(&anchor),
			.history = { .opens = opens,
				     .answered = c->story.last_answer_at >= m->at && c->story.answers > 0,
				     .collision = in->collision,
				     .alike = alike },
			.facts = &in->facts,
			.facts_bytes = in->facts_bytes,
			.own_automated = in->own_automated,
			.in_sent = in->role == ROLE_SENT,
			/* As the server has it: one from the future tells that a clock is wrong. */
			.internal_at = in->item->internal_at > 0 ? in->item->internal_at : in->at,
			.template_name = in->account->c->template_name,
			.language = c->language,
		},
		m, NULL);
}

/* -- release and drop --------------------------------------------------------------------------------------- */

/* A held answer is proposed once more, with the history, the mode and the instant of now. */
static bool release_answer(struct turn *t, uint64_t number, const struct rec_outbox *e, struct account *acc,
			   struct span actor, struct err *err)
{
	struct rec_message m;
	struct rec_conversation c;
	struct facts f;
	struct span facts_bytes;
	uint64_t entry;

	if (get_message(t, e->message, &m) || get_conversation(t, e->conversation, &c) ||
	    get_facts_bytes(t, e->message, &facts_bytes) || !facts_decode(t->a, facts_bytes, &f)) {
		err_set(err, -EBADMSG, "entry %llu: the message it answers cannot be read from the ledger", (unsigned long long)number);
		return false;
	}
	struct proposal p = {
		.account = acc,
		.purpose = e->purpose,
		.conversation = e->conversation,
		.message = e->message,
		.recipient = e->recipient,
		.message_id = e->message_id, /* it names what is answered */
		.history = { .opens = true, .answered = c.story.state != STATE_OPEN, .collision = m.collision },
		.facts = &f,
		.facts_bytes = facts_bytes,
		.internal_at = m.at,
		.outbox = number,
		.released = true,
		.template_name = acc->c->template_name,
		.language = c.language,
		.actor = actor,
	};
	uint64_t decision = propose(t, &p, &m, &entry);
	if (!entry) {
		struct rec_outbox dropped = *e;
		if (dropped.nseqs < RECORD_SEQS)
			dropped.seqs[dropped.nseqs++] = decision;
		m.outbox = number;
		put_message(t, e->message, &m);
		outgoing_drop(t, number, &dropped, INPUT_DROP, "the guard forbids it now", actor);
		err_set(err, -EPERM, "entry %llu: the guard forbids it now: see hearback why %.*s", (unsigned long long)number,
			SPAN_ARG(e->recipient));
		return false;
	}
	put_message(t, e->message, &m);
	struct rec_outbox released;
	if (get_outbox(t, number, &released) || released.state == OUTBOX_HELD) {
		err_set(err, -EINVAL, "entry %llu: it could not be composed and stays held: see hearback why %.*s",
			(unsigned long long)number, SPAN_ARG(e->recipient));
		return false;
	}
	outgoing_note(t, number, &released, AUDIT_RELEASED, "composed anew", actor);
	return true;
}

bool outgoing_release(struct turn *t, uint64_t number, struct span actor, struct err *err)
{
	struct rec_outbox e;
	struct account *acc;

	if (get_outbox(t, number, &e) || e.state != OUTBOX_HELD || !(acc = keeper_account(t->k, e.account))) {
		err_set(err, -ENOENT, "entry %llu is not held: hearback held lists what is", (unsigned long long)number);
		return false;
	}
	if (acc->mode != MODE_SEND) {
		err_set(err, -EPERM, "account %.*s is in mode %s and sends nothing: hearback mode %.*s send", SPAN_ARG(acc->c->name),
			mode_name(acc->mode), SPAN_ARG(acc->c->name));
		return false;
	}
	if (e.message)
		return release_answer(t, number, &e, acc, actor, err);
	return outgoing_step(t, number, &e, INPUT_RELEASE, AUDIT_RELEASED, "", actor);
}

bool outgoing_drop(struct turn *t, uint64_t number, struct rec_outbox *e, enum outbox_input input, const char *why, struct span actor)
{
	return outgoing_step(t, number, e, input, AUDIT_DROPPED, why, actor);
}
