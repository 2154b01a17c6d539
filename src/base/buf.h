// SPDX-License-Identifier: Apache-2.0
/* A growing buffer that is born with a cap. What would pass the cap is not written at all and sets
 * `full`, which stays set: check it once at the end. Running out of memory ends the process. */
#pragma once
#include "base/span.h"
#include <stdarg.h>

struct buf {
	char *p;
	size_t n;
	size_t room;
	size_t cap;
	bool full;
};

#define BUF_CAPPED(limit) ((struct buf){ .cap = (limit) })
#define BUF_CLEANUP __attribute__((cleanup(buf_free)))

void buf_free(struct buf *b);
/* Empties it and keeps the memory; clears `full`. */
void buf_reset(struct buf *b);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_put_span(struct buf *b, struct span s);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for n more bytes to be written at the returned place; NULL (and full) beyond the cap.
 * Call buf_added with what was written. */
char *buf_reserve(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);
static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ .p = b->p ? b->p : "", .n = b->n };
}
/* NUL-terminates outside its length and returns the text; valid until the next write. */
const char *buf_cstr(struct buf *b);
