// SPDX-License-Identifier: Apache-2.0
/* Gives a fuzz target every file of some folders (tests/cases unless told otherwise), as it is and changed a
 * few times. The changes are the same in every run.
 * usage: PROGRAM [-n CHANGES] [FILE|FOLDER]... */
#include "base/buf.h"
#include "fuzz.h"
#include "base/io.h"
#include <ftw.h>
#include <stdio.h>

enum { LARGEST = 64 * 1024 * 1024, OPEN_MAX = 16, EDITS = 8, PIECE = 64 };

static unsigned changes = 4;
static unsigned inputs;
static uint64_t state = 0x9e3779b97f4a7c15u;

/* xorshift64 */
static size_t below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? (size_t)(state % n) : 0;
}

static void run(const struct buf *b)
{
	/* In memory of exactly this size, so that a sanitizer sees what is read beyond. */
	uint8_t *copy = malloc(b->n ? b->n : 1);

	must(copy);
	memcpy(copy, buf_span(b).p, b->n);
	LLVMFuzzerTestOneInput(copy, b->n);
	free(copy);
	inputs++;
}

/* Takes a piece out, puts one in a second time, or writes something that parsers look for. */
static void edit(struct buf *b)
{
	static const char *const words[] = {
		"\n", "\r\n\r\n", "<", ">", "\"", ":", ";", ",", "(", "@", "=?utf-8?q?", "?=", "--", "\xff", "\xc3",
		"<div>", "&#", "\nbegin 644 x\n", "> ", " \n",
	};
	size_t at = below(b->n + 1), n = below(PIECE);
	struct buf out = BUF_CAPPED(LARGEST);
	struct span all = buf_span(b);

	buf_put_span(&out, span_sub(all, 0, at));
	switch (below(3)) {
	case 0:
		break;
	case 1:
		buf_put_span(&out, span_sub(all, below(b->n), n));
		n = 0;
		break;
	case 2:
		buf_puts(&out, words[below(sizeof(words) / sizeof(words[0]))]);
		n = below(3);
		break;
	}
	buf_put_span(&out, span_sub(all, at + n, SIZE_MAX));
	buf_free(b);
	*b = out;
}

static int one(const char *path, const struct stat *st, int type, struct FTW *where)
{
	BUF_CLEANUP struct buf whole = BUF_CAPPED(LARGEST);
	struct err err;

	(void)st;
	(void)where;
	if (type != FTW_F || io_read_file(path, LARGEST, &whole, &err))
		return 0;
	run(&whole);
	for (unsigned i = 0; i < changes; i++) {
		for (size_t edits = 1 + below(EDITS); edits; edits--)
			edit(&whole);
		run(&whole);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *source = getenv("top_srcdir");
	char path[4096];
	int i = 1;

	if (argc > 2 && !strcmp(argv[1], "-n")) {
		changes = (unsigned)strtoul(argv[2], NULL, 10);
		i = 3;
	}
	if (i == argc) {
		snprintf(path, sizeof(path), "%s/tests/cases", source ? source : ".");
		nftw(path, one, OPEN_MAX, FTW_PHYS);
	}
	for (; i < argc; i++)
		nftw(argv[i], one, OPEN_MAX, FTW_PHYS);
	printf("%sok 1 - %u inputs\n1..1\n", inputs ? "" : "not ", inputs);
	return inputs == 0;
}
