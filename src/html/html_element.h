// SPDX-License-Identifier: Apache-2.0
/* What an element means for a text made of lines. */
#pragma once

enum html_meaning {
	HTML_INLINE, /* nothing: also every unknown element */
	HTML_BLOCK,  /* stands on lines of its own */
	HTML_PARAGRAPH, /* a blank line before and after */
	HTML_BREAK,
	HTML_RULE,
	HTML_CELL,
	HTML_BULLETS,
	HTML_NUMBERS,
	HTML_ITEM,
	HTML_PRE,
	HTML_LINK,
	HTML_IMAGE,
	HTML_HIDDEN, /* its content is no text */
};

enum html_meaning html_element_meaning(const char *name);
