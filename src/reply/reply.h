// SPDX-License-Identifier: Apache-2.0
/* Composition of our automated mail, and the independent check of the finished bytes. Pure. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "mail/facts.h"

enum {
	REPLY_SUBJECT_MAX = 200,	/* bytes of a subject, UTF-8; what is longer is cut */
	REPLY_TEXT_MAX = 16 * 1024,	/* bytes of a text, UTF-8 */
	REPLY_TOKEN_MAX = 100,		/* X-Hearback-Id, language */
	REPLY_AUDIT_MAX = 1000,		/* the text of an audit head */
};

/* One message to one recipient. What comes from mail may hold any bytes: it is made safe here. */
struct reply_input {
	struct span from_name;	  /* UTF-8 or empty */
	struct span from_address; /* these two must pass address_may_send() */
	struct span to_address;
	bool answers;		  /* to a requester: "Auto: " and auto-replied; else auto-generated
				     (RFC 3834 sections 3.1.5 and 5) */
	struct span subject;	  /* UTF-8, without "Auto: " */
	struct span text;	  /* UTF-8, LF line ends */
	struct span language;	  /* "en" */
	int64_t date_at;
	struct span message_id;	  /* without angle brackets */
	struct span hearback_id;  /* X-Hearback-Id */
	struct span audit_head;	  /* Hearback-Audit: parts separated by "; " */

	/* The message that is answered; ids that message_id_may_write() refuses are left out. */
	struct span parent_id;
	struct message_ids parent_references;
	struct message_ids parent_in_reply_to; /* used without references (RFC 5322 section 3.6.4) */
};

/* Appends the finished message: CRLF lines, 7-bit, ready for SMTP but for dot-stuffing. 0; -EINVAL
 * for what cannot be written (a bad address or id, no text), -E2BIG beyond the cap of `out`, with a
 * line in err. */
int reply_compose(const struct reply_input *in, struct buf *out, struct err *err);

/* What the guard knows of a message without looking at its bytes. */
struct reply_expected {
	struct span from;	/* address */
	struct span to;		/* the one recipient, as it will stand in RCPT TO */
	struct span auto_submitted; /* "auto-replied" or "auto-generated" */
};

/* The last gate, written apart from the composer: reads the bytes anew and is sure that they are one
 * message of our own form: exactly the expected fields once each, one recipient, 7-bit, no control
 * characters (hidden in encoded words and quoted-printable neither), no bare CR or LF, lines of at
 * most 998 bytes (RFC 5322 section 2.1.1), at most LIMIT_OUTGOING bytes. False with the first fault. */
bool reply_check_bytes(struct span bytes, const struct reply_expected *want, struct err *fault);

/* What a finished message of our form shows a reader: its fields decoded, its text with LF line ends; in the
 * arena. False for what is not of our form. */
enum { REPLY_FIELDS = 16 };
struct reply_shown {
	struct fact_field fields[REPLY_FIELDS];
	uint32_t n;
	struct span text;
};
bool reply_shows(struct arena *a, struct span bytes, struct reply_shown *out);
