// SPDX-License-Identifier: Apache-2.0
/* HTML to text: the only code with libxml2, by its SAX push parser, so that no tree is built and no
 * depth is too deep. Nothing is fetched and nothing is executed. */
#pragma once
#include "base/buf.h"

/* Call once per process, before any wall goes up. */
void html_start(void);

/* Appends the text of `html` (UTF-8, whatever its meta elements say) to `out`: LF line ends, a line for
 * each block, a blank line around paragraphs, "- " or "1. " before list items, "> " in front of each line
 * of a blockquote and of what else mail programs mark as quoted (html_quote.h), the address of a link behind
 * its text where it says more than the text, the text an image stands for. The contents of head, script,
 * style and the like are no text. Work is linear in the length of the input. False if some of the text is
 * missing: the cap of `out` was met, or the elements were nested with intent to make it slow. */
bool html_to_text(struct span html, struct buf *out);
