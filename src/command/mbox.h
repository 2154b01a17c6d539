// SPDX-License-Identifier: Apache-2.0
/* The messages of a file: one, or all those of an mbox (RFC 4155). */
#pragma once
#include "base/span.h"

/* Called for each message in order with its first bytes; `partial` says that there are more. `number`
 * counts from 1; 0 where the file holds this one alone. */
typedef void (*mbox_message)(void *context, struct span bytes, bool partial, unsigned long number);

/* A file whose first line is the "From " line of an mbox is one, unless it is known to hold a `single`
 * message; the messages of an mbox begin at such lines behind an empty line. What they quote with ">From "
 * stays quoted. At most `max` bytes of a message are kept in memory, whatever the size of the file.
 * 0, or -errno of reading. */
int mbox_read(int fd, bool single, size_t max, mbox_message each, void *context);
