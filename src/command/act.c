// SPDX-License-Identifier: Apache-2.0
/* hearback answered, resolve, dismiss: what a person says of a conversation; and hearback mode. */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include <stdio.h>

static void print_row(void *context, const struct row *r)
{
	(void)context;
	if (span_eq(r->kind, SPAN("mode")))
		printf("%s: %s\n", cell_show(r, "account"), cell_show(r, "mode"));
	else
		printf("%s is %s\n", cell_show(r, "conversation"), cell_show(r, "state"));
}

static int act(const char *what, const struct command_spec *spec, int argc, char **argv)
{
	struct control_request r = { .verb = SPAN("act") };
	bool json = false;
	char **words;
	int nwords, e = options_read(spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	control_add(&r, "act", span_of(what));
	control_add(&r, "conversation", span_of(words[0]));
	return ask(&r, json ? print_json_row : print_row, NULL);
}

int command_answered(int argc, char **argv)
{
	return act("answered",
		   &(struct command_spec){ "answered C-NUMBER", "A person has answered where hearback cannot see it: the clocks stop.", NULL, 0, 1, 1 },
		   argc, argv);
}

int command_resolve(int argc, char **argv)
{
	return act("resolve",
		   &(struct command_spec){ "resolve C-NUMBER", "The matter is settled: all clocks stop. The requester's next mail opens it again.",
					   NULL, 0, 1, 1 },
		   argc, argv);
}

int command_dismiss(int argc, char **argv)
{
	return act("dismiss",
		   &(struct command_spec){ "dismiss C-NUMBER", "Nobody owes an answer here: all clocks stop.", NULL, 0, 1, 1 }, argc, argv);
}

int command_mode(int argc, char **argv)
{
	const struct command_spec spec = {
		"mode ACCOUNT observe|hold|send",
		"observe  reads only, sends nothing, tells what it would have done\n"
		"hold     decides, and keeps every automated message back until a person releases it\n"
		"send     sends what the guard lets through",
		NULL, 0, 2, 2,
	};
	struct control_request r = { .verb = SPAN("mode") };
	bool json = false;
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	if (e)
		return e - 1;
	control_add(&r, "account", span_of(words[0]));
	control_add(&r, "mode", span_of(words[1]));
	return ask(&r, json ? print_json_row : print_row, NULL);
}
