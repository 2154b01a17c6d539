// SPDX-License-Identifier: Apache-2.0
/* Text that is made of lines: white space collapsed, breaks between blocks, quotes and list items
 * in front. */
#pragma once
#include "base/buf.h"

enum {
	LINE_LISTS = 16,  /* list levels that are indented */
	LINE_QUOTES = 16, /* quote levels that are shown */
};

struct line_writer {
	struct buf *out;
	unsigned breaks;	/* line ends wanted before the next text: at most 2 */
	bool blank;		/* a blank wanted before the next text */
	bool started;		/* something has been written by this writer */
	unsigned preformatted;	/* levels of elements whose white space stands */
	unsigned quotes;
	bool rest_quoted;	/* all that comes is a quote, one level more */
	unsigned shown_quotes;	/* of the line before */
	unsigned lists;
	unsigned next_item[LINE_LISTS]; /* number of the next item; 0 for bullets */
	bool item;		/* a list item begins with the next text */
};

/* Asks for `n` line ends (1: a new line, 2: a blank line between) before whatever comes next. */
void line_break(struct line_writer *w, unsigned n);
/* A line end that stands even if it makes an empty line. */
void line_forced_break(struct line_writer *w);
void line_text(struct line_writer *w, struct span utf8);
void line_list_open(struct line_writer *w, bool numbered);
void line_list_close(struct line_writer *w);
void line_item(struct line_writer *w);
