// SPDX-License-Identifier: Apache-2.0
/* Is finding the new text linear? Texts made to be slow, of a size and of twice that size; the time of the
 * second must be at most 2.5 times that of the first.
 *	bench-new-text	a line each, exit status 1 if one takes longer */
#include "html/html_text.h"
#include "mail/limits.h"
#include "reading/reading.h"
#include <stdio.h>
#include <time.h>

enum { ROUNDS = 20 };

static const char *const texts[] = {
	"word word word word word word word\n",
	"\n",
	"> \n",
	">\nx\n",
	"> a long quoted line without an end, of more than sixty bytes, that goes on\nrest\n",
	"On Mon, 2 Apr 2012 at 18:26,\n",
	"On 1:11 <\n",
	"On Mon, 2 Apr 2012, Bob wrote:\n\n\n\n",
	"On Mon, 2 Apr 2012, Bob wrote:\n> \n",
	"From: a@b\n",
	"From: a@b\n\nDate: x\nTo: y\n",
	"-----Original Message-----\n",
	"--- On \n",
	"----\n",
	"-- \n",
	"confidential intended recipient confidential intended recipient confidential intended recipient\n\n",
	"bob@example.com\n",
	"Sent from my x\n",
	":",
	"1:11 2012 wrote:",
};

static const char *const pages[] = {
	"<blockquote>",
	"<blockquote></blockquote>",
	"<div id=divRplyFwdMsg>",
	"<div class='a a a a a a a a a a a a a a a a x_x_x_x_ yahoo_quoted'>x</div>",
	"<p style='border-top:solid #E1E1E1 1.0pt'>x",
};

static double cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void repeat(struct buf *b, const char *piece, size_t n)
{
	buf_reset(b);
	while (b->n < n)
		buf_puts(b, piece);
}

static void work(struct span in, bool html)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED((size_t)LIMIT_TEXT * 16);
	struct stretch *at;

	if (html)
		html_to_text(in, &out);
	reading_new_text(a, html ? buf_span(&out) : in, &at);
}

/* The best of several, for whatever else runs on this machine. */
static double seconds(struct span in, bool html)
{
	double best = 1e9;

	for (int i = 0; i < ROUNDS; i++) {
		double from = cpu();
		work(in, html);
		double took = cpu() - from;
		best = took < best ? took : best;
	}
	return best;
}

static bool linear(const char *piece, bool html)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED((size_t)LIMIT_TEXT * 2);

	repeat(&b, piece, LIMIT_TEXT / 2);
	double one = seconds(buf_span(&b), html);
	repeat(&b, piece, LIMIT_TEXT);
	double two = seconds(buf_span(&b), html);
	bool good = two <= 2.5 * one;
	printf("%-4s %4.2f times, %6.1f ns a byte, %.*s\n", good ? "ok" : "SLOW", two / one, two * 1e9 / LIMIT_TEXT,
	       (int)strcspn(piece, "\n"), piece);
	return good;
}

int main(void)
{
	bool good = true;

	html_start();
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		good = linear(texts[i], false) && good;
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		good = linear(pages[i], true) && good;
	return !good;
}
