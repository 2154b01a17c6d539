// SPDX-License-Identifier: Apache-2.0
/* hearback run */
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include "daemon/supervisor/supervisor.h"

int command_run(int argc, char **argv)
{
	bool json = false, once = false, debug = false;
	const struct option_spec options[] = {
		{ "once", "", "take in everything new, decide, send what is due, end", NULL, &once },
		{ "debug", "", "log more", NULL, &debug },
	};
	const struct command_spec spec = {
		"run [--once]", "The sidecar itself, in the foreground; its log goes to standard error. SIGTERM ends it in order.", options, 2, 0, 0,
	};
	char **words;
	int nwords, e = options_read(&spec, argc, argv, &json, &words, &nwords);

	return e ? e - 1 : supervisor_run(config_path, &(struct supervisor_how){ .once = once, .debug = debug });
}
