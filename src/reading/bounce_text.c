// SPDX-License-Identifier: Apache-2.0
/* Servers that send no RFC 3464 report name the recipients in words: at the beginning of a line, or behind
 * an SMTP reply code; a few somewhere in a sentence. What follows the words is the returned
 * message, which names other people. */
#include "base/text.h"
#include "mail/limits.h"
#include "reading/bounce.h"

#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

/* How the line before the returned message begins, dashes and blanks left out. */
static const struct span dividers[] = {
	WORD("below this line is a copy"), WORD("below is a copy"),	 WORD("this is a copy"),
	WORD("here is a copy"),		   WORD("original message"),	 WORD("unsent message"),
	WORD("returned message"),	   WORD("undelivered message"),	 WORD("message header"),
	WORD("message text follows"),	   WORD("the header of the original"), WORD("original-message"),
	WORD("your original message"),	   WORD("message contents"),	 WORD("received: "),
	WORD("return-path: "),		   WORD("message-id: "),
};

static const struct span only_late[] = { WORD("warning"), WORD("has not yet been delivered"), WORD("delayed"),
					 WORD("will be retried") };

enum {
	WORDS_MAX = 32 * 1024,	/* bytes of text in which recipients are looked for */
	ADDRESSEES_MAX = 20,	/* of the bounce itself: who are not its recipients */
	REPLY_MAX = 200,	/* bytes kept of what a server said */
};

struct words {
	const struct facts *facts;
	struct bounce_recipient *at;
	uint32_t n;
	bool late; /* the text is a warning: they will try again */
};

static bool divides(struct span line)
{
	while (line.n && (line.p[0] == '-' || line.p[0] == '=' || line.p[0] == '*' || ascii_blank(line.p[0])))
		line = span_sub(line, 1, SIZE_MAX);
	for (size_t i = 0; i < sizeof(dividers) / sizeof(dividers[0]); i++)
		if (span_istarts(line, dividers[i]))
			return true;
	return false;
}

/* The text above the returned message. */
static struct span own_words(struct span text)
{
	struct span rest = text, line;

	while (span_split(&rest, '\n', &line))
		if (divides(line))
			return span_sub(text, 0, (size_t)(line.p - text.p));
	return text;
}

static bool is_address_char(char c)
{
	return (unsigned char)c > ' ' && !strchr("<>()[]\\,;:\"'`", c);
}

static bool listed(const struct address_list *list, struct address addr)
{
	for (uint32_t i = 0; i < list->n && i < ADDRESSEES_MAX; i++)
		if (address_same(list->at[i], addr))
			return true;
	return false;
}

/* The server speaks of itself and of whom it writes to, too. */
static bool is_recipient(const struct words *w, struct span text)
{
	struct address addr;

	return address_split(text, &addr) && span_chr(addr.domain, '.') > 0 &&
	       !span_istarts(addr.local, SPAN("postmaster")) &&
	       !span_istarts(addr.local, SPAN("mailer-daemon")) && !listed(&w->facts->to, addr) &&
	       !listed(&w->facts->from, addr);
}

/* The run of address characters around the next '@' of *rest, which is cut off behind it. */
static bool next_address(struct span *rest, struct span *out)
{
	ptrdiff_t at = span_chr(*rest, '@');

	if (at < 0)
		return false;
	size_t from = (size_t)at, to = (size_t)at + 1;
	while (from && is_address_char(rest->p[from - 1]))
		from--;
	while (to < rest->n && is_address_char(rest->p[to]))
		to++;
	*out = span_sub(*rest, from, to - from);
	while (out->n && out->p[out->n - 1] == '.')
		out->n--;
	*rest = span_sub(*rest, to, SIZE_MAX);
	return true;
}

/* '5' or '4' of the first "550", "5.1.1", "#5.1.1" in the line, else 0. */
static char reply_class(struct span line)
{
	for (size_t i = 0; i + 2 < line.n; i++) {
		const char *c = line.p + i;
		bool begins = i == 0 || ascii_blank(c[-1]) || strchr("(#:[", c[-1]);
		bool code = c[1] >= '0' && c[1] <= '9' && c[2] >= '0' && c[2] <= '9' &&
			    (i + 3 == line.n || strchr(" -", c[3]));
		bool status = c[1] == '.' && i + 4 < line.n && c[2] >= '0' && c[2] <= '9' && c[3] == '.';
		if (begins && (c[0] == '4' || c[0] == '5') && (code || status))
			return c[0];
	}
	return 0;
}

static void add(struct words *w, struct span address)
{
	w->n = bounce_add(w->at, w->n,
			  (struct bounce_recipient){ .address = address,
						     .action = w->late ? BOUNCE_DELAYED : BOUNCE_FAILED,
						     .permanent = !w->late });
}

/* What a reply says after a recipient was named is about that one. */
static void note_reply(struct words *w, struct span line)
{
	char class = reply_class(line);

	if (!class || w->n == 0 || w->at[w->n - 1].diagnostic.n)
		return;
	w->at[w->n - 1].diagnostic = utf8_cut(line, REPLY_MAX);
	if (class == '4')
		w->at[w->n - 1].permanent = false;
}

/* "<user@example.com>:", "  user@example.com", "550 5.1.1 <user@example.com>... User unknown" */
static void read_line(struct words *w, struct span line)
{
	struct span rest = line, address = SPAN_NONE;

	if (next_address(&rest, &address)) {
		size_t before = (size_t)(address.p - line.p);
		char lead = before ? line.p[before - 1] : 0;
		bool begins = before == 0 || (before == 1 && strchr("<\"'", lead));
		bool reply = lead == '<' && (line.p[0] == '4' || line.p[0] == '5') && reply_class(line);
		if ((begins || reply) && is_recipient(w, address))
			add(w, address);
	}
	note_reply(w, line);
}

static void read_anywhere(struct words *w, struct span text)
{
	struct span address;

	while (w->n < LIMIT_REPORT_RECIPIENTS && next_address(&text, &address))
		if (is_recipient(w, address))
			add(w, address);
}

uint32_t bounce_text(const struct facts *f, struct bounce_recipient *at)
{
	struct words w = { .facts = f, .at = at };
	struct span text = own_words(utf8_cut(f->text, WORDS_MAX)), rest = text, line;

	for (size_t i = 0; i < sizeof(only_late) / sizeof(only_late[0]); i++)
		w.late |= span_ifind(text, only_late[i]) >= 0;
	while (span_split(&rest, '\n', &line))
		read_line(&w, span_trim(line));
	if (w.n == 0)
		read_anywhere(&w, text);
	return w.n;
}
