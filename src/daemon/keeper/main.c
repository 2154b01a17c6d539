// SPDX-License-Identifier: Apache-2.0
/* hearback-keeper: the room that holds the ledger, our own keys, the clock and every decision.
 * It has no network, runs no foreign parser and knows no password. It hears pollers, readers, senders and people,
 * and is started anew by the supervisor when it dies: all state is in the ledger. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/errand.h"
#include "daemon/keeper/loop.h"
#include "daemon/keeper/start.h"
#include <signal.h>
#include <unistd.h>

int main(void)
{
	static struct keeper k;

	sandbox_first(&k.walls);
	sandbox_calls(&k.walls, SANDBOX_ANY_ROOM);
	signal(SIGPIPE, SIG_IGN);
	/* A terminal's interrupt is for the supervisor, which ends its rooms in order. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	log_open("keeper", false);
	int target = keeper_start(&k);
	if (k.task > TASK_REBUILD) {
		errand_run(&k, target);
		_exit(0);
	}
	keeper_loop(&k);
	keeper_stop(&k);
	/* The ledger is closed; memory need not be given back one by one. */
	_exit(0);
}
