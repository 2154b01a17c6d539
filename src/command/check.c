// SPDX-License-Identifier: Apache-2.0
/* hearback check: is the configuration right? */
#include "command/ask.h"
#include "command/command.h"
#include "command/json.h"
#include "command/options.h"
#include "daemon/settings.h"
#include "daemon/spawn.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void print_lines(bool json, const char *what, const struct config_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		if (json)
			json_line(json_pack("{ss ss so}", "about", "finding", "level", what, "text", json_span(e->lines[i])));
		else
			fprintf(stderr, "%s%.*s\n", strcmp(what, "error") ? "warning: " : "", SPAN_ARG(e->lines[i]));
}

static int show_defaults(bool json)
{
	uint32_t n;
	const struct config_key *keys = config_keys(&n);

	for (uint32_t i = 0; i < n; i++)
		if (json)
			json_line(json_pack("{ss ss ss ss ss ss}", "about", "setting", "in", keys[i].in_account ? "account" : "global",
					    "name", keys[i].name, "type", keys[i].type, "default", keys[i].initial, "meaning",
					    keys[i].meaning));
		else
			printf("%-9s %-22s %-10s %-14s %s\n", keys[i].in_account ? "account" : "global", keys[i].name, keys[i].type,
			       *keys[i].initial ? keys[i].initial : "-", keys[i].meaning);
	return EX_OK;
}

int command_check(int argc, char **argv)
{
	bool json = false, defaults = false;
	const struct option_spec options[] = { { "defaults", "", "every setting with its type, default and meaning", NULL, &defaults } };
	const struct command_spec spec = {
		"check [--defaults]",
		"Reads the configuration, what it includes, the templates and the secret files as `run` would, and tells everything\n"
		"that is wrong, each in one line with file and line number.",
		options, 1, 0, 0,
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct settings_findings found = { 0 };
	struct config c;
	struct span templates;
	struct err err;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (defaults)
		return show_defaults(json);
	for (int round = 0; round < 2; round++) {
		found = (struct settings_findings){ 0 };
		bool good = settings_load(config_path, a, &c, &found) &&
			    settings_read_templates(config_path, &c, a, &templates, &found.errors);
		print_lines(json, "error", &found.errors);
		if (!good)
			return EX_CONFIG;
		/* What counts is what the user may that hearback runs as. */
		if (round == 0 && become_user(arena_str(a, c.user), arena_str(a, c.state_dir), &err)) {
			fprintf(stderr, "%s\n", err.text);
			return EX_CONFIG;
		}
	}
	print_lines(json, "warning", &found.warnings);
	if (!json)
		printf("%s: ok, %u account%s\n", config_path, c.n, c.n == 1 ? "" : "s");
	return EX_OK;
}
