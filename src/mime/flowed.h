// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/buf.h"

/* Appends `text` (LF line ends) with the lines of each paragraph joined (RFC 3676 section 4); quoted
 * paragraphs begin with their '>' and a blank. `delsp`: the blank at a line's end is not text. */
void flowed_unfold(struct span text, bool delsp, struct buf *out);
