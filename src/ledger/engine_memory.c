// SPDX-License-Identifier: Apache-2.0
/* The engine of unit tests: sorted arrays, and a list of what a transaction replaced so that it can
 * be taken back. */
#include "ledger/engine_store.h"
#include <errno.h>
#include <stdlib.h>

struct row {
	size_t nkey, nraw;
	char bytes[];
};

struct table {
	struct row **rows;
	size_t n, room;
};

struct undo {
	struct undo *next;
	enum ledger_db db;
	struct row *was; /* NULL: there was none */
	char key[ENGINE_KEY_MAX];
	size_t nkey;
};

struct memory {
	struct engine base;
	struct table tables[DB_COUNT];
	struct undo *undo;
};

static struct memory *memory_of(struct engine *e)
{
	return (struct memory *)e;
}

static void *must(void *p)
{
	if (!p)
		abort();
	return p;
}

static struct span row_key(const struct row *r)
{
	return span_make(r->bytes, r->nkey);
}

static struct span row_raw(const struct row *r)
{
	return span_make(r->bytes + r->nkey, r->nraw);
}

/* Index of the first row whose key is not below `key`. */
static size_t table_find(const struct table *t, struct span key)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (span_cmp(row_key(t->rows[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Puts `r` (NULL: nothing) in the place of what stands under `key`, which is returned. */
static struct row *table_swap(struct table *t, struct span key, struct row *r)
{
	size_t i = table_find(t, key);
	struct row *was = i < t->n && span_eq(row_key(t->rows[i]), key) ? t->rows[i] : NULL;

	if (was && r) {
		t->rows[i] = r;
	} else if (was) {
		t->n--;
		memmove(t->rows + i, t->rows + i + 1, (t->n - i) * sizeof(struct row *));
	} else if (r) {
		if (t->n == t->room) {
			t->room = t->room ? t->room * 2 : 16;
			t->rows = must(reallocarray(t->rows, t->room, sizeof(struct row *)));
		}
		memmove(t->rows + i + 1, t->rows + i, (t->n - i) * sizeof(struct row *));
		t->rows[i] = r;
		t->n++;
	}
	return was;
}

static void change(struct memory *m, enum ledger_db db, struct span key, struct row *r)
{
	struct undo *u = must(calloc(1, sizeof(*u)));

	u->db = db;
	u->nkey = key.n;
	memcpy(u->key, key.p, key.n);
	u->was = table_swap(&m->tables[db], key, r);
	u->next = m->undo;
	m->undo = u;
}

static int memory_put(struct engine *e, enum ledger_db db, struct span key, struct span raw)
{
	struct row *r = must(malloc(sizeof(*r) + key.n + raw.n));

	r->nkey = key.n;
	r->nraw = raw.n;
	memcpy(r->bytes, key.p, key.n);
	memcpy(r->bytes + key.n, raw.p, raw.n);
	change(memory_of(e), db, key, r);
	return 0;
}

static int memory_delete(struct engine *e, enum ledger_db db, struct span key)
{
	change(memory_of(e), db, key, NULL);
	return 0;
}

static int memory_begin(struct engine *e, bool write, bool reserve)
{
	(void)e;
	(void)write;
	(void)reserve;
	return 0;
}

/* Takes the newest change off the list; the caller decides which row lives on. */
static struct undo *undo_pop(struct memory *m)
{
	struct undo *u = m->undo;

	if (u)
		m->undo = u->next;
	return u;
}

static int memory_commit(struct engine *e)
{
	for (struct undo *u; (u = undo_pop(memory_of(e)));) {
		free(u->was);
		free(u);
	}
	return 0;
}

static void memory_abort(struct engine *e)
{
	struct memory *m = memory_of(e);

	for (struct undo *u; (u = undo_pop(m));) {
		free(table_swap(&m->tables[u->db], span_make(u->key, u->nkey), u->was));
		free(u);
	}
}

static int memory_get(struct engine *e, enum ledger_db db, struct span key, struct span *raw)
{
	const struct table *t = &memory_of(e)->tables[db];
	size_t i = table_find(t, key);

	if (i == t->n || !span_eq(row_key(t->rows[i]), key))
		return -ENOENT;
	*raw = row_raw(t->rows[i]);
	return 0;
}

static int memory_walk(struct engine *e, enum ledger_db db, struct span from, struct span to, bool down,
		       engine_row_fn *row, void *context)
{
	const struct table *t = &memory_of(e)->tables[db];
	size_t low = table_find(t, from), high = to.n ? table_find(t, to) : t->n;

	while (low < high) {
		const struct row *r = down ? t->rows[--high] : t->rows[low++];
		if (!row(context, row_key(r), row_raw(r)))
			break;
	}
	return 0;
}

static struct engine_size memory_size(struct engine *e)
{
	struct engine_size size = { 0 };

	for (int db = 0; db < DB_COUNT; db++) {
		const struct table *t = &memory_of(e)->tables[db];
		for (size_t i = 0; i < t->n; i++)
			size.used += t->rows[i]->nkey + t->rows[i]->nraw;
	}
	size.map = size.used;
	return size;
}

static void memory_close(struct engine *e)
{
	struct memory *m = memory_of(e);

	for (int db = 0; db < DB_COUNT; db++) {
		for (size_t i = 0; i < m->tables[db].n; i++)
			free(m->tables[db].rows[i]);
		free(m->tables[db].rows);
	}
	free(m);
}

static const struct engine_ops memory_ops = {
	.close = memory_close,
	.size = memory_size,
	.begin = memory_begin,
	.commit = memory_commit,
	.abort = memory_abort,
	.get = memory_get,
	.put = memory_put,
	.delete = memory_delete,
	.walk = memory_walk,
};

int engine_open_memory(const uint8_t tag_key[KEY_SIZE], struct engine **out)
{
	struct memory *m = must(calloc(1, sizeof(*m)));

	m->base.ops = &memory_ops;
	memcpy(m->base.tag_key, tag_key, KEY_SIZE);
	*out = &m->base;
	return 0;
}
