// SPDX-License-Identifier: Apache-2.0
/* hearback check: is the configuration right? */
#include "command/ask.h"
#include "command/check_answers.h"
#include "command/check_online.h"
#include "command/command.h"
#include "command/json.h"
#include "command/options.h"
#include "daemon/settings.h"
#include "daemon/spawn.h"
#include "sandbox/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

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
			json_line(json_pack("{ss ss ss ss ss ss ss}", "about", "setting", "in", keys[i].in_account ? "account" : "global",
					    "name", keys[i].name, "type", keys[i].type, "range", keys[i].range, "default",
					    keys[i].initial, "meaning", keys[i].meaning));
		else
			printf("%-9s %-22s %-10s %-14s %s\n", keys[i].in_account ? "account" : "global", keys[i].name, keys[i].type,
			       *keys[i].initial ? keys[i].initial : "-", keys[i].meaning);
	return EX_OK;
}

/* Tried in a process of its own: walls are never taken down. Empty if all can be raised. */
static struct span missing_walls(struct arena *a)
{
	char text[200];
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return SPAN_NONE;
	pid_t pid = fork();
	if (pid == 0) {
		struct buf missing = BUF_CAPPED(sizeof(text));
		struct sandbox_walls walls;
		sandbox_first(&walls);
		sandbox_files(&walls, NULL, 0, true);
		sandbox_calls(&walls, SANDBOX_READER);
		sandbox_missing(&walls, &missing);
		_exit(missing.n && write(pair[1], missing.p, missing.n) < 0);
	}
	close(pair[1]);
	ssize_t n = read(pair[0], text, sizeof(text));
	close(pair[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return n > 0 ? arena_span(a, span_make(text, (size_t)n)) : SPAN_NONE;
}

static void warn_of_walls(struct arena *a, bool json)
{
	struct span missing = missing_walls(a);

	if (!missing.n)
		return;
	struct span line = span_of(arena_printf(a, "this machine does not offer all walls; missing: %.*s", SPAN_ARG(missing)));
	print_lines(json, "warning", &(struct config_errors){ .lines = &line, .n = 1 });
}

int command_check(int argc, char **argv)
{
	bool json = false, defaults = false, online = false, answers = false, again = false, wait = false;
	const struct option_spec options[] = {
		{ "defaults", "", "every setting with its type, default and meaning", NULL, &defaults },
		{ "online", "", "asks the servers, too; changes nothing and sends nothing", NULL, &online },
		{ "answers", "", "asks each agent to answer one mail, and tells whose answers are seen", NULL, &answers },
		{ "again", "", "asks those, too, who were asked and not seen", NULL, &again },
		{ "wait", "", "goes on until all are seen", NULL, &wait },
	};
	const struct command_spec spec = {
		"check [--online | --defaults | --answers [--again] [--wait]]",
		"Reads the configuration, what it includes, the templates, the filters and the secret files as `run` would, and tells everything\n"
		"that is wrong, each in one line with file and line number.",
		options, sizeof(options) / sizeof(options[0]), 0, 0,
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct settings_findings found = { 0 };
	struct config c;
	struct span sets;
	struct err err;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	if (defaults)
		return show_defaults(json);
	if (!answers && (again || wait)) {
		fprintf(stderr, "hearback: --again and --wait belong to check --answers\n");
		return EX_USAGE;
	}
	if (answers)
		return check_answers(json, again, wait);
	for (int round = 0; round < 2; round++) {
		found = (struct settings_findings){ 0 };
		bool good = settings_load(config_path, a, &c, &found) &&
			    settings_read_sets(config_path, &c, a, &sets, &found.errors);
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
	warn_of_walls(a, json);
	if (!json)
		printf("%s: ok, %u account%s\n", config_path, c.n, c.n == 1 ? "" : "s");
	return online ? check_online(&c, json) : EX_OK;
}
