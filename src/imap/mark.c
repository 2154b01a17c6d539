// SPDX-License-Identifier: Apache-2.0
/* Marks on messages, for the mail programs of the agents. */
#include "imap/internal.h"

static const char *const names[] = { "overdue", "due-soon", "waiting", "claimed-agent" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

/* RFC 3501 section 6.4.6. Labels are spelled as Gmail has them: an outer one that holds ours. */
static void put_list(struct buf *b, enum mark_style style, uint32_t marks)
{
	const char *between = "";

	if (style == MARKS_FLAG) {
		buf_puts(b, "\\Flagged");
		return;
	}
	for (unsigned i = 0; i < NAMES; i++) {
		if (!(marks & 1u << i))
			continue;
		buf_printf(b, style == MARKS_KEYWORDS ? "%s$Hearback/%s" : "%s\"Hearback/%s\"", between, names[i]);
		between = " ";
	}
}

static enum imap_fault store_marks(struct imap *imap, uint32_t uid, enum mark_style style, bool add, uint32_t marks)
{
	BUF_CLEANUP struct buf command = BUF_CAPPED(300);

	if (style == MARKS_FLAG)
		marks &= MARK_OVERDUE;
	if (!marks || style == MARKS_NONE)
		return IMAP_FINE;
	buf_printf(&command, "UID STORE %u %c%s (", uid, add ? '+' : '-',
		   style == MARKS_GMAIL_LABELS ? "X-GM-LABELS.SILENT" : "FLAGS.SILENT");
	put_list(&command, style, marks);
	buf_puts(&command, ")");
	return own_do(imap, buf_cstr(&command), "UID STORE");
}

enum imap_fault imap_mark(struct imap *imap, uint32_t uid, enum mark_style style, uint32_t add, uint32_t remove)
{
	enum imap_fault fault = store_marks(imap, uid, style, false, remove);

	return fault ? fault : store_marks(imap, uid, style, true, add);
}
