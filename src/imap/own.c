// SPDX-License-Identifier: Apache-2.0
/* Commands without libetpan: its IDLE hangs when the server speaks first, and its AUTHENTICATE loads
 * plug-ins. Tags begin with a letter, libetpan's are numbers. */
#include "imap/internal.h"
#include <stdio.h>

bool own_command(struct imap *imap, const char *command)
{
	BUF_CLEANUP struct buf line = BUF_CAPPED(COMMAND_BYTES);

	buf_printf(&line, "h%u %s\r\n", ++imap->own_tag, command);
	return !imap->broken && !stream_write(imap->stream, line.p, line.n);
}

/* In a place where none belongs: what follows would be taken for lines. */
static bool announces_literal(struct span line)
{
	size_t at = line.n;

	if (!span_iends(line, SPAN("}")))
		return false;
	while (at && line.p[at - 1] != '{')
		at--;
	uint64_t n;
	return at && span_to_u64(span_sub(line, at, line.n - at - 1), UINT64_MAX, &n);
}

enum own_reply own_line(struct imap *imap, struct span *line)
{
	char tag[16];

	if (imap->broken || !mailstream_read_line(imap->m->imap_stream, imap->m->imap_stream_buffer))
		return OWN_LOST;
	*line = span_trim(imap_answer(imap));
	if (span_starts(*line, SPAN("+")))
		return OWN_CONTINUE;
	if (span_starts(*line, SPAN("* ")))
		return span_istarts(*line, SPAN("* BYE ")) || announces_literal(*line) ? OWN_LOST
										       : OWN_UNTAGGED;
	snprintf(tag, sizeof(tag), "h%u ", imap->own_tag);
	if (!span_starts(*line, span_of(tag)))
		return OWN_LOST;
	struct span rest = span_sub(*line, strlen(tag), line->n);
	return span_istarts(rest, SPAN("OK")) ? OWN_OK : OWN_NO;
}

/* libetpan does not see the line, so its count is kept for it. */
enum own_reply own_hear(struct imap *imap, bool *news)
{
	const struct span exists = SPAN(" EXISTS"), expunge = SPAN(" EXPUNGE");
	uint32_t *count = &imap->m->imap_selection_info->sel_exists;
	struct span line;
	uint64_t n;
	enum own_reply reply = own_line(imap, &line);

	if (reply != OWN_UNTAGGED)
		return reply;
	if (span_iends(line, exists) &&
	    span_to_u64(span_sub(line, 2, line.n - 2 - exists.n), UINT32_MAX, &n)) {
		*count = (uint32_t)n;
		*news = true;
	}
	if (span_iends(line, expunge) &&
	    span_to_u64(span_sub(line, 2, line.n - 2 - expunge.n), UINT32_MAX, &n) && n && n <= *count) {
		(*count)--;
		*news = true;
	}
	if (span_ifind(line, SPAN("[UIDVALIDITY ")) >= 0 && !words_confirm_uidvalidity(line, imap->uidvalidity))
		imap->m->imap_selection_info->sel_uidvalidity = 0;
	return reply;
}

enum imap_fault own_do(struct imap *imap, const char *command, const char *what)
{
	bool news = false;

	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	enum own_reply reply = own_command(imap, command) ? OWN_UNTAGGED : OWN_LOST;
	while (reply == OWN_UNTAGGED)
		reply = own_hear(imap, &news);
	return imap_outcome(imap,
			    reply == OWN_OK   ? MAILIMAP_NO_ERROR
			    : reply == OWN_NO ? MAILIMAP_ERROR_UID_STORE
					      : MAILIMAP_ERROR_STREAM,
			    what);
}

static void note_capabilities(struct imap *imap, struct span words)
{
	static const struct {
		const char *name;
		unsigned offer;
	} known[] = {
		{ "IDLE", OFFERS_IDLE },
		{ "MOVE", OFFERS_MOVE },
		{ "UIDPLUS", OFFERS_UIDPLUS },
		{ "AUTH=PLAIN", OFFERS_AUTH_PLAIN },
		{ "LOGINDISABLED", OFFERS_LOGIN_DISABLED },
		{ "AUTH=XOAUTH2", OFFERS_AUTH_XOAUTH2 },
		{ "X-GM-EXT-1", OFFERS_GMAIL },
		{ "CONDSTORE", OFFERS_CONDSTORE },
		{ "QRESYNC", OFFERS_QRESYNC },
	};
	struct span word;

	while (span_split(&words, ' ', &word))
		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (span_ieq(word, span_of(known[i].name)))
				imap->offers |= known[i].offer;
}

enum imap_fault imap_capabilities(struct imap *imap)
{
	const struct span untagged = SPAN("* CAPABILITY ");
	struct span line;

	imap->offers = 0;
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	enum own_reply reply = own_command(imap, "CAPABILITY") ? OWN_UNTAGGED : OWN_LOST;
	while (reply == OWN_UNTAGGED) {
		reply = own_line(imap, &line);
		if (reply == OWN_UNTAGGED && span_istarts(line, untagged))
			note_capabilities(imap, span_sub(line, untagged.n, line.n));
	}
	return imap_outcome(imap, reply == OWN_OK ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_STREAM, "CAPABILITY");
}
