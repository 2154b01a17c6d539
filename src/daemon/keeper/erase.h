// SPDX-License-Identifier: Apache-2.0
/* Erasing what the ledger holds of a person or a conversation: texts, addresses, evidence. What stays are
 * numbers, keyed hashes and the audit, whose commitments nobody can open any more. Each message leaves a
 * tombstone, so that it is not taken in again from wherever it still lies. */
#pragma once
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"

struct erasure_item {
	uint64_t conversation;
	bool whole;	      /* else only what the person wrote in somebody else's conversation */
};
struct erasure {
	struct erasure_item *at; /* by number; owned */
	uint32_t n, room;
	char address[LIMIT_ADDRESS + 1]; /* whom it is about; empty: nobody could be named */
	int phase;
	uint64_t cursor;
	uint8_t person[ENGINE_KEY_MAX]; /* where the walk over people goes on */
	uint8_t nperson;
	uint64_t conversations, messages, entries; /* erased so far */
};

/* Adds the conversation; twice is once. */
void erasure_add(struct erasure *e, uint64_t conversation, bool whole);
/* Everything that the person has written, or the conversation. False if there is nothing of the kind. */
bool erasure_find_address(struct turn *t, struct erasure *e, struct span address);
bool erasure_find_conversation(struct turn *t, struct erasure *e, uint64_t number);
/* Only what that person wrote in somebody else's conversation. */
void erasure_find_in(struct erasure *e, uint64_t conversation, struct span author);
/* Drops what waits to be sent to the person. False, and nothing has changed, if something is being sent right
 * now. */
bool erasure_drop(struct turn *t, struct erasure *e, struct span actor);
/* One slice, in one transaction; true when nothing is left to do. A crash in between leaves what a second
 * erasure of the same finds and finishes. */
bool erasure_step(struct turn *t, struct erasure *e);
void erasure_free(struct erasure *e);

/* -- tombstone.c -- */

/* Was this message erased? */
bool tombstone_there(struct turn *t, uint64_t number, const struct rec_message *m);
void tombstone_put(struct turn *t, uint64_t number, const struct rec_message *m);
void tombstone_of_conversation(struct turn *t, uint64_t conversation);
/* The file, if there is anything new. */
void tombstones_write(struct keeper *k);
/* Makes those of file and ledger one. */
void tombstones_gather(struct turn *t);

/* -- the ledger's file -- */

/* The file is written anew behind this transaction. */
void erase_want_compact(struct turn *t);
void erase_compact(struct keeper *k);
/* At start: is that still to be done? */
void erase_start(struct turn *t);
