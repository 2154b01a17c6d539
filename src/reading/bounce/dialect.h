// SPDX-License-Identifier: Apache-2.0
/* Bounces speak dialects: a report that follows RFC 3464, or one of many ways to say in words who did not
 * get the message. Each family of dialects is one function that adds the recipients it finds; the
 * table in bounce.c says which are asked, and in what order. */
#pragma once
#include "reading/reading.h"

struct telling {
	struct arena *arena;
	const struct facts *facts;
	struct span text;	      /* the server's own words, without the returned message */
	struct span returned;	      /* the header block of the returned message, may be empty */
	struct address_list senders;  /* who wrote that */
	struct bounce_recipient *at; /* room for LIMIT_REPORT_RECIPIENTS */
	uint32_t n;
	bool reported;		      /* a report says what happened to them */
	bool nameless;		      /* ... of somebody whose address it does not give: */
	struct bounce_recipient whoever;
	bool named;		      /* they are names that stand without a domain */
	bool late;		      /* the words are a warning: they will try again */
};

/* Adds one that is not there yet, unless the address is masked. */
void telling_add(struct telling *t, struct bounce_recipient one);
/* The same of an address found in words. */
void telling_add_address(struct telling *t, struct span address);

/* Families, a file each. */
void report_dialect(struct telling *t);	     /* RFC 3464, in a part of its own */
void failed_field_dialect(struct telling *t); /* X-Failed-Recipients of Exim and Gmail */
void fields_dialect(struct telling *t);	     /* the fields of RFC 3464 laid out in the text */
void notification_dialect(struct telling *t); /* JSON of Amazon SES */
void list_dialect(struct telling *t);	     /* addresses that begin a line: qmail, Postfix, Exchange ... */
void session_dialect(struct telling *t);     /* what two servers said to each other */
void sentence_dialect(struct telling *t);    /* one address after words that announce it */
void name_dialect(struct telling *t);	     /* names without a domain: the reporting server's own users */
void anywhere_dialect(struct telling *t);    /* the only addresses that the words hold */
void returned_dialect(struct telling *t);    /* nothing but the returned message tells */

/* Parts of lines. */
/* "5.1.1 (bad mailbox)": the three numbers (RFC 3463 section 2), or empty. */
struct span enhanced_status(struct span value);
/* "rfc822; user@example.com": what follows the type, without brackets (RFC 3464 section 2.3.1). */
struct span typed_address(struct span value);
/* One block of fields as a recipient; without an address where it names none. */
struct bounce_recipient recipient_of_block(struct arena *a, const struct fact_report *r);
/* The run of address characters around the next '@' of *rest, which is cut off behind it. */
bool next_address(struct span *rest, struct span *out);
/* A recipient, not the server itself, nor the one it writes to, nor, where others are known, who wrote. */
bool is_recipient(const struct telling *t, struct span text);
bool is_address_char(char c);
/* '5' or '4' of the first "550", "5.1.1", "#5.1.1" in the line, else 0. */
char reply_class(struct span line);
/* After the dialects: what the words say about each recipient that is not described yet. */
void describe_recipients(struct telling *t);
/* Text above the returned message. */
struct span own_words(struct span text);
/* The header block of the message that came back, in a part of its own or below our own words. */
struct span returned_block(const struct facts *f, struct span own);
void returned_senders(struct telling *t);
/* Do the words only warn? */
bool is_warning(struct span subject, struct span text);
