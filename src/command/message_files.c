// SPDX-License-Identifier: Apache-2.0
#include "command/message_files.h"
#include "base/io.h"
#include "daemon/reader/client.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* Files that go to the reader together. */
struct batch {
	const char *paths[LIMIT_BATCH_MESSAGES];
	struct reader_message messages[LIMIT_BATCH_MESSAGES];
	uint32_t n;
	size_t bytes;
};

static int complain(const char *path, int error)
{
	fprintf(stderr, "hearback: %s: %s\n", path, strerror(error));
	return EX_NOINPUT;
}

static int add_file(struct arena *a, const char *path, struct batch *b)
{
	BUF_CLEANUP struct buf bytes = BUF_CAPPED(LIMIT_FETCH_MAX);
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return complain(path, errno);
	if (S_ISDIR(st.st_mode))
		return complain(path, EISDIR);
	int r = io_read_fd(fd, LIMIT_FETCH_MAX, &bytes);
	if (r && r != -E2BIG)
		return complain(path, -r);
	b->paths[b->n] = path;
	b->messages[b->n] =
		(struct reader_message){ .bytes = arena_span(a, buf_span(&bytes)), .partial = r == -E2BIG };
	b->n++;
	b->bytes += bytes.n;
	return 0;
}

static int show_batch(struct reader_client *c, struct arena *a, const struct batch *b, message_file_show show,
		      void *context)
{
	struct facts *facts = arena_many(a, b->n, struct facts);
	struct err err;

	if (b->n == 0)
		return 0;
	if (reader_client_read(c, a, b->messages, b->n, facts, &err)) {
		fprintf(stderr, "hearback: %s\n", err.text);
		return EX_OSERR;
	}
	for (uint32_t i = 0; i < b->n; i++)
		show(context, a, b->paths[i], &facts[i]);
	return 0;
}

/* Where the rooms lie: beside us in a folder that was just built, else where they were installed. */
static const char *reader_program(struct arena *a)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

	while (n > 0 && self[n - 1] != '/')
		n--;
	const char *beside = arena_printf(a, "%.*shearback-reader", n > 0 ? (int)n : 0, self);
	return n > 0 && access(beside, X_OK) == 0 ? beside : HEARBACK_LIBEXECDIR "/hearback-reader";
}

int message_files_show(char *const *paths, int n, message_file_show show, void *context)
{
	struct arena *names ARENA_CLEANUP = arena_new();
	struct arena *a ARENA_CLEANUP = arena_new();
	struct reader_client *c = reader_client_new(reader_program(names));
	int status = EX_OK;
	int i = 0;

	while (i < n && status != EX_OSERR) {
		struct batch b = { .n = 0 };
		while (i < n && b.n < LIMIT_BATCH_MESSAGES && b.bytes < LIMIT_BATCH_BYTES) {
			int r = add_file(a, paths[i++], &b);
			status = r ? r : status;
		}
		int r = show_batch(c, a, &b, show, context);
		status = r ? r : status;
		arena_reset(a);
	}
	reader_client_free(&c);
	return status;
}
