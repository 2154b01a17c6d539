// SPDX-License-Identifier: Apache-2.0
/* The configuration as it lies on disk, and its way into the rooms. */
#pragma once
#include "config/config.h"
#include "reply/template.h"

/* What stands in the way, and what is only worth saying; both in the arena. */
struct settings_findings {
	struct config_errors errors;
	struct config_errors warnings;
};

/* Reads the file and what it includes, parses it and looks at what it names: secret files must be
 * regular, not empty, readable by us and not by others (a warning under /run/secrets, where
 * containers put them); the state folder must be there or possible; the templates must load. Opens
 * secret files but reads nothing of them. False if there is any error; then `out` must not be used. */
bool settings_load(const char *path, struct arena *a, struct config *out, struct settings_findings *found);

/* Only reads and parses: for commands that ask a daemon which has looked at the rest. */
bool settings_parse(const char *path, struct arena *a, struct config *out, struct settings_findings *found);
/* Reads every template there is: LANGUAGE/NAME.mustache below the folder `templates`, in the order of
 * their names, as a bundle (reply/template.h) whose bytes the keeper gets. All that is wrong, also
 * that an account's template is not there, goes to `errors`; false if there is anything. */
bool settings_read_templates(const char *path, const struct config *c, struct arena *a, struct span *bundle,
			     struct config_errors *errors);

/* The same for one folder, whatever accounts there are; `where` begins the lines that are not of one file. */
bool settings_read_template_folder(const char *where, struct span folder, struct arena *a, struct span *bundle,
				   struct reply_templates *set, struct config_errors *errors);
/* Reads every filter there is, intake/NAME.sieve and outbound/NAME.sieve below the folder `filters`, as a bundle
 * (guard/filter.h). The same for what is wrong. */
bool settings_read_filters(const char *path, const struct config *c, struct arena *a, struct span *bundle,
			   struct config_errors *errors);
/* Both, as the keeper gets them (FRAME_SETS): the bundle of the templates, then that of the filters. */
enum { SETTINGS_SETS_MAX = 9 * 1024 * 1024 };
bool settings_read_sets(const char *path, const struct config *c, struct arena *a, struct span *sets,
			struct config_errors *errors);

/* A sealed memfd with the canonical text of the global settings and of one account (all of them if
 * the name is empty). A descriptor or -errno. */
int settings_to_memfd(const struct config *c, struct span account);
/* What a room does with it; takes a copy into the arena and leaves the descriptor open. 0 or -errno
 * with a line in err. */
int settings_from_memfd(int fd, struct arena *a, struct config *out, struct err *err);
