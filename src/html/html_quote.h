// SPDX-License-Identifier: Apache-2.0
/* Which elements hold what somebody else wrote, by the marks that mail programs give them. */
#pragma once

enum html_quote {
	HTML_QUOTE_NONE,
	HTML_QUOTE_WITHIN, /* all that is in it */
	HTML_QUOTE_REST,   /* it and all that follows it in the document */
	HTML_QUOTE_INDENT, /* a blockquote that only moves its own text to the right */
};

/* `atts` as libxml gives them: names and values in turn, NULL at the end. */
enum html_quote html_quote_of(const char *name, const char *const *atts);
