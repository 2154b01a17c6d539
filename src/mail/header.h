// SPDX-License-Identifier: Apache-2.0
/* The header block of a message (RFC 5322 section 2.2) as bytes: fields in order, duplicates kept,
 * nothing decoded. Linear and bounded. */
#pragma once
#include "base/arena.h"

struct raw_field {
	struct span name;
	struct span value; /* folded, as it stands, without the final line end */
};

struct raw_header {
	struct raw_field *at;
	uint32_t n;
	struct span block;  /* the bytes of the block */
	struct span body;   /* what follows the empty line; without one, the first line that is no field */
	bool truncated;	    /* a limit of limits.h was met, or the block did not end */
	bool broken;	    /* a line was no field; it is skipped (an mbox "From " line is not broken) */
};

void raw_header_parse(struct arena *a, struct span message, struct raw_header *out);
/* The nth (from 0) field of that name, or NULL. */
const struct raw_field *raw_header_find(const struct raw_header *h, const char *name, uint32_t nth);
/* RFC 5322 section 2.2.3: line ends before white space removed; NUL and bare CR or LF become blanks;
 * ends trimmed. A view of `value` where nothing had to be changed. */
struct span header_unfold(struct arena *a, struct span value);
/* Value without comments (RFC 5322 section 3.2.2), for structured fields such as Auto-Submitted;
 * quoted strings are kept with their quotes. Not recursive. */
struct span header_strip_comments(struct arena *a, struct span value);
/* Index after the comment that opens at s.p[at], 0 where it never closes. Not recursive. */
size_t header_comment_end(struct span s, size_t at);
