// SPDX-License-Identifier: Apache-2.0
/* Why something failed, for a person: one line that says where, what, and what to do. */
#pragma once
#include <stddef.h>

struct err {
	char text[512];
};

/* Sets the text and returns `code` (negative errno), so that a failing path is one statement. */
int err_set(struct err *e, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
