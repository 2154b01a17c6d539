// SPDX-License-Identifier: Apache-2.0
/* Who we are. The password is written to the stream and kept nowhere. */
#include "base/crypto.h"
#include "imap/internal.h"

enum { ANSWER_ROOM = LIMIT_ADDRESS + LIMIT_TOKEN + 32, LINE_ROOM = ANSWER_ROOM * 4 / 3 + 8 };

struct mechanism {
	const char *command;
	void (*put_answer)(struct buf *b, const char *user, const char *secret);
	const char *again; /* what a second question is answered with, NULL: nothing asks twice */
};

static bool has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static bool ascii_only(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static void wipe(struct buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->room);
}

/* RFC 4616: nobody acted for, user, password. */
static void put_plain(struct buf *b, const char *user, const char *password)
{
	buf_putc(b, '\0');
	buf_puts(b, user);
	buf_putc(b, '\0');
	buf_puts(b, password);
}

/* As Google and Microsoft have published it. */
static void put_xoauth2(struct buf *b, const char *user, const char *token)
{
	buf_printf(b, "user=%s\001auth=Bearer %s\001\001", user, token);
}

static const struct mechanism plain = { "AUTHENTICATE PLAIN", put_plain, NULL };
/* A refusal comes as a question, which wants an empty answer. */
static const struct mechanism xoauth2 = { "AUTHENTICATE XOAUTH2", put_xoauth2, "\r\n" };

static bool send_answer(struct imap *imap, const struct mechanism *how, const char *user, const char *secret)
{
	/* Reserved at once, so that no copy stays behind in memory given back. */
	BUF_CLEANUP struct buf answer = BUF_CAPPED(ANSWER_ROOM);
	BUF_CLEANUP struct buf line = BUF_CAPPED(LINE_ROOM);

	buf_reserve(&answer, ANSWER_ROOM);
	buf_reserve(&line, LINE_ROOM);
	how->put_answer(&answer, user, secret);
	put_base64(&line, answer.p, answer.n);
	buf_puts(&line, "\r\n");
	bool sent = !answer.full && !line.full && !stream_write(imap->stream, line.p, line.n);
	wipe(&answer);
	wipe(&line);
	return sent;
}

static bool answer_again(struct imap *imap, const struct mechanism *how)
{
	return how->again && !stream_write(imap->stream, how->again, strlen(how->again));
}

static enum own_reply converse(struct imap *imap, const struct mechanism *how, const char *user,
			       const char *secret)
{
	struct span line;
	unsigned asked = 0;
	enum own_reply reply = own_command(imap, how->command) ? OWN_UNTAGGED : OWN_LOST;

	while (reply == OWN_UNTAGGED || reply == OWN_CONTINUE) {
		reply = own_line(imap, &line);
		if (reply != OWN_CONTINUE)
			continue;
		/* No question gets the secret again: that would be out of step. */
		asked++;
		if (asked == 1 ? !send_answer(imap, how, user, secret) : asked > 2 || !answer_again(imap, how))
			return OWN_LOST;
	}
	return reply;
}

static enum imap_fault refused(struct imap *imap, const char *user, bool token)
{
	struct span words = words_of_tagged(imap_answer(imap));

	if (words_are_transient(words))
		return imap_fail(imap, IMAP_LOST, "the server does not let %s in now: %s", user,
				 imap_quote(words));
	return imap_fail(imap, IMAP_REFUSED, "the server refused the %s of %s: %s%s",
			 token ? "token" : "password", user, imap_quote(words),
			 token ? "" : "; check user and password_file");
}

static enum imap_fault authenticate(struct imap *imap, const struct mechanism *how, const char *user,
				    const char *secret)
{
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	switch (converse(imap, how, user, secret)) {
	case OWN_OK:
		imap->m->imap_state = MAILIMAP_STATE_AUTHENTICATED;
		return IMAP_FINE;
	case OWN_NO:
		imap_outcome(imap, MAILIMAP_ERROR_LOGIN, "AUTHENTICATE");
		return refused(imap, user, how == &xoauth2);
	case OWN_CONTINUE:
	case OWN_UNTAGGED:
	case OWN_LOST:
		break;
	}
	return imap_outcome(imap, MAILIMAP_ERROR_STREAM, "AUTHENTICATE");
}

static enum imap_fault login_quoted(struct imap *imap, const char *user, const char *password)
{
	if (imap->offers & OFFERS_LOGIN_DISABLED)
		return imap_fail(imap, IMAP_WRONG,
				 "the server allows no login on this port (LOGINDISABLED): use the TLS port");
	if (!ascii_only(user) || !ascii_only(password))
		return imap_fail(
			imap, IMAP_WRONG,
			"the server offers no AUTH=PLAIN, and LOGIN takes only ASCII: change the password");
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	enum imap_fault fault = imap_outcome(imap, mailimap_login(imap->m, user, password), "LOGIN");
	return fault == IMAP_SAID_NO ? refused(imap, user, false) : fault;
}

static enum imap_fault check(struct imap *imap, const char *user, const char *secret, const char *what)
{
	if (!*user || has_control(user))
		return imap_fail(imap, IMAP_WRONG, "user is empty or holds control characters: correct it");
	if (!*secret || has_control(secret))
		return imap_fail(imap, IMAP_WRONG, "the %s is empty or holds control characters: check %s_file",
				 what, what);
	return IMAP_FINE;
}

enum imap_fault imap_login(struct imap *imap, const char *user, const char *password)
{
	enum imap_fault fault = check(imap, user, password, "password");

	if (!fault)
		fault = imap->offers & OFFERS_AUTH_PLAIN ? authenticate(imap, &plain, user, password)
							 : login_quoted(imap, user, password);
	/* What is offered may differ now. */
	return fault ? fault : imap_capabilities(imap);
}

enum imap_fault imap_login_token(struct imap *imap, const char *user, const char *token)
{
	enum imap_fault fault = check(imap, user, token, "token");

	if (!fault && !(imap->offers & OFFERS_AUTH_XOAUTH2))
		fault = imap_fail(imap, IMAP_WRONG,
				  "the server takes no token (it offers no AUTH=XOAUTH2): use password_file");
	if (!fault)
		fault = authenticate(imap, &xoauth2, user, token);
	return fault ? fault : imap_capabilities(imap);
}
