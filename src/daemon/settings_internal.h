// SPDX-License-Identifier: Apache-2.0
/* What the files that look at the disk for the settings share. */
#pragma once
#include "daemon/settings.h"
#include "guard/filter.h"

enum { SETTINGS_FINDINGS = 2 * CONFIG_ERRORS };

/* One line more, if there is room. */
void settings_finding(struct arena *a, struct config_errors *list, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* One file; its name without .sieve, its text, and what it compiles to. Its mistakes go to `errors`. */
bool settings_read_filter(const char *path, enum filter_point point, struct arena *a, struct span *name, struct span *source,
			  struct filter *out, struct config_errors *errors);
/* A regular file of at most CONFIG_BYTES. */
bool settings_read_text(const char *path, struct arena *a, struct span *out, struct err *err);
