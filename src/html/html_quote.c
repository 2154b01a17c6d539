// SPDX-License-Identifier: Apache-2.0
#include "html/html_quote.h"
#include "base/span.h"

enum by { BY_CLASS, BY_ID, BY_NAME, BY_MARKER };

struct mark {
	enum by by;
	struct span word; /* a whole word of a class, or the beginning of the others */
	enum html_quote quote;
};

#define MARK(by, s, quote) { by, { .p = (s), .n = sizeof(s) - 1 }, quote }

static const struct mark marks[] = {
	MARK(BY_CLASS, "gmail_attr", HTML_QUOTE_WITHIN),
	MARK(BY_CLASS, "moz-cite-prefix", HTML_QUOTE_WITHIN),	     /* Thunderbird */
	MARK(BY_CLASS, "moz-email-headers-table", HTML_QUOTE_WITHIN),
	MARK(BY_CLASS, "yahoo_quoted", HTML_QUOTE_WITHIN),
	MARK(BY_ID, "yahoo_quoted", HTML_QUOTE_WITHIN),
	MARK(BY_ID, "reply-intro", HTML_QUOTE_WITHIN),		     /* Roundcube */
	MARK(BY_ID, "mail-editor-reference-message-container", HTML_QUOTE_WITHIN), /* Outlook on the web and its apps */
	MARK(BY_CLASS, "ms-outlook-mobile-reference-message", HTML_QUOTE_WITHIN),
	MARK(BY_ID, "OLK_SRC_BODY_SECTION", HTML_QUOTE_WITHIN),	     /* Outlook for Mac */
	MARK(BY_CLASS, "zmail_extra", HTML_QUOTE_WITHIN),	     /* Zoho */
	MARK(BY_NAME, "quote", HTML_QUOTE_WITHIN),		     /* GMX, web.de */
	MARK(BY_ID, "isReplyContent", HTML_QUOTE_WITHIN),	     /* NetEase */
	MARK(BY_ID, "isForwardContent", HTML_QUOTE_WITHIN),
	MARK(BY_ID, "divRplyFwdMsg", HTML_QUOTE_REST),		     /* Outlook on the web, Outlook.com */
	MARK(BY_ID, "appendonsend", HTML_QUOTE_REST),
	MARK(BY_ID, "zwchr", HTML_QUOTE_REST),			     /* Zimbra */
	MARK(BY_MARKER, "__DIVIDER__", HTML_QUOTE_REST),
	MARK(BY_ID, "stopSpelling", HTML_QUOTE_REST),		     /* Hotmail */
};

/* Programs and what reads their mail put "x_" before ids and classes that they take over. */
static struct span own(struct span s)
{
	while (span_starts(s, SPAN("x_")))
		s = span_sub(s, 2, SIZE_MAX);
	return s;
}

static bool has_class(struct span classes, struct span word)
{
	struct span one;

	while (span_split(&classes, ' ', &one))
		if (span_eq(own(one), word))
			return true;
	return false;
}

static enum html_quote marked(enum by by, struct span value)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		if (marks[i].by != by)
			continue;
		if (by == BY_CLASS ? has_class(value, marks[i].word) : span_starts(own(value), marks[i].word))
			return marks[i].quote;
	}
	return HTML_QUOTE_NONE;
}

/* Outlook for Windows draws a thin line above the header fields of what it quotes, always the same one. */
static bool is_outlook_line(struct span style)
{
	return span_ifind(style, SPAN("border-top:solid #E1E1E1 1.0pt")) >= 0 ||
	       span_ifind(style, SPAN("border-top:solid #B5C4DF 1.0pt")) >= 0;
}

/* How "more indent" is written by Gmail and by Apple's programs. */
static bool is_indent(struct span style)
{
	return span_ifind(style, SPAN("border:none")) >= 0 || span_ifind(style, SPAN("border: none")) >= 0;
}

enum html_quote html_quote_of(const char *name, const char *const *atts)
{
	bool blockquote = !strcmp(name, "blockquote"), indent = false;
	enum html_quote quote = HTML_QUOTE_NONE;

	for (; atts && atts[0] && !quote; atts += 2) {
		struct span value = span_of(atts[1]);
		if (!strcmp(atts[0], "class")) {
			quote = marked(BY_CLASS, value);
			indent = indent || has_class(value, SPAN("webkit-indent-blockquote"));
		} else if (!strcmp(atts[0], "id")) {
			quote = marked(BY_ID, value);
		} else if (!strcmp(atts[0], "data-marker")) {
			quote = marked(BY_MARKER, value);
		} else if (!strcmp(atts[0], "name") && !strcmp(name, "div")) {
			quote = marked(BY_NAME, value);
		} else if (!strcmp(atts[0], "style")) {
			if (is_outlook_line(value))
				quote = HTML_QUOTE_REST;
			indent = indent || (blockquote && is_indent(value));
		} else if (!strcmp(atts[0], "type") && !strcmp(atts[1] ? atts[1] : "", "cite")) {
			return HTML_QUOTE_WITHIN;
		}
	}
	if (quote || !blockquote)
		return quote;
	return indent ? HTML_QUOTE_INDENT : HTML_QUOTE_WITHIN;
}
