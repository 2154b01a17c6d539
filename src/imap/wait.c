// SPDX-License-Identifier: Apache-2.0
/* Waiting for mail: IDLE (RFC 2177), spoken by ourselves. */
#include "base/io.h"
#include "imap/internal.h"
#include <errno.h>
#include <sys/types.h>

enum { IDLE_MS = 30 * 1000, WATCHED = 8 };

static bool unread(const struct imap *imap)
{
	return imap->m->imap_stream->read_buffer_len > 0 || stream_pending(imap->stream);
}

/* True as soon as the server has something to say; false when one of the others is ready or time is over. */
static bool server_speaks(struct imap *imap, struct pollfd *others, nfds_t n, int64_t until)
{
	struct pollfd all[WATCHED];
	nfds_t others_n = n < WATCHED - 1 ? n : WATCHED - 1;

	all[0] = (struct pollfd){ .fd = stream_fd(imap->stream), .events = POLLIN };
	for (nfds_t i = 0; i < others_n; i++)
		all[i + 1] = others[i];
	for (;;) {
		int64_t left = until - clock_mono_ms();
		if (left <= 0)
			return false;
		/* What lies in a buffer of ours wakes no poll. */
		if (unread(imap))
			return true;
		int r = poll(all, others_n + 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r < 0 && errno == EINTR)
			continue;
		for (nfds_t i = 0; i < others_n; i++)
			others[i].revents = all[i + 1].revents;
		return r > 0 && all[0].revents;
	}
}

static bool announces_mail(struct span line)
{
	return span_iends(line, SPAN(" EXISTS"));
}

/* Hears what the server says until that is mail, an end, or somebody else's turn. */
static enum own_reply idle_until(struct imap *imap, struct pollfd *others, nfds_t n, int64_t until)
{
	struct span line;

	while (server_speaks(imap, others, n, until)) {
		imap_arm(imap, IDLE_MS, COMMAND_BYTES);
		enum own_reply reply = own_line(imap, &line);
		if (reply != OWN_UNTAGGED || announces_mail(line))
			return reply;
	}
	return OWN_UNTAGGED;
}

static enum own_reply idle(struct imap *imap, struct pollfd *others, nfds_t n, int64_t until)
{
	static const char done[] = "DONE\r\n";
	struct span line;
	bool mail = false;
	enum own_reply reply = own_command(imap, "IDLE") ? OWN_UNTAGGED : OWN_LOST;

	while (reply == OWN_UNTAGGED) {
		reply = own_line(imap, &line);
		mail = mail || (reply == OWN_UNTAGGED && announces_mail(line));
	}
	if (reply != OWN_CONTINUE)
		return reply;
	reply = mail ? OWN_UNTAGGED : idle_until(imap, others, n, until);
	/* A tagged line ends IDLE before we did. */
	if (reply != OWN_UNTAGGED)
		return reply == OWN_CONTINUE ? OWN_LOST : reply;
	imap_arm(imap, IDLE_MS, COMMAND_BYTES);
	if (stream_write(imap->stream, done, sizeof(done) - 1))
		return OWN_LOST;
	while (reply == OWN_UNTAGGED)
		reply = own_line(imap, &line);
	return reply;
}

enum imap_fault imap_wait(struct imap *imap, struct pollfd *others, nfds_t n, int64_t timeout_ms)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	if (imap->broken)
		return IMAP_LOST;
	if (!(imap->offers & OFFERS_IDLE) || imap->no_idle) {
		server_speaks(imap, others, n, until);
		return IMAP_FINE;
	}
	imap_arm(imap, IDLE_MS, COMMAND_BYTES);
	switch (idle(imap, others, n, until)) {
	case OWN_OK:
		return IMAP_FINE;
	case OWN_NO:
		/* Then by looking now and then; the mailbox is watched all the same. */
		imap->no_idle = true;
		return IMAP_FINE;
	case OWN_CONTINUE:
	case OWN_UNTAGGED:
	case OWN_LOST:
		break;
	}
	return imap_outcome(imap, MAILIMAP_ERROR_STREAM, "IDLE");
}
