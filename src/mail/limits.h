// SPDX-License-Identifier: Apache-2.0
/* Every limit on what mail may make us do, in one place. TRUST: enforce a bound on everything that
 * somebody else can choose. */
#pragma once

enum {
	LIMIT_FETCH_DEFAULT = 64 * 1024,      /* bytes of a message that are fetched */
	LIMIT_FETCH_MAX = 8 * 1024 * 1024,    /* the most `fetch_limit` may say */
	LIMIT_BATCH_MESSAGES = 200,           /* messages in one batch from poller to reader */
	LIMIT_BATCH_BYTES = 4 * 1024 * 1024,  /* bytes in it, unless one message alone is larger */
	LIMIT_IMAP_NESTING = 100,	      /* parentheses in an answer of the server */
	LIMIT_UID_WINDOW = 1000,	      /* UIDs of a mailbox that are listed at once */
	LIMIT_MAILBOX_NAME = 255,	      /* bytes on the wire */
	LIMIT_SECRET = 1024,		      /* bytes of a password */
	LIMIT_TOKEN = 16 * 1024,	      /* bytes of an OAuth2 access token */
	LIMIT_TRIAL_MESSAGES = 20000,	      /* messages of a mailbox that `hearback try` looks at */
	LIMIT_ORDERS = 256,		      /* orders of the keeper that wait in a poller */
	LIMIT_CUT_TEXT = 8 * 1024,	      /* bytes that tell a message that was cut from others */
	LIMIT_WATCHED = 500,		      /* messages a poller is asked at once whether they are still there */
	LIMIT_HEADER_BLOCK = 256 * 1024,      /* bytes of a header block that are looked at */
	LIMIT_FIELDS = 1000,		      /* header fields */
	LIMIT_FIELD_NAME = 100,		      /* bytes of its name; a longer one makes no field */
	LIMIT_FIELD_VALUE = 32 * 1024,	      /* bytes of one field */
	LIMIT_ADDRESSES = 1000,		      /* addresses kept of one field; more are counted */
	LIMIT_ADDRESS = 320,		      /* bytes of local@domain: 64 + 1 + 255 */
	LIMIT_LOCAL_PART = 64,
	LIMIT_DOMAIN = 255,
	LIMIT_DISPLAY_NAME = 200,
	LIMIT_MESSAGE_ID = 250,		      /* a longer one is kept by its hash only */
	LIMIT_REFERENCES_HEAD = 1,	      /* of many references, the first ... */
	LIMIT_REFERENCES_TAIL = 20,	      /* ... and the last are used */
	LIMIT_PARTS = 200,		      /* MIME parts described */
	LIMIT_DEPTH = 100,		      /* nested multiparts */
	LIMIT_BOUNDARY_LINES = 4000,	      /* lines that begin with "--" and may be a boundary */
	LIMIT_GROUP_COLONS = 1000,	      /* in one address field of a message within a message */
	LIMIT_TEXT = 1024 * 1024,	      /* bytes of decoded text kept of one message */
	LIMIT_PART_TEXT = 64 * 1024,	      /* bytes kept of what attached files and messages within it say */
	LIMIT_FILE_NAME = 200,
	LIMIT_MEDIA_TYPE = 255,		      /* bytes of a type, a disposition, a report type */
	LIMIT_REPORT_RECIPIENTS = 100,	      /* of one delivery report */
	LIMIT_REPORT_BLOCKS = 200,	      /* blocks of fields of all report parts of a message */
	LIMIT_FACTS = 8 * 1024 * 1024,	      /* bytes of encoded facts */
	LIMIT_RECEIVED_HOPS = 100,	      /* RFC 5321 section 6.3 */
	LIMIT_SUBJECT_SHOWN = 200,
	LIMIT_OUTGOING = 64 * 1024,	      /* bytes of a finished automated message */
	LIMIT_LINE = 998,		      /* bytes of a line of it, RFC 5322 section 2.1.1 */
	LIMIT_SMTP_COMMAND = 4096,	      /* bytes of one command of ours, AUTH included */
	LIMIT_SMTP_LINE = 2000,		      /* bytes of one reply line; RFC 5321 section 4.5.3.1.5 asks for 512 */
	LIMIT_SMTP_REPLY_LINES = 100,	      /* lines of one reply */
	LIMIT_SMTP_REPLY = 16 * 1024,	      /* bytes of one reply */
};
