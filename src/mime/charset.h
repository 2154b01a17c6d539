// SPDX-License-Identifier: Apache-2.0
/* Charsets. All converters are opened beforehand: the C library loads them from files, and the reader has
 * none. */
#pragma once
#include "base/buf.h"

void charset_start(void);

/* Appends `bytes` as UTF-8. Labels are read as browsers do (latin-1 means windows-1252, gb2312 means
 * gb18030); an unknown, missing or obviously wrong one means UTF-8 if the bytes are, else
 * windows-1252. What cannot be converted becomes U+FFFD. False if the text had to be guessed at or
 * repaired. `cut`: the bytes may end inside a character, which then is left out in silence. */
bool charset_to_utf8(struct span label, struct span bytes, bool cut, struct buf *out);

/* True if the label names a charset that can be converted. */
bool charset_known(struct span label);
