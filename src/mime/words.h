// SPDX-License-Identifier: Apache-2.0
/* Encoded words (RFC 2047) and the eight-bit text of those who do without. */
#pragma once
#include "base/arena.h"

/* Unfolded header text as UTF-8 on one line: controls become blanks. A view of `raw` where there is
 * nothing to do. `repaired` (may be NULL) is set to true, never to false, where it had to be guessed at. */
struct span words_decode_tell(struct arena *a, struct span raw, bool *repaired);
/* The same with encoded words left as they stand, for fields that programs read: what somebody encoded into an
 * address or a comment must not come out as a separator. */
struct span words_keep_tell(struct arena *a, struct span raw, bool *repaired);
/* words_decode_tell() in the shape of address_decode. */
struct span words_decode(struct arena *a, struct span raw);
