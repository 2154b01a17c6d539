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
	/* Another message might please them. */
	WORD("not accepting mail with"), WORD("not accepting messages with"),
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

/* Did a report say this? */
static bool reported(const struct telling *t, const struct bounce_recipient *r)
{
	const char *p = r->diagnostic.p;

	return r->diagnostic.n && (p < t->text.p || p >= t->text.p + t->text.n);
}

/* Words count until a reply is found, which says it better; of replies the first. What a report says of
 * permanence stands. */
static void note(const struct telling *t, struct bounce_recipient *r, struct span line, bool next)
{
	char class = reply_class(line);
	bool open = r->status.n == 0 && r->action == BOUNCE_FAILED;

	if (reported(t, r) || reply_class(r->diagnostic))
		return;
	if (!class && !passes(line)) {
		if (next && r->diagnostic.n == 0)
			r->diagnostic = utf8_cut(line, REPLY_MAX);
		return;
	}
	if (!class && passes(r->diagnostic))
		return;
	r->diagnostic = utf8_cut(line, REPLY_MAX);
	if (!open)
		return;
	r->permanent = class == '5';
	r->status = status_in(line);
}

/* "5.0.0" says nothing that a reply of the same class does not say better. */
static void refine_status(struct bounce_recipient *r)
{
	struct span better = status_in(r->diagnostic);

	if (r->status.n == 5 && span_eq(span_sub(r->status, 1, 4), SPAN(".0.0")) && better.n &&
	    better.p[0] == r->status.p[0])
		r->status = better;
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
	bool next = false; /* the line above names the recipient */

	while (t->n && span_split(&rest, '\n', &line)) {
		struct bounce_recipient *named = named_in(t, line);
		if (named)
			about = named;
		line = span_trim(line);
		if (line.n && (about || t->n == 1))
			note(t, about ? about : t->at, line, next && !named);
		next = named != NULL;
	}
	for (uint32_t i = 0; i < t->n; i++)
		refine_status(&t->at[i]);
}
