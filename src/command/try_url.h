// SPDX-License-Identifier: Apache-2.0
/* What `hearback try` is pointed at: imaps://USER@HOST[:PORT][/MAILBOX] (RFC 5092), as people write it. Pure.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct try_url {
	bool starttls; /* imap:// */
	struct span user;
	struct span host;    /* an IPv6 address without its brackets */
	uint16_t port;	     /* 0: not said */
	struct span mailbox; /* empty: not said */
};
/* The last @ ends the user, who may have one, written as it is or as %40; without a scheme it is imaps. Texts
 * are in the arena. False with a line that says what to write instead. */
bool try_url_parse(struct arena *a, struct span text, struct try_url *out, struct err *err);
/* The address of the mailbox, as well as it can be told: the user, or the user at the domain the host is in.
 * Empty where it cannot. */
struct span try_url_address(struct arena *a, const struct try_url *u);
