// SPDX-License-Identifier: Apache-2.0
/* Which messages were erased: keyed hashes in a small text file beside the keys, mode 0600, so that neither a
 * rebuild nor an old backup brings back what somebody had a right to have forgotten. It holds the keys its
 * hashes were made with, so that it is good after the loss of the others. */
#pragma once
#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"

enum { TOMBSTONE_KEYS = 16 };

struct tombstone_set {
	uint8_t key[KEY_SIZE];
	uint8_t (*at)[ID_SIZE]; /* sorted */
	uint32_t n, room;
};
struct tombstones {
	struct tombstone_set sets[TOMBSTONE_KEYS];
	uint32_t n;
};

/* A file that is missing is an empty one. -EBADMSG: changed or cut short, with a line that says what to do.
 */
int tombstones_load(const char *path, struct tombstones *out, struct err *err);
int tombstones_store(const char *path, const struct tombstones *t, struct err *err);
/* True if it was not there before. False, too, beyond TOMBSTONE_KEYS different keys. */
bool tombstones_add(struct tombstones *t, const uint8_t key[KEY_SIZE], const uint8_t id[ID_SIZE]);
/* Adds all of `more`; true if any was new. */
bool tombstones_merge(struct tombstones *t, const struct tombstones *more);
/* Is it the tombstone of what reads like this? The bytes are hashed with each key. */
bool tombstones_cover(const struct tombstones *t, struct span what);
void tombstone_make(const uint8_t key[KEY_SIZE], struct span what, uint8_t out[ID_SIZE]);
void tombstones_free(struct tombstones *t);
