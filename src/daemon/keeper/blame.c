// SPDX-License-Identifier: Apache-2.0
/* What the keeper has in hand stands on a page that outlives it, so that the next one knows what brought it
 * down and sets it aside the second time. */
#include "daemon/keeper/keeper.h"

static uint32_t *deaths(struct keeper *k, enum blame_what what, uint64_t a, uint64_t b)
{
	for (uint32_t i = 0; k->blame && i < BLAME_TALLY; i++)
		if (k->blame->tally[i].what == what && k->blame->tally[i].key[0] == a && k->blame->tally[i].key[1] == b)
			return &k->blame->tally[i].deaths;
	return NULL;
}

bool blame_take(struct keeper *k, enum blame_what what, uint64_t a, uint64_t b)
{
	const uint32_t *n = deaths(k, what, a, b);

	if (k->blame) {
		k->blame->key[0] = a;
		k->blame->key[1] = b;
		k->blame->what = what;
	}
	return n && *n >= BLAME_DEATHS;
}

void blame_leave(struct keeper *k)
{
	if (k->blame)
		k->blame->what = BLAME_NONE;
}

void blame_forget(struct keeper *k, enum blame_what what, uint64_t a, uint64_t b)
{
	uint32_t *n = deaths(k, what, a, b);

	if (n)
		*n = 0;
}
