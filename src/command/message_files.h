// SPDX-License-Identifier: Apache-2.0
/* Messages named on a command line, read behind the reader's walls. */
#pragma once
#include "mail/facts.h"

/* Called for each message that could be opened, in order. `path` is its file, with "#3" behind it for the
 * third of an mbox that holds several. What it is given lives until it returns. */
typedef void (*message_file_show)(void *context, struct arena *a, const char *path, const struct facts *f);

/* Reads the messages of `n` paths and shows each. A path is a message file, an mbox, a Maildir, or a
 * folder of these (see walk.h). Of a larger message the first LIMIT_FETCH_MAX bytes are read; they are
 * read in batches, so that memory does not grow with their number. What cannot be read is one line on
 * standard error and stops nothing. An exit status of sysexits.h. */
int message_files_show(char *const *paths, int n, message_file_show show, void *context);
