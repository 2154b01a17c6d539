// SPDX-License-Identifier: Apache-2.0
/* Addresses (RFC 5322 section 3.4). Reading is tolerant, linear and bounded; what we send to is
 * checked by address_may_send(), which knows only the plain form. */
#pragma once
#include "base/arena.h"

struct address {
	struct span name;   /* display name, UTF-8 where the caller decoded it, may be empty */
	struct span local;  /* local part, quotes and escapes removed */
	struct span domain; /* lower case, A-labels, or an address literal; empty if it is neither */
};

struct address_list {
	struct address *at;
	uint32_t n;	  /* addresses kept, at most LIMIT_ADDRESSES */
	uint32_t seen;	  /* addresses there were */
	bool broken;	  /* something in the field was no address */
	bool group;	  /* group syntax was used (RFC 5322 section 3.4) */
};

/* Parses the raw (undecoded, unfolded or folded) value of From, To, Reply-To and the like. Comments
 * become the name where there is no other. Nested groups are read flat: no recursion. Display names
 * are passed through `decode` (RFC 2047), which may be NULL. Results live in the arena. */
typedef struct span (*address_decode)(struct arena *a, struct span raw);
void address_list_parse(struct arena *a, struct span value, address_decode decode, struct address_list *out);

/* local@domain in the arena; empty if either is missing. */
struct span address_text(struct arena *a, struct address addr);
/* Splits "local@domain" that is already clean (configuration, commands, ledger). */
bool address_split(struct span text, struct address *out);
/* The form under which one mailbox is known: local part as written but ASCII lower case, domain lower case
 * A-labels. With `subaddress` (for example '+'; 0 for none) what follows it in the local part is
 * cut off: support+x@ is support@. */
struct span address_key(struct arena *a, struct address addr, char subaddress);
bool address_same(struct address a, struct address b);

/* Our strict grammar for a destination (RFC 5321 section 4.1.2, only dot-atoms, ASCII): local part
 * of at most 64 bytes out of letters, digits and "!#%&'*+-/=?^_{}~." not starting with '-' or '.',
 * no "..", domain of at least two labels of letters, digits and hyphens, no address literal. */
bool address_may_send(struct span text);
