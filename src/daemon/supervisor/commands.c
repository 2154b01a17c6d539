// SPDX-License-Identifier: Apache-2.0
/* Programs of the admin's: run without a shell, in a session of their own, for a limited time. What they print goes
 * through a pipe to whoever is to have it, and is never read here. */
#include "base/date.h"
#include "base/io.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/secret.h"
#include "daemon/supervisor/house.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMAND_WORDS = 64, COMMAND_FACTS = 4096, ALARM_TEXT = 400, ALARM_SECONDS = 30 };

static void put_text(struct buf *b, const char *key, struct span value)
{
	buf_printf(b, "%s\"%s\":\"", b->n > 1 ? "," : "", key);
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];
		if (c == '"' || c == '\\')
			buf_putc(b, '\\');
		if (c < 0x20)
			buf_printf(b, "\\u%04x", (unsigned)c);
		else
			buf_putc(b, value.p[i]);
	}
	buf_putc(b, '"');
}

static int to_be_read(const struct buf *facts)
{
	int fd = facts->full ? -E2BIG : memfd_sealed("facts", buf_span(facts));

	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

/* The facts of the account, as a descriptor to be read. */
static int facts_of(const struct config_account *c, bool smtp)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(COMMAND_FACTS);

	buf_putc(&b, '{');
	put_text(&b, "account", c->name);
	put_text(&b, "address", c->address);
	put_text(&b, "protocol", span_of(smtp ? "smtp" : "imap"));
	put_text(&b, "user", smtp ? c->smtp_user : c->user);
	put_text(&b, "host", smtp ? c->smtp_host : c->host);
	buf_printf(&b, ",\"port\":%u}\n", (unsigned)(smtp ? c->smtp_port : c->port));
	return to_be_read(&b);
}

static int facts_of_alarm(const struct frame_alarm *alarm)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(COMMAND_FACTS), now = BUF_CAPPED(40);

	put_iso(&now, clock_now());
	buf_putc(&b, '{');
	put_text(&b, "alarm", span_of(alarm_name(alarm->what)));
	put_text(&b, "account", alarm->account);
	put_text(&b, "at", buf_span(&now));
	put_text(&b, "text", utf8_cut(alarm->text, ALARM_TEXT));
	buf_puts(&b, "}\n");
	return to_be_read(&b);
}

static _Noreturn void become_command(char **argv, int in, int out)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *envp[] = { path, NULL };
	sigset_t none;

	setsid();
	int nowhere = open("/dev/null", O_RDWR);
	/* What it complains about may hold what it must not tell: the exit status is what is logged. */
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out < 0 ? nowhere : out, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, envp);
	_exit(127);
}

/* With `heard` what it prints can be read from the descriptor that is returned; else 0. */
static int start(struct command *c, char **argv, int facts, bool heard)
{
	int pair[2] = { 0, -1 };

	if (heard && pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	c->pid = fork();
	if (c->pid == 0)
		become_command(argv, facts, pair[1]);
	int r = c->pid < 0 ? -errno : pair[0];
	if (heard)
		close(pair[1]);
	if (r < 0)
		c->pid = 0;
	if (r < 0 && heard)
		close(pair[0]);
	return r;
}

/* Takes the facts; returns what start() does. */
static int run(struct house *h, struct span command, struct command as, int given, bool heard)
{
	char *argv[COMMAND_WORDS + 1] = { NULL };
	struct arena *a = arena_new();
	struct span rest = command, word;
	size_t words = 0;
	int r = -EBUSY;

	while (words < COMMAND_WORDS && span_split(&rest, ' ', &word))
		if (word.n)
			argv[words++] = arena_str(a, word);
	FD_CLEANUP int facts = given;
	for (int i = 0; i < HOUSE_COMMANDS && facts >= 0; i++) {
		struct command *c = &h->commands[i];
		if (c->pid)
			continue;
		*c = as;
		r = start(c, argv, facts, heard);
		break;
	}
	arena_free(&a);
	return facts < 0 ? facts : r;
}

int command_token(struct house *h, const struct config_account *account, bool smtp)
{
	struct command as = { .setting = "token_command", .until_ms = clock_mono_ms() + SECRET_COMMAND_MS };

	snprintf(as.account, sizeof(as.account), "%.*s", SPAN_ARG(account->name));
	return run(h, account->token_command, as, facts_of(account, smtp), true);
}

void command_alarm(struct house *h, const struct frame_alarm *alarm)
{
	struct command as = { .setting = "alarm_command", .until_ms = clock_mono_ms() + ALARM_SECONDS * 1000 };

	if (!h->config.alarm_command.n)
		return;
	snprintf(as.account, sizeof(as.account), "%.*s", SPAN_ARG(span_sub(alarm->account, 0, sizeof(as.account) - 1)));
	int r = run(h, h->config.alarm_command, as, facts_of_alarm(alarm), false);
	if (r < 0)
		log_event(LOG_CRIT, "alarm.failed", "why=%s", log_quote(strerror(-r)));
}

bool command_ended(struct house *h, pid_t pid, int wait_status)
{
	for (int i = 0; i < HOUSE_COMMANDS; i++) {
		struct command *c = &h->commands[i];
		if (c->pid != pid)
			continue;
		c->pid = 0;
		if (WIFSIGNALED(wait_status))
			log_event(LOG_WARN, "command.failed", "command=%s account=%s signal=%d", c->setting, c->account,
				  WTERMSIG(wait_status));
		else if (WEXITSTATUS(wait_status))
			log_event(LOG_WARN, "command.failed", "command=%s account=%s status=%d", c->setting, c->account,
				  WEXITSTATUS(wait_status));
		return true;
	}
	return false;
}

bool commands_end(struct house *h, int64_t now_ms)
{
	bool any = false;

	for (int i = 0; i < HOUSE_COMMANDS; i++) {
		any |= h->commands[i].pid != 0;
		if (h->commands[i].pid && h->commands[i].until_ms <= now_ms)
			kill(-h->commands[i].pid, SIGKILL);
	}
	return any;
}
