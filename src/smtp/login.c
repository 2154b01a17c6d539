// SPDX-License-Identifier: Apache-2.0
/* AUTH (RFC 4954) with PLAIN (RFC 4616), which goes along with the command, or LOGIN, which answers
 * two prompts. */
#include "base/crypto.h"
#include "mail/limits.h"
#include "smtp/dialogue.h"
#include <arpa/inet.h>
#include <sys/socket.h>

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

static bool log_in(struct smtp *m, struct span user, struct span password, struct smtp_result *r)
{
	if (!stream_is_tls(m->stream) && !loopback(stream_fd(m->stream)))
		return smtp_give_up(m, r, "auth", "no password is sent without TLS");
	if (!m->offer.plain && !m->offer.login)
		return smtp_give_up(m, r, "auth",
				    "the server offers neither AUTH PLAIN nor LOGIN; "
				    "if it wants no login set smtp_auth = no");
	if (!user.n || span_chr(user, '\0') >= 0 || !password.n || span_chr(password, '\0') >= 0)
		return smtp_give_up(m, r, "auth", "user or password is empty or has a NUL byte");
	if (m->offer.plain ? !plain(m, user, password) : !login(m, user, password))
		return smtp_lost(m, r, "auth");
	if (m->reply.code == 235)
		return true;
	return smtp_turned_away(m, r, "auth",
				smtp_class(&m->reply) == 5 ? "check smtp_user and smtp_password_file"
							   : "it will be tried again");
}

bool smtp_login(struct smtp *m, struct span user, struct span password, struct smtp_result *r)
{
	bool ok = log_in(m, user, password, r);

	r->no_connection = !ok;
	return ok;
}
