// SPDX-License-Identifier: Apache-2.0
#include "ledger/engine_store.h"
#include <errno.h>
#include <stdlib.h>

const char *ledger_db_name(enum ledger_db db)
{
	static const char *const names[DB_COUNT] = {
		[DB_META] = "meta",
		[DB_ACCOUNT] = "account",
		[DB_MAILBOX] = "mailbox",
		[DB_PLACE] = "place",
		[DB_MESSAGE] = "message",
		[DB_TEXT] = "text",
		[DB_MESSAGE_ID] = "message-id",
		[DB_FINGERPRINT] = "fingerprint",
		[DB_CONVERSATION] = "conversation",
		[DB_EVENT] = "event",
		[DB_PERSON] = "person",
		[DB_REQUESTER] = "requester",
		[DB_DUE] = "due",
		[DB_WAKE] = "wake",
		[DB_OUTBOX] = "outbox",
		[DB_QUEUE] = "queue",
		[DB_NOTICE] = "notice",
		[DB_AUDIT] = "audit",
		[DB_EVIDENCE] = "evidence",
		[DB_HEAD] = "head",
		[DB_SET] = "set",
		[DB_RECIPIENT] = "recipient",
		[DB_SUPPRESSION] = "suppression",
		[DB_UNFETCHED] = "unfetched",
		[DB_TOMBSTONE] = "tombstone",
		[DB_CHECK] = "check",
		[DB_WATCHED] = "watched",
		[DB_UNFILED] = "unfiled",
	};

	return names[db];
}

void engine_close(struct engine **e)
{
	if (!*e)
		return;
	if ((*e)->open)
		(*e)->ops->abort(*e);
	explicit_bzero((*e)->tag_key, KEY_SIZE);
	(*e)->ops->close(*e);
	*e = NULL;
}

struct engine_size engine_size(struct engine *e)
{
	return e->ops->size(e);
}

int engine_copy(struct engine *e, const char *folder, struct engine_copied *out, struct err *err)
{
	if (e->open || !e->ops->copy)
		return err_set(err, e->open ? -EBUSY : -ENOTSUP, "%s: %s", folder, strerror(e->open ? EBUSY : ENOTSUP));
	return e->ops->copy(e, folder, out, err);
}

int engine_compact(struct engine *e, struct err *err)
{
	if (e->open || !e->ops->compact)
		return err_set(err, e->open ? -EBUSY : -ENOTSUP, "ledger: %s", strerror(e->open ? EBUSY : ENOTSUP));
	return e->ops->compact(e, err);
}

/* -- transactions --------------------------------------------------------------------------- */

static int begin(struct engine *e, bool write, bool reserve, struct txn **out)
{
	if (e->open)
		return -EBUSY;
	int r = e->ops->begin(e, write, reserve);
	if (r)
		return r;
	e->open = true;
	e->txn = (struct txn){ .engine = e, .write = write };
	*out = &e->txn;
	return 0;
}

int txn_begin(struct engine *e, bool write, struct txn **out)
{
	return begin(e, write, false, out);
}

int txn_begin_reserve(struct engine *e, struct txn **out)
{
	return begin(e, true, true, out);
}

int txn_commit(struct txn **t)
{
	struct engine *e = (*t)->engine;
	int failed = (*t)->failed;

	if (failed) {
		txn_abort(t);
		return failed;
	}
	*t = NULL;
	e->open = false;
	return e->ops->commit(e);
}

void txn_abort(struct txn **t)
{
	if (!*t)
		return;
	struct engine *e = (*t)->engine;
	*t = NULL;
	e->open = false;
	e->ops->abort(e);
}

/* -- values and their tags ------------------------------------------------------------------- */

static void check_key(struct span key)
{
	if (key.n == 0 || key.n > ENGINE_KEY_MAX)
		abort();
}

static void tag_make(const struct engine *e, enum ledger_db db, struct span key, struct span value,
		     uint8_t tag[TAG_SIZE])
{
	char all[2 + ENGINE_KEY_MAX + ENGINE_VALUE_MAX];

	all[0] = (char)db;
	all[1] = (char)key.n;
	memcpy(all + 2, key.p, key.n);
	if (value.n)
		memcpy(all + 2 + key.n, value.p, value.n);
	hash_tag(e->tag_key, span_make(all, 2 + key.n + value.n), tag);
}

static bool tag_check(const struct engine *e, enum ledger_db db, struct span key, struct span raw,
		      struct span *value)
{
	uint8_t tag[TAG_SIZE];

	if (key.n > ENGINE_KEY_MAX || raw.n < TAG_SIZE || raw.n > ENGINE_VALUE_MAX + TAG_SIZE)
		return false;
	*value = span_sub(raw, 0, raw.n - TAG_SIZE);
	tag_make(e, db, key, *value, tag);
	return hash_eq(tag, raw.p + value->n, TAG_SIZE);
}

int txn_get(struct txn *t, enum ledger_db db, struct span key, struct arena *a, struct span *value)
{
	struct span raw, inner;

	check_key(key);
	int r = t->engine->ops->get(t->engine, db, key, &raw);
	if (r)
		return r;
	if (!tag_check(t->engine, db, key, raw, &inner))
		return -EBADMSG;
	*value = arena_span(a, inner);
	return 0;
}

static int by_place(const void *x, const void *y)
{
	const struct engine_get *a = *(struct engine_get *const *)x, *b = *(struct engine_get *const *)y;

	return a->db == b->db ? span_cmp(a->key, b->key) : (int)a->db - (int)b->db;
}

void txn_get_many(struct txn *t, struct engine_get *list, uint32_t n, struct arena *a)
{
	/* In key order, neighbours share the pages that have to be read. */
	struct engine_get **sorted = arena_many(a, n, struct engine_get *);

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = &list[i];
	qsort(sorted, n, sizeof(struct engine_get *), by_place);
	for (uint32_t i = 0; i < n; i++) {
		sorted[i]->value = SPAN_NONE;
		sorted[i]->status = txn_get(t, sorted[i]->db, sorted[i]->key, a, &sorted[i]->value);
	}
}

bool txn_wrote(const struct txn *t)
{
	return t->wrote;
}

static int changed(struct txn *t, int r)
{
	t->wrote = true;
	if (r && !t->failed)
		t->failed = r;
	return r;
}

int txn_put(struct txn *t, enum ledger_db db, struct span key, struct span value)
{
	char raw[ENGINE_VALUE_MAX + TAG_SIZE];
	uint8_t tag[TAG_SIZE];

	check_key(key);
	if (!t->write || value.n > ENGINE_VALUE_MAX)
		abort();
	tag_make(t->engine, db, key, value, tag);
	if (value.n)
		memcpy(raw, value.p, value.n);
	memcpy(raw + value.n, tag, TAG_SIZE);
	return changed(t, t->engine->ops->put(t->engine, db, key, span_make(raw, value.n + TAG_SIZE)));
}

int txn_delete(struct txn *t, enum ledger_db db, struct span key)
{
	check_key(key);
	if (!t->write)
		abort();
	return changed(t, t->engine->ops->delete(t->engine, db, key));
}

/* -- ranges ---------------------------------------------------------------------------------- */

struct range {
	const struct engine *engine;
	enum ledger_db db;
	struct arena *arena;
	struct engine_row *rows;
	uint32_t n, room, limit;
};

static bool range_row(void *context, struct span key, struct span raw)
{
	struct range *r = context;
	struct span value = SPAN_NONE;

	if (r->n == r->room) {
		struct engine_row *more = arena_many(r->arena, r->room * 4, struct engine_row);
		memcpy(more, r->rows, r->n * sizeof(*more));
		r->rows = more;
		r->room *= 4;
	}
	if (tag_check(r->engine, r->db, key, raw, &value))
		value = arena_span(r->arena, value);
	else
		value = SPAN_NONE;
	r->rows[r->n++] = (struct engine_row){ .key = arena_span(r->arena, key), .value = value };
	return r->n < r->limit;
}

int txn_range(struct txn *t, enum ledger_db db, struct span from, struct span to, bool down, uint32_t limit,
	      struct arena *a, struct engine_row **rows)
{
	struct range r = { .engine = t->engine, .db = db, .arena = a, .room = 16 };

	if (limit > ENGINE_RANGE_MAX || from.n > ENGINE_KEY_MAX || to.n > ENGINE_KEY_MAX)
		abort();
	r.limit = limit;
	r.rows = arena_many(a, r.room, struct engine_row);
	int failed = limit ? t->engine->ops->walk(t->engine, db, from, to, down, range_row, &r) : 0;
	*rows = r.rows;
	return failed ? failed : (int)r.n;
}
