// SPDX-License-Identifier: Apache-2.0
/* The bytes of a message on the wire (RFC 5321 sections 2.3.8, 4.5.2 and 4.5.3.1.6). Pure. */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/* 0 if the finished message may be written as it stands: 7-bit, no NUL, every line ended by CRLF, none
 * longer than 998 bytes, no bare CR or LF (which two servers may read as different messages), within
 * LIMIT_OUTGOING. Else -EBADMSG or -E2BIG with a line that names the line number. */
int smtp_body_check(struct span message, struct err *err);
/* Appends the message with a dot before each line that starts with one. The final ".\r\n" is not
 * part of it. */
void smtp_body_stuff(struct span message, struct buf *out);
