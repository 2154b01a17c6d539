// SPDX-License-Identifier: Apache-2.0
/* hearback check --answers */
#pragma once
#include <stdbool.h>

/* Asks the daemon to write to each agent that was not asked before (with `again` to those, too, who were and have not
 * answered), and tells whose answers are seen; with `wait` until all are. Returns an exit status: EX_TEMPFAIL while
 * there is an agent whose answers are not seen. */
int check_answers(bool json, bool again, bool wait);
