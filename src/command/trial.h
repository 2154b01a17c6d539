// SPDX-License-Identifier: Apache-2.0
/* A hearback that only looks: the processes of `hearback run` behind their walls, without a sender, with a
 * ledger in a private folder that is gone afterwards, however this ends. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include <sys/types.h>

enum { TRIAL_PATH = 80 }; /* so that the name of a socket in it is not too long */

struct trial {
	char folder[TRIAL_PATH]; /* of ours alone */
	char config[TRIAL_PATH + 20];
	int rope; /* while anybody holds it, the folder stays */
	pid_t janitor;
	pid_t supervisor;
	int64_t since;
};

/* Started as root: becomes hearback, or nobody where there is no such user yet, for good. */
int trial_leave_root(struct err *err);
/* Makes the folder, and who removes it once this process has ended, be it by a kill. From here on
 * `config_path` is the file trial_run() reads. */
int trial_make(struct trial *t, struct err *err);
/* Writes the configuration file and starts the supervisor. What it logs goes into the folder, or with `debug`
 * to standard error. */
int trial_run(struct trial *t, struct span config, bool debug, struct err *err);
/* Has it ended? */
bool trial_ended(struct trial *t);
/* The last line it has logged, in the arena. */
struct span trial_last_words(const struct trial *t, struct arena *a);
/* Ends all that runs and waits until the folder is gone. Does nothing where nothing was begun. */
void trial_end(struct trial *t);
