// SPDX-License-Identifier: Apache-2.0
#include "ledger/tombstones.h"
#include "base/io.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MAX = 64 * 1024 * 1024, CHECK_SIZE = 16 };
static const char first_line[] = "hearback tombstones 1\n";

void tombstone_make(const uint8_t key[KEY_SIZE], struct span what, uint8_t out[ID_SIZE])
{
	hash_keyed(key, "tombstone", what, out, ID_SIZE);
}

/* Where it is, or where it belongs. */
static uint32_t place_of(const struct tombstone_set *s, const uint8_t id[ID_SIZE], bool *there)
{
	uint32_t low = 0, high = s->n;

	*there = false;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int c = memcmp(s->at[middle], id, ID_SIZE);
		if (c == 0)
			*there = true;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tombstone_set *set_of(struct tombstones *t, const uint8_t key[KEY_SIZE])
{
	for (uint32_t i = 0; i < t->n; i++)
		if (hash_eq(t->sets[i].key, key, KEY_SIZE))
			return &t->sets[i];
	if (t->n == TOMBSTONE_KEYS)
		return NULL;
	memcpy(t->sets[t->n].key, key, KEY_SIZE);
	return &t->sets[t->n++];
}

bool tombstones_add(struct tombstones *t, const uint8_t key[KEY_SIZE], const uint8_t id[ID_SIZE])
{
	struct tombstone_set *s = set_of(t, key);
	bool there;

	if (!s)
		return false;
	uint32_t i = place_of(s, id, &there);
	if (there)
		return false;
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		s->at = reallocarray(s->at, s->room, sizeof(*s->at));
		if (!s->at)
			abort();
	}
	memmove(s->at + i + 1, s->at + i, (s->n - i) * sizeof(*s->at));
	memcpy(s->at[i], id, ID_SIZE);
	s->n++;
	return true;
}

bool tombstones_merge(struct tombstones *t, const struct tombstones *more)
{
	bool any = false;

	for (uint32_t i = 0; i < more->n; i++)
		for (uint32_t j = 0; j < more->sets[i].n; j++)
			any |= tombstones_add(t, more->sets[i].key, more->sets[i].at[j]);
	return any;
}

bool tombstones_cover(const struct tombstones *t, struct span what)
{
	uint8_t id[ID_SIZE];
	bool there = false;

	for (uint32_t i = 0; i < t->n && !there; i++) {
		tombstone_make(t->sets[i].key, what, id);
		place_of(&t->sets[i], id, &there);
	}
	return there;
}

void tombstones_free(struct tombstones *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->sets[i].at);
	explicit_bzero(t, sizeof(*t));
}

static void put_line(struct buf *b, const char *name, const uint8_t *bytes, size_t n)
{
	buf_printf(b, "%s ", name);
	put_hex(b, bytes, n);
	buf_putc(b, '\n');
}

static struct hash check_of(struct span text)
{
	return hash_blake2b(SPAN("hearback tombstones"), text);
}

int tombstones_store(const char *path, const struct tombstones *t, struct err *err)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FILE_MAX);

	buf_puts(&b, first_line);
	for (uint32_t i = 0; i < t->n; i++) {
		put_line(&b, "key", t->sets[i].key, KEY_SIZE);
		for (uint32_t j = 0; j < t->sets[i].n; j++)
			put_line(&b, "erased", t->sets[i].at[j], ID_SIZE);
	}
	struct hash h = check_of(buf_span(&b));
	put_line(&b, "check", h.b, CHECK_SIZE);
	if (b.full)
		return err_set(err, -E2BIG, "%s: larger than %d bytes", path, FILE_MAX);
	return io_replace_file(path, buf_span(&b), 0600, err);
}

static bool get_lines(struct span text, struct tombstones *t)
{
	struct span rest = text, line, name;
	const uint8_t *key = NULL;
	uint8_t bytes[KEY_SIZE];

	if (!span_starts(text, span_of(first_line)) || text.p[text.n - 1] != '\n')
		return false;
	span_split(&rest, '\n', &line);
	for (;;) {
		size_t before = text.n - rest.n;
		if (!span_split(&rest, '\n', &line) || !span_split(&line, ' ', &name) || !line.p)
			return false;
		if (span_eq(name, SPAN("check"))) {
			struct hash h = check_of(span_sub(text, 0, before));
			return get_hex(line, bytes, CHECK_SIZE) && hash_eq(bytes, h.b, CHECK_SIZE) && !rest.n;
		}
		if (span_eq(name, SPAN("key"))) {
			if (!get_hex(line, bytes, KEY_SIZE))
				return false;
			const struct tombstone_set *s = set_of(t, bytes);
			if (!s)
				return false;
			key = s->key;
		} else if (!key || !span_eq(name, SPAN("erased")) || !get_hex(line, bytes, ID_SIZE)) {
			return false;
		} else {
			tombstones_add(t, key, bytes);
		}
	}
}

int tombstones_load(const char *path, struct tombstones *out, struct err *err)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(FILE_MAX);

	*out = (struct tombstones){ 0 };
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	int r = io_read_file(path, FILE_MAX, &text, err);
	if (r)
		return r;
	if (get_lines(buf_span(&text), out))
		return 0;
	tombstones_free(out);
	return err_set(
		err, -EBADMSG,
		"%s: the list of what was erased is cut short or was changed: restore it from the backup",
		path);
}
