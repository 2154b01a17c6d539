// SPDX-License-Identifier: Apache-2.0
/* One message in: is it known, what is it, where does it belong, what does that change, is an
 * acknowledgement due? Each step gathers, decides by pure code, and records. */
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/fault.h"
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"
#include <string.h>

static void record_place(struct turn *t, const struct incoming *in, uint64_t message)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(ENGINE_VALUE_MAX);
	struct key key = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);
	struct rec_place p = { .message = message,
			       .internal_at = in->item->internal_at,
			       .flags = in->item->flags,
			       .size = in->item->size,
			       .fetched = in->item->fetched,
			       .partial = in->item->partial };

	rec_place_put(&b, &p);
	store_put(t, DB_PLACE, &key, buf_span(&b));
}

/* The answers that count are those the requester received. */
static bool reaches(struct turn *t, const struct facts *f, struct span address)
{
	const struct address_list *lists[] = { &f->to, &f->cc, &f->bcc };
	struct address who;

	if (!address_split(address, &who))
		return false;
	struct span wanted = address_key(t->a, who, 0);
	for (size_t l = 0; l < sizeof(lists) / sizeof(lists[0]); l++)
		for (uint32_t i = 0; i < lists[l]->n; i++)
			if (span_eq(address_key(t->a, lists[l]->at[i], 0), wanted))
				return true;
	return false;
}

/* An agent may be the one who asks: what he adds is no answer, whoever else receives it. */
static bool from_requester(struct turn *t, const struct incoming *in, const struct rec_conversation *c)
{
	struct address who;

	return in->role == ROLE_INBOX && in->voice.author_key.n && address_split(c->requester, &who) &&
	       span_eq(address_key(t->a, who, 0), in->voice.author_key);
}

static enum event_kind event_of(struct turn *t, const struct incoming *in, const struct rec_conversation *c)
{
	if (in->facts.depth == FACTS_NONE)
		return EVENT_UNREADABLE;
	if (in->own_automated)
		return EVENT_OWN;
	switch (in->voice.voice) {
	case VOICE_REQUESTER:
	case VOICE_NOBODY:
		return EVENT_REQUEST;
	case VOICE_AGENT:
		if (from_requester(t, in, c))
			return EVENT_REQUEST;
		return reaches(t, &in->facts, c->requester) ? EVENT_ANSWER : EVENT_AGENT;
	case VOICE_CLAIMED_AGENT:
		return c->messages > 1 && from_requester(t, in, c) ? EVENT_REQUEST : EVENT_CLAIMED;
	case VOICE_MACHINE:
	case VOICE_COUNT:
		break;
	}
	return EVENT_MACHINE;
}

static struct span shortened(struct turn *t, struct span s)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_FIELD_VALUE * 4);

	text_squeeze(&b, span_sub(s, 0, 4 * RECORD_TEXT));
	return arena_span(t->a, utf8_cut(buf_span(&b), RECORD_TEXT));
}

static bool key_in(struct span key, const struct span *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (span_eq(key, at[i]))
			return true;
	return false;
}

/* Whom an agent wrote to: the first who is neither we nor, where it came in as mail does, one of us. Else he asks. */
static struct address written_to(struct turn *t, const struct incoming *in)
{
	const struct reading_account *acc = &in->account->reading;
	const struct address_list *lists[] = { &in->facts.to, &in->facts.cc };

	for (size_t l = 0; l < 2; l++)
		for (uint32_t i = 0; i < lists[l]->n; i++) {
			struct span key = address_key(t->a, lists[l]->at[i], acc->subaddress);
			if (!key_in(key, acc->own, acc->nown) && !span_eq(key, acc->group) &&
			    (in->role == ROLE_SENT || !key_in(key, acc->agents, acc->nagents)))
				return lists[l]->at[i];
		}
	return in->role == ROLE_SENT && in->facts.to.n ? in->facts.to.at[0] : in->voice.author;
}

/* Who a new conversation is with: the author; where we wrote first, whom we wrote to. */
static void name_requester(struct turn *t, const struct incoming *in, struct rec_conversation *c)
{
	struct address who = in->voice.voice == VOICE_AGENT ? written_to(t, in) : in->voice.author;

	c->requester = address_text(t->a, who);
	if (c->requester.n > LIMIT_ADDRESS)
		c->requester = SPAN_NONE;
	c->requester_name = shortened(t, who.name);
	c->subject = shortened(t, in->facts.subject);
}

/* Its answer, or a machine, came in first and has named the conversation. */
static void name_again(struct turn *t, const struct incoming *in, uint64_t number, const struct rec_message *m, struct rec_conversation *c)
{
	struct rec_message first;

	if (get_message(t, c->first_message, &first))
		return;
	bool machine = first.voice == VOICE_MACHINE && c->story.requests == 1;
	if (!machine && (first.at < m->at || !span_ieq(m->author, c->requester)))
		return;
	name_requester(t, in, c);
	c->first_message = number;
}

static uint64_t open_conversation(struct turn *t, struct incoming *in, uint64_t message, struct rec_conversation *c)
{
	*c = (struct rec_conversation){ .account = in->account->id, .first_message = message, .linked = in->joined.linked };
	name_requester(t, in, c);
	return t->tip.next_conversation++;
}

static void record_people(struct turn *t, const struct incoming *in, uint64_t number)
{
	const struct facts *f = &in->facts;
	bool agent = in->voice.voice == VOICE_AGENT;
	const struct address_list *lists[] = { &f->to, &f->cc };

	if (in->own_automated || in->voice.voice == VOICE_MACHINE || in->voice.voice == VOICE_CLAIMED_AGENT)
		return;
	conversation_person(t, number, in->voice.author, in->voice.author_key, agent ? PERSON_AGENT : PERSON_REQUESTER);
	/* Whom somebody inside has addressed may answer; a crowd is not inside. */
	for (size_t l = 0; l < 2 && f->to.seen + f->cc.seen <= RECIPIENTS_MAX; l++)
		for (uint32_t i = 0; i < lists[l]->n; i++)
			conversation_person(t, number, lists[l]->at[i], address_key(t->a, lists[l]->at[i], in->account->reading.subaddress),
					    PERSON_COPIED);
}

static void record_requester(struct turn *t, const struct incoming *in, uint64_t number)
{
	struct key key = { 0 };
	uint8_t id[ID_SIZE];
	BUF_CLEANUP struct buf b = BUF_CAPPED(16);

	if (!in->voice.author_key.n)
		return;
	address_hash(t->k, in->voice.author_key, id);
	key_add_id(&key, id);
	key_add(&key, number, 8);
	wire_put_i64(&b, in->at);
	store_put(t, DB_REQUESTER, &key, buf_span(&b));
}

static bool leads_to(const struct rec_ids *ids, uint64_t conversation)
{
	for (uint32_t i = 0; i < ids->n; i++)
		if (ids->at[i].conversation == conversation)
			return true;
	return false;
}

/* Its own id, and those it names: whoever names the same is kin, be it in one conversation or in several. */
static void record_ids(struct turn *t, struct incoming *in, uint64_t message, uint64_t conversation)
{
	uint8_t hash[ID_SIZE];

	if (in->facts.message_id.n) {
		message_id_hash(t->k, in->facts.message_id, hash);
		ids_add(&in->ids[0], ID_MESSAGE, message, conversation);
		put_ids(t, hash, &in->ids[0]);
	}
	if (in->own_automated || in->collision)
		return;
	for (uint32_t i = 1; i < in->nnamed; i++) {
		if (leads_to(&in->ids[i], conversation))
			continue;
		message_id_hash(t->k, in->named[i], hash);
		ids_add(&in->ids[i], ID_AWAITED, 0, conversation);
		put_ids(t, hash, &in->ids[i]);
	}
}

/* Breaks ties between messages of one second in the same way in whatever order they arrive: a reply, which names
 * more ids, comes after what it answers. */
static uint64_t ordinal_of(const struct incoming *in)
{
	struct wire w = wire_over(span_make(in->fingerprint, 8));
	uint64_t depth = in->facts.references.seen < 250 ? in->facts.references.seen : 250;

	if (!depth && in->facts.in_reply_to.n)
		depth = 1;
	return depth << 56 | wire_u64(&w) >> 8;
}

static void fill_message(struct turn *t, const struct incoming *in, struct rec_message *m)
{
	*m = (struct rec_message){
		.at = in->at,
		.arrived_at = t->now,
		.ordinal = ordinal_of(in),
		.kind = in->kind.kind,
		.voice = in->voice.voice,
		.proof = in->voice.proof,
		.depth = in->facts.depth,
		.fact_flags = in->facts.flags,
		.rule = in->joined.rule,
		.collision = in->collision,
		.author = address_text(t->a, in->voice.author),
		.trouble = in->trouble,
		.account = in->account->id,
		.role = (uint8_t)in->role,
		.uidvalidity = in->uidvalidity,
		.uid = in->item->uid,
	};
	if (m->author.n > LIMIT_ADDRESS)
		m->author = SPAN_NONE;
}

static void record_fingerprint(struct turn *t, const struct incoming *in, uint64_t message)
{
	struct key key = { 0 };
	struct key value = key_u64(message);

	key_add_id(&key, in->fingerprint);
	store_put(t, DB_FINGERPRINT, &key, key_span(&value));
}

/* A copy of an automated message settles its outbox entry. The witness is filed; what another account of ours has
 * sent to this one stays where its agents see it. Returns the entry, 0: none is known. */
static uint64_t settle_copy(struct turn *t, const struct incoming *in, const struct rec_ids *ids, const char *what)
{
	uint64_t entry = 0;
	struct rec_outbox e;

	for (uint32_t i = 0; i < ids->n; i++)
		if (ids->at[i].kind == ID_OUTBOX) {
			entry = ids->at[i].number;
			outgoing_evidence(t, entry, what);
		}
	if (!entry || get_outbox(t, entry, &e) || e.account == in->account->id)
		witness_file(t, in);
	return entry;
}

static void take_own(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m)
{
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;

	message_id_hash(t->k, in->own_id, hash);
	get_ids(t, hash, &ids);
	m->outbox = settle_copy(t, in, &ids, in->role == ROLE_SENT ? "a copy in Sent" : "the witness");
	for (uint32_t i = 0; i < ids.n; i++)
		if (ids.at[i].kind == ID_OUTBOX)
			m->conversation = ids.at[i].conversation;
	if (!m->outbox)
		witness_take(t, in, m);
	if (!span_eq(in->own_id, in->facts.message_id)) {
		/* A server has rewritten the Message-ID: replies will name the new one. */
		ids_add(&ids, ID_MESSAGE, number, m->conversation);
		put_ids(t, hash, &ids);
	}
}

static void note_answer(struct turn *t, const struct incoming *in, struct rec_conversation *c, const struct rec_message *m)
{
	c->agent = m->author;
	c->elsewhere_at = 0;
	answers_seen(t, in->account);
}

/* A message leaves a conversation for another. */
static void move(struct turn *t, struct incoming *in, struct rec_message *m)
{
	struct rec_conversation from;

	if (get_conversation(t, m->conversation, &from) == 0) {
		conversation_forget(t, m->conversation, &from, m);
		conversation_store(t, m->conversation, &from);
	}
	m->conversation = in->joined.conversation;
	m->rule = in->joined.rule;
	for (uint32_t i = 0; i < in->ids[0].n; i++)
		if (in->ids[0].at[i].kind == ID_MESSAGE && in->ids[0].at[i].number == in->known)
			in->ids[0].at[i].conversation = m->conversation;
}

/* It lies in Sent: an agent wrote it, though nobody could know that when it was met elsewhere. Then it may have
 * opened a conversation of its own, for a claim enters no other. */
static void prove_agent(struct turn *t, struct incoming *in, struct rec_message *m)
{
	struct rec_conversation c;
	uint64_t before = m->conversation;

	kin_join(t, in);
	if (in->joined.conversation && in->joined.conversation != before)
		move(t, in, m);
	if (get_conversation(t, m->conversation, &c))
		return;
	c.messages += m->conversation != before;
	if (c.first_message == in->known)
		name_requester(t, in, &c);
	struct event e = { .at = m->at, .ordinal = m->ordinal, .kind = event_of(t, in, &c), .message = in->known };
	m->voice = VOICE_AGENT;
	m->proof = in->voice.proof;
	put_message(t, in->known, m);
	conversation_event(t, m->conversation, &c, &e, SPAN_NONE);
	if (e.kind == EVENT_ANSWER)
		note_answer(t, in, &c, m);
	record_people(t, in, m->conversation);
	record_ids(t, in, in->known, m->conversation);
	conversation_store(t, m->conversation, &c);
}

/* The message is known: a further arrival and nothing else, except that lying in Sent proves an agent. */
static void take_again(struct turn *t, struct incoming *in)
{
	struct rec_message m;

	record_place(t, in, in->known);
	if (in->own_automated) {
		uint8_t hash[ID_SIZE];
		struct rec_ids ids;
		message_id_hash(t->k, in->own_id, hash);
		get_ids(t, hash, &ids);
		settle_copy(t, in, &ids, "a copy");
		return;
	}
	if (in->check) {
		answers_note(t, in);
		return;
	}
	if (get_message(t, in->known, &m))
		return;
	if (in->role == ROLE_SENT && in->voice.voice == VOICE_AGENT && m.voice != VOICE_AGENT)
		prove_agent(t, in, &m);
	else
		leave_undo(t, in, &m);
}

static void log_taken(const struct incoming *in, uint64_t number, const struct rec_message *m, const struct rec_conversation *c)
{
	log_event(LOG_INFO, "message.taken", "account=%.*s mailbox=%s uid=%u message=%llu conversation=C-%llu kind=%s voice=%s join=%s state=%s",
		  SPAN_ARG(in->account->c->name), role_name(in->role), in->item->uid, (unsigned long long)number,
		  (unsigned long long)m->conversation, kind_name(m->kind), voice_name(m->voice), join_rule_name(m->rule),
		  state_name(c->story.state));
}

/* Mail programs file an answer under the date of their own clock, which may be behind the server's: it comes after
 * what it answers all the same, and so does what is said to the answer. */
static int64_t after_what_it_answers(struct turn *t, const struct incoming *in, int64_t at)
{
	struct rec_message named;

	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_MESSAGE && get_message(t, in->ids[i].at[j].number, &named) == 0 &&
			    named.account == in->account->id && named.at >= at)
				at = named.at + 1;
	return at;
}

struct span incoming_words(struct turn *t, struct incoming *in)
{
	if (!in->own_words.p)
		in->own_words = reading_own_words(t->a, &in->facts);
	return in->own_words;
}

static void note_request(struct turn *t, struct incoming *in, const struct rec_message *m, struct rec_conversation *c)
{
	struct span language = reading_own_language(t->a, &in->facts, incoming_words(t, in));

	/* A conversation that only machines had spoken in is named by the first person. */
	if (!c->requester.n)
		name_requester(t, in, c);
	/* The newest request that tells its language decides. */
	if (language.n && (!c->language.n || m->at >= c->story.last_request_at))
		c->language = language;
	/* Whoever writes again may be reached again. */
	if (in->at > c->undelivered_at)
		c->undelivered_at = 0;
}

/* The requester answers what nobody has seen here although we owe an answer, and has not named it before. */
static void note_unseen_reply(const struct incoming *in, uint64_t conversation, struct rec_conversation *c)
{
	bool seen = in->nnamed < 2;

	for (uint32_t i = 0; !seen && i < in->ids[1].n; i++)
		seen = in->ids[1].at[i].kind != ID_AWAITED || in->ids[1].at[i].conversation == conversation;
	if (c->story.state != STATE_OPEN)
		c->elsewhere_at = 0;
	else if (!seen)
		c->elsewhere_at = in->at;
}

/* Everything there is to record of a new message that belongs to a conversation. */
static void take_new(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m)
{
	struct rec_conversation c;
	struct event e;

	m->conversation = in->joined.conversation;
	if (!m->conversation || get_conversation(t, m->conversation, &c))
		m->conversation = open_conversation(t, in, number, &c);
	else if (m->conversation == in->home)
		name_requester(t, in, &c);
	fault("record", &in->facts);
	c.messages++;
	e = (struct event){ .kind = event_of(t, in, &c), .message = number, .ordinal = m->ordinal };
	/* Whoever has said how the conversation stands has not seen this request. */
	if ((e.kind == EVENT_REQUEST || e.kind == EVENT_UNREADABLE) && m->at <= c.acted_at)
		m->at = c.acted_at + 1;
	if (e.kind == EVENT_ANSWER || e.kind == EVENT_REQUEST)
		m->at = after_what_it_answers(t, in, m->at);
	e.at = m->at;
	if (e.kind == EVENT_REQUEST)
		note_unseen_reply(in, m->conversation, &c);
	conversation_event(t, m->conversation, &c, &e, SPAN_NONE);
	if (e.kind == EVENT_ANSWER)
		note_answer(t, in, &c, m);
	else if (e.kind == EVENT_REQUEST)
		kin_answers_behind(t, in, m->conversation, &c, m);
	if (e.kind == EVENT_REQUEST && c.first_message != number)
		name_again(t, in, number, m, &c);
	record_people(t, in, m->conversation);
	record_requester(t, in, m->conversation);
	record_ids(t, in, number, m->conversation);
	if (e.kind == EVENT_REQUEST)
		note_request(t, in, m, &c);
	if (in->undelivered && in->undelivered == m->conversation && in->at >= c.story.last_request_at)
		c.undelivered_at = in->at;
	if (in->role == ROLE_INBOX && in->voice.voice != VOICE_AGENT && in->voice.voice != VOICE_CLAIMED_AGENT && !in->trouble.n)
		propose_acknowledgement(t, in, number, m, &c);
	if (watch_awaits(m->conversation, &c, m)) {
		watch_place(t, in, number, m->conversation);
		c.marks = 0;
	}
	conversation_store(t, m->conversation, &c);
	log_taken(in, number, m, &c);
}

/* It is there by now: what stood for it makes room, but for the conversation that was opened for it. */
static void forget_unfetched(struct turn *t, struct incoming *in, const struct rec_place *p)
{
	struct rec_message m;
	struct rec_conversation c;

	if (get_message(t, p->message, &m) || m.depth != FACTS_NONE || get_conversation(t, m.conversation, &c))
		return;
	conversation_forget(t, m.conversation, &c, &m);
	conversation_store(t, m.conversation, &c);
	if (!c.messages)
		in->home = m.conversation;
}

/* Was this place taken in before, as well as now? */
static bool seen_place(struct turn *t, struct incoming *in)
{
	struct key key = place_key(in->account->id, in->role, in->uidvalidity, in->item->uid);
	struct rec_place p;
	struct span value;

	if (txn_get(t->t, DB_PLACE, key_span(&key), t->a, &value) || !rec_place_get(value, &p))
		return false;
	if (p.fetched || !in->item->fetched)
		return true;
	retry_forget(t, in);
	forget_unfetched(t, in, &p);
	return false;
}

static void begin(struct turn *t, struct incoming *in)
{
	in->at = in->item->internal_at > 0 && in->item->internal_at < t->now ? in->item->internal_at : t->now;
}

/* Whoever names a keyed id of ours has received what bears it. */
static void note_evidence(struct turn *t, struct incoming *in)
{
	bool report = in->kind.kind == KIND_BOUNCE || in->kind.kind == KIND_REPORT;

	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_OUTBOX)
				outgoing_evidence(t, in->ids[i].at[j].number, report ? "a bounce" : "a reply");
	bounced_take(t, in);
}

/* Returns its conversation. */
static uint64_t finish(struct turn *t, struct incoming *in)
{
	struct rec_message m;
	uint64_t number = t->tip.next_message++;

	fault("join", &in->facts);
	if (!in->check)
		kin_join(t, in);
	fill_message(t, in, &m);
	if (in->facts_bytes.p && in->facts.depth != FACTS_NONE)
		put_facts(t, number, in->facts_bytes);
	if (in->own_automated) {
		take_own(t, in, number, &m);
		record_ids(t, in, number, m.conversation);
		log_event(LOG_INFO, "message.own", "account=%.*s mailbox=%s uid=%u message=%llu entry=%llu",
			  SPAN_ARG(in->account->c->name), role_name(in->role), in->item->uid, (unsigned long long)number,
			  (unsigned long long)m.outbox);
	} else {
		witness_named(t, in);
		note_evidence(t, in);
		if (in->check)
			answers_note(t, in);
		else
			take_new(t, in, number, &m);
	}
	put_message(t, number, &m);
	record_place(t, in, number);
	record_fingerprint(t, in, number);
	return m.conversation;
}

/* It was erased, and lies in the mailbox still: a place and nothing else. */
static void pass_by(struct turn *t, const struct incoming *in)
{
	record_place(t, in, 0);
	log_event(LOG_INFO, "message.erased-before", "account=%.*s mailbox=%s uid=%u", SPAN_ARG(in->account->c->name), role_name(in->role),
		  in->item->uid);
}

void message_take(struct turn *t, struct incoming *in)
{
	if (seen_place(t, in))
		return;
	begin(t, in);
	if (!in->item->fetched) {
		retry_remember(t, in);
		in->trouble = SPAN("the server lists this message but does not hand it out");
		in->facts = facts_none();
	} else if (!in->facts_bytes.p || !facts_decode(t->a, in->facts_bytes, &in->facts)) {
		in->trouble = SPAN("no reader could read it; it lies unchanged in the mailbox");
		in->facts = facts_none();
	}
	fault("read", &in->facts);
	kin_gather(t, in);
	fault("known", &in->facts);
	in->check = answers_find(t, in);
	if (in->known)
		take_again(t, in);
	else if (tombstone_covers(t, in))
		pass_by(t, in);
	else
		finish(t, in);
}

void message_set_aside(struct turn *t, struct incoming *in, const char *why)
{
	struct audit_record r = { .event = AUDIT_SET_ASIDE, .account = in->account->id, .purpose = 0xff, .verdict = 0xff };

	if (seen_place(t, in))
		return;
	begin(t, in);
	in->trouble = span_of(why);
	in->facts = facts_none();
	in->facts_bytes = SPAN_NONE;
	kin_gather(t, in);
	if (in->known) {
		take_again(t, in);
		return;
	}
	r.message = t->tip.next_message;
	r.detail = span_of(why);
	r.conversation = finish(t, in);
	audit_append(t, &r);
	log_event(LOG_WARN, "message.set-aside", "account=%.*s mailbox=%s uid=%u why=%s", SPAN_ARG(in->account->c->name),
		  role_name(in->role), in->item->uid, log_quote(why));
}
