// SPDX-License-Identifier: Apache-2.0
/* How text becomes 7-bit: folded header values, encoded words, quoted-printable. */
#pragma once
#include "base/buf.h"

enum { ENCODE_COLUMNS = 76 }; /* RFC 2047 section 2, RFC 2045 section 6.7 */

/* A header line being written. */
struct header_line {
	struct buf *out;
	size_t column;
};

struct header_line header_begin(struct buf *out, const char *name);
void header_end(struct header_line *h);
/* One unbreakable ASCII word behind a blank, on a new line where it does not fit. */
void header_word(struct header_line *h, struct span word);
/* Text of blanks-separated words: as it is where it is short plain ASCII, else as encoded words.
 * `text` is squeezed UTF-8. */
void header_text(struct header_line *h, struct span text);
/* The same where only a phrase may stand (RFC 5322 section 3.2.5): quoted or encoded. */
void header_phrase(struct header_line *h, struct span text);

/* Lines end with CRLF; the last one too. `text` is UTF-8 with LF line ends. */
void put_quoted_printable(struct buf *out, struct span text);
