// SPDX-License-Identifier: Apache-2.0
/* A password for a command that has no configuration file. */
#pragma once
#include "base/buf.h"
#include "base/err.h"

/* Reads it from the file, which nobody else may read; without one from the terminal, where it does not show,
 * and without that from the first line of standard input. `out` must have room for LIMIT_TOKEN + 2 bytes and
 * is never moved: wipe it. 0, or -errno with a line; -EINTR where a signal came. */
int secret_ask(const char *file, const char *prompt, struct buf *out, struct err *err);
