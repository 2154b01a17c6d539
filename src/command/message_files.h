// SPDX-License-Identifier: Apache-2.0
/* Message files named on a command line, read behind the reader's walls. */
#pragma once
#include "mail/facts.h"

/* Called for each file that could be opened, in order. What it is given lives until it returns. */
typedef void (*message_file_show)(void *context, struct arena *a, const char *path, const struct facts *f);

/* Reads `n` files and shows each. Of a larger one the first LIMIT_FETCH_MAX bytes are read. A file that
 * cannot be read is one line on standard error and stops nothing. An exit status of sysexits.h. */
int message_files_show(char *const *paths, int n, message_file_show show, void *context);
