// SPDX-License-Identifier: Apache-2.0
/* Facts: what the reader found in the bytes of a message. Decoded values, no judgements. The
 * encoding is what travels from reader to keeper and what the ledger keeps, so it is versioned. */
#pragma once
#include "base/arena.h"
#include "base/wire.h"
#include "mail/address.h"
#include "mail/message_id.h"

enum facts_depth {
	FACTS_WHOLE,	    /* header and body were read */
	FACTS_HEADER_ONLY,  /* the body was not read: too hostile for the MIME parser */
	FACTS_NONE,	    /* nothing could be read: quarantine */
};

enum facts_flag {
	FACT_PARTIAL = 1 << 0,		/* the message is longer than what was fetched */
	FACT_TRUNCATED = 1 << 1,	/* a limit of limits.h was met; what is missing is not here */
	FACT_HEADER_BROKEN = 1 << 2,	/* a line of the header block was no field */
	FACT_NO_HEADER = 1 << 3,	/* there is no header block */
	FACT_ENCRYPTED = 1 << 4,	/* multipart/encrypted, application/pkcs7-mime, inline PGP */
	FACT_SIGNED = 1 << 5,
	FACT_CALENDAR = 1 << 6,		/* a text/calendar part */
	FACT_TNEF = 1 << 7,
	FACT_BAD_CHARSET = 1 << 8,	/* some text had to be repaired */
	FACT_HTML_ONLY = 1 << 9,	/* `text` was made from HTML */
};

enum return_path {
	RETURN_PATH_MISSING,
	RETURN_PATH_NULL,    /* "<>" (RFC 5321 section 4.5.5) */
	RETURN_PATH_ADDRESS,
	RETURN_PATH_BROKEN,
};

struct fact_field {
	struct span name;  /* as written */
	struct span value; /* unfolded, UTF-8; encoded words decoded, but in Authentication-Results and X-Original-From */
};

struct fact_part {
	struct span type;	 /* "text/plain", lower case */
	struct span name;	 /* file name, UTF-8, for showing only: never a path; may be empty */
	struct span disposition; /* "attachment", "inline" or empty */
	uint64_t size;		 /* bytes as transferred, of what was fetched */
	struct span text;	 /* what a file of text or a message within the message says (UTF-8, LF line
				  * ends), never what the sender wrote now; of all parts LIMIT_PART_TEXT */
};

/* One block of fields of a message/delivery-status or similar part (RFC 3464); the first block of a
 * part speaks of the message. */
struct fact_report {
	uint32_t part; /* blocks of one part share this number */
	struct fact_field *fields;
	uint32_t n;
};

struct facts {
	enum facts_depth depth;
	uint32_t flags;		/* enum facts_flag */
	uint64_t size;		/* bytes that were read */
	struct fact_field *fields;
	uint32_t nfields;

	struct span subject;
	struct span message_id; /* empty if missing */
	struct message_ids references;
	struct message_ids in_reply_to;
	int64_t date_at;	/* 0 where Date is missing or no date */
	struct address_list from, sender, reply_to, to, cc, bcc;
	struct span from_raw;	/* the raw value of the only From field: for the literal author check */
	uint32_t from_fields;	/* how many From fields there are (RFC 5322 section 3.6: one) */
	enum return_path return_path_kind;
	struct address return_path;

	struct span content_type; /* of the whole message, "multipart/report", lower case */
	struct span report_type;  /* its report-type parameter, lower case */
	struct span text;	  /* all text parts that are the message (or of a message forwarded without a
				   * word), UTF-8, LF line ends */
	struct span html_text;	  /* text made from the HTML alternative, where both are there */
	struct fact_part *parts;  /* attachments and other parts that are not `text` */
	uint32_t nparts;
	struct fact_report *reports;
	uint32_t nreports;
	struct span returned_header; /* decoded header block of the first message within the message: returned
				      * (RFC 3462) or forwarded */
};

/* Appends the encoding. */
void facts_encode(const struct facts *f, struct buf *out);
/* Views into `in` and the arena. False for anything but a whole, well-formed encoding whose counts
 * and lengths keep limits.h and whose text is UTF-8: the reader may have been taken over. */
bool facts_decode(struct arena *a, struct span in, struct facts *out);
/* The facts of a message that nobody could read. */
struct facts facts_none(void);

/* The nth (from 0) field of that name, or NULL. */
const struct fact_field *facts_field(const struct facts *f, const char *name, uint32_t nth);
uint32_t facts_count(const struct facts *f, const char *name);
