// SPDX-License-Identifier: Apache-2.0
#include "command/secret_ask.h"
#include "base/io.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

static int read_file(const char *file, struct buf *out, struct err *err)
{
	struct stat st;
	FD_CLEANUP int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 || fstat(fd, &st))
		return err_set(err, -errno, "%s: %s", file, strerror(errno));
	if (S_ISREG(st.st_mode) && st.st_mode & S_IROTH)
		return err_set(err, -EACCES, "%s: others can read it, run chmod o-rwx %s", file, file);
	int r = io_read_fd(fd, LIMIT_TOKEN, out);
	return r < 0 ? err_set(err, r, "%s: %s", file, strerror(-r)) : 0;
}

/* To the end of the line; what follows is not ours. */
static int read_line(int fd, struct buf *out, struct err *err)
{
	while (out->n < LIMIT_TOKEN) {
		char c;
		ssize_t n = read(fd, &c, 1);
		if (n < 0)
			return err_set(err, -errno, "the password could not be read: %s", strerror(errno));
		if (n == 0 || c == '\n')
			return 0;
		buf_putc(out, c);
	}
	return err_set(err, -E2BIG, "that is longer than any password");
}

/* A signal that comes before it waits must end the waiting as well. */
static int await_line(int tty, const sigset_t *unblocked, struct err *err)
{
	struct pollfd p = { .fd = tty, .events = POLLIN };

	return ppoll(&p, 1, NULL, unblocked) < 0
		       ? err_set(err, -errno, "the password could not be read: %s", strerror(errno))
		       : 0;
}

static int read_terminal(int tty, const char *prompt, struct buf *out, struct err *err)
{
	struct termios before, quiet;
	sigset_t all, unblocked;

	if (tcgetattr(tty, &before))
		return err_set(err, -errno, "the terminal cannot be asked: %s", strerror(errno));
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &unblocked);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s: ", prompt);
	int r = await_line(tty, &unblocked, err);
	if (!r)
		r = read_line(tty, out, err);
	tcsetattr(tty, TCSAFLUSH, &before);
	dprintf(tty, "\n");
	sigprocmask(SIG_SETMASK, &unblocked, NULL);
	return r;
}

int secret_ask(const char *file, const char *prompt, struct buf *out, struct err *err)
{
	int r;

	if (!buf_reserve(out, LIMIT_TOKEN + 2))
		return err_set(err, -ENOMEM, "no memory");
	if (file) {
		r = read_file(file, out, err);
	} else if (!isatty(STDIN_FILENO)) {
		r = read_line(STDIN_FILENO, out, err);
	} else {
		FD_CLEANUP int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
		r = read_terminal(tty < 0 ? STDIN_FILENO : tty, prompt, out, err);
	}
	if (!r && !out->n)
		return err_set(err, -ENODATA,
			       "there is no password: type it, or name a file with --password-file");
	return r;
}
