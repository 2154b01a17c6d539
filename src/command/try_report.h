// SPDX-License-Identifier: Apache-2.0
/* What `hearback try` has found, for people. */
#pragma once
#include "base/arena.h"
#include "command/try_url.h"
#include "frame/control.h"

enum { TRY_ROWS = 1024 };

/* Rows of the keeper, kept. */
struct try_rows {
	struct arena *a;
	struct row *at[TRY_ROWS];
	uint32_t n;
};
/* An ask_row; the context is a struct try_rows. */
void try_keep_row(void *rows, const struct row *r);
/* The row of that kind in which this cell has this text, NULL if there is none. `cell` NULL: the first one.
 */
const struct row *try_find_row(const struct try_rows *rows, const char *kind, const char *cell,
			       const char *text);

struct try_about {
	const struct try_url *url;
	struct span address;
	bool address_guessed;
	bool plain;
	bool token;
	const char *ca_file;
	const char *agents;
	const char *sent;
	const char *since;
	bool time_over;
};
/* The smallest configuration for this mailbox, as far as it can be told. */
void try_put_configuration(const struct try_about *about, const struct try_rows *rows, struct buf *out);
void try_print(const struct try_about *about, const struct try_rows *rows);
