// SPDX-License-Identifier: Apache-2.0
/* Names that machines write under (RFC 3834 section 2): the local part of the author's address. */
#include "reading/signs.h"
#include "reading/transport.h"

struct sender_rule {
	struct span name; /* lower case; a '*' at one end stands for at least one character */
	enum kind kind;	  /* KIND_HUMAN: people write under it, too */
};

static const struct sender_rule rules[] = {
	{ WORD("mailer-daemon"), KIND_BOUNCE },
	{ WORD("mailer_daemon"), KIND_BOUNCE },
	{ WORD("mailerdaemon"), KIND_BOUNCE },
	{ WORD("mail-daemon"), KIND_BOUNCE },
	{ WORD("mdaemon"), KIND_BOUNCE },
	{ WORD("mmdf"), KIND_BOUNCE },
	{ WORD("bounce"), KIND_BOUNCE },
	{ WORD("bounces"), KIND_BOUNCE },
	{ WORD("bounce-*"), KIND_BOUNCE },
	{ WORD("bounces-*"), KIND_BOUNCE },

	{ WORD("owner-*"), KIND_LIST },
	{ WORD("*-owner"), KIND_LIST },
	{ WORD("*-request"), KIND_LIST },
	{ WORD("-request"), KIND_LIST },
	{ WORD("*-bounces"), KIND_LIST },
	{ WORD("listserv"), KIND_LIST },
	{ WORD("listproc"), KIND_LIST },
	{ WORD("majordomo"), KIND_LIST },
	{ WORD("mailman"), KIND_LIST },

	{ WORD("newsletter"), KIND_BULK },
	{ WORD("newsletters"), KIND_BULK },

	{ WORD("noreply"), KIND_AUTO_GENERATED },
	{ WORD("noreply*"), KIND_AUTO_GENERATED },
	{ WORD("*noreply"), KIND_AUTO_GENERATED },
	{ WORD("no-reply"), KIND_AUTO_GENERATED },
	{ WORD("no-reply*"), KIND_AUTO_GENERATED },
	{ WORD("*no-reply"), KIND_AUTO_GENERATED },
	{ WORD("no_reply"), KIND_AUTO_GENERATED },
	{ WORD("no.reply"), KIND_AUTO_GENERATED },
	{ WORD("donotreply*"), KIND_AUTO_GENERATED },
	{ WORD("donotreply"), KIND_AUTO_GENERATED },
	{ WORD("do-not-reply"), KIND_AUTO_GENERATED },
	{ WORD("do-not-reply*"), KIND_AUTO_GENERATED },
	{ WORD("do_not_reply"), KIND_AUTO_GENERATED },
	{ WORD("do.not.reply"), KIND_AUTO_GENERATED },
	{ WORD("dontreply"), KIND_AUTO_GENERATED },
	{ WORD("ne-pas-repondre"), KIND_AUTO_GENERATED },
	{ WORD("nepasrepondre"), KIND_AUTO_GENERATED },
	{ WORD("nicht-antworten"), KIND_AUTO_GENERATED },
	{ WORD("keine-antwort"), KIND_AUTO_GENERATED },
	{ WORD("no-responder"), KIND_AUTO_GENERATED },
	{ WORD("noresponder"), KIND_AUTO_GENERATED },
	{ WORD("no-contestar"), KIND_AUTO_GENERATED },
	{ WORD("nao-responda"), KIND_AUTO_GENERATED },
	{ WORD("naoresponda"), KIND_AUTO_GENERATED },
	{ WORD("non-rispondere"), KIND_AUTO_GENERATED },
	{ WORD("nonrispondere"), KIND_AUTO_GENERATED },
	{ WORD("autoreply"), KIND_AUTO_REPLY },
	{ WORD("auto-reply"), KIND_AUTO_REPLY },
	{ WORD("autoresponder"), KIND_AUTO_REPLY },
	{ WORD("auto-responder"), KIND_AUTO_REPLY },
	{ WORD("autoanswer"), KIND_AUTO_REPLY },
	{ WORD("notification"), KIND_AUTO_GENERATED },
	{ WORD("notifications"), KIND_AUTO_GENERATED },
	{ WORD("notify"), KIND_AUTO_GENERATED },
	{ WORD("alert"), KIND_AUTO_GENERATED },
	{ WORD("alerts"), KIND_AUTO_GENERATED },
	{ WORD("unattended"), KIND_AUTO_GENERATED },
	{ WORD("nobody"), KIND_AUTO_GENERATED },
	{ WORD("daemon"), KIND_AUTO_GENERATED },
	{ WORD("*-daemon"), KIND_AUTO_GENERATED },
	{ WORD("cron"), KIND_AUTO_GENERATED },
	{ WORD("www-data"), KIND_AUTO_GENERATED },
	{ WORD("wwwrun"), KIND_AUTO_GENERATED },
	{ WORD("httpd"), KIND_AUTO_GENERATED },
	{ WORD("nginx"), KIND_AUTO_GENERATED },
	{ WORD("apache"), KIND_AUTO_GENERATED },
	{ WORD("uucp"), KIND_AUTO_GENERATED },

	{ WORD("postmaster"), KIND_HUMAN },
	{ WORD("root"), KIND_HUMAN },
	{ WORD("administrator"), KIND_HUMAN },
	{ WORD("system"), KIND_HUMAN },
	{ WORD("hostmaster"), KIND_HUMAN },
	{ WORD("webmaster"), KIND_HUMAN },
	{ WORD("abuse"), KIND_HUMAN },
	{ WORD("www"), KIND_HUMAN },
	{ WORD("ftp"), KIND_HUMAN },
	{ WORD("wordpress"), KIND_HUMAN },
};

static bool fits(struct span pattern, struct span name)
{
	if (pattern.p[pattern.n - 1] == '*')
		return name.n >= pattern.n && span_istarts(name, span_sub(pattern, 0, pattern.n - 1));
	if (pattern.p[0] == '*')
		return name.n >= pattern.n && span_iends(name, span_sub(pattern, 1, SIZE_MAX));
	return span_ieq(name, pattern);
}

bool reading_sender_name(struct arena *a, struct address who, struct sign *out)
{
	struct span name = who.local;
	ptrdiff_t plus = span_chr(name, '+');

	if (plus > 0)
		name = span_sub(name, 0, (size_t)plus);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (fits(rules[i].name, name)) {
			*out = (struct sign){ .kind = rules[i].kind,
					      .rule = SPAN("sender-name"),
					      .evidence = reading_evidence(a, SPAN("From"),
									   address_text(a, who)) };
			return true;
		}
	return false;
}

void signs_of_sender(struct signs *s)
{
	const struct address_list *from = &s->facts->from;
	struct sign sign;

	if (from->n && reading_sender_name(s->arena, from->at[0], &sign) && sign.kind != KIND_HUMAN)
		signs_add(s, sign.kind, sign.rule, SPAN("From"), address_text(s->arena, from->at[0]));
}
