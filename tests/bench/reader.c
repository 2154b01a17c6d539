// SPDX-License-Identifier: Apache-2.0
/* How long one message takes the reader, without the process around it.
 * usage: tests/bench/bench-reader FOLDER [ROUNDS] [BYTES]     (a folder of message files; at most BYTES of
 * each) */
#include "base/io.h"
#include "daemon/reader/batch.h"
#include "mail/limits.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 100000, LARGEST = 64 * 1024 * 1024 };

static uint32_t load(const char *folder, struct buf *files)
{
	DIR *d = opendir(folder);
	uint32_t n = 0;

	if (!d) {
		perror(folder);
		exit(1);
	}
	for (struct dirent *e; n < FILES_MAX && (e = readdir(d));) {
		char path[4096];
		struct err err;
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		files[n] = BUF_CAPPED(LARGEST);
		if (io_read_file(path, LARGEST, &files[n], &err) == 0)
			n++;
	}
	closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	struct buf *files = calloc(FILES_MAX, sizeof(*files));
	uint32_t n = argc > 1 && files ? load(argv[1], files) : 0;
	long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
	size_t most = argc > 3 ? strtoul(argv[3], NULL, 10) : LIMIT_FETCH_DEFAULT;
	struct batch b;
	size_t in = 0;
	size_t out = 0;

	if (!n) {
		fprintf(stderr, "usage: %s FOLDER [ROUNDS] [BYTES]\n", argv[0]);
		return 1;
	}
	batch_start(&b);
	int64_t start = clock_mono_ms();
	for (long round = 0; round < rounds; round++) {
		for (uint32_t i = 0; i < n; i++) {
			struct span s = span_sub(buf_span(&files[i]), 0, most);
			struct frame_read_item item = { .length = (uint32_t)s.n,
							.partial = s.n < files[i].n };
			struct frame_read read = { .n = 1, .at = &item };
			struct frame_facts_item facts;
			batch_read(&b, &read, s, &facts);
			in += s.n;
			out += facts.length;
		}
	}
	double ms = (double)(clock_mono_ms() - start);
	double messages = (double)n * (double)rounds;
	printf("%.0f messages, %.0f bytes each, facts %.0f bytes each: %.1f microseconds each, %.0f "
	       "messages/s\n",
	       messages, (double)in / messages, (double)out / messages, ms * 1000 / messages,
	       messages * 1000 / ms);
	return 0;
}
