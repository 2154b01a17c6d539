// SPDX-License-Identifier: Apache-2.0
/* Waiting for mail: IDLE (RFC 2177), spoken by ourselves. */
#include "base/io.h"
#include "imap/internal.h"
#include <assert.h>
#include <errno.h>

enum { WATCHED = IMAP_OTHERS + 1 };

static bool unread(const struct imap *imap)
{
	return imap->m->imap_stream->read_buffer_len > 0 || stream_pending(imap->stream);
}

/* Whoever asks beside the server has got an answer, and nobody else is ready. */
static bool answered(struct imap *imap, struct pollfd *all, nfds_t n)
{
	bool others = false, asked = false;

	for (nfds_t i = 0; i < n; i++) {
		bool beside = imap->beside.answer && all[i].fd == imap->beside.fd;
		asked |= beside && all[i].revents;
		others |= !beside && all[i].revents;
	}
	return asked && !others && imap->beside.answer(imap->beside.context);
}

/* True as soon as the server has something to say; false when one of the others is ready or time is over. */
static bool server_speaks(struct imap *imap, struct pollfd *others, nfds_t n, int64_t until)
{
	struct pollfd all[WATCHED];

	assert(n <= IMAP_OTHERS);
	all[0] = (struct pollfd){ .fd = stream_fd(imap->stream), .events = POLLIN };
	for (nfds_t i = 0; i < n; i++)
		all[i + 1] = others[i];
	for (;;) {
		int64_t left = until - clock_mono_ms();
		if (left <= 0)
			return false;
		/* What lies in a buffer of ours wakes no poll. */
		if (unread(imap))
			return true;
		int r = poll(all, n + 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (r < 0 && errno == EINTR)
			continue;
		if (r > 0 && answered(imap, all, n + 1))
			continue;
		for (nfds_t i = 0; i < n; i++)
			others[i].revents = all[i + 1].revents;
		return r > 0 && all[0].revents;
	}
}

static enum own_reply idle(struct imap *imap, struct pollfd *others, nfds_t n, int64_t until, bool *news)
{
	static const char done[] = "DONE\r\n";
	enum own_reply reply = own_command(imap, "IDLE") ? OWN_UNTAGGED : OWN_LOST;

	while (reply == OWN_UNTAGGED)
		reply = own_hear(imap, news);
	if (reply != OWN_CONTINUE)
		return reply;
	reply = OWN_UNTAGGED;
	while (reply == OWN_UNTAGGED && !*news && server_speaks(imap, others, n, until)) {
		imap_arm(imap, imap->timeouts.idle, COMMAND_BYTES);
		reply = own_hear(imap, news);
	}
	/* Anything tagged ends IDLE before we did. */
	if (reply != OWN_UNTAGGED)
		return reply == OWN_CONTINUE ? OWN_LOST : reply;
	imap_arm(imap, imap->timeouts.idle, COMMAND_BYTES);
	if (stream_write(imap->stream, done, sizeof(done) - 1))
		return OWN_LOST;
	while (reply == OWN_UNTAGGED)
		reply = own_hear(imap, news);
	return reply;
}

enum imap_fault imap_wait(struct imap *imap, struct pollfd *others, nfds_t n, int64_t timeout_ms, bool *news)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	*news = false;
	if (imap->broken)
		return IMAP_LOST;
	for (nfds_t i = 0; i < n; i++)
		others[i].revents = 0;
	/* What came or left while other commands ran was announced to them, and is not again. */
	if (imap->m->imap_selection_info->sel_exists != imap->looked) {
		*news = true;
		return IMAP_FINE;
	}
	if (!(imap->offers & OFFERS_IDLE) || imap->no_idle) {
		*news = server_speaks(imap, others, n, until);
		return IMAP_FINE;
	}
	imap_arm(imap, imap->timeouts.idle, COMMAND_BYTES);
	switch (idle(imap, others, n, until, news)) {
	case OWN_OK:
		return imap_outcome(imap, MAILIMAP_NO_ERROR, "IDLE");
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
