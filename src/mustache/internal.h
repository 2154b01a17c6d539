// SPDX-License-Identifier: Apache-2.0
/* A compiled template: a flat list of pieces, so that compiling needs no recursion. */
#pragma once
#include "mustache/mustache.h"

enum piece_kind {
	PIECE_TEXT,
	PIECE_LINE,	/* a line of the template begins: where a partial is indented, here */
	PIECE_VARIABLE,
	PIECE_SECTION,	/* up to the piece `end` */
	PIECE_INVERTED,
	PIECE_END,
	PIECE_PARTIAL,
};

struct piece {
	enum piece_kind kind;
	bool raw;	    /* a variable without escaping */
	struct span text;   /* the text, or the name */
	bool alone;	    /* a partial that is alone on its line, with what stands before it */
	struct span indent;
	uint32_t end;
	uint32_t offset;    /* in the template */
};

struct mustache {
	struct span text;
	unsigned line; /* number of the first one */
	struct piece *pieces;
	uint32_t n;
};

/* Line and column (in bytes, from 1) of an offset. */
void mustache_place(const struct mustache *t, size_t offset, unsigned *line, unsigned *column);
