// SPDX-License-Identifier: Apache-2.0
/* AUTH (RFC 4954) with PLAIN (RFC 4616), which goes along with the command, or LOGIN, which answers
 * two prompts. */
#include "base/crypto.h"
#include "mail/limits.h"
#include "smtp/dialogue.h"
#include <arpa/inet.h>
#include <sys/socket.h>

enum { TOKEN_ROOM = LIMIT_ADDRESS + LIMIT_TOKEN + 32, TOKEN_LINE_ROOM = TOKEN_ROOM * 4 / 3 + 8 };

/* What is encoded may be a password: memory is taken once and wiped. */
static bool ask_base64(struct smtp *m, const char *command, struct span in)
{
	struct buf b = BUF_CAPPED(LIMIT_SMTP_COMMAND);

	buf_reserve(&b, LIMIT_SMTP_COMMAND);
	put_base64(&b, in.p, in.n);
	bool ok = !b.full && smtp_ask(m, m->timeouts.command, "%s%.*s", command, SPAN_ARG(buf_span(&b)));
	explicit_bzero(b.p, b.room);
	buf_free(&b);
	return ok;
}

static bool plain(struct smtp *m, struct span user, struct span password)
{
	struct buf b = BUF_CAPPED(LIMIT_SMTP_COMMAND);

	buf_reserve(&b, LIMIT_SMTP_COMMAND);
	/* No authorization identity: some servers refuse one that equals the user. */
	buf_putc(&b, '\0');
	buf_put_span(&b, user);
	buf_putc(&b, '\0');
	buf_put_span(&b, password);
	bool ok = !b.full && ask_base64(m, "AUTH PLAIN ", buf_span(&b));
	explicit_bzero(b.p, b.room);
	buf_free(&b);
	return ok;
}

static bool login(struct smtp *m, struct span user, struct span password)
{
	if (!smtp_ask(m, m->timeouts.command, "AUTH LOGIN"))
		return false;
	if (m->reply.code != 334)
		return true;
	if (!ask_base64(m, "", user))
		return false;
	return m->reply.code != 334 || ask_base64(m, "", password);
}

/* As Google and Microsoft have published it. The token comes after the command: it may be longer than
 * one. A refusal comes as a question, which wants an empty answer. */
static bool xoauth2(struct smtp *m, struct span user, struct span token)
{
	struct buf b = BUF_CAPPED(TOKEN_ROOM), line = BUF_CAPPED(TOKEN_LINE_ROOM);

	if (!smtp_ask(m, m->timeouts.command, "AUTH XOAUTH2"))
		return false;
	if (m->reply.code != 334)
		return true;
	buf_reserve(&b, TOKEN_ROOM);
	buf_reserve(&line, TOKEN_LINE_ROOM);
	buf_printf(&b, "user=%.*s\001auth=Bearer %.*s\001\001", SPAN_ARG(user), SPAN_ARG(token));
	put_base64(&line, b.p, b.n);
	buf_puts(&line, "\r\n");
	bool ok = !b.full && !line.full && smtp_ask_line(m, m->timeouts.command, buf_span(&line));
	explicit_bzero(b.p, b.room);
	explicit_bzero(line.p, line.room);
	buf_free(&b);
	buf_free(&line);
	return ok && (m->reply.code != 334 || smtp_ask_line(m, m->timeouts.command, SPAN("\r\n")));
}

static bool loopback(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_storage room;
	} a;
	socklen_t n = sizeof(a);

	if (getpeername(fd, &a.any, &n))
		return false;
	if (a.any.sa_family == AF_INET)
		return ntohl(a.v4.sin_addr.s_addr) >> 24 == 127;
	return a.any.sa_family == AF_UNIX ||
	       (a.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&a.v6.sin6_addr));
}

static bool may_log_in(struct smtp *m, struct span user, struct span secret, struct smtp_result *r)
{
	if (!stream_is_tls(m->stream) && !loopback(stream_fd(m->stream)))
		return smtp_give_up(m, r, "auth", "no password or token is sent without TLS");
	if (!user.n || span_chr(user, '\0') >= 0 || !secret.n || span_chr(secret, '\0') >= 0)
		return smtp_give_up(m, r, "auth", "user or password is empty or has a NUL byte");
	return true;
}

static bool outcome(struct smtp *m, bool heard, const char *advice, struct smtp_result *r)
{
	if (!heard)
		return smtp_lost(m, r, "auth");
	if (m->reply.code == 235)
		return true;
	return smtp_turned_away(m, r, "auth", smtp_class(&m->reply) == 5 ? advice : "it will be tried again");
}

static bool log_in(struct smtp *m, struct span user, struct span password, struct smtp_result *r)
{
	if (!may_log_in(m, user, password, r))
		return false;
	if (!m->offer.plain && !m->offer.login)
		return smtp_give_up(m, r, "auth",
				    "the server offers neither AUTH PLAIN nor LOGIN; "
				    "if it wants no login set smtp_auth = no");
	return outcome(m, m->offer.plain ? plain(m, user, password) : login(m, user, password),
		       "check smtp_user and smtp_password_file", r);
}

bool smtp_login(struct smtp *m, struct span user, struct span password, struct smtp_result *r)
{
	bool ok = log_in(m, user, password, r);

	r->no_connection = !ok;
	return ok;
}

static bool log_in_token(struct smtp *m, struct span user, struct span token, struct smtp_result *r)
{
	if (!may_log_in(m, user, token, r))
		return false;
	if (!m->offer.xoauth2)
		return smtp_give_up(m, r, "auth",
				    "the server takes no token (it offers no AUTH XOAUTH2): set smtp_password_file");
	return outcome(m, xoauth2(m, user, token), "check smtp_user and what gives the token", r);
}

bool smtp_login_token(struct smtp *m, struct span user, struct span token, struct smtp_result *r)
{
	bool ok = log_in_token(m, user, token, r);

	r->no_connection = !ok;
	return ok;
}
