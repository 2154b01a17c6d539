// SPDX-License-Identifier: Apache-2.0
/* What people read: fields in a column, long lines wrapped where there is a terminal, nothing on it that could move its
 * cursor, forge a line or turn the direction of reading. */
#pragma once
#include "base/span.h"
#include <stdbool.h>

enum page_style { PAGE_PLAIN, PAGE_BOLD, PAGE_DIM };

struct page {
	bool colours;	/* a terminal, and NO_COLOR is not set (https://no-color.org) */
	unsigned width; /* columns of the terminal, 0: none, lines are left as they are */
};

void page_start(struct page *p);
/* One line of text from anywhere. */
void page_title(const struct page *p, struct span title, struct span rest);
/* "  name         value", nothing for an empty value; an empty name goes on with the field above. */
void page_field(const struct page *p, const char *name, struct span value);
/* Lines of text, each behind the margin. */
void page_text(const struct page *p, const char *margin, enum page_style style, struct span text);
/* Columns that a code point takes: 0, 1 or 2. */
unsigned page_columns(uint32_t rune);
