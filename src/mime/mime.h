// SPDX-License-Identifier: Apache-2.0
/* Message bytes -> facts: the only code with GMime. The header block is read by mail/header.h; GMime decodes
 * encoded words and takes multiparts apart, and gets no top header but the MIME fields, so that its
 * address parser never sees one. */
#pragma once
#include "mail/facts.h"

struct mime;

/* HTML (UTF-8) to text, appended; false if some of it is missing. */
typedef bool (*mime_html)(struct span html, struct buf *out);

/* Loads charset converters and GMime's tables: everything that opens files. Call before any wall
 * goes up, once per process. */
void mime_start(void);
struct mime *mime_new(mime_html html);
/* NULL-safe; sets the caller's pointer to NULL. */
void mime_free(struct mime **m);

struct mime_message {
	struct span bytes;
	bool partial;	  /* there is more than was fetched */
	bool header_only; /* leave the body alone: somebody has died of it */
};
/* Always yields facts, of what depth ever; they are views into the message and the arena. */
void mime_read(struct mime *m, struct arena *a, const struct mime_message *message, struct facts *out);
