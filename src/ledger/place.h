// SPDX-License-Identifier: Apache-2.0
/* The state folder: the keys, the ledger and the tombstones that are in force in it, and how others come into
 * force. What is to come is made in a folder of its own beside them ("NAME.part") and is complete once that
 * is called "ledger.new"; from then on whoever opens the ledger finishes what is left to do. Nothing is ever
 * deleted: a ledger that makes way lies in "ledger.OLD-TIME", its keys with it. */
#pragma once
#include "base/err.h"
#include <stdbool.h>
#include <stdint.h>

enum { PLACE_PATH = 4200 };

bool place_has_ledger(const char *state);
/* An empty folder state/NAME.part, in `out`; one that a crash has left behind is emptied first. */
int place_make_part(const char *state, const char *name, char out[PLACE_PATH], struct err *err);
/* Everything in the folder `part` is on the disk and complete: it is called "ledger.new" now. -EEXIST: there
 * is one; -EBUSY: a keeper has the ledger that would make way. */
int place_commit(const char *state, const char *part, struct err *err);
/* Puts "ledger.new" into force, if there is one; what was in force makes way. -EBUSY: a keeper has the
 * ledger. */
int place_install(const char *state, int64_t now, struct err *err);
/* Is a process at work on the ledger there? */
bool place_in_use(const char *state);
