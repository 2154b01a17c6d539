// SPDX-License-Identifier: Apache-2.0
/* What must not reach GMime's parser: more parts than memory likes, and the address fields of messages
 * within messages, whose nested groups end its stack. */
#pragma once
#include "base/span.h"

/* The beginning of a body up to where it passes LIMIT_BOUNDARY_LINES or LIMIT_GROUP_COLONS; all of
 * it as a rule. */
struct span bounds_keep(struct span body);
