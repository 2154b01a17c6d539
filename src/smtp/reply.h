// SPDX-License-Identifier: Apache-2.0
/* Replies of an SMTP server (RFC 5321 section 4.2) and what EHLO announces. Pure. */
#pragma once
#include "base/buf.h"

struct smtp_reply {
	unsigned code; /* 200 to 599 once the reply is whole */
	unsigned lines;
	struct buf text; /* every line word for word, '\n' between them */
};

/* An empty reply; give it back with smtp_reply_clear(). */
void smtp_reply_start(struct smtp_reply *r);
void smtp_reply_clear(struct smtp_reply *r);

enum smtp_line {
	SMTP_LINE_MORE, /* another line of the same reply follows */
	SMTP_LINE_LAST,
	SMTP_LINE_BROKEN, /* no reply line, another code than the line before, or beyond limits.h */
};
/* Takes the next line, without its line end. Broken lines are kept in the text too. */
enum smtp_line smtp_reply_line(struct smtp_reply *r, struct span line);

/* 2 for 2yz and so on. */
static inline unsigned smtp_class(const struct smtp_reply *r)
{
	return r->code / 100;
}

struct smtp_offer {
	bool pipelining; /* RFC 2920 */
	bool dsn;	 /* RFC 3461 */
	bool size;	 /* RFC 1870 */
	uint64_t max;	 /* bytes of a message; 0: no fixed limit */
	bool starttls;	 /* RFC 3207 */
	bool plain;	 /* AUTH PLAIN, RFC 4616 */
	bool xoauth2;	 /* AUTH XOAUTH2: OAuth2 access tokens */
	bool login;	 /* AUTH LOGIN, never standardised, often the only one */
};
/* What a 250 to EHLO offers (RFC 5321 section 4.1.1.1). */
struct smtp_offer smtp_offer_parse(const struct smtp_reply *r);
