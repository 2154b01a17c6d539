// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 32 * 1024 };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *head;
};

static struct block *block_new(size_t size, struct block *next)
{
	struct block *b = malloc(sizeof(*b) + size);

	if (!b)
		abort();
	*b = (struct block){ .next = next, .size = size };
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	return a;
}

void arena_free(struct arena **a)
{
	if (!*a)
		return;
	for (struct block *b = (*a)->head, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(*a);
	*a = NULL;
}

void arena_reset(struct arena *a)
{
	struct block *keep = NULL;

	for (struct block *b = a->head, *next; b; b = next) {
		next = b->next;
		if (!keep && b->size == BLOCK_SIZE) {
			keep = b;
			b->next = NULL;
			b->used = 0;
		} else {
			free(b);
		}
	}
	a->head = keep;
}

void *arena_alloc(struct arena *a, size_t size)
{
	const size_t align = alignof(max_align_t);

	if (size > SIZE_MAX / 2)
		abort();
	size = (size + align - 1) / align * align;
	struct block *b = a->head;
	if (!b || b->size - b->used < size) {
		if (size > BLOCK_SIZE / 4 && b) {
			/* A large piece gets a block of its own behind the one in use. */
			b->next = block_new(size, b->next);
			b = b->next;
		} else {
			b = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE, a->head);
			a->head = b;
		}
	}
	void *p = b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		abort();
	return arena_alloc(a, total);
}

char *arena_str(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

struct span arena_span(struct arena *a, struct span s)
{
	return (struct span){ .p = arena_str(a, s), .n = s.n };
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_list again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = arena_alloc(a, (n < 0 ? 0 : (size_t)n) + 1);
	if (n > 0)
		vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}
