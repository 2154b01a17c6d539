// SPDX-License-Identifier: Apache-2.0
/* What a store of ordered keys must bring. engine.c does what all have in common: tags, limits, one
 * transaction at a time. Values here are raw: with their tag. */
#pragma once
#include "ledger/engine.h"

struct txn {
	struct engine *engine;
	bool write;
	bool wrote; /* there was a put or a delete */
	int failed; /* the first error of a put or delete: the commit fails with it */
};

/* False ends the walk. */
typedef bool engine_row_fn(void *context, struct span key, struct span raw);

struct engine_ops {
	void (*close)(struct engine *e);
	struct engine_size (*size)(struct engine *e);
	int (*begin)(struct engine *e, bool write, bool reserve);
	int (*commit)(struct engine *e);
	void (*abort)(struct engine *e);
	/* The view holds until the next put, delete or end of the transaction. */
	int (*get)(struct engine *e, enum ledger_db db, struct span key, struct span *raw);
	int (*put)(struct engine *e, enum ledger_db db, struct span key, struct span raw);
	int (*delete)(struct engine *e, enum ledger_db db, struct span key);
	int (*walk)(struct engine *e, enum ledger_db db, struct span from, struct span to, bool down,
		    engine_row_fn *row, void *context);
	/* Only where there is a file: NULL else. */
	int (*copy)(struct engine *e, const char *folder, struct engine_copied *out, struct err *err);
	int (*compact)(struct engine *e, struct err *err);
};

/* The first member of every engine. */
struct engine {
	const struct engine_ops *ops;
	uint8_t tag_key[KEY_SIZE];
	struct txn txn;
	bool open;
};
