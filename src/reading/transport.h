// SPDX-License-Identifier: Apache-2.0
/* Our own web forms and our own list in front of the mailbox carry what others wrote: they are
 * transport, proved by authentication or by delivery, and behind them stands the author. */
#pragma once
#include "reading/reading.h"

/* The one author address is one of our forms. */
bool transport_by_form(struct arena *a, const struct facts *f, const struct reading_account *acc);
/* The list fields are those of our own group, and there are no others (RFC 2919). */
bool transport_by_group(const struct facts *f, const struct reading_account *acc);
/* The topmost Received field that is not of a delivery by LMTP, which our own server wrote, says that somebody who had
 * logged in there handed the message over, or a program on that machine (RFC 3848; Postfix, Exim, sendmail). */
bool transport_submitted(struct arena *a, const struct facts *f);
/* The only From address, or NULL where there is none or several (RFC 5322 section 3.6). */
const struct address *transport_only_from(const struct facts *f);
bool key_listed(struct span key, const struct span *at, uint32_t n);
