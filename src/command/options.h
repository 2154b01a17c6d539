// SPDX-License-Identifier: Apache-2.0
/* Options that all commands of the ledger share, and their help. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct option_spec {
	const char *name;   /* without dashes */
	const char *value;  /* what follows, "" for none */
	const char *meaning;
	const char **text;  /* where a value goes */
	bool *given;
};

struct command_spec {
	const char *synopsis; /* "list [--due SPAN] [--overdue] ..." */
	const char *meaning;  /* a few lines */
	const struct option_spec *options;
	size_t noptions;
	int least, most;      /* words besides options */
};

/* Reads options and words; --json and --help are understood everywhere (-c FILE is main's). 0 to go on; else
 * the exit status + 1 (help was shown, or a line says what is wrong). words_out gets the words. */
int options_read(const struct command_spec *c, int argc, char **argv, bool *json, char ***words_out, int *nwords);
/* --help stands somewhere before "--". */
bool options_want_help(int argc, char **argv);
