// SPDX-License-Identifier: Apache-2.0
/* The supervisor: reads the configuration, starts the other rooms, joins them, and starts again what
 * dies. It sees no mail and opens no ledger; it alone may execute anything. */
#pragma once
#include "config/config.h"

/* Runs until told to stop (SIGTERM, SIGINT), or through one pass with `once`. `path` names the
 * configuration file. Returns an exit status of sysexits.h. */
int supervisor_run(const char *path, bool once, bool debug);
