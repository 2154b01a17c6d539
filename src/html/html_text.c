// SPDX-License-Identifier: Apache-2.0
#include "html/html_text.h"
#include "html/html_element.h"
#include "html/html_quote.h"
#include "html/line_writer.h"
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <strings.h>

enum {
	CHUNK = 4096,		  /* bytes given to the parser at once */
	LINK_MAX = 500,		  /* longer addresses are not written out */
	FRUITLESS_STEPS = 100000000, /* open elements looked at for end tags that close nothing */
};

struct html_reader {
	struct line_writer lines;
	htmlParserCtxtPtr parser;
	unsigned hidden;	/* open elements whose content is no text */
	size_t depth;		/* open elements */
	size_t ends;		/* end tags that closed something */
	size_t quoted[LINE_QUOTES]; /* depths of the open elements that hold quotes */
	unsigned nquoted;
	char link[LINK_MAX + 1];
	size_t link_from;	/* where the text of the link begins in the output */
};

void html_start(void)
{
	xmlInitParser();
}

static const char *attribute(const xmlChar **atts, const char *name)
{
	for (; atts && atts[0]; atts += 2) {
		if (!strcmp((const char *)atts[0], name))
			return (const char *)atts[1];
	}
	return NULL;
}

static void link_open(struct html_reader *r, const char *href)
{
	size_t n = href ? strlen(href) : 0;

	r->link[0] = '\0';
	r->link_from = r->lines.out->n;
	if (n && n <= LINK_MAX && (!strncasecmp(href, "http://", 7) || !strncasecmp(href, "https://", 8)))
		memcpy(r->link, href, n + 1);
}

/* Writes the address behind the text of a link, unless the text says it already. */
static void link_close(struct html_reader *r)
{
	struct span text = span_trim(span_sub(buf_span(r->lines.out), r->link_from, SIZE_MAX));
	struct span address = span_of(r->link);

	if (!address.n || !text.n || r->hidden)
		return;
	struct span bare = span_sub(address, span_istarts(address, SPAN("https://")) ? 8 : 7, SIZE_MAX);
	if (bare.n && bare.p[bare.n - 1] == '/')
		bare.n--;
	if (span_ifind(text, bare) < 0) {
		line_text(&r->lines, SPAN(" <"));
		line_text(&r->lines, address);
		line_text(&r->lines, SPAN(">"));
	}
	r->link[0] = '\0';
}

/* Deeper quotes than are shown need no mark of their own. */
static void quote_open(struct html_reader *r, const char *name, const char *const *atts)
{
	enum html_quote quote = html_quote_of(name, atts);

	if (quote != HTML_QUOTE_WITHIN && quote != HTML_QUOTE_REST)
		return;
	line_break(&r->lines, 1);
	if (quote == HTML_QUOTE_REST) {
		r->lines.rest_quoted = true;
	} else if (r->nquoted < LINE_QUOTES) {
		r->quoted[r->nquoted++] = r->depth;
		r->lines.quotes++;
	}
}

static void quote_close(struct html_reader *r)
{
	if (!r->nquoted || r->quoted[r->nquoted - 1] != r->depth)
		return;
	line_break(&r->lines, 1);
	r->nquoted--;
	r->lines.quotes--;
}

static void open_element(void *data, const xmlChar *name, const xmlChar **atts)
{
	struct html_reader *r = data;
	struct line_writer *w = &r->lines;
	enum html_meaning meaning = html_element_meaning((const char *)name);

	r->depth++;
	if (meaning == HTML_HIDDEN)
		r->hidden++;
	if (r->hidden)
		return;
	quote_open(r, (const char *)name, (const char *const *)(const void *)atts);
	switch (meaning) {
	case HTML_INLINE:
	case HTML_HIDDEN:
		break;
	case HTML_BLOCK:
		line_break(w, 1);
		break;
	case HTML_PARAGRAPH:
		line_break(w, w->item ? 1 : 2);
		break;
	case HTML_BREAK:
		line_forced_break(w);
		break;
	case HTML_RULE:
		line_break(w, 1);
		line_text(w, SPAN("---"));
		line_break(w, 1);
		break;
	case HTML_CELL:
		line_text(w, SPAN(" "));
		break;
	case HTML_BULLETS:
	case HTML_NUMBERS:
		line_list_open(w, meaning == HTML_NUMBERS);
		break;
	case HTML_ITEM:
		line_item(w);
		break;
	case HTML_PRE:
		line_break(w, 1);
		w->preformatted++;
		break;
	case HTML_LINK:
		link_open(r, attribute(atts, "href"));
		break;
	case HTML_IMAGE: {
		const char *alt = attribute(atts, "alt");
		if (alt)
			line_text(w, span_of(alt));
		break;
	}
	}
}

static void close_element(void *data, const xmlChar *name)
{
	struct html_reader *r = data;
	struct line_writer *w = &r->lines;
	enum html_meaning meaning = html_element_meaning((const char *)name);

	r->ends++;
	if (!r->hidden)
		quote_close(r);
	if (r->depth)
		r->depth--;
	if (r->hidden) {
		if (meaning == HTML_HIDDEN)
			r->hidden--;
		return;
	}
	switch (meaning) {
	case HTML_INLINE:
	case HTML_BREAK:
	case HTML_RULE:
	case HTML_IMAGE:
	case HTML_HIDDEN:
		break;
	case HTML_CELL:
		line_text(w, SPAN(" "));
		break;
	case HTML_BLOCK:
	case HTML_ITEM:
		line_break(w, 1);
		break;
	case HTML_PARAGRAPH:
		line_break(w, 2);
		break;
	case HTML_BULLETS:
	case HTML_NUMBERS:
		line_list_close(w);
		break;
	case HTML_PRE:
		line_break(w, 1);
		if (w->preformatted)
			w->preformatted--;
		break;
	case HTML_LINK:
		link_close(r);
		break;
	}
}

static void characters(void *data, const xmlChar *text, int n)
{
	struct html_reader *r = data;

	if (!r->hidden)
		line_text(&r->lines, span_make(text, (size_t)n));
}

static size_t end_tags(struct span s)
{
	size_t n = 0;

	for (ptrdiff_t at; (at = span_find(s, SPAN("</"))) >= 0; n++)
		s = span_sub(s, (size_t)at + 2, SIZE_MAX);
	return n;
}

/* For each end tag that closes nothing the parser looks through all open elements, which would be
 * quadratic; those steps are counted and bounded. False when they are used up. */
static bool feed(struct html_reader *r, struct span html)
{
	size_t steps = 0;

	while (html.n) {
		struct span chunk = span_sub(html, 0, CHUNK);
		size_t ends = r->ends;
		html = span_sub(html, chunk.n, SIZE_MAX);
		htmlParseChunk(r->parser, chunk.p, (int)chunk.n, 0);
		size_t found = end_tags(chunk);
		size_t closed = r->ends - ends;
		if (found > closed)
			steps += (found - closed) * r->depth;
		if (steps > FRUITLESS_STEPS || r->lines.out->full)
			return false;
	}
	return true;
}

bool html_to_text(struct span html, struct buf *out)
{
	htmlSAXHandler handler = {
		.startElement = open_element,
		.endElement = close_element,
		.characters = characters,
		.ignorableWhitespace = characters,
	};
	struct html_reader r = { .lines = { .out = out } };

	r.parser = htmlCreatePushParserCtxt(&handler, &r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (!r.parser)
		abort();
	htmlCtxtUseOptions(r.parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
					     HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
	bool whole = feed(&r, html);
	if (whole)
		htmlParseChunk(r.parser, NULL, 0, 1);
	htmlFreeParserCtxt(r.parser);
	return whole && !out->full;
}
