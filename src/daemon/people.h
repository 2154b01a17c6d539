// SPDX-License-Identifier: Apache-2.0
/* Unix people and groups: who may ask the keeper for what, and what they are called. */
#pragma once
#include "base/arena.h"
#include "config/config.h"
#include "frame/frame.h"

/* The three groups of the configuration, and names: of root, of ourselves, of the members, of users of this machine,
 * as many as fit. Whoever has no name stays a number. A group that does not exist has no members. Names lie in the
 * arena. */
void people_look_up(struct arena *a, const struct config *c, struct frame_people *out);
/* True if there is any group whose members may ask. */
bool people_outside(const struct frame_people *p);
