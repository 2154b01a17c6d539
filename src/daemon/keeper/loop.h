// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "daemon/keeper/keeper.h"

/* Hears rooms and people, and takes turns, until told to stop. */
void keeper_loop(struct keeper *k);
