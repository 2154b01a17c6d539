// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/erase.h"
#include "base/io.h"
#include "base/log.h"
#include "ledger/pieces.h"
#include "mail/limits.h"
#include <errno.h>
#include <stdlib.h>

enum { ERASE_SLICE = 250, BUSY_WAIT = 5 };

/* First what is found by going through everything, last what it is found by. */
enum { PHASE_EVIDENCE, PHASE_ENTRIES, PHASE_PEOPLE, PHASE_CONVERSATIONS, PHASE_END };

/* -- what it is about ------------------------------------------------------------------------------------ */

static const struct erasure_item *find(const struct erasure *e, uint64_t conversation)
{
	uint32_t low = 0, high = e->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (e->at[middle].conversation == conversation)
			return &e->at[middle];
		if (e->at[middle].conversation < conversation)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void erasure_add(struct erasure *e, uint64_t conversation, bool whole)
{
	uint32_t i = 0;

	if (find(e, conversation))
		return;
	if (e->n == e->room) {
		e->room = e->room ? e->room * 2 : 16;
		e->at = reallocarray(e->at, e->room, sizeof(*e->at));
		if (!e->at)
			abort();
	}
	while (i < e->n && e->at[i].conversation < conversation)
		i++;
	memmove(&e->at[i + 1], &e->at[i], (e->n - i) * sizeof(*e->at));
	e->at[i] = (struct erasure_item){ .conversation = conversation, .whole = whole };
	e->n++;
}

void erasure_free(struct erasure *e)
{
	free(e->at);
	*e = (struct erasure){ 0 };
}

static void name(struct erasure *e, struct span address)
{
	size_t n = address.n < sizeof(e->address) ? address.n : 0;

	if (n)
		memcpy(e->address, address.p, n);
	e->address[n] = '\0';
}

/* The hash under which the person is found; false for what is no address. */
static bool person_id(struct turn *t, const struct erasure *e, uint8_t id[ID_SIZE])
{
	struct address who;

	if (!*e->address || !address_split(span_of(e->address), &who))
		return false;
	address_hash(t->k, address_key(t->a, who, 0), id);
	return true;
}

bool erasure_find_address(struct turn *t, struct erasure *e, struct span address)
{
	struct key from = { 0 }, to = { 0 };
	struct engine_row *rows;
	uint8_t id[ID_SIZE];
	int n;

	name(e, address);
	if (!person_id(t, e, id))
		return false;
	key_add_id(&from, id);
	key_add_id(&to, id);
	key_add(&to, UINT64_MAX, 8);
	do {
		n = txn_range(t->t, DB_REQUESTER, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX,
			      t->a, &rows);
		for (int i = 0; i < n; i++) {
			struct rec_conversation c;
			uint64_t number = key_get(rows[i].key, ID_SIZE);
			from = (struct key){ 0 };
			key_add_id(&from, id);
			key_add(&from, number + 1, 8);
			if (get_conversation(t, number, &c) == 0)
				erasure_add(e, number, span_ieq(c.requester, address));
		}
	} while (n == ENGINE_RANGE_MAX);
	return true;
}

bool erasure_find_conversation(struct turn *t, struct erasure *e, uint64_t number)
{
	struct rec_conversation c;

	if (get_conversation(t, number, &c))
		return false;
	name(e, c.requester);
	erasure_add(e, number, true);
	return true;
}

void erasure_find_in(struct erasure *e, uint64_t conversation, struct span author)
{
	name(e, author);
	erasure_add(e, conversation, false);
}

static bool mentions(const struct erasure *e, struct span text)
{
	return *e->address && span_ifind(text, span_of(e->address)) >= 0;
}

bool erasure_drop(struct turn *t, struct erasure *e, struct span actor)
{
	struct engine_row *rows;
	int n = txn_range(t->t, DB_QUEUE, SPAN_NONE, SPAN_NONE, false, ENGINE_RANGE_MAX, t->a, &rows);

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < n; i++) {
			struct rec_outbox o;
			uint64_t number = key_get(rows[i].key, 9);
			if (get_outbox(t, number, &o) || !find(e, o.conversation))
				continue;
			if (pass == 0 && queue_class_of(o.state) == QUEUE_IN_FLIGHT)
				return false;
			if (pass == 1)
				outgoing_drop(t, number, &o, INPUT_DROP, "its conversation is erased", actor);
		}
	return true;
}

/* -- one thing ------------------------------------------------------------------------------------------- */

static void erase_evidence(struct turn *t, uint64_t seq)
{
	int r = pieces_delete(t->t, DB_EVIDENCE, seq);

	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot delete the evidence of record %llu: %s",
			    (unsigned long long)seq, strerror(-r));
}

static void forget_author(struct turn *t, uint64_t conversation, struct span author)
{
	struct address who;
	struct key key = { 0 };
	uint8_t id[ID_SIZE];

	if (!address_split(author, &who))
		return;
	address_hash(t->k, address_key(t->a, who, 0), id);
	key_add_id(&key, id);
	key_add(&key, conversation, 8);
	store_delete(t, DB_REQUESTER, &key);
}

static void erase_message(struct turn *t, struct erasure *e, uint64_t number, const struct rec_message *m)
{
	struct key key = key_u64(number);
	int r;

	tombstone_put(t, number, m);
	if (m->decision)
		erase_evidence(t, m->decision);
	forget_author(t, m->conversation, m->author);
	r = pieces_delete(t->t, DB_TEXT, number);
	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot delete the text of message %llu: %s",
			    (unsigned long long)number, strerror(-r));
	store_delete(t, DB_MESSAGE, &key);
	e->messages++;
}

/* The copy of an automated message in our own mailbox says what that said. */
static void erase_copies(struct turn *t, struct erasure *e, struct span message_id)
{
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;
	struct rec_message m;

	message_id_hash(t->k, message_id, hash);
	get_ids(t, hash, &ids);
	for (uint32_t i = 0; i < ids.n; i++)
		if (ids.at[i].kind == ID_MESSAGE && get_message(t, ids.at[i].number, &m) == 0)
			erase_message(t, e, ids.at[i].number, &m);
}

static void erase_events(struct turn *t, struct erasure *e, const struct erasure_item *item)
{
	struct key from = event_key(item->conversation, 0, 0), to = key_u64(item->conversation + 1);
	struct engine_row *rows;
	int n;

	do {
		struct arena *of_turn = turn_apart(t);
		n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ERASE_SLICE, t->a,
			      &rows);
		for (int i = 0; i < n; i++) {
			struct key key = event_key(item->conversation, (int64_t)key_get(rows[i].key, 8),
						   key_get(rows[i].key, 16));
			struct rec_event r;
			struct rec_message m;
			from = event_key(item->conversation, (int64_t)key_get(rows[i].key, 8),
					 key_get(rows[i].key, 16) + 1);
			bool known = rows[i].value.p && rec_event_get(rows[i].value, &r) && r.message &&
				     get_message(t, r.message, &m) == 0;
			if (known && (item->whole || span_ieq(m.author, span_of(e->address))))
				erase_message(t, e, r.message, &m);
			if (item->whole)
				store_delete(t, DB_EVENT, &key);
		}
		turn_together(t, of_turn);
	} while (n == ERASE_SLICE);
}

static void erase_people(struct turn *t, uint64_t conversation)
{
	struct key from = key_u64(conversation), to = key_u64(conversation + 1);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_PERSON, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a,
			  &rows);

	for (int i = 0; i < n; i++) {
		struct key key = { .n = (uint8_t)rows[i].key.n };
		memcpy(key.b, rows[i].key.p, rows[i].key.n);
		store_delete(t, DB_PERSON, &key);
	}
}

/* A conversation of which nothing is left but its number and that it was. */
static void leave_stub(struct turn *t, uint64_t number)
{
	struct rec_conversation c;

	if (get_conversation(t, number, &c))
		return;
	c.story = (struct story){ .state = STATE_DISMISSED };
	c.requester = c.requester_name = c.agent = SPAN_NONE;
	c.subject = SPAN("(erased)");
	c.language = SPAN_NONE;
	c.messages = 0;
	c.linked = 0;
	c.undelivered_at = c.elsewhere_at = 0;
	conversation_store(t, number, &c);
	tombstone_of_conversation(t, number);
}

/* -- slices ---------------------------------------------------------------------------------------------- */

/* Digests to staff name many requesters: theirs is found by what it says. */
static bool concerns(struct turn *t, const struct erasure *e, const struct audit_record *r)
{
	const struct erasure_item *item = find(e, r->conversation);
	struct span the_case, bytes;

	if (item && item->whole)
		return true;
	if (r->conversation && !item)
		return false;
	return evidence_get(t, r->seq, &r->evidence, &the_case, &bytes) == 0 &&
	       (mentions(e, the_case) || mentions(e, bytes));
}

static bool evidence_slice(struct turn *t, struct erasure *e)
{
	static const struct hash none;
	struct key from = key_u64(e->cursor);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_AUDIT, key_span(&from), SPAN_NONE, false, ERASE_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct arena *of_turn = turn_apart(t);
		struct audit_record r;
		e->cursor = key_get(rows[i].key, 0) + 1;
		if (rows[i].value.p && audit_decode(t->a, rows[i].value, &r) &&
		    !hash_eq(r.evidence.b, none.b, HASH_SIZE) && concerns(t, e, &r))
			erase_evidence(t, r.seq);
		turn_together(t, of_turn);
	}
	return n < ERASE_SLICE;
}

static bool evidence_is_gone(struct turn *t, uint64_t seq)
{
	struct span stored;

	return seq && pieces_get(t->t, DB_EVIDENCE, seq, PIECES_MAX_BYTES, t->a, &stored) == -ENOENT;
}

static void entry(struct turn *t, struct erasure *e, uint64_t number, const struct rec_outbox *o)
{
	const struct erasure_item *item = find(e, o->conversation);
	struct key key = key_u64(number);
	bool theirs = item && (item->whole || span_ieq(o->recipient, span_of(e->address)));

	if (!theirs && (o->conversation || !evidence_is_gone(t, o->decision)))
		return;
	erase_copies(t, e, o->message_id);
	if (!theirs || queue_class_of(o->state) != QUEUE_NONE)
		return;
	store_delete(t, DB_OUTBOX, &key);
	e->entries++;
}

static bool entry_slice(struct turn *t, struct erasure *e)
{
	struct key from = key_u64(e->cursor);
	struct engine_row *rows;
	int n = txn_range(t->t, DB_OUTBOX, key_span(&from), SPAN_NONE, false, ERASE_SLICE, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct arena *of_turn = turn_apart(t);
		struct rec_outbox o;
		e->cursor = key_get(rows[i].key, 0) + 1;
		if (rows[i].value.p && rec_outbox_get(rows[i].value, &o))
			entry(t, e, key_get(rows[i].key, 0), &o);
		turn_together(t, of_turn);
	}
	return n < ERASE_SLICE;
}

/* Who is not to be written to is known by the hash alone from now on. */
static void keep_suppressed(struct turn *t, const uint8_t id[ID_SIZE])
{
	struct rec_suppression s;

	if (get_suppression(t, id, &s))
		return;
	s.address = SPAN("(erased)");
	s.source = SPAN_NONE;
	put_suppression(t, id, &s);
}

/* Where the person was only addressed. */
static bool people_slice_of(struct turn *t, struct erasure *e)
{
	struct key from = { .n = e->nperson };
	struct engine_row *rows;
	uint8_t id[ID_SIZE];

	if (!person_id(t, e, id))
		return true;
	memcpy(from.b, e->person, e->nperson);
	int n = txn_range(t->t, DB_PERSON, key_span(&from), SPAN_NONE, false, ENGINE_RANGE_MAX, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct key key = { .n = (uint8_t)rows[i].key.n };
		memcpy(key.b, rows[i].key.p, key.n);
		if (key.n == ENGINE_KEY_MAX && hash_eq(key.b + 8, id, ID_SIZE))
			store_delete(t, DB_PERSON, &key);
		/* The next key there can be. */
		memcpy(e->person, key.b, key.n);
		e->nperson = key.n;
		for (int b = key.n - 1; b >= 0 && ++e->person[b] == 0; b--)
			;
	}
	if (n == ENGINE_RANGE_MAX)
		return false;
	struct key window = { 0 };
	key_add_id(&window, id);
	store_delete(t, DB_RECIPIENT, &window);
	keep_suppressed(t, id);
	return true;
}

static bool conversation_slice(struct turn *t, struct erasure *e)
{
	if (e->cursor < e->n) {
		const struct erasure_item *item = &e->at[e->cursor++];
		erase_events(t, e, item);
		if (item->whole) {
			erase_people(t, item->conversation);
			leave_stub(t, item->conversation);
			e->conversations++;
		}
	}
	return e->cursor >= e->n;
}

bool erasure_step(struct turn *t, struct erasure *e)
{
	static bool (*const slices[PHASE_END])(struct turn *, struct erasure *) = {
		[PHASE_EVIDENCE] = evidence_slice,
		[PHASE_ENTRIES] = entry_slice,
		[PHASE_PEOPLE] = people_slice_of,
		[PHASE_CONVERSATIONS] = conversation_slice,
	};

	if (e->phase < PHASE_END && slices[e->phase](t, e)) {
		e->phase++;
		e->cursor = 0;
	}
	/* Before what they stand for is gone. */
	tombstones_write(t->k);
	return e->phase == PHASE_END;
}

/* -- the file -------------------------------------------------------------------------------------------- */

static const struct key compact_key = { .b = "compact", .n = 7 };

void erase_want_compact(struct turn *t)
{
	store_put(t, DB_META, &compact_key, SPAN(""));
	t->k->compact = true;
}

void erase_start(struct turn *t)
{
	struct span value;

	tombstones_gather(t);
	t->k->compact = txn_get(t->t, DB_META, key_span(&compact_key), t->a, &value) == 0;
}

void erase_compact(struct keeper *k)
{
	struct err err;
	struct turn t;

	if (!k->compact || k->compact_at > clock_now())
		return;
	int r = engine_compact(k->engine, &err);
	if (r == -EBUSY || r == -ENOSPC) {
		/* Somebody makes a backup, or there is no room for a second file. */
		log_event(LOG_WARN, "ledger.not-compacted", "why=%s then=again", log_quote(err.text));
		k->compact_at = clock_now() + BUSY_WAIT;
		return;
	}
	if (r)
		keeper_fail(k, ENDING_TRANSIENT, "%s", err.text);
	k->compact = false;
	turn_begin(k, true, &t);
	store_delete(&t, DB_META, &compact_key);
	turn_commit(&t);
	log_event(LOG_INFO, "ledger.compacted", "bytes=%llu",
		  (unsigned long long)engine_size(k->engine).used);
}
