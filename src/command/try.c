// SPDX-License-Identifier: Apache-2.0
/* hearback try: what would it do with this mailbox? */
#include "base/date.h"
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include "command/secret_ask.h"
#include "command/trial.h"
#include "command/try_report.h"
#include "daemon/spawn.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "sandbox/sandbox.h"
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	LOOK_MS = 45 * 1000,
	START_MS = 10 * 1000,
	TICK_US = 100 * 1000,
	SIGNAL_STATUS = 128,
	SINCE_MOST = 3660
};

static volatile sig_atomic_t caught;

static void catch (int number)
{
	caught = number;
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction act = { .sa_handler = catch };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		sigaction(numbers[i], &act, NULL);
}

static int complain(int status, const char *line)
{
	fprintf(stderr, "hearback: %s\n", line);
	return status;
}

struct
try {
	struct arena *a;
	struct try_url url;
	struct try_about about;
	const char *password_file, *token_file;
	int64_t since_seconds;
	bool json, debug;
	struct buf secret;
	int secret_fd;
	struct trial trial;
	struct try_rows rows;
};

/* -- the configuration it runs with ---------------------------------------------------------------------- */

/* The folder of that name that is installed; else the one beside a build. Templates must be there, though
 * nothing is ever written with them. */
static const char *shipped(struct arena *a, const char *name)
{
	static const char *const beside[] = { "..", "../..", "../../.." };
	const char *installed = arena_printf(a, HEARBACK_DATADIR "/%s", name);
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	for (size_t i = 0; n > 0 && access(installed, R_OK | X_OK) && i < sizeof(beside) / sizeof(*beside);
	     i++) {
		self[n] = '\0';
		char *folder =
			arena_printf(a, "%s/%s/%s", dirname(arena_str(a, span_of(self))), beside[i], name);
		char *path = access(folder, R_OK | X_OK) ? NULL : realpath(folder, NULL);
		if (!path)
			continue;
		folder = arena_str(a, span_of(path));
		free(path);
		return folder;
	}
	return installed;
}

static void put(struct buf *out, const char *name, struct span value)
{
	if (!value.n)
		return;
	buf_printf(out, "%s = \"", name);
	for (size_t i = 0; i < value.n; i++) {
		if (strchr("\"\\", value.p[i]))
			buf_putc(out, '\\');
		buf_putc(out, value.p[i]);
	}
	buf_puts(out, "\"\n");
}

static void put_config(struct try *y, struct buf *out)
{
	const struct try_url *u = &y->url;

	put(out, "state_dir", span_of(arena_printf(y->a, "%s/state", y->trial.folder)));
	put(out, "templates", span_of(shipped(y->a, "templates")));
	put(out, "filters", span_of(shipped(y->a, "filters")));
	buf_puts(out, "account support {\nsmtp_auth = no\n");
	put(out, "address", y->about.address);
	put(out, "host", u->host);
	if (u->port)
		buf_printf(out, "port = %u\n", u->port);
	put(out, "tls", y->about.plain ? SPAN("none") : u->starttls ? SPAN("starttls") : SPAN("implicit"));
	put(out, "user", u->user);
	put(out, y->token_file ? "token_file" : "password_file",
	    span_of(arena_printf(y->a, "/proc/self/fd/%d", y->secret_fd)));
	put(out, "mailbox", u->mailbox);
	put(out, "ca_file", span_of(y->about.ca_file));
	put(out, "sent_mailbox", span_of(y->about.sent));
	put(out, "agents", span_of(y->about.agents));
	buf_puts(out, "}\n");
}

/* The supervisor hands it on by descriptor; it lies on no disk. */
static int hide_secret(struct try *y, struct err *err)
{
	y->secret_fd = memfd_create("secret", MFD_CLOEXEC);
	if (y->secret_fd < 0 || fchmod(y->secret_fd, S_IRUSR | S_IWUSR) < 0 ||
	    io_write_all(y->secret_fd, y->secret.p, y->secret.n) < 0)
		return err_set(err, -errno, "the password cannot be kept: %s", strerror(errno));
	return 0;
}

/* -- looking --------------------------------------------------------------------------------------------- */

static int ask_trial(const char *verb, const char *only, ask_row each, void *context)
{
	struct control_request r = { .verb = span_of(verb) };

	if (only)
		control_add(&r, only, SPAN("yes"));
	return ask_daemon(&r, each, context);
}

static bool await_socket(struct try *y)
{
	char control[TRIAL_PATH + 20];
	int64_t until = clock_mono_ms() + START_MS;

	snprintf(control, sizeof(control), "%s/state/control", y->trial.folder);
	while (!caught && !trial_ended(&y->trial) && clock_mono_ms() < until) {
		if (access(control, F_OK) == 0)
			return true;
		usleep(TICK_US);
	}
	return false;
}

/* Nothing more is to be expected of it. */
static bool settled(const struct row *box)
{
	return box && (cell_number(box, "read") ||
		       (!cell_number(box, "connected") && row_cell(box, "trouble")->text.n));
}

static void show_progress(const struct try_rows *rows)
{
	const struct row *r = try_find_row(rows, "keeper", NULL, NULL);

	if (r && isatty(STDERR_FILENO))
		fprintf(stderr, "\r%lld messages looked at ", (long long)cell_number(r, "messages"));
}

/* Until both mailboxes are read, or the time is up. */
static int look(struct try *y)
{
	int64_t until = clock_mono_ms() + LOOK_MS;
	const struct row *inbox = NULL, *sent = NULL;

	while (!caught && !(settled(inbox) && settled(sent)) && !y->about.time_over) {
		usleep(TICK_US);
		arena_free(&y->rows.a);
		y->rows = (struct try_rows){ .a = arena_new() };
		int status = ask_trial("status", NULL, try_keep_row, &y->rows);
		if (status)
			return status;
		inbox = try_find_row(&y->rows, "mailbox", "mailbox", "inbox");
		sent = try_find_row(&y->rows, "mailbox", "mailbox", "sent");
		y->about.time_over = clock_mono_ms() >= until;
		show_progress(&y->rows);
	}
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K");
	if (caught)
		return SIGNAL_STATUS + caught;
	if (cell_number(inbox, "connected"))
		return 0;
	fprintf(stderr, "hearback: %s\n",
		row_cell(inbox, "trouble")->text.n ? cell_show(inbox, "trouble")
						   : "the server did not answer in time");
	return EX_UNAVAILABLE;
}

static void print_rows(const struct try *y)
{
	BUF_CLEANUP struct buf block = BUF_CAPPED(65536);
	struct row last = { .kind = SPAN("configuration") };

	for (uint32_t i = 0; i < y->rows.n; i++)
		if (!span_eq(y->rows.at[i]->kind, SPAN("room")))
			print_json_row(NULL, y->rows.at[i]);
	try_put_configuration(&y->about, &y->rows, &block);
	row_text(&last, "text", buf_span(&block));
	row_bool(&last, "time_over", y->about.time_over);
	print_json_row(NULL, &last);
}

/* Whom root becomes need not be able to look where root can. */
static bool have_rooms(struct err *err)
{
	static const enum room rooms[] = { ROOM_KEEPER, ROOM_READER, ROOM_POLLER };
	char program[ROOM_PATH];

	for (size_t i = 0; i < sizeof(rooms) / sizeof(*rooms); i++)
		if (!room_program(rooms[i], program)) {
			err_set(err, 0, "hearback-%s is not installed, or not where uid %u can reach it",
				room_name(rooms[i]), geteuid());
			return false;
		}
	return true;
}

static int try_it(struct try *y, struct err *err)
{
	BUF_CLEANUP struct buf config = BUF_CAPPED(65536);

	if (trial_leave_root(err) || !have_rooms(err) || trial_make(&y->trial, err) || hide_secret(y, err))
		return complain(EX_OSERR, err->text);
	y->trial.since = clock_now() - y->since_seconds;
	put_config(y, &config);
	if (trial_run(&y->trial, buf_span(&config), y->debug, err))
		return complain(EX_OSERR, err->text);
	if (!await_socket(y)) {
		if (caught)
			return SIGNAL_STATUS + caught;
		struct span words = trial_last_words(&y->trial, y->a);
		fprintf(stderr, "%.*s\n",
			SPAN_ARG(words.n ? words
					 : SPAN("hearback: it could not be started; --debug tells more")));
		return EX_CONFIG;
	}
	int status = look(y);
	if (!status)
		status = ask_trial("trial", NULL, try_keep_row, &y->rows);
	if (!status)
		status = ask_trial("list", "overdue", try_keep_row, &y->rows);
	if (status)
		return status;
	if (y->json)
		print_rows(y);
	else
		try_print(&y->about, &y->rows);
	return 0;
}

/* -- the command line ------------------------------------------------------------------------------------ */

static bool understand(struct try *y, const char *url, const char *address, struct err *err)
{
	struct span *whose = &y->about.address;
	const char **ca = &y->about.ca_file;

	if (!try_url_parse(y->a, span_of(url), &y->url, err))
		return false;
	y->about.url = &y->url;
	y->about.token = y->token_file != NULL;
	*whose = address ? span_of(address) : try_url_address(y->a, &y->url);
	y->about.address_guessed = !address && !span_eq(*whose, y->url.user);
	if (!address_may_send(*whose)) {
		err_set(err, 0,
			"which address does this mailbox have? Say it with --address support@example.com");
		return false;
	}
	if (!get_duration(span_of(y->about.since), &y->since_seconds) || y->since_seconds <= 0 ||
	    y->since_seconds > (int64_t)SINCE_MOST * DAY) {
		err_set(err, 0, "--since %.40s: write a span such as 3d or 2w", y->about.since);
		return false;
	}
	if (*ca) {
		char *path = realpath(*ca, NULL);
		if (!path) {
			err_set(err, 0, "--ca-file %.300s: %s", *ca, strerror(errno));
			return false;
		}
		*ca = arena_str(y->a, span_of(path));
		free(path);
	}
	return true;
}

static int try_all(struct try *y)
{
	struct sandbox_walls walls;
	struct err err;
	const char *prompt =
		arena_printf(y->a, "Password of %.*s on %.*s", SPAN_ARG(y->url.user), SPAN_ARG(y->url.host));

	y->secret = BUF_CAPPED(LIMIT_TOKEN + 4);
	sandbox_first(&walls);
	catch_signals();
	int status = secret_ask(y->token_file ? y->token_file : y->password_file, prompt, &y->secret, &err);
	if (status)
		status = caught ? SIGNAL_STATUS + caught : complain(EX_NOINPUT, err.text);
	else
		status = try_it(y, &err);
	trial_end(&y->trial);
	if (y->secret.p)
		explicit_bzero(y->secret.p, y->secret.room);
	buf_free(&y->secret);
	arena_free(&y->rows.a);
	return status;
}

int command_try(int argc, char **argv)
{
	struct try y = { .about = { .since = "14d" }, .secret_fd = -1 };
	const char *address = NULL;
	const struct option_spec options[] = {
		{ "since", "SPAN", "how far back to look: 3d, 2w; the default is 14d", &y.about.since, NULL },
		{ "address", "ADDRESS", "the address of the mailbox, if the user is none", &address, NULL },
		{ "agents", "ADDRESSES", "who answers, separated by commas, if not as the mailbox itself",
		  &y.about.agents, NULL },
		{ "sent", "MAILBOX", "where answers lie, if not in Sent", &y.about.sent, NULL },
		{ "password-file", "FILE", "instead of asking; nobody else may be able to read it",
		  &y.password_file, NULL },
		{ "token-file", "FILE", "the same, with an OAuth2 access token", &y.token_file, NULL },
		{ "ca-file", "FILE", "certificates to trust; default: the system's", &y.about.ca_file, NULL },
		{ "plain", "", "without TLS; on loopback only", NULL, &y.about.plain },
		{ "debug", "", "show what the processes log", NULL, &y.debug },
	};
	const struct command_spec spec = {
		"try imaps://USER@HOST[:PORT][/MAILBOX] [--since SPAN]",
		"Looks at a mailbox and tells within a minute what hearback would do with it: clocks, "
		"acknowledgements and what\n"
		"would not be acknowledged and why, whether answers are seen, which senders are proven. It "
		"opens the mailbox\n"
		"read-only, changes nothing, sends nothing, keeps nothing, and needs no configuration file. "
		"imap:// means STARTTLS.\n"
		"The password is asked for, or read from standard input where that is no terminal.",
		options,
		sizeof(options) / sizeof(options[0]),
		1,
		1,
	};
	struct err err;
	char **words;
	int nwords, status, e = options_read(&spec, argc, argv, &y.json, &words, &nwords);

	if (e)
		return e - 1;
	y.a = arena_new();
	status = understand(&y, words[0], address, &err) ? try_all(&y) : complain(EX_USAGE, err.text);
	arena_free(&y.a);
	return status;
}
