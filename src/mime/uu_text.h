// SPDX-License-Identifier: Apache-2.0
/* Files that old programs put into the text itself, uuencoded: "begin 644 name", lines, "end". */
#pragma once
#include "base/buf.h"

/* May there be one? */
bool uu_text_any(struct span text);
/* Appends the text without them; tells each by its name and its lines. */
void uu_text_split(struct span text, struct buf *out,
		   void (*file)(void *context, struct span name, struct span content), void *context);
