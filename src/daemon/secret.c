// SPDX-License-Identifier: Apache-2.0
#include "daemon/secret.h"
#include "base/io.h"
#include "mail/limits.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	READ_MS = SECRET_COMMAND_MS + 10 * 1000,
	GROUPS = 4, /* of an app password, as Google prints it */
	GROUP = 4,
};

struct secret_source secret_source(const struct config_account *c, bool smtp)
{
	if (smtp ? config_smtp_token(c) : config_imap_token(c))
		return (struct secret_source){ .key = c->token_file.n ? "token_file" : "token_command",
					       .token = true,
					       .path = c->token_file,
					       .command = c->token_command };
	return (struct secret_source){ .key = smtp ? "smtp_password_file" : "password_file",
				       .path = smtp ? c->smtp_password_file : c->password_file };
}

static size_t most(const struct secret_source *s)
{
	return s->token ? LIMIT_TOKEN : LIMIT_SECRET;
}

size_t secret_room(const struct secret_source *s)
{
	/* One byte that is too much, and the end of the string. */
	return most(s) + 2;
}

static int read_all(int fd, size_t max, struct buf *out)
{
	const int64_t until = clock_mono_ms() + READ_MS;
	char *p = buf_reserve(out, max + 2);
	size_t n = 0;

	while (p && n <= max) {
		struct pollfd at = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_mono_ms();
		if (left <= 0 || poll(&at, 1, (int)left) == 0)
			return -ETIMEDOUT;
		ssize_t r = read(fd, p + n, max + 1 - n);
		if (r < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (r == 0) {
			buf_added(out, n);
			return 0;
		}
		n += r > 0 ? (size_t)r : 0;
	}
	return -E2BIG;
}

/* A second line of a password file may say whose it is. */
static void keep_first_line(struct buf *b)
{
	const char *end = b->n ? memchr(b->p, '\n', b->n) : NULL;

	if (end)
		b->n = (size_t)(end - b->p) + 1;
}

static void strip_line_end(struct buf *b)
{
	if (b->n && b->p[b->n - 1] == '\n')
		b->n--;
	if (b->n && b->p[b->n - 1] == '\r')
		b->n--;
}

/* "abcd efgh ijkl mnop": the blanks are for the eye. */
static void join_groups(struct buf *b)
{
	if (b->n != GROUPS * (GROUP + 1) - 1)
		return;
	for (size_t i = 0; i < b->n; i++)
		if (i % (GROUP + 1) == GROUP ? b->p[i] != ' ' : b->p[i] < 'a' || b->p[i] > 'z')
			return;
	for (size_t i = 1; i < GROUPS; i++)
		memmove(b->p + i * GROUP, b->p + i * (GROUP + 1), GROUP);
	b->n = GROUPS * GROUP;
}

/* What RFC 6750 section 2.1 calls b64token. What a command says instead of a token goes to no server. */
static bool is_token(struct span s)
{
	size_t n = s.n;

	while (n && s.p[n - 1] == '=')
		n--;
	for (size_t i = 0; i < n; i++)
		if (!ascii_alnum(s.p[i]) && !strchr("-._~+/", s.p[i]))
			return false;
	return n > 0;
}

static int judge(const struct secret_source *s, struct buf *out, struct err *err)
{
	if (!s->token)
		keep_first_line(out);
	strip_line_end(out);
	if (!out->n && s->command.n)
		return err_set(err, -ENODATA,
			       "token_command printed nothing: run it by hand as the user hearback runs as");
	if (!out->n || memchr(out->p, '\0', out->n))
		return err_set(err, -EINVAL, "%s is empty or holds a NUL byte", s->key);
	if (s->token && !is_token(buf_span(out)))
		return err_set(err, -EINVAL, "what %s gave is no token: it must be the access token alone",
			       s->key);
	if (!s->token)
		join_groups(out);
	return 0;
}

int secret_read(const struct secret_source *s, int fd, struct buf *out, int64_t *written_at, struct err *err)
{
	FD_CLEANUP int owned = fd;
	struct stat st;

	*written_at = fstat(owned, &st) == 0 && S_ISREG(st.st_mode) ? st.st_mtime : 0;
	int r = read_all(owned, most(s), out);
	if (r == -E2BIG)
		return err_set(err, r, "%s: longer than the %zu bytes a %s may have", s->key, most(s),
			       s->token ? "token" : "password");
	if (r)
		return err_set(err, r, "%s: %s", s->key, strerror(-r));
	return judge(s, out, err);
}

void secret_wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->room);
}

void secret_put_age(const struct secret_source *s, int64_t written_at, int64_t now, struct buf *out)
{
	if (!s->token)
		return;
	if (written_at)
		buf_printf(out, "; token_file is %" PRId64 " min old: is it still renewed?",
			   now > written_at ? (now - written_at) / 60 : 0);
	else
		buf_puts(out, "; token_command had just printed it: is it asked for the right user?");
}
