// SPDX-License-Identifier: Apache-2.0
/* UTF-8 as it comes from outside. */
#pragma once
#include "base/buf.h"

/* Length of the well-formed UTF-8 sequence at s (RFC 3629: no overlong forms, no surrogates, at
 * most U+10FFFF), 0 if there is none. *rune_out gets the code point; it may be NULL. */
size_t utf8_next(struct span s, uint32_t *rune_out);
bool utf8_valid(struct span s);
/* Appends s with every malformed byte replaced by U+FFFD. */
void utf8_repair(struct buf *out, struct span s);
/* At most n bytes of s, never cutting inside a sequence. */
struct span utf8_cut(struct span s, size_t n);
void utf8_put(struct buf *out, uint32_t rune);
/* Appends s so that it cannot move a cursor, forge a line or turn reading direction: controls
 * (C0, DEL, C1), U+2028/2029, bidi controls and malformed bytes become \xNN or \u{N}; a backslash
 * and a double quote are escaped. */
void text_escape(struct buf *out, struct span s);
/* The same for text that people read: line ends and tabs stay, backslash and quote stay, what is
 * unsafe becomes U+FFFD. */
void text_printable(struct buf *out, struct span s);
enum { TEXT_VISIBLE_MAX = 10 }; /* bytes that one byte may become in text_visible() */
/* The same, but what is unsafe shows its code as in text_escape(); without `lines` line ends and tabs do so, too. */
void text_visible(struct buf *out, struct span s, bool lines);
/* Runs of blanks and controls become one space, ends trimmed: for header values and listings. */
void text_squeeze(struct buf *out, struct span s);
