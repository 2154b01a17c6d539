// SPDX-License-Identifier: Apache-2.0
/* The life of a connection, and what failures of libetpan mean. */
#include "base/text.h"
#include "imap/internal.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* mailstream_read copies what remains down after each line, so a larger buffer is slower. */
enum { MAILSTREAM_BUFFER = 8192 };

const struct imap_timeouts imap_timeouts_standard = {
	.connect = 30 * 1000,
	.command = 60 * 1000,
	.list = 120 * 1000,
	.bodies = 300 * 1000,
	.idle = 30 * 1000,
	.goodbye = 3 * 1000,
};

static struct imap *of_low(mailstream_low *low)
{
	return low->data;
}

/* libetpan takes 0 for "try again" inside a literal: an end must be -1. */
static ssize_t low_read(mailstream_low *low, void *p, size_t n)
{
	struct imap *imap = of_low(low);
	ssize_t r = n ? stream_read(imap->stream, p, n) : 0;

	return r < 0 || !nesting_feed(&imap->nesting, span_make(p, (size_t)r)) ? -1 : r;
}

static ssize_t low_write(mailstream_low *low, const void *p, size_t n)
{
	return stream_write(of_low(low)->stream, p, n) < 0 ? -1 : (ssize_t)n;
}

static int low_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static int low_fd(mailstream_low *low)
{
	return stream_fd(of_low(low)->stream);
}

static void low_free(mailstream_low *low)
{
	free(low);
}

static mailstream_low_driver driver = {
	.mailstream_read = low_read,
	.mailstream_write = low_write,
	.mailstream_close = low_close,
	.mailstream_get_fd = low_fd,
	.mailstream_free = low_free,
};

struct imap *imap_new(const struct imap_timeouts *timeouts)
{
	struct imap *imap = calloc(1, sizeof(*imap));

	if (!imap || !(imap->m = mailimap_new(0, NULL)))
		abort();
	imap->timeouts = *timeouts;
	rows_hook(imap);
	return imap;
}

void imap_free(struct imap **imap)
{
	struct imap *i = *imap;

	if (!i)
		return;
	/* mailimap_free says LOGOUT; on a broken dialogue the stream says nothing at all. */
	if (i->stream)
		stream_arm(i->stream, i->broken ? 0 : i->timeouts.goodbye, i->broken ? 0 : COMMAND_BYTES);
	mailimap_free(i->m);
	stream_close(&i->stream);
	free(i);
	*imap = NULL;
}

const char *imap_why(const struct imap *imap)
{
	return imap->why.text;
}

bool imap_lost_over_answer(const struct imap *imap)
{
	return imap->over_answer;
}

bool imap_expired(const struct imap *imap)
{
	return imap->expired;
}

int64_t imap_certificate_until(const struct imap *imap)
{
	return imap->stream ? stream_certificate_until(imap->stream) : 0;
}

int64_t imap_retry_after(const struct imap *imap)
{
	return imap->retry_after;
}

void imap_beside(struct imap *imap, int fd, bool (*answer)(void *context), void *context)
{
	imap->beside = (struct stream_beside){ .fd = fd, .answer = answer, .context = context };
	stream_beside(imap->stream, &imap->beside);
}

void imap_arm(struct imap *imap, int64_t ms, uint64_t bytes)
{
	if (!imap->broken)
		stream_arm(imap->stream, ms, bytes);
}

struct span imap_answer(const struct imap *imap)
{
	return span_make(imap->m->imap_stream_buffer->str, imap->m->imap_stream_buffer->len);
}

const char *imap_quote(struct span words)
{
	static char text[256];
	BUF_CLEANUP struct buf safe = BUF_CAPPED(1024);

	text_escape(&safe, utf8_cut(words, 160));
	if (safe.n)
		snprintf(text, sizeof(text), "\"%.*s\"", SPAN_ARG(utf8_cut(buf_span(&safe), 200)));
	else
		snprintf(text, sizeof(text), "nothing");
	return text;
}

enum imap_fault imap_fail(struct imap *imap, enum imap_fault fault, const char *fmt, ...)
{
	char text[sizeof(imap->why.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (fault == IMAP_LOST)
		imap->broken = true;
	err_set(&imap->why, 0, "%s: %s", imap->stream ? stream_where(imap->stream) : "no connection", text);
	return fault;
}

static void hear_reason(struct imap *imap)
{
	int64_t asked = words_retry_after(words_of_bye(imap_answer(imap)));

	if (!asked)
		asked = words_retry_after(words_of_tagged(imap_answer(imap)));
	if (asked)
		imap->retry_after = asked;
	imap->expired |= words_are_expiry(words_of_bye(imap_answer(imap))) ||
			 words_are_expiry(words_of_tagged(imap_answer(imap)));
}

static enum imap_fault lost(struct imap *imap, int code, const char *what)
{
	struct span bye = words_of_bye(imap_answer(imap));
	int failed = stream_failed(imap->stream);

	if (imap->nesting.too_deep) {
		imap->over_answer = true;
		return imap_fail(imap, IMAP_LOST, "%s: the server's answer nests deeper than any answer should", what);
	}
	imap->over_answer = !bye.n && (!failed || failed == -EPIPE || failed == -EMSGSIZE);
	if (bye.n)
		return imap_fail(imap, IMAP_LOST, "%s: the server said goodbye: %s", what, imap_quote(bye));
	if (failed)
		return imap_fail(imap, IMAP_LOST, "%s: %s", what, stream_why(imap->stream));
	if (code == MAILIMAP_ERROR_PROTOCOL)
		return imap_fail(imap, IMAP_LOST, "%s: the server does not take the command: %s", what,
				 imap_quote(words_of_tagged(imap_answer(imap))));
	return imap_fail(imap, IMAP_LOST, "%s: the server's answer cannot be understood (libetpan %d)", what,
			 code);
}

/* What we know by its UID may be another message from now on. */
static bool numbered_anew(const struct imap *imap)
{
	const struct mailimap_selection_info *info = imap->m->imap_selection_info;

	return imap->uidvalidity && info && info->sel_uidvalidity != imap->uidvalidity;
}

enum imap_fault imap_outcome(struct imap *imap, int code, const char *what)
{
	if (imap->broken)
		return IMAP_LOST;
	if (numbered_anew(imap))
		return imap_fail(imap, IMAP_LOST, "%s: the server has numbered the mailbox anew while it was open", what);
	if (code == MAILIMAP_NO_ERROR || code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED)
		return IMAP_FINE;
	hear_reason(imap);
	switch (code) {
	/* After these the dialogue may be out of step. */
	case MAILIMAP_ERROR_BAD_STATE:
	case MAILIMAP_ERROR_STREAM:
	case MAILIMAP_ERROR_PARSE:
	case MAILIMAP_ERROR_MEMORY:
	case MAILIMAP_ERROR_FATAL:
	case MAILIMAP_ERROR_PROTOCOL:
	case MAILIMAP_ERROR_DONT_ACCEPT_CONNECTION:
		return lost(imap, code, what);
	default:
		break;
	}
	/* A stream may fail where libetpan takes another way out. */
	if (stream_failed(imap->stream))
		return lost(imap, code, what);
	return imap_fail(imap, IMAP_SAID_NO, "%s: the server said %s", what,
			 imap_quote(words_of_tagged(imap_answer(imap))));
}

/* What a failure to connect means for whoever has to act. */
static enum imap_fault fault_of(int code)
{
	switch (code) {
	case -EKEYREJECTED:
		return IMAP_REFUSED;
	case -ENXIO:
	case -EINVAL:
	case -EPROTO:
		return IMAP_WRONG;
	default:
		return IMAP_LOST;
	}
}

static enum imap_fault start_tls(struct imap *imap, const struct imap_server *server)
{
	const char *name = server->tls_name && *server->tls_name ? server->tls_name : server->host;
	int r = stream_tls(imap->stream, name, server->ca_file, imap->timeouts.connect, &imap->why);

	if (!r)
		return IMAP_FINE;
	imap->broken = true;
	return fault_of(r);
}

static enum imap_fault connect_stream(struct imap *imap, const struct imap_server *server)
{
	int r = stream_connect(server->host, server->port, imap->timeouts.connect, &imap->stream, &imap->why);

	if (r) {
		imap->broken = true;
		return fault_of(r);
	}
	return server->tls && !server->starttls ? start_tls(imap, server) : IMAP_FINE;
}

/* RFC 9051 section 6.2.1. Whoever sits in between may take the offer away or say something ahead of TLS that
 * would then count as said under it: either way there is no session. */
static enum imap_fault ask_for_tls(struct imap *imap, const struct imap_server *server)
{
	struct span line;

	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	enum own_reply reply = own_command(imap, "STARTTLS") ? OWN_UNTAGGED : OWN_LOST;
	while (reply == OWN_UNTAGGED)
		reply = own_line(imap, &line);
	if (reply == OWN_NO) {
		const char *words = imap_quote(words_of_tagged(imap_answer(imap)));
		return imap_fail(imap, IMAP_WRONG,
				 "no TLS: the server answered STARTTLS with %s: use tls = implicit", words);
	}
	if (reply != OWN_OK)
		return imap_outcome(imap, MAILIMAP_ERROR_STREAM, "STARTTLS");
	if (imap->m->imap_stream->read_buffer_len || stream_pending(imap->stream)) {
		imap_fail(imap, IMAP_LOST, "the server sent bytes ahead of TLS: refused: use tls = implicit");
		return IMAP_WRONG;
	}
	return start_tls(imap, server);
}

static enum imap_fault hear_greeting(struct imap *imap)
{
	mailstream_low *low = mailstream_low_new(imap, &driver);
	mailstream *stream = low ? mailstream_new(low, MAILSTREAM_BUFFER) : NULL;

	if (!stream)
		abort();
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	int code = mailimap_connect(imap->m, stream);
	if (code == MAILIMAP_NO_ERROR_AUTHENTICATED) {
		imap->broken = true;
		return imap_fail(imap, IMAP_WRONG,
				 "the server says that we are logged in already (PREAUTH): refused: "
				 "set tls = implicit, or ask who runs the server");
	}
	return imap_outcome(imap, code, "greeting");
}

enum imap_fault imap_open(struct imap *imap, const struct imap_server *server)
{
	enum imap_fault fault = connect_stream(imap, server);

	if (!fault && server->connected && !server->starttls)
		server->connected(server->context);
	if (!fault)
		fault = hear_greeting(imap);
	if (!fault && server->starttls) {
		fault = ask_for_tls(imap, server);
		if (!fault && server->connected)
			server->connected(server->context);
	}
	/* Only what is said now counts: nothing the greeting claimed, nothing from before TLS. */
	return fault ? fault : imap_capabilities(imap);
}
