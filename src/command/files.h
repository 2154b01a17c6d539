// SPDX-License-Identifier: Apache-2.0
/* What backup, restore and rebuild share: getting at the state folder as the user hearback runs as. */
#pragma once
#include "config/config.h"

/* One line on standard error; returns the status. */
int files_refuse(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Loads and checks the settings. 0 or an exit status, its lines printed. */
int files_settings(struct arena *a, struct config *c);
/* Becomes the user hearback runs as; refuses if a hearback is running or anybody has the ledger in hand, and,
 * without `force`, if there is a ledger. Finishes what an earlier restore or rebuild has left to do. */
int files_take_state(struct arena *a, const struct config *c, bool force, const char **state);
/* "uid=0": who has called us; to be asked before that user is somebody else. */
const char *files_actor(struct arena *a);
