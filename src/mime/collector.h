// SPDX-License-Identifier: Apache-2.0
/* Collects what the parts of one message give: text, attachments, reports. Knows nothing of GMime. */
#pragma once
#include "mail/facts.h"
#include "mime/mime.h"

enum part_encoding { PART_IDENTITY, PART_BASE64, PART_QUOTED_PRINTABLE, PART_UU };

struct part {
	struct span type; /* lower case */
	struct span charset;
	struct span name; /* as given; may be empty */
	struct span disposition;
	enum part_encoding encoding;
	struct span content; /* as transferred */
	uint64_t size;
	struct span smime;  /* the smime-type parameter (RFC 8551 section 3.2.2) */
	bool flowed;	    /* format=flowed (RFC 3676) */
	bool delsp;
	bool alone;	    /* the message is this part */
	bool nameless_root; /* the root of a multipart/related: text even if it has a name */
};

/* Memory that is used again for every message. */
struct collector {
	struct arena *a;
	struct facts *f;
	mime_html html;
	bool partial;
	unsigned alternatives; /* open multipart/alternative */
	bool within;	       /* looking into a message within the message: only for its text */
	bool aside;	       /* ... while the message outside has words of its own */
	size_t text_from;      /* where in `text` that of the message at hand begins */
	size_t part_text;      /* bytes that parts were given of it */
	bool plain_seen;       /* the text holds something that was not HTML */
	bool html_seen;
	struct buf text;
	struct buf html_text;
	struct buf plain_choice; /* of the open alternative */
	struct buf html_choice;
	struct buf raw;	       /* transfer decoded */
	struct buf utf8;
	struct buf lines;
	struct buf returned;
	struct fact_part *parts;
	uint32_t part_room;
	uint32_t report_room;
	uint32_t report_parts;
};

/* The state of the message outside, while one within it is looked at. */
struct aside {
	struct fact_part *part; /* which is that message */
	size_t text_n, html_n;
	uint32_t flags;
	bool plain_seen, html_seen;
};

void collector_start(struct collector *c, struct arena *a, struct facts *f, bool partial);
/* Copies what was collected into the facts. */
void collector_finish(struct collector *c);
void collector_release(struct collector *c);

/* A part that is no container. */
void collector_part(struct collector *c, const struct part *p);
/* Only describes it; NULL where there is no room left. */
struct fact_part *collector_attachment(struct collector *c, const struct part *p);
/* Transfer decoded; lasts until the next part. */
struct span collector_bytes(struct collector *c, const struct part *p);
/* Between these, what is collected becomes the text of that part and nothing else. */
struct aside collector_aside_begin(struct collector *c, struct fact_part *part);
void collector_aside_end(struct collector *c, const struct aside *outside);
/* Looks again, at messages within the message, where nothing else was said: they are the text then. */
void collector_again(struct collector *c);
/* Between these, plain text and HTML are the same words twice. */
void collector_alternative_begin(struct collector *c);
void collector_alternative_end(struct collector *c);
/* The header block of a message within the message; the first one is kept. */
bool collector_wants_returned(const struct collector *c);
void collector_returned(struct collector *c, const struct fact_field *fields, uint32_t n);
