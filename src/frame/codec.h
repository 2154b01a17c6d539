// SPDX-License-Identifier: Apache-2.0
/* What the codecs of all frames share. */
#pragma once
#include "base/wire.h"

enum {
	FRAME_NAME = 255,   /* bytes of a name: account, verb, cell */
	FRAME_TEXT = 4096,  /* bytes of a line for people, a server's words, a mailbox */
};

/* Text leaves a room as UTF-8 and cut to `max`; what arrives otherwise is bad. */
void frame_put_text(struct buf *b, struct span s, size_t max);
struct span frame_get_text(struct wire *w, size_t max);
void frame_put_bool(struct buf *b, bool v);
bool frame_get_bool(struct wire *w);

/* A stretch of a memfd of `size` bytes that begins at *end or later; moves *end behind it. */
bool frame_inside(uint32_t offset, uint32_t length, size_t size, uint64_t *end);
