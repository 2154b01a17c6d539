// SPDX-License-Identifier: Apache-2.0
/* Who we are. The password is written to the stream and kept nowhere. */
#include "base/crypto.h"
#include "imap/internal.h"

enum { PLAIN_ROOM = LIMIT_ADDRESS + LIMIT_SECRET + 2 };

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
static bool send_plain(struct imap *imap, const char *user, const char *password)
{
	/* Reserved at once, so that no copy stays behind in memory given back. */
	BUF_CLEANUP struct buf plain = BUF_CAPPED(PLAIN_ROOM);
	BUF_CLEANUP struct buf line = BUF_CAPPED(2 * PLAIN_ROOM);

	buf_reserve(&plain, PLAIN_ROOM);
	buf_reserve(&line, 2 * PLAIN_ROOM);
	buf_putc(&plain, '\0');
	buf_puts(&plain, user);
	buf_putc(&plain, '\0');
	buf_puts(&plain, password);
	put_base64(&line, plain.p, plain.n);
	buf_puts(&line, "\r\n");
	bool sent = !plain.full && !line.full && !stream_write(imap->stream, line.p, line.n);
	wipe(&plain);
	wipe(&line);
	return sent;
}

static enum own_reply authenticate(struct imap *imap, const char *user, const char *password)
{
	struct span line;
	bool asked = false;
	enum own_reply reply = own_command(imap, "AUTHENTICATE PLAIN") ? OWN_UNTAGGED : OWN_LOST;

	while (reply == OWN_UNTAGGED || reply == OWN_CONTINUE) {
		reply = own_line(imap, &line);
		if (reply != OWN_CONTINUE)
			continue;
		/* A second question would get the password again: out of step. */
		if (asked || !send_plain(imap, user, password))
			return OWN_LOST;
		asked = true;
	}
	return reply;
}

static enum imap_fault refused(struct imap *imap, const char *user)
{
	struct span words = words_of_tagged(imap_answer(imap));

	if (words_are_transient(words))
		return imap_fail(imap, IMAP_LOST, "the server does not let %s in now: %s", user,
				 imap_quote(words));
	return imap_fail(imap, IMAP_REFUSED,
			 "the server refused the password of %s: %s; check user and password_file", user,
			 imap_quote(words));
}

static enum imap_fault login_plain(struct imap *imap, const char *user, const char *password)
{
	switch (authenticate(imap, user, password)) {
	case OWN_OK:
		imap->m->imap_state = MAILIMAP_STATE_AUTHENTICATED;
		return IMAP_FINE;
	case OWN_NO:
		imap_outcome(imap, MAILIMAP_ERROR_LOGIN, "AUTHENTICATE");
		return refused(imap, user);
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
	enum imap_fault fault = imap_outcome(imap, mailimap_login(imap->m, user, password), "LOGIN");
	return fault == IMAP_SAID_NO ? refused(imap, user) : fault;
}

enum imap_fault imap_login(struct imap *imap, const char *user, const char *password)
{
	if (!*user || has_control(user))
		return imap_fail(imap, IMAP_WRONG, "user is empty or holds control characters: correct it");
	if (!*password || has_control(password))
		return imap_fail(imap, IMAP_WRONG,
				 "the password is empty or holds control characters: check password_file");
	imap_arm(imap, COMMAND_MS, COMMAND_BYTES);
	enum imap_fault fault = imap->offers & OFFERS_AUTH_PLAIN ? login_plain(imap, user, password)
								 : login_quoted(imap, user, password);
	if (fault)
		return fault;
	/* What is offered may differ now. */
	return imap_capabilities(imap);
}
