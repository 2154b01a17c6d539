// SPDX-License-Identifier: Apache-2.0
/* The message files below a path. */
#pragma once

/* Returns an exit status of sysexits.h, EX_OK to go on; EX_OSERR ends the walk. */
typedef int (*walk_visit)(void *context, const char *path);

/* Visits a file, or all regular files below a folder in the order of their names. Of a Maildir those of
 * cur and new and of the folders within it; elsewhere names that begin with a dot are left out. Links to
 * folders are not followed. What cannot be looked at is one line on standard error and stops nothing.
 * The last status that was not EX_OK. */
int walk_path(const char *path, walk_visit visit, void *context);
