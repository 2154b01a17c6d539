// SPDX-License-Identifier: Apache-2.0
/* Content transfer encodings (RFC 2045 section 6), read tolerantly: what is no part of the encoding is
 * skipped, an early end gives what was there. */
#pragma once
#include "base/buf.h"

/* Padding ends a group, not the text: some programs encode line by line. */
void transfer_base64(struct span in, struct buf *out);
void transfer_quoted_printable(struct span in, struct buf *out);
/* uuencode, without a "begin" line or with one. */
void transfer_uu(struct span in, struct buf *out);
