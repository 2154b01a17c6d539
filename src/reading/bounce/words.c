// SPDX-License-Identifier: Apache-2.0
/* What all who read a bounce's words need: where they end, and what in them is a recipient. */
#include "base/text.h"
#include "reading/bounce/dialect.h"

#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

/* How the line before the returned message begins, dashes and blanks left out. */
static const struct span dividers[] = {
	WORD("below this line is a copy"), WORD("below is a copy"), WORD("this is a copy"),
	WORD("here is a copy"), WORD("original message"), WORD("unsent message"), WORD("returned message"),
	WORD("undelivered message"), WORD("message header"), WORD("message text follows"),
	WORD("the header of the original"), WORD("original-message"), WORD("your original message"),
	WORD("message contents"), WORD("message headers follow"), WORD("included is a copy"),
	WORD("the following is a copy"), WORD("attached is a copy"), WORD("the original message headers"),
};

/* How it begins itself: these stand at the beginning of a line, or they are quoted on purpose. */
static const struct span first_fields[] = { WORD("received: "), WORD("return-path: "), WORD("message-id:") };

static const struct span only_late[] = {
	WORD("has not yet been delivered"), WORD("delayed"), WORD("will be retried"), WORD("(delay)"),
	WORD("could not send message for past"), WORD("could not send mail for past"),
	WORD("delivery incomplete"), WORD("still being retried"), WORD("noch nicht zugestellt"),
	WORD("verzögert"), WORD("n'a pas encore été"), WORD("aún no se ha entregado"),
	WORD("non è ancora stato"), WORD("nog niet afgeleverd"),
};

enum { ADDRESSEES_MAX = 20 }; /* of the bounce itself: who are not its recipients */

static bool begins_one_of(struct span line, const struct span *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_istarts(line, words[i]))
			return true;
	return false;
}

static bool divides(struct span line)
{
	if (begins_one_of(line, first_fields, sizeof(first_fields) / sizeof(first_fields[0])))
		return true;
	while (line.n && (strchr("-=*", line.p[0]) || ascii_blank(line.p[0])))
		line = span_sub(line, 1, SIZE_MAX);
	return begins_one_of(line, dividers, sizeof(dividers) / sizeof(dividers[0]));
}

struct span own_words(struct span text)
{
	struct span rest = text, line;

	while (span_split(&rest, '\n', &line))
		if (divides(line))
			return span_sub(text, 0, (size_t)(line.p - text.p));
	return text;
}

static bool says_late(struct span text)
{
	for (size_t i = 0; i < sizeof(only_late) / sizeof(only_late[0]); i++)
		if (span_ifind(text, only_late[i]) >= 0)
			return true;
	return false;
}

bool is_warning(struct span subject, struct span text)
{
	/* In a subject it may be of anything. */
	return says_late(subject) || says_late(text) || span_ifind(text, SPAN("warning")) >= 0;
}

bool is_address_char(char c)
{
	return (unsigned char)c > ' ' && !strchr("<>()[]\\,;:\"'`", c);
}

/* Scripts that set no blanks between words: there an address ends where they begin. */
static bool is_wide(uint32_t rune)
{
	return rune >= 0x3000;
}

/* Of the run around '@' at `at` what is not a sentence of such a script. */
static struct span without_sentence(struct span run, size_t at)
{
	size_t from = 0, to = run.n;
	uint32_t rune;

	if (at && (unsigned char)run.p[at - 1] < 0x80)
		for (size_t i = 0; i < at;) {
			size_t n = utf8_next(span_sub(run, i, SIZE_MAX), &rune);
			i += n ? n : 1;
			if (n && is_wide(rune))
				from = i;
		}
	for (size_t i = at + 1; i < to;) {
		size_t n = utf8_next(span_sub(run, i, SIZE_MAX), &rune);
		if (n && is_wide(rune) && i > at + 1)
			to = i;
		i += n ? n : 1;
	}
	return span_sub(run, from, to - from);
}

bool next_address(struct span *rest, struct span *out)
{
	ptrdiff_t at = span_chr(*rest, '@');

	if (at < 0)
		return false;
	size_t from = (size_t)at, to = (size_t)at + 1;
	while (from && is_address_char(rest->p[from - 1]))
		from--;
	while (to < rest->n && is_address_char(rest->p[to]))
		to++;
	*out = without_sentence(span_sub(*rest, from, to - from), (size_t)at - from);
	while (out->n && out->p[out->n - 1] == '.')
		out->n--;
	*rest = span_sub(*rest, to, SIZE_MAX);
	return true;
}

static bool listed(const struct address_list *list, struct address addr)
{
	for (uint32_t i = 0; i < list->n && i < ADDRESSEES_MAX; i++)
		if (address_same(list->at[i], addr))
			return true;
	return false;
}

bool is_recipient(const struct telling *t, struct span text)
{
	struct address addr;

	return address_split(text, &addr) && span_chr(addr.domain, '.') > 0 &&
	       !span_istarts(addr.local, SPAN("mailer-daemon")) && !listed(&t->facts->to, addr) &&
	       !listed(&t->facts->from, addr) && !(t->n && listed(&t->senders, addr));
}
