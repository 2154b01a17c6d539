// SPDX-License-Identifier: Apache-2.0
#include "smtp/reply.h"
#include "mail/limits.h"

void smtp_reply_start(struct smtp_reply *r)
{
	*r = (struct smtp_reply){ .text = BUF_CAPPED(LIMIT_SMTP_REPLY) };
}

void smtp_reply_clear(struct smtp_reply *r)
{
	buf_free(&r->text);
	r->code = 0;
	r->lines = 0;
}

static bool digit(char c, char least, char most)
{
	return c >= least && c <= most;
}

enum smtp_line smtp_reply_line(struct smtp_reply *r, struct span line)
{
	if (r->lines)
		buf_putc(&r->text, '\n');
	buf_put_span(&r->text, line);
	if (++r->lines > LIMIT_SMTP_REPLY_LINES || r->text.full)
		return SMTP_LINE_BROKEN;
	/* The second digit should be 0 to 5, but 571 and the like are met in the wild. */
	if (line.n < 3 || !digit(line.p[0], '2', '5') || !digit(line.p[1], '0', '9') ||
	    !digit(line.p[2], '0', '9'))
		return SMTP_LINE_BROKEN;

	unsigned code = (unsigned)(line.p[0] - '0') * 100 + (unsigned)(line.p[1] - '0') * 10 +
			(unsigned)(line.p[2] - '0');
	if (r->code && r->code != code)
		return SMTP_LINE_BROKEN;
	r->code = code;
	if (line.n == 3 || line.p[3] == ' ')
		return SMTP_LINE_LAST;
	return line.p[3] == '-' ? SMTP_LINE_MORE : SMTP_LINE_BROKEN;
}

static void offer_auth(struct smtp_offer *o, struct span mechanisms)
{
	struct span word;

	while (span_split(&mechanisms, ' ', &word)) {
		o->plain |= span_ieq(word, SPAN("PLAIN"));
		o->login |= span_ieq(word, SPAN("LOGIN"));
		o->xoauth2 |= span_ieq(word, SPAN("XOAUTH2"));
	}
}

static void offer_line(struct smtp_offer *o, struct span line)
{
	struct span rest = line, keyword;

	/* "AUTH=PLAIN LOGIN" is what servers wrote before RFC 2554; some still do. */
	if (span_istarts(line, SPAN("AUTH="))) {
		offer_auth(o, span_sub(line, 5, line.n));
		return;
	}
	span_split(&rest, ' ', &keyword);
	o->pipelining |= span_ieq(keyword, SPAN("PIPELINING"));
	o->starttls |= span_ieq(keyword, SPAN("STARTTLS"));
	o->dsn |= span_ieq(keyword, SPAN("DSN"));
	if (span_ieq(keyword, SPAN("SIZE"))) {
		o->size = true;
		if (!span_to_u64(span_trim(rest), UINT64_MAX, &o->max))
			o->max = 0;
	} else if (span_ieq(keyword, SPAN("AUTH"))) {
		offer_auth(o, rest);
	}
}

struct smtp_offer smtp_offer_parse(const struct smtp_reply *r)
{
	struct smtp_offer o = { .pipelining = false };
	struct span rest = buf_span(&r->text), line;

	/* The first line greets; the others carry one keyword each behind code and separator. */
	span_split(&rest, '\n', &line);
	while (span_split(&rest, '\n', &line))
		offer_line(&o, span_trim(span_sub(line, 4, line.n)));
	return o;
}
