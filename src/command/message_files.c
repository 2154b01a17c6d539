// SPDX-License-Identifier: Apache-2.0
#include "command/message_files.h"
#include "base/io.h"
#include "base/text.h"
#include "command/mbox.h"
#include "command/walk.h"
#include "daemon/reader/client.h"
#include "daemon/spawn.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sysexits.h>

/* Messages that go to the reader together, and what is needed on the way. */
struct batch {
	struct reader_client *reader;
	struct arena *a; /* of this batch */
	message_file_show show;
	void *context;
	const char *path; /* of the file that is being read */
	const char *names[LIMIT_BATCH_MESSAGES];
	struct reader_message messages[LIMIT_BATCH_MESSAGES];
	uint32_t n;
	size_t bytes;
	int status;
};

static void show_batch(struct batch *b)
{
	struct facts *facts = arena_many(b->a, b->n, struct facts);
	struct err err;

	if (b->n && b->status != EX_OSERR) {
		if (reader_client_read(b->reader, b->a, b->messages, b->n, facts, &err)) {
			fprintf(stderr, "hearback: %s\n", err.text);
			b->status = EX_OSERR;
		}
		for (uint32_t i = 0; b->status != EX_OSERR && i < b->n; i++)
			b->show(b->context, b->a, b->names[i], &facts[i]);
	}
	arena_reset(b->a);
	b->n = 0;
	b->bytes = 0;
}

static void add_message(void *context, struct span bytes, bool partial, unsigned long number)
{
	struct batch *b = context;

	if (b->n == LIMIT_BATCH_MESSAGES || b->bytes >= LIMIT_BATCH_BYTES)
		show_batch(b);
	b->names[b->n] =
		number ? arena_printf(b->a, "%s#%lu", b->path, number) : arena_str(b->a, span_of(b->path));
	b->messages[b->n] = (struct reader_message){ .bytes = arena_span(b->a, bytes), .partial = partial };
	b->n++;
	b->bytes += bytes.n;
}

static int read_file(void *context, const char *path)
{
	struct batch *b = context;
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r = fd < 0 ? -errno : 0;

	b->path = path;
	if (!r)
		r = mbox_read(fd, span_iends(span_of(path), SPAN(".eml")), LIMIT_FETCH_MAX, add_message, b);
	if (r) {
		BUF_CLEANUP struct buf shown = BUF_CAPPED(PATH_MAX * TEXT_VISIBLE_MAX);
		text_visible(&shown, span_of(path), false);
		fprintf(stderr, "hearback: %s: %s\n", buf_cstr(&shown), strerror(-r));
	}
	return b->status ? b->status : r ? EX_NOINPUT : EX_OK;
}

int message_files_show(char *const *paths, int n, message_file_show show, void *context)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	struct batch b = { .a = a, .show = show, .context = context };
	char program[ROOM_PATH];
	int status = EX_OK;

	if (!room_program(ROOM_READER, program)) {
		fprintf(stderr, "hearback: hearback-reader is not installed: it belongs in %s\n",
			HEARBACK_LIBEXECDIR);
		return EX_OSERR;
	}
	b.reader = reader_client_new(program);
	for (int i = 0; i < n && b.status != EX_OSERR; i++) {
		int r = walk_path(paths[i], read_file, &b);
		status = r ? r : status;
	}
	show_batch(&b);
	reader_client_free(&b.reader);
	return b.status ? b.status : status;
}
