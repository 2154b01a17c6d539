// SPDX-License-Identifier: Apache-2.0
/* Threads: messages that have an id in common are one conversation, whoever sent them (the gate of
 * promise P8 is not asked, see join.h). The order of arrival makes no difference: a late parent, and a
 * root that nobody has seen, join what names them; circles of references are no trouble. Work and memory
 * grow with the number of ids. Pure. */
#pragma once
#include "base/arena.h"
#include "base/crypto.h"

struct threads;

/* `key` is random: no sender can choose ids that crowd the table. All lives in the arena. */
struct threads *threads_new(struct arena *a, const uint8_t key[KEY_SIZE]);
/* Adds a message: its own id (may be empty) and those it names. Returns its number, counted from 0. */
uint32_t threads_add(struct threads *t, struct span own, const struct span *named, uint32_t n);
/* Has an earlier message the same own id? */
bool threads_repeats(const struct threads *t, uint32_t message);
/* The conversation of each message added, counted from 0 by its first message, in the arena; their
 * number in *conversations. */
uint32_t *threads_number(struct threads *t, uint32_t *conversations);
