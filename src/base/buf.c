// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ .cap = b->cap };
}

void buf_reset(struct buf *b)
{
	b->n = 0;
	b->full = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->full || n > b->cap - b->n) {
		b->full = true;
		return NULL;
	}
	/* One byte more than is used, so that buf_cstr never has to fail. */
	if (b->n + n + 1 > b->room) {
		size_t room = b->room ? b->room : 64;
		while (room < b->n + n + 1)
			room *= 2;
		char *p = realloc(b->p, room);
		if (!p)
			abort();
		b->p = p;
		b->room = room;
	}
	return b->p + b->n;
}

void buf_added(struct buf *b, size_t n)
{
	b->n += n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	char *at = buf_reserve(b, n);

	if (!at)
		return;
	if (n)
		memcpy(at, p, n);
	b->n += n;
}

void buf_put_span(struct buf *b, struct span s)
{
	buf_put(b, s.p, s.n);
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_list again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *at = n < 0 ? NULL : buf_reserve(b, (size_t)n);
	if (at) {
		vsnprintf(at, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

const char *buf_cstr(struct buf *b)
{
	if (!b->p)
		return "";
	b->p[b->n] = '\0';
	return b->p;
}
