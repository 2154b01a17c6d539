// SPDX-License-Identifier: Apache-2.0
/* The subcommands of hearback, one file each. argv[0] is the subcommand; the result is an exit status
 * of sysexits.h. */
#pragma once

/* filter test [--json] [--own ADDRESS]... FILE... */
int command_filter(int argc, char **argv);
/* inspect [--json] FILE... */
int command_inspect(int argc, char **argv);
/* template render --data FILE.json [--partials DIR] TEMPLATE
 * template check FILE... */
int command_template(int argc, char **argv);
