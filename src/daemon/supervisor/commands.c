// SPDX-License-Identifier: Apache-2.0
/* Programs of the admin's: run without a shell, in a session of their own, for a limited time. What they print goes
 * through a pipe to whoever is to have it, and is never read here. */
#include "base/io.h"
#include "base/log.h"
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

enum { COMMAND_WORDS = 64, COMMAND_FACTS = 4096 };

/* Settings hold no controls: two characters need care. */
static void put_text(struct buf *b, const char *key, struct span value)
{
	buf_printf(b, "%s\"%s\":\"", b->n > 1 ? "," : "", key);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, value.p[i]);
	}
	buf_putc(b, '"');
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
	if (b.full)
		return -E2BIG;
	int fd = memfd_sealed("facts", buf_span(&b));
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static _Noreturn void become_command(char **argv, int in, int out)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *envp[] = { path, NULL };
	sigset_t none;

	setsid();
	int nowhere = open("/dev/null", O_RDWR);
	/* What it complains about may hold what it must not tell: the exit status is what is logged. */
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(argv[0], argv, envp);
	_exit(127);
}

static int start(struct command *c, char **argv, int facts)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	c->pid = fork();
	if (c->pid == 0)
		become_command(argv, facts, pair[1]);
	int r = c->pid < 0 ? -errno : pair[0];
	close(pair[1]);
	if (r < 0) {
		c->pid = 0;
		close(pair[0]);
	}
	return r;
}

int command_token(struct house *h, const struct config_account *account, bool smtp)
{
	char *argv[COMMAND_WORDS + 1] = { NULL };
	struct arena *a = arena_new();
	struct span rest = account->token_command, word;
	size_t words = 0;
	int r = -EBUSY;

	while (words < COMMAND_WORDS && span_split(&rest, ' ', &word))
		if (word.n)
			argv[words++] = arena_str(a, word);
	FD_CLEANUP int facts = facts_of(account, smtp);
	for (int i = 0; i < HOUSE_COMMANDS && facts >= 0; i++) {
		struct command *c = &h->commands[i];
		if (c->pid)
			continue;
		*c = (struct command){ .until_ms = clock_mono_ms() + SECRET_COMMAND_MS };
		snprintf(c->account, sizeof(c->account), "%.*s", SPAN_ARG(account->name));
		r = start(c, argv, facts);
		break;
	}
	arena_free(&a);
	return facts < 0 ? facts : r;
}

bool command_ended(struct house *h, pid_t pid, int wait_status)
{
	for (int i = 0; i < HOUSE_COMMANDS; i++) {
		struct command *c = &h->commands[i];
		if (c->pid != pid)
			continue;
		c->pid = 0;
		if (WIFSIGNALED(wait_status))
			log_event(LOG_WARN, "command.failed", "command=token_command account=%s signal=%d", c->account,
				  WTERMSIG(wait_status));
		else if (WEXITSTATUS(wait_status))
			log_event(LOG_WARN, "command.failed", "command=token_command account=%s status=%d", c->account,
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
