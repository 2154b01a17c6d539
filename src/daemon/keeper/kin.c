// SPDX-License-Identifier: Apache-2.0
/* Is this message known, and whose kin is it? */
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"
#include <errno.h>
#include <string.h>

/* The text without its white space: lines are broken and padded anew on the way. Of a message that was cut at
 * fetch_limit only the beginning: where the cut falls depends on trace fields, too. */
static struct hash text_hash(struct arena *a, struct span text, bool cut)
{
	size_t most = cut && text.n > LIMIT_CUT_TEXT ? LIMIT_CUT_TEXT : text.n;
	char *kept = arena_alloc(a, text.n);
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < most; i++) {
		kept[n] = text.p[i];
		n += (unsigned char)text.p[i] > ' ';
	}
	return hash_blake2b(span_make(kept, n), SPAN_NONE);
}

/* The same mail reaches two of our addresses with other trace fields: Message-ID, From, Date, Subject and
 * the text without its white space are what makes it one message. */
static void fingerprint(struct turn *t, struct incoming *in)
{
	const struct facts *f = &in->facts;
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_FACTS);

	if (f->depth == FACTS_NONE || (!f->message_id.n && !f->text.n && !f->html_text.n)) {
		/* Nothing but its bytes tells it from others; without any, each place is a message of its own. */
		struct key place = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);
		hash_keyed(t->k->keys.id, in->bytes.n ? "bytes" : "place", in->bytes.n ? in->bytes : key_span(&place),
			   in->fingerprint, ID_SIZE);
		return;
	}
	struct hash text = text_hash(t->a, f->text, in->item->partial);
	wire_put_bytes(&b, f->message_id);
	wire_put_bytes(&b, f->from.n ? address_text(t->a, f->from.at[0]) : SPAN_NONE);
	wire_put_i64(&b, f->date_at);
	wire_put_bytes(&b, f->subject);
	buf_put(&b, text.b, sizeof(text.b));
	hash_keyed(t->k->keys.id, "fingerprint", buf_span(&b), in->fingerprint, ID_SIZE);
}

static void name(struct incoming *in, struct span id, bool own)
{
	if (!own && (!id.n || span_eq(id, in->facts.message_id)))
		return;
	for (uint32_t i = 1; i < in->nnamed; i++)
		if (span_eq(in->named[i], id))
			return;
	in->named[in->nnamed++] = id;
}

/* Its own id, then In-Reply-To and References with the nearest first. */
static void gather_names(struct turn *t, struct incoming *in)
{
	const struct facts *f = &in->facts;

	in->named = arena_many(t->a, 2 + f->in_reply_to.n + f->references.n, struct span);
	name(in, f->message_id, true);
	if (in->kind.kind == KIND_BOUNCE || in->kind.kind == KIND_REPORT)
		name(in, reading_returned_id(t->a, f), false);
	for (uint32_t i = f->in_reply_to.n; i-- > 0;)
		name(in, f->in_reply_to.at[i], false);
	for (uint32_t i = f->references.n; i-- > 0;)
		name(in, f->references.at[i], false);
}

/* Mail that one of our teams sends to another lies in Sent of the one, whose agent wrote it, and in INBOX of the other,
 * to whom it is a request: two messages, each of its own account, in whatever order they are met. All others who have
 * it share one of the two. */
static void tell_teams_apart(struct turn *t, struct incoming *in)
{
	struct rec_message m;
	struct key key = { 0 };
	struct span value;
	uint8_t own[ID_SIZE];

	if (!in->known || in->own_automated || get_message(t, in->known, &m) || m.account == in->account->id ||
	    (m.voice == VOICE_AGENT) == (in->voice.voice == VOICE_AGENT))
		return;
	memcpy(own, in->fingerprint, ID_SIZE);
	hash_keyed(t->k->keys.id, "other side", span_make(own, ID_SIZE), in->fingerprint, ID_SIZE);
	key_add_id(&key, in->fingerprint);
	in->known = txn_get(t->t, DB_FINGERPRINT, key_span(&key), t->a, &value) == 0 ? key_get(value, 0) : 0;
	in->other_side = true;
}

void kin_gather(struct turn *t, struct incoming *in)
{
	struct span id;

	in->own_automated = own_identity(t, in->account, &in->facts, &id);
	if (in->own_automated)
		in->own_id = id;
	reading_kind(t->a, &in->facts, &in->account->reading, in->own_automated, &in->kind);
	reading_voice(t->a, &in->facts, &in->account->reading, in->kind.kind, in->role == ROLE_SENT, &in->voice);
	fingerprint(t, in);
	gather_names(t, in);

	struct engine_get *gets = arena_many(t->a, 1 + in->nnamed, struct engine_get);
	uint8_t(*hashes)[ID_SIZE] = arena_array(t->a, in->nnamed, ID_SIZE);
	gets[0] = (struct engine_get){ .db = DB_FINGERPRINT, .key = span_make(in->fingerprint, ID_SIZE) };
	for (uint32_t i = 0; i < in->nnamed; i++) {
		message_id_hash(t->k, in->named[i], hashes[i]);
		gets[1 + i] = (struct engine_get){ .db = DB_MESSAGE_ID, .key = span_make(hashes[i], ID_SIZE) };
	}
	txn_get_many(t->t, gets, 1 + in->nnamed, t->a);
	if (gets[0].status == 0)
		in->known = key_get(gets[0].value, 0);
	in->ids = arena_many(t->a, in->nnamed, struct rec_ids);
	for (uint32_t i = 0; i < in->nnamed; i++)
		if (gets[1 + i].status || !rec_ids_get(gets[1 + i].value, &in->ids[i]))
			in->ids[i] = (struct rec_ids){ 0 };
	tell_teams_apart(t, in);
	for (uint32_t i = 0; in->facts.message_id.n && !in->other_side && i < in->ids[0].n; i++)
		in->collision |= in->ids[0].at[i].kind == ID_MESSAGE && !in->known;
}

static bool sender_known(struct turn *t, uint64_t conversation, const struct incoming *in)
{
	uint8_t id[ID_SIZE];
	struct rec_person person;

	if (!in->voice.author_key.n || in->voice.doubtful)
		return false;
	address_hash(t->k, in->voice.author_key, id);
	return get_person(t, conversation, id, &person) == 0;
}

enum { CANDIDATES = 32 };

static void candidate(struct turn *t, const struct incoming *in, const struct id_entry *e, enum join_rule rule,
		      struct join_candidate *list, uint32_t *n)
{
	struct rec_conversation c;

	if (*n == CANDIDATES || !e->conversation)
		return;
	for (uint32_t i = 0; i < *n; i++)
		if (list[i].conversation == e->conversation && list[i].rule == rule)
			return;
	if (get_conversation(t, e->conversation, &c) || c.account != in->account->id || !c.messages)
		return;
	list[(*n)++] = (struct join_candidate){
		.conversation = e->conversation, .rule = rule, .sender_known = sender_known(t, e->conversation, in)
	};
}

void kin_join(struct turn *t, struct incoming *in)
{
	struct join_candidate list[CANDIDATES];
	uint32_t n = 0;
	bool report = in->kind.kind == KIND_BOUNCE || in->kind.kind == KIND_REPORT;
	struct join_sender sender = {
		.proven = in->voice.proof == PROOF_PROVEN,
		.failed = in->voice.proof == PROOF_FAILED,
		.proven_agent = in->voice.voice == VOICE_AGENT,
		.collision = in->collision,
	};

	/* What it names and we have seen, nearest first; then what names it; then what both only name. */
	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++) {
			const struct id_entry *e = &in->ids[i].at[j];
			if (e->kind == ID_OUTBOX || e->kind == ID_EXPECTED)
				candidate(t, in, e, report ? JOIN_RETURNED : JOIN_OUR_ID, list, &n);
			else if (e->kind == ID_MESSAGE)
				candidate(t, in, e, JOIN_REFERENCE, list, &n);
		}
	for (uint32_t j = 0; in->facts.message_id.n && j < in->ids[0].n; j++)
		if (in->ids[0].at[j].kind == ID_AWAITED)
			candidate(t, in, &in->ids[0].at[j], JOIN_LATE_PARENT, list, &n);
	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_AWAITED)
				candidate(t, in, &in->ids[i].at[j], JOIN_SHARED_ROOT, list, &n);
	in->joined = join_decide(list, n, &sender);
	if (!in->joined.conversation)
		in->joined.conversation = in->home;
}

static bool names(struct turn *t, uint64_t message, struct span id)
{
	struct facts f;

	if (get_facts(t, message, &f))
		return false;
	for (uint32_t i = 0; i < f.in_reply_to.n; i++)
		if (span_eq(f.in_reply_to.at[i], id))
			return true;
	for (uint32_t i = 0; i < f.references.n; i++)
		if (span_eq(f.references.at[i], id))
			return true;
	return false;
}

void kin_answers_behind(struct turn *t, const struct incoming *in, uint64_t number, struct rec_conversation *c, const struct rec_message *m)
{
	struct key from = event_key(number, 0, 0), to = event_key(number, m->at + 1, 0);
	struct engine_row *rows;

	if (!in->facts.message_id.n || !c->story.answers)
		return;
	int n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), true, ENGINE_RANGE_MAX, t->a, &rows);
	for (int i = n - 1; i >= 0; i--) {
		struct rec_event r;
		struct rec_message answer;
		if (!rows[i].value.p || !rec_event_get(rows[i].value, &r) || r.kind != EVENT_ANSWER || !names(t, r.message, in->facts.message_id) ||
		    get_message(t, r.message, &answer))
			continue;
		conversation_forget(t, number, c, &answer);
		c->messages++;
		answer.at = m->at + 1;
		put_message(t, r.message, &answer);
		conversation_event(t, number, c, &(struct event){ .at = answer.at, .ordinal = answer.ordinal, .kind = r.kind, .message = r.message },
				   r.actor);
	}
}
