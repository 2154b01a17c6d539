// SPDX-License-Identifier: Apache-2.0
/* How deep the parentheses of an answer nest: libetpan's parser calls itself for each, so that a server could
 * overflow its stack. Letters in strings and literals do not count. Pure. */
#pragma once
#include "base/span.h"
#include <stdint.h>

struct nesting {
	bool too_deep;
	uint32_t depth;
	uint64_t literal; /* bytes of it that are still to come */
	uint64_t number;  /* in braces: it may become one */
	unsigned at;	  /* where in the line we are */
};

/* The next bytes of the server. False once the answer is deeper than LIMIT_IMAP_NESTING. */
bool nesting_feed(struct nesting *n, struct span bytes);
