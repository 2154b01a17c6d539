// SPDX-License-Identifier: Apache-2.0
#include "html/html_element.h"
#include <stdlib.h>
#include <string.h>

struct element {
	const char *name;
	enum html_meaning meaning;
};

/* In the order of strcmp. */
static const struct element elements[] = {
	{ "a", HTML_LINK },
	{ "address", HTML_BLOCK },
	{ "article", HTML_BLOCK },
	{ "aside", HTML_BLOCK },
	{ "blockquote", HTML_BLOCK },
	{ "body", HTML_BLOCK },
	{ "br", HTML_BREAK },
	{ "caption", HTML_BLOCK },
	{ "center", HTML_BLOCK },
	{ "dd", HTML_BLOCK },
	{ "details", HTML_BLOCK },
	{ "dir", HTML_BULLETS },
	{ "div", HTML_BLOCK },
	{ "dl", HTML_PARAGRAPH },
	{ "dt", HTML_BLOCK },
	{ "fieldset", HTML_BLOCK },
	{ "figcaption", HTML_BLOCK },
	{ "figure", HTML_BLOCK },
	{ "footer", HTML_BLOCK },
	{ "form", HTML_BLOCK },
	{ "h1", HTML_PARAGRAPH },
	{ "h2", HTML_PARAGRAPH },
	{ "h3", HTML_PARAGRAPH },
	{ "h4", HTML_PARAGRAPH },
	{ "h5", HTML_PARAGRAPH },
	{ "h6", HTML_PARAGRAPH },
	{ "head", HTML_HIDDEN },
	{ "header", HTML_BLOCK },
	{ "hr", HTML_RULE },
	{ "img", HTML_IMAGE },
	{ "li", HTML_ITEM },
	{ "main", HTML_BLOCK },
	{ "menu", HTML_BULLETS },
	{ "nav", HTML_BLOCK },
	{ "ol", HTML_NUMBERS },
	{ "p", HTML_PARAGRAPH },
	{ "pre", HTML_PRE },
	{ "script", HTML_HIDDEN },
	{ "section", HTML_BLOCK },
	{ "select", HTML_HIDDEN },
	{ "style", HTML_HIDDEN },
	{ "summary", HTML_BLOCK },
	{ "table", HTML_BLOCK },
	{ "tbody", HTML_BLOCK },
	{ "td", HTML_CELL },
	{ "template", HTML_HIDDEN },
	{ "tfoot", HTML_BLOCK },
	{ "th", HTML_CELL },
	{ "thead", HTML_BLOCK },
	{ "title", HTML_HIDDEN },
	{ "tr", HTML_BLOCK },
	{ "ul", HTML_BULLETS },
};

static int by_name(const void *name, const void *element)
{
	return strcmp(name, ((const struct element *)element)->name);
}

enum html_meaning html_element_meaning(const char *name)
{
	const size_t n = sizeof(elements) / sizeof(*elements);
	const struct element *e = bsearch(name, elements, n, sizeof(*elements), by_name);

	return e ? e->meaning : HTML_INLINE;
}
