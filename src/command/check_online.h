// SPDX-License-Identifier: Apache-2.0
/* check --online */
#pragma once
#include "config/config.h"

/* Looks at the servers of all accounts and prints what it finds, a line each. Nothing is changed and no
 * message sent. 0, EX_UNAVAILABLE where a server could not be asked, EX_CONFIG where a person must change
 * something. */
int check_online(const struct config *c, bool json);
