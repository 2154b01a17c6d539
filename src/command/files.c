// SPDX-License-Identifier: Apache-2.0
#include "command/files.h"
#include "base/io.h"
#include "command/ask.h"
#include "daemon/settings.h"
#include "daemon/spawn.h"
#include "ledger/place.h"
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

int files_refuse(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("hearback: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return status;
}

int files_settings(struct arena *a, struct config *c)
{
	struct settings_findings found = { 0 };

	if (settings_load(config_path, a, c, &found))
		return 0;
	for (uint32_t i = 0; i < found.errors.n; i++)
		files_refuse(EX_CONFIG, "%.*s", SPAN_ARG(found.errors.lines[i]));
	return EX_CONFIG;
}

int files_take_state(struct arena *a, const struct config *c, bool force, const char **state)
{
	struct err err;

	*state = arena_str(a, c->state_dir);
	if (become_user(arena_str(a, c->user), *state, &err))
		return files_refuse(EX_CONFIG, "%s", err.text);
	if (ask_somebody_runs(c))
		return files_refuse(EX_TEMPFAIL, "%s: hearback is running here: stop it first", *state);
	if (place_in_use(*state))
		return files_refuse(EX_TEMPFAIL,
				    "%s: a command has the ledger in hand: try again when it is done",
				    *state);
	if (place_install(*state, clock_now(), &err))
		return files_refuse(EX_IOERR, "%s", err.text);
	if (!force && place_has_ledger(*state))
		return files_refuse(EX_CANTCREAT,
				    "%s/ledger: there is a ledger; with --force another one takes its place, "
				    "and this one is kept as "
				    "ledger.OLD-TIME beside it",
				    *state);
	return 0;
}

const char *files_actor(struct arena *a)
{
	return arena_printf(a, "uid=%u", getuid());
}
