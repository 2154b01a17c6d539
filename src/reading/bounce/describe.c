// SPDX-License-Identifier: Apache-2.0
/* What the words say about a recipient stands between his name and the next one's: the reply of a server,
 * or words for what passes. */
#include "base/text.h"
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

enum { REPLY_MAX = 200 }; /* bytes kept of what a server said */

/* They gave up, but the address may well be good. */
static const struct span passing[] = {
	WORD("retry timeout exceeded"), WORD("failing for a long time"), WORD("connection timed out"),
	WORD("connection refused"), WORD("host not reachable"), WORD("temporar"), WORD("too many hops"),
	WORD("has expired"), WORD("delivery expired"), WORD("been in the queue too long"),
	WORD("been on the queue too long"), WORD("not been able to deliver"), WORD("deferred:"),
	WORD("delivery attempts have failed"),
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

char reply_class(struct span line)
{
	for (size_t i = 0; i + 2 < line.n; i++) {
		const char *c = line.p + i;
		bool begins = i == 0 || ascii_blank(c[-1]) || strchr("(#:[=<", c[-1]);
		/* RFC 5321 section 4.2.1: the second digit is at most 5. */
		bool code = c[1] >= '0' && c[1] <= '5' && digit(c[2]) &&
			    (i + 3 == line.n || strchr(" -,", c[3]));
		bool status = c[1] == '.' && i + 4 < line.n && digit(c[2]) && c[3] == '.';
		if (begins && (c[0] == '4' || c[0] == '5') && (code || status))
			return c[0];
	}
	return 0;
}

/* The first "5.1.1" in the line. */
static struct span status_in(struct span line)
{
	for (size_t i = 0; i + 4 < line.n; i++) {
		const char *c = line.p + i;
		if ((c[0] == '4' || c[0] == '5') && c[1] == '.' && (i == 0 || !digit(c[-1])) && digit(c[2]))
			return enhanced_status(span_sub(line, i, sizeof("5.999.999") - 1));
	}
	return SPAN_NONE;
}

static bool passes(struct span line)
{
	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (span_ifind(line, passing[i]) >= 0)
			return true;
	return false;
}

/* Words count until a reply is found, which says it better; of replies the first. */
static void note(struct bounce_recipient *r, struct span line)
{
	char class = reply_class(line);

	if (r->status.n || r->action != BOUNCE_FAILED || (r->diagnostic.n && reply_class(r->diagnostic)))
		return;
	if (class) {
		r->diagnostic = utf8_cut(line, REPLY_MAX);
		r->permanent = class == '5';
		r->status = status_in(line);
	} else if (r->diagnostic.n == 0 && passes(line)) {
		r->diagnostic = utf8_cut(line, REPLY_MAX);
		r->permanent = false;
	}
}

static struct bounce_recipient *named_in(struct telling *t, struct span line)
{
	struct span address;

	while (next_address(&line, &address))
		for (uint32_t i = 0; i < t->n; i++)
			if (span_ieq(t->at[i].address, address))
				return &t->at[i];
	return NULL;
}

void describe_recipients(struct telling *t)
{
	struct bounce_recipient *about = NULL;
	struct span rest = t->text, line;

	while (t->n && span_split(&rest, '\n', &line)) {
		struct bounce_recipient *named = named_in(t, line);
		if (named)
			about = named;
		if (about || t->n == 1)
			note(about ? about : t->at, span_trim(line));
	}
}
