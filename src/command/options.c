// SPDX-License-Identifier: Apache-2.0
#include "command/options.h"
#include "base/text.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { OPTION_SHOWN = 100 }; /* bytes of a word that is wrong */

static void show_help(const struct command_spec *c)
{
	printf("usage: hearback %s\n\n%s\n\n", c->synopsis, c->meaning);
	for (size_t i = 0; i < c->noptions; i++) {
		char left[64];
		snprintf(left, sizeof(left), "--%s %s", c->options[i].name, c->options[i].value);
		printf("  %-22s %s\n", left, c->options[i].meaning);
	}
	printf("  %-22s %s\n", "-c, --config FILE", "the configuration file");
	printf("  %-22s %s\n", "--json", "one JSON object a line");
}

static int wrong(const struct command_spec *c, const char *what, const char *which)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(4 * OPTION_SHOWN);

	text_escape(&shown, utf8_cut(span_of(which), OPTION_SHOWN));
	fprintf(stderr, "hearback: %s%s; usage: hearback %s\n", what, buf_cstr(&shown), c->synopsis);
	return EX_USAGE + 1;
}

static const struct option_spec *find(const struct command_spec *c, const char *name, size_t n)
{
	for (size_t i = 0; i < c->noptions; i++)
		if (strlen(c->options[i].name) == n && strncmp(c->options[i].name, name, n) == 0)
			return &c->options[i];
	return NULL;
}

/* One option at argv[*i]; its value is the rest behind '=' or the next word. */
static int read_option(const struct command_spec *c, int argc, char **argv, int *i, bool *json)
{
	const char *name = argv[*i] + 2;
	size_t n = strcspn(name, "=");
	const struct option_spec *o = argv[*i][1] == '-' ? find(c, name, n) : NULL;
	const char *value = name[n] ? name + n + 1 : NULL;

	if (strcmp(argv[*i], "--json") == 0) {
		*json = true;
		return 0;
	}
	if (strcmp(argv[*i], "--help") == 0 || strcmp(argv[*i], "-h") == 0) {
		show_help(c);
		return EX_OK + 1;
	}
	/* With a file behind it, it was taken out before. */
	if (strcmp(argv[*i], "-c") == 0 || strcmp(argv[*i], "--config") == 0)
		return wrong(c, "a file is missing behind ", argv[*i]);
	if (!o)
		return wrong(c, "there is no option ", argv[*i]);
	if (!*o->value) {
		*o->given = true;
		return value ? wrong(c, "no value belongs to ", argv[*i]) : 0;
	}
	if (!value && *i + 1 == argc)
		return wrong(c, "a value is missing behind ", argv[*i]);
	if (!value)
		value = argv[++*i];
	/* An unset variable of a script must not turn a check into none. */
	if (!*value)
		return wrong(c, "a value is missing behind --", o->name);
	*o->text = value;
	return 0;
}

int options_read(const struct command_spec *c, int argc, char **argv, bool *json, char ***words_out, int *nwords)
{
	bool only_words = false;
	int n = 0;

	for (int i = 1; i < argc; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1]) {
			int r = read_option(c, argc, argv, &i, json);
			if (r)
				return r;
		} else {
			argv[1 + n++] = argv[i];
		}
	}
	if (n < c->least)
		return wrong(c, "something is missing", "");
	if (n > c->most)
		return wrong(c, "one word too many: ", argv[1 + c->most]);
	*words_out = argv + 1;
	*nwords = n;
	return 0;
}

bool options_want_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}
