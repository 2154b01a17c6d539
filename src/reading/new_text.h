// SPDX-License-Identifier: Apache-2.0
/* How reading_new_text() finds what a person wrote now: the text as lines, and one file for each thing
 * that may stand beside it. Every rule looks at a bounded number of lines, so that all of it is linear. */
#pragma once
#include "reading/reading.h"

/* A literal for tables: { .p, .n }. */
#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum {
	ATTRIBUTION_LINES = 6,	  /* lines, blank ones included, over which an attribution is broken */
	ATTRIBUTION_BYTES = 600,
	HEADER_BLOCK_LINES = 24,
	SIGNATURE_LINES = 12,	  /* after a rule; what is longer is more than a signature */
	SIGNATURE_LINE_BYTES = 80,
};

struct line {
	uint32_t from, n; /* without the line end */
	bool blank, quoted;
	bool code; /* between two lines of three backticks: stands as it is */
	enum stretch_kind kind;
};

struct lines {
	struct span text;
	struct line *at;
	uint32_t n;
};

/* new_text_lines.c */
struct lines lines_of(struct arena *a, struct span text);
struct span line_trimmed(const struct lines *l, uint32_t i);
/* The first line from i on that is not blank, l->n if there is none. */
uint32_t lines_next(const struct lines *l, uint32_t i);
bool lines_any(const struct lines *l, uint32_t from, uint32_t to, enum stretch_kind kind);
void lines_mark(struct lines *l, uint32_t from, uint32_t to, enum stretch_kind kind);
bool text_has(struct span s, const struct span *words, size_t n);
bool text_begins(struct span s, const struct span *words, size_t n);
/* Nothing but a drawn line: dashes, underscores and the like. */
bool is_rule(struct span line);
/* Words between two such: "---------- Her original message ----------". */
bool is_titled_rule(struct span line);

/* Each returns the number of lines, from i on, that introduce the text of somebody else; 0 for none. */
uint32_t attribution_at(const struct lines *l, uint32_t i);   /* new_text_attribution.c */
uint32_t header_block_at(const struct lines *l, uint32_t i);  /* new_text_header_block.c */
uint32_t divider_at(const struct lines *l, uint32_t i, bool *forwarded); /* new_text_divider.c */

/* Marks quotes and what introduces them, and those that are answered in place as context. */
void mark_quotes(struct lines *l);	/* new_text_quotes.c */
void mark_context(struct lines *l);	/* new_text_context.c */
void mark_signatures(struct lines *l);	/* new_text_signature.c */
void mark_contacts(struct lines *l);	/* new_text_contacts.c */
void mark_disclaimers(struct lines *l); /* new_text_disclaimer.c */
