// SPDX-License-Identifier: Apache-2.0
/* Asking the keeper: the one of the running daemon, or, where none runs, one that is started for this
 * command alone. */
#pragma once
#include "config/config.h"
#include "frame/control.h"

/* The configuration file: what -c said, else the installed place. */
extern const char *config_path;

/* Did a running daemon answer the last ask()? */
extern bool ask_was_daemon;

/* Called for each row as it comes. */
typedef void (*ask_row)(void *context, const struct row *r);

/* Returns the exit status of the answer, its line printed to standard error. */
int ask(const struct control_request *r, ask_row each, void *context);

/* The same, of the daemon that runs and no other, which must begin to answer within some seconds. */
int ask_daemon(const struct control_request *r, ask_row each, void *context);

/* Something that a keeper started for this alone does, whether another one runs or not. */
struct ask_errand {
	enum task task;
	const char *folder; /* NULL: state_dir */
	int target;	    /* the folder a scribe works in, else -1 */
};
int ask_errand(const struct ask_errand *errand, const struct control_request *r, ask_row each, void *context);

/* Does a daemon listen in this state_dir? */
bool ask_somebody_runs(const struct config *c);

/* Prints rows as JSON objects, one a line: times as ISO 8601 or null, lists as arrays. Empty texts
 * are left out where `context` is NULL. */
void print_json_row(void *context, const struct row *r);

/* For people: a value made safe for a terminal; empty text is "-". */
const char *cell_show(const struct row *r, const char *name);
int64_t cell_number(const struct row *r, const char *name);
