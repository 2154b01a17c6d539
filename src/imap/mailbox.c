// SPDX-License-Identifier: Apache-2.0
/* Opening a mailbox. */
#include "base/text.h"
#include "imap/internal.h"

static unsigned offer_of(const struct mailimap_flag_perm *perm)
{
	if (perm->fl_type == MAILIMAP_FLAG_PERM_ALL)
		return MAILBOX_KEYWORDS;
	if (!perm->fl_flag)
		return 0;
	return perm->fl_flag->fl_type == MAILIMAP_FLAG_FLAGGED	  ? MAILBOX_FLAGGED
	       : perm->fl_flag->fl_type == MAILIMAP_FLAG_ANSWERED ? MAILBOX_ANSWERED
								  : 0;
}

static unsigned server_offers(const struct imap *imap)
{
	return (imap->offers & OFFERS_GMAIL ? MAILBOX_GMAIL_LABELS : 0u) |
	       (imap->offers & (OFFERS_CONDSTORE | OFFERS_QRESYNC) ? MAILBOX_CONDSTORE : 0u) |
	       (imap->offers & OFFERS_QRESYNC ? MAILBOX_QRESYNC : 0u) |
	       (imap->offers & OFFERS_IDLE ? MAILBOX_IDLE : 0u);
}

/* RFC 3501 section 7.1: without PERMANENTFLAGS all flags are permanent; of keywords that says nothing. A mailbox
 * opened read-only has none, and nothing is known of what it takes otherwise. */
static unsigned flags_offered(struct imap *imap, bool read_only)
{
	const struct mailimap_selection_info *info = imap->m->imap_selection_info;
	unsigned offers = 0;

	if (read_only)
		return 0;
	if (span_ifind(imap_answer(imap), SPAN("[PERMANENTFLAGS ")) < 0)
		return MAILBOX_FLAGS_TOLD | MAILBOX_FLAGGED | MAILBOX_ANSWERED;
	for (clistiter *i = info->sel_perm_flags ? clist_begin(info->sel_perm_flags) : NULL; i; i = clist_next(i))
		offers |= offer_of(clist_content(i));
	return offers | MAILBOX_FLAGS_TOLD;
}

enum imap_fault imap_select(struct imap *imap, const char *name, bool read_only, struct imap_mailbox *out)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(1024);

	buf_puts(&shown, "mailbox ");
	mailbox_name_decode(span_of(name), &shown);
	if (!mailbox_name_may_write(span_of(name)))
		return imap_fail(imap, IMAP_WRONG, "%s: not a name the server can be asked for",
				 buf_cstr(&shown));
	imap_arm(imap, imap->timeouts.list, COMMAND_BYTES);
	imap->uidvalidity = 0;
	int code = read_only ? mailimap_examine(imap->m, name) : mailimap_select(imap->m, name);
	enum imap_fault fault = imap_outcome(imap, code, buf_cstr(&shown));
	if (fault == IMAP_SAID_NO && words_are_transient(words_of_tagged(imap_answer(imap))))
		return imap_fail(imap, IMAP_LOST, "%s cannot be opened now: %s", buf_cstr(&shown),
				 imap_quote(words_of_tagged(imap_answer(imap))));
	if (fault == IMAP_SAID_NO)
		return imap_fail(imap, IMAP_WRONG,
				 "%s cannot be opened: %s; check its name in the configuration",
				 buf_cstr(&shown), imap_quote(words_of_tagged(imap_answer(imap))));
	if (fault)
		return fault;
	const struct mailimap_selection_info *info = imap->m->imap_selection_info;
	if (!info || !info->sel_uidvalidity ||
	    !words_confirm_uidvalidity(imap_answer(imap), info->sel_uidvalidity))
		return imap_fail(imap, IMAP_WRONG,
				 "%s has no valid UIDVALIDITY: its messages cannot be told apart for long: "
				 "ask who runs the server, or watch another mailbox",
				 buf_cstr(&shown));
	if (span_ifind(imap_answer(imap), SPAN("[UIDNOTSTICKY]")) >= 0)
		return imap_fail(imap, IMAP_WRONG,
				 "%s does not keep its UIDs (UIDNOTSTICKY): it cannot be watched: "
				 "ask who runs the server, or watch another mailbox",
				 buf_cstr(&shown));
	imap->uidvalidity = info->sel_uidvalidity;
	*out = (struct imap_mailbox){ .uidvalidity = info->sel_uidvalidity,
				      .uidnext = info->sel_uidnext,
				      .exists = info->sel_exists,
				      .offers = flags_offered(imap, read_only) | server_offers(imap) };
	return IMAP_FINE;
}
