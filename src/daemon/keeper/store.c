// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/keeper.h"
#include "ledger/pieces.h"
#include "mail/limits.h"
#include <errno.h>
#include <string.h>

/* Largest encoded record; every record fits a value of the engine by its field limits. */
enum { RECORD_MAX = ENGINE_VALUE_MAX };

void store_put(struct turn *t, enum ledger_db db, const struct key *key, struct span value)
{
	int r = txn_put(t->t, db, key_span(key), value);

	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot write %s: %s", ledger_db_name(db), strerror(-r));
}

void store_delete(struct turn *t, enum ledger_db db, const struct key *key)
{
	int r = txn_delete(t->t, db, key_span(key));

	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot delete in %s: %s", ledger_db_name(db), strerror(-r));
}

static int load(struct turn *t, enum ledger_db db, const struct key *key, struct span *value)
{
	int r = txn_get(t->t, db, key_span(key), t->a, value);

	if (r && r != -ENOENT && r != -EBADMSG)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot read %s: %s", ledger_db_name(db), strerror(-r));
	return r;
}

#define ACCESS(name, type, db, KEY, ...)                                   \
	int get_##name(struct turn *t, __VA_ARGS__, struct type *out)          \
	{                                                                      \
		struct span value;                                             \
		struct key key = KEY;                                          \
		int r = load(t, db, &key, &value);                             \
		if (r)                                                         \
			return r;                                              \
		return type##_get(value, out) ? 0 : -EBADMSG;                  \
	}                                                                      \
	void put_##name(struct turn *t, __VA_ARGS__, const struct type *r)     \
	{                                                                      \
		BUF_CLEANUP struct buf b = BUF_CAPPED(RECORD_MAX);             \
		struct key key = KEY;                                          \
		type##_put(&b, r);                                             \
		store_put(t, db, &key, buf_span(&b));                          \
	}

static struct key small_key(uint64_t a, unsigned abytes, uint64_t b, unsigned bbytes)
{
	struct key k = { 0 };

	key_add(&k, a, abytes);
	if (bbytes)
		key_add(&k, b, bbytes);
	return k;
}

static struct key id_key(const uint8_t id[ID_SIZE])
{
	struct key k = { 0 };

	key_add_id(&k, id);
	return k;
}

static struct key person_key(uint64_t conversation, const uint8_t id[ID_SIZE])
{
	struct key k = key_u64(conversation);

	key_add_id(&k, id);
	return k;
}

ACCESS(check, rec_check, DB_CHECK, small_key(account, 2, code, 8), uint16_t account, uint64_t code)
struct key watched_key(uint16_t account, uint64_t conversation, uint32_t uidvalidity, uint32_t uid)
{
	struct key k = small_key(account, 2, conversation, 8);

	key_add(&k, uidvalidity, 4);
	key_add(&k, uid, 4);
	return k;
}

ACCESS(account, rec_account, DB_ACCOUNT, small_key(id, 2, 0, 0), uint16_t id)
ACCESS(mailbox, rec_mailbox, DB_MAILBOX, small_key(account, 2, role, 1), uint16_t account, enum role role)
ACCESS(message, rec_message, DB_MESSAGE, key_u64(number), uint64_t number)
ACCESS(conversation, rec_conversation, DB_CONVERSATION, key_u64(number), uint64_t number)
ACCESS(outbox, rec_outbox, DB_OUTBOX, key_u64(number), uint64_t number)
ACCESS(recipient, rec_recipient, DB_RECIPIENT, id_key(id), const uint8_t id[ID_SIZE])
ACCESS(suppression, rec_suppression, DB_SUPPRESSION, id_key(id), const uint8_t id[ID_SIZE])
ACCESS(person, rec_person, DB_PERSON, person_key(conversation, id), uint64_t conversation, const uint8_t id[ID_SIZE])
ACCESS(watched, rec_watched, DB_WATCHED, watched_key(account, conversation, uidvalidity, uid), uint16_t account, uint64_t conversation,
       uint32_t uidvalidity, uint32_t uid)

struct key place_key(uint16_t account, enum role role, uint32_t uidvalidity, uint32_t uid)
{
	struct key k = small_key(account, 2, role, 1);

	key_add(&k, uidvalidity, 4);
	key_add(&k, uid, 4);
	return k;
}

struct key event_key(uint64_t conversation, int64_t at, uint64_t ordinal)
{
	struct key k = key_u64_u64(conversation, (uint64_t)at);

	key_add(&k, ordinal, 8);
	return k;
}

void message_id_hash(const struct keeper *k, struct span id, uint8_t out[ID_SIZE])
{
	hash_keyed(k->keys.id, "message-id", id, out, ID_SIZE);
}

void address_hash(const struct keeper *k, struct span key, uint8_t out[ID_SIZE])
{
	hash_keyed(k->keys.id, "address", key, out, ID_SIZE);
}

void get_ids(struct turn *t, const uint8_t hash[ID_SIZE], struct rec_ids *out)
{
	struct span value;
	struct key key = id_key(hash);

	if (load(t, DB_MESSAGE_ID, &key, &value) || !rec_ids_get(value, out))
		*out = (struct rec_ids){ 0 };
}

void put_ids(struct turn *t, const uint8_t hash[ID_SIZE], const struct rec_ids *ids)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(RECORD_MAX);
	struct key key = id_key(hash);

	rec_ids_put(&b, ids);
	store_put(t, DB_MESSAGE_ID, &key, buf_span(&b));
}

/* Those who only wait for an id take at most half the places. */
void ids_add(struct rec_ids *ids, enum id_kind kind, uint64_t number, uint64_t conversation)
{
	uint32_t most = kind == ID_AWAITED ? RECORD_IDS / 2 : RECORD_IDS;

	for (uint32_t i = 0; i < ids->n; i++)
		if (ids->at[i].kind == kind && ids->at[i].number == number && ids->at[i].conversation == conversation)
			return;
	if (ids->n < most)
		ids->at[ids->n++] = (struct id_entry){ .kind = kind, .number = number, .conversation = conversation };
}

int get_facts_bytes(struct turn *t, uint64_t message, struct span *out)
{
	struct span packed;
	/* What cannot be compressed takes a little more room than it has. */
	int r = pieces_get(t->t, DB_TEXT, message, LIMIT_FACTS + LIMIT_FACTS / 128 + 1024, t->a, &packed);

	if (r)
		return r;
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_FACTS);
	r = unpack(t->k->packer, packed, LIMIT_FACTS, &b);
	if (r)
		return r;
	*out = arena_span(t->a, buf_span(&b));
	return 0;
}

int get_facts(struct turn *t, uint64_t message, struct facts *out)
{
	struct span encoded;
	int r = get_facts_bytes(t, message, &encoded);

	if (r)
		return r;
	return facts_decode(t->a, encoded, out) ? 0 : -EBADMSG;
}

void put_facts(struct turn *t, uint64_t message, struct span encoded)
{
	/* Room for what cannot be compressed, and for zstd's own bound. */
	BUF_CLEANUP struct buf b = BUF_CAPPED(encoded.n + encoded.n / 128 + 1024);
	int r = pack(t->k->packer, encoded, &b);

	if (!r)
		r = pieces_put(t->t, DB_TEXT, message, buf_span(&b));
	if (r)
		keeper_fail(t->k, ENDING_TRANSIENT, "ledger: cannot keep the text of message %llu: %s",
			    (unsigned long long)message, strerror(-r));
}
