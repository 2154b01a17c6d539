// SPDX-License-Identifier: Apache-2.0
/* How a keeper comes to life: what it is told, its keys, its ledger, its walls. */
#pragma once
#include "daemon/keeper/keeper.h"

/* Waits for START and SETS, opens everything, recovers what was in flight, tells READY. Ends the
 * process with one line if something stands in the way. Returns the descriptor of the folder a scribe works
 * in, else -1. */
int keeper_start(struct keeper *k);
void keeper_stop(struct keeper *k);
