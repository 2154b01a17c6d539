// SPDX-License-Identifier: Apache-2.0
/* The supervisor: reads the configuration, starts the other rooms, joins them, and starts again what
 * dies. It sees no mail and opens no ledger; it alone may execute anything. */
#pragma once
#include "config/config.h"

struct supervisor_how {
	bool once;     /* through one pass */
	bool debug;
	int64_t since; /* `hearback try`: only mail from then on, and nothing can be sent; 0: in earnest */
	const char *rebuild; /* with `once`: takes every message there is into a new ledger in this folder, below state_dir;
			      * nothing can be sent. NULL: no */
	void (*progress)(uint64_t messages, uint64_t of); /* called now and then in a rebuild */
};
/* Runs until told to stop (SIGTERM, SIGINT), or until the one pass is over. `path` names the configuration file.
 * Returns an exit status of sysexits.h. */
int supervisor_run(const char *path, const struct supervisor_how *how);
