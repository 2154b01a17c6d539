// SPDX-License-Identifier: Apache-2.0
/* Message-IDs (RFC 5322 section 3.6.4) as untrusted text. An id is kept without angle brackets. */
#pragma once
#include "base/arena.h"

struct message_ids {
	struct span *at;
	uint32_t n;
	uint32_t seen; /* how many there were before the middle was left out */
};

/* The id of a Message-ID field: what stands between the first '<' and the next '>', blanks inside
 * removed; a bare word with an '@' where there are no brackets; else empty. */
struct span message_id_parse(struct arena *a, struct span value);
/* The ids of References or In-Reply-To in order, without duplicates (the last stands); prose,
 * comments and broken ids between them are skipped. Of more than LIMIT_REFERENCES_HEAD +
 * LIMIT_REFERENCES_TAIL the first and the last are kept. */
void message_ids_parse(struct arena *a, struct span value, struct message_ids *out);
/* Printable ASCII without blanks, brackets, quotes or controls, one '@', at most LIMIT_MESSAGE_ID:
 * fit to be written into a field or an IMAP SEARCH. */
bool message_id_may_write(struct span id);
