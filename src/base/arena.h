// SPDX-License-Identifier: Apache-2.0
/* Memory that is given back all at once: one arena per message, request or turn. Running out of
 * memory ends the process (its supervisor starts it anew). */
#pragma once
#include "base/buf.h"

struct arena;

struct arena *arena_new(void);
/* NULL-safe; sets the caller's pointer to NULL. */
void arena_free(struct arena **a);
/* Gives everything back but keeps one block for the next use. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);
/* Zeroed array; ends the process on overflow of n * size. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* NUL-terminated copies. */
char *arena_str(struct arena *a, struct span s);
struct span arena_span(struct arena *a, struct span s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_CLEANUP __attribute__((cleanup(arena_free)))
#define arena_one(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_many(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))
