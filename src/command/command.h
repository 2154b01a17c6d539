// SPDX-License-Identifier: Apache-2.0
/* The subcommands of hearback, one file each. argv[0] is the subcommand; the result is an exit status
 * of sysexits.h. */
#pragma once

/* filter test [--json] [--own ADDRESS]... [--filters DIR] FILE...
 * filter check [--own ADDRESS]... [PATH]... */
int command_filter(int argc, char **argv);
/* inspect [--json] PATH... */
int command_inspect(int argc, char **argv);
/* thread [--json] PATH... */
int command_thread(int argc, char **argv);
/* template render --data FILE.json [--partials DIR] TEMPLATE
 * template check FILE... */
int command_template(int argc, char **argv);
/* thread [--json] PATH... */
int command_thread(int argc, char **argv);

/* Of the ledger, through the keeper. */
/* try URL [--since SPAN] ... */
int command_try(int argc, char **argv);
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_status(int argc, char **argv);
int command_mode(int argc, char **argv);
int command_list(int argc, char **argv);
int command_show(int argc, char **argv);
int command_why(int argc, char **argv);
int command_held(int argc, char **argv);
int command_answered(int argc, char **argv);
int command_resolve(int argc, char **argv);
int command_dismiss(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_suppression(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_rebuild(int argc, char **argv);
int command_erase(int argc, char **argv);
