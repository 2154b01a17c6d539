// SPDX-License-Identifier: Apache-2.0
/* The part of an address behind the '@'. */
#pragma once
#include "base/arena.h"

enum { DOMAIN_LITERAL = 100 }; /* bytes of an address literal, "[192.0.2.1]" */

/* The form in which domains are kept: lower case, A-labels, without a final dot, in the arena. Address
 * literals (RFC 5321 section 4.1.3) stay in their brackets. Empty for what is neither. */
struct span domain_clean(struct arena *a, struct span s);
/* At least two labels of letters, digits and inner hyphens, the last not a number. */
bool domain_may_send(struct span s);
