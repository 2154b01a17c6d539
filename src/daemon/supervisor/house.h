// SPDX-License-Identifier: Apache-2.0
/* What the supervisor keeps of its rooms. */
#pragma once
#include "base/arena.h"
#include "config/config.h"
#include "daemon/spawn.h"

enum child_state { CHILD_DOWN, CHILD_RUNNING, CHILD_GIVEN_UP };

struct child {
	enum room room;
	const struct config_account *account; /* poller, sender */
	bool sent;			      /* poller of Sent */
	enum child_state state;
	bool ready;
	pid_t pid;
	int sock;
	int64_t started_ms;
	int64_t start_ms;		      /* when it may be started (again) */
	uint32_t starts;		      /* how often it was started */
	uint32_t failures;		      /* in a row: decides how long it waits */
	bool ended;			      /* it said why it ends */
	enum ending why;
	int64_t retry_after;
	char text[512];
	char walls[256];		      /* those that are missing */
	int64_t asked_ms;		      /* whether it is alive; 0: it owes no answer */
	int64_t aborted_ms;		      /* it did not answer; 0: it did */
	int64_t alarm_ms;		      /* when somebody was told of it last */
	bool alarmed;			      /* of this trouble */
	bool renewed;			      /* it ends because its settings changed */
	int64_t secret_at;		      /* when the file of its secret had been written, as last opened; in ns */
};

/* What is read from files. */
struct set {
	struct arena *a;
	struct config config;
	struct span sets; /* templates and filters, as the keeper gets them */
};

/* A program of the admin's that runs. */
enum { HOUSE_COMMANDS = 3 * CONFIG_ACCOUNTS };
struct command {
	pid_t pid;			      /* 0: free */
	int64_t until_ms;		      /* then it is ended */
	char account[80];		      /* its name */
	const char *setting;		      /* token_command, alarm_command */
};

struct house {
	const char *path;
	struct arena *a;
	struct config config;
	struct span sets; /* templates and filters, as the keeper gets them */
	bool once;
	bool debug;
	int64_t since;		      /* `hearback try`; 0: in earnest */
	const char *rebuild;		      /* the folder a ledger is rebuilt in, else NULL */
	void (*progress)(uint64_t messages, uint64_t of);
	bool stopping;
	int64_t kill_ms;		      /* stragglers are killed from then on */
	int status;
	int listen_fd;
	int blame_fd;
	struct blame_page *blame;
	struct child *children;		      /* the keeper first, then the reader */
	uint32_t n;
	struct child self;		      /* we are a room, too */
	struct command commands[HOUSE_COMMANDS];
	bool idle;			      /* the keeper says so, in --once */
	struct set next;		      /* what the rooms start with when all have ended; a NULL: nothing */
	int64_t watchdog_ms;
	int64_t round_ms;		      /* when all were asked last */
	bool told_ready;
	char state[600];
};

/* alive.c: asks, ends who does not answer; returns the milliseconds until it wants to be called again. */
int64_t house_round(struct house *h, int64_t now_ms);
/* Tells the service manager what is new. */
void house_tell_state(struct house *h);

/* alarm.c: logs, and tells alarm_command, but nobody twice within minutes. */
void house_alarm(struct house *h, struct child *about, const struct frame_alarm *alarm);
/* The keeper says so. */
void house_alarm_heard(struct house *h, struct wire *w);
/* After each end and each start of a poller: an account that cannot log in is somebody's business. */
void house_judge_login(struct house *h, struct child *c);

/* reload.c: reads the settings anew and takes over what it can; true if all rooms must end for them. */
bool house_reload(struct house *h);
/* All rooms have ended: true if it goes on with new settings. */
bool house_renew(struct house *h);

/* door.c */

/* The socket where commands ask: listens; 0, or an exit status after a line on standard error. */
int house_open_door(struct house *h);
void house_close_door(const struct house *h);
/* Tells the keeper who may ask for what. 0 or -errno. */
int house_tell_people(struct house *h);

/* children.c */
void house_people(struct house *h);
/* Templates and filters, and who may ask: to the keeper. 0 or -errno. */
int house_say_sets(struct house *h);
bool child_start(struct house *h, struct child *c);
/* False at the end of what it says. */
bool child_told(struct house *h, struct child *c);
void child_died(struct house *h, struct child *c, int wait_status);
void child_stop(struct child *c);
void house_start_due(struct house *h);
/* It may be started before its time, as soon as the file of its secret is another. */
bool child_waits_for_secret(const struct child *c);

/* commands.c */

/* Starts the account's token_command; the read end of the pipe it prints into, or -errno. */
int command_token(struct house *h, const struct config_account *account, bool smtp);
/* Starts alarm_command with these facts, if there is one. */
void command_alarm(struct house *h, const struct frame_alarm *alarm);
/* False: that was no command. */
bool command_ended(struct house *h, pid_t pid, int wait_status);
/* Ends those whose time is over at that instant; true while any runs. */
bool commands_end(struct house *h, int64_t now_ms);
