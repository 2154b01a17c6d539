// SPDX-License-Identifier: Apache-2.0
#include "command/check_online.h"
#include "base/date.h"
#include "base/io.h"
#include "base/text.h"
#include "command/json.h"
#include "command/probe.h"
#include "daemon/reader/client.h"
#include "daemon/spawn.h"
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

enum { CERTIFICATE_DAYS = 14, CLOCK_SECONDS = 5 * 60, LINE = 2000 };

enum level { LEVEL_OK, LEVEL_NOTE, LEVEL_WARNING, LEVEL_ERROR };

struct online {
	struct arena *a;
	const struct config *config;
	const struct config_account *account;
	struct reader_client *reader;
	bool json;
	int status;
	int64_t now;
};

static void say(struct online *o, enum level level, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
static void say(struct online *o, enum level level, const char *what, const char *fmt, ...)
{
	static const char *const words[] = { "ok", "note", "warning", "error" };
	BUF_CLEANUP struct buf shown = BUF_CAPPED(LINE * 4);
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (o->json) {
		json_line(json_pack("{ss ss so ss so}", "about", "finding", "level", words[level], "account",
				    json_span(o->account->name), "what", what, "text",
				    json_span(span_of(line))));
		return;
	}
	text_printable(&shown, span_of(line));
	for (char *p = shown.p; p && p < shown.p + shown.n; p++)
		*p = *p == '\n' ? ' ' : *p;
	printf("  %-8s %-15s %s\n", words[level], what, buf_cstr(&shown));
	fflush(stdout);
}

/* What a person must change weighs more than what may be better the next time. */
static void fail(struct online *o, bool config)
{
	if (config || !o->status)
		o->status = config ? EX_CONFIG : EX_UNAVAILABLE;
}

static void certificate(struct online *o, struct span host, uint16_t port, int64_t until)
{
	BUF_CLEANUP struct buf when = BUF_CAPPED(60);
	int64_t days = (until - o->now) / DAY;

	if (!until)
		return;
	put_iso(&when, until);
	say(o, days < CERTIFICATE_DAYS ? LEVEL_WARNING : LEVEL_OK, "certificate",
	    "that of %.*s:%u is valid until %s, for %lld more days", SPAN_ARG(host), port, buf_cstr(&when),
	    (long long)days);
}

/* -- IMAP ------------------------------------------------------------------------------------------------ */

static bool mailbox(struct online *o, const char *what, const struct probe_mailbox *m)
{
	BUF_CLEANUP struct buf newest = BUF_CAPPED(60);

	if (!m->open) {
		say(o, LEVEL_ERROR, what, "%.*s", SPAN_ARG(m->trouble));
		fail(o, m->ending == ENDING_CONFIG || m->ending == ENDING_REFUSED);
		return false;
	}
	put_iso(&newest, m->newest_at);
	say(o, LEVEL_OK, what, "%.*s is open, %u messages there%s%s", SPAN_ARG(m->selected.mailbox),
	    m->selected.exists, m->newest_at ? ", the newest of " : "",
	    m->newest_at ? buf_cstr(&newest) : "");
	if (m->trouble.n) {
		say(o, LEVEL_ERROR, what, "it could not be read to its end: %.*s", SPAN_ARG(m->trouble));
		fail(o, false);
	}
	if (m->newest_at > o->now + CLOCK_SECONDS)
		say(o, LEVEL_WARNING, "clock",
		    "the newest message arrives at %s, in the future: set the clock here or on the server",
		    buf_cstr(&newest));
	return true;
}

static void no_such_marks(struct online *o, const char *what)
{
	say(o, LEVEL_ERROR, "marks", "the mailbox keeps no %s: set marks to something else", what);
	fail(o, true);
}

/* A mailbox that is opened read-only need not tell which flags it keeps. */
static void marks(struct online *o, unsigned offers)
{
	bool told = offers & MAILBOX_FLAGS_TOLD;

	switch (o->account->marks) {
	case MARKS_GMAIL_LABELS:
		if (!(offers & MAILBOX_GMAIL_LABELS))
			no_such_marks(o, "labels of Gmail's kind");
		return;
	case MARKS_KEYWORDS:
	case MARKS_FLAG:
		if (!told)
			say(o, LEVEL_NOTE, "marks",
			    "opened read-only, the mailbox does not tell which flags it keeps: hearback "
			    "status --json does, "
			    "once the account is in mode hold or send");
		else if (o->account->marks == MARKS_KEYWORDS && !(offers & MAILBOX_KEYWORDS))
			no_such_marks(o, "keywords of ours");
		else if (o->account->marks == MARKS_FLAG && !(offers & MAILBOX_FLAGGED))
			no_such_marks(o, "\\Flagged");
		return;
	case MARKS_NONE:
	case MARK_STYLES:
		break;
	}
}

static void features(struct online *o, const struct frame_selected *s)
{
	if (!(s->offers & MAILBOX_IDLE))
		say(o, LEVEL_NOTE, "idle", "the server offers no IDLE: new mail is seen within %lld s",
		    (long long)o->account->poll);
	marks(o, s->offers);
}

static void advise(struct online *o, const struct authentication_survey *s,
		   const struct authentication_proposal *p)
{
	if (!p->authserv_id.n)
		say(o, LEVEL_NOTE, "authserv_id",
		    "no proposal: %u of %u recent messages bear Authentication-Results, none the same one at "
		    "the same place throughout",
		    s->with_results, s->messages);
	else if (span_eq(p->authserv_id, SPAN("none")))
		say(o, LEVEL_NOTE, "authserv_id",
		    "proposal: authserv_id = none, for none of %u recent messages bears "
		    "Authentication-Results",
		    s->messages);
	else
		say(o, LEVEL_NOTE, "authserv_id",
		    "proposal: authserv_id = %.*s, hops = %u: so it stands in %u of %u recent messages%s%s",
		    SPAN_ARG(p->authserv_id), p->hops, p->messages, s->messages,
		    p->above_border ? ""
				    : ", but where strangers can write, too: your server must remove theirs",
		    p->related ? "" : "; take it only if that is your own server's name");
}

/* Messages in which the configured result stands no deeper than it may. */
static uint32_t found(const struct authentication_survey *s, const struct config_account *c)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < s->nnames; i++)
		if (s->names[i].hops <= c->hops && span_ieq(s->names[i].id, c->authserv_id) &&
		    s->names[i].messages > most)
			most = s->names[i].messages;
	return most;
}

static void authentication(struct online *o, const struct authentication_survey *s)
{
	const struct config_account *c = o->account;
	struct authentication_proposal p;
	struct address own;

	authentication_survey_propose(s, address_split(c->address, &own) ? own.domain : SPAN_NONE, c->host,
				      &p);
	if (s->messages < SURVEY_LEAST) {
		say(o, LEVEL_NOTE, "authserv_id",
		    "too little recent mail to tell whose Authentication-Results may be believed");
	} else if (!c->authserv_id.n) {
		say(o, LEVEL_WARNING, "authserv_id",
		    "it is not set, and must be, if only to none, before mode send");
		advise(o, s, &p);
	} else if (span_eq(c->authserv_id, SPAN("none"))) {
		say(o, LEVEL_OK, "authserv_id", "none: every sender is unverified");
		if (p.authserv_id.n && !span_eq(p.authserv_id, SPAN("none")))
			advise(o, s, &p);
	} else if (!found(s, c)) {
		say(o, LEVEL_ERROR, "authserv_id",
		    "%.*s with hops = %u stands in none of %u recent messages: every sender is unverified",
		    SPAN_ARG(c->authserv_id), c->hops, s->messages);
		fail(o, true);
		advise(o, s, &p);
	} else {
		say(o, LEVEL_OK, "authserv_id", "%.*s with hops = %u stands in %u of %u recent messages",
		    SPAN_ARG(c->authserv_id), c->hops, found(s, c), s->messages);
	}
}

static void imap(struct online *o)
{
	struct authentication_survey *survey = arena_one(o->a, struct authentication_survey);
	struct probe_mailbox inbox, sent;

	probe_mailbox(o->a, o->config, o->account, false, o->reader, survey, &inbox);
	if (!mailbox(o, "imap", &inbox))
		return;
	certificate(o, o->account->host, o->account->port, inbox.selected.certificate_until);
	features(o, &inbox.selected);
	probe_mailbox(o->a, o->config, o->account, true, NULL, NULL, &sent);
	if (mailbox(o, "sent", &sent) && !sent.messages)
		say(o, LEVEL_WARNING, "sent",
		    "nothing was sent from here for %d days: hearback check --answers tells whose answers "
		    "are seen",
		    PROBE_DAYS);
	authentication(o, survey);
}

/* -- SMTP ------------------------------------------------------------------------------------------------ */

static void smtp(struct online *o)
{
	const struct config_account *c = o->account;
	struct probe_smtp p;

	probe_smtp(o->a, o->config, c, &p);
	const struct frame_sent_result *r = &p.result;
	bool reached = !r->no_connection;
	if (!reached) {
		say(o, LEVEL_ERROR, "smtp", "%.*s:%u: %.*s: %.*s", SPAN_ARG(c->smtp_host), c->smtp_port,
		    SPAN_ARG(r->step), SPAN_ARG(r->reply));
		fail(o, span_eq(r->step, SPAN("auth")) || span_eq(r->step, SPAN("tls")));
		return;
	}
	say(o, LEVEL_OK, "smtp", "%.*s:%u is reached%s", SPAN_ARG(c->smtp_host), c->smtp_port,
	    c->smtp_auth ? " and takes the login" : "");
	certificate(o, c->smtp_host, c->smtp_port, r->certificate_until);
	if (!span_eq(r->step, SPAN("envelope"))) {
		say(o, LEVEL_ERROR, "envelope", "a message from %.*s to %.*s is refused (%.*s): %.*s",
		    SPAN_ARG(c->envelope == ENVELOPE_NULL ? SPAN("<>") : c->address), SPAN_ARG(c->address),
		    SPAN_ARG(r->step), SPAN_ARG(r->reply));
		fail(o, r->outcome == SEND_REFUSED);
		return;
	}
	say(o, LEVEL_OK, "envelope", "%.*s may write, and %.*s may be written to", SPAN_ARG(c->address),
	    SPAN_ARG(c->address));
	if (r->witness_refused) {
		say(o, c->witness == WITNESS_YES ? LEVEL_ERROR : LEVEL_WARNING, "witness",
		    "%.*s is refused as a second recipient: what has become of a message whose connection "
		    "broke cannot be settled by "
		    "itself; correct subaddress, or set witness = no",
		    SPAN_ARG(p.witness));
		if (c->witness == WITNESS_YES)
			fail(o, true);
	} else if (p.witness.n) {
		say(o, LEVEL_OK, "witness",
		    "%.*s is taken as a second recipient; whether it arrives is told by check --answers",
		    SPAN_ARG(p.witness));
	}
}

int check_online(const struct config *c, bool json)
{
	struct online o = { .config = c, .json = json, .now = clock_now() };
	char program[ROOM_PATH];

	if (!room_program(ROOM_READER, program)) {
		fprintf(stderr, "hearback-reader is not installed\n");
		return EX_OSFILE;
	}
	for (uint32_t i = 0; i < c->n; i++) {
		o.a = arena_new();
		o.account = &c->accounts[i];
		o.reader = reader_client_new(program);
		if (!json)
			printf("account %.*s (%.*s)\n", SPAN_ARG(o.account->name),
			       SPAN_ARG(o.account->address));
		imap(&o);
		smtp(&o);
		reader_client_free(&o.reader);
		arena_free(&o.a);
	}
	return o.status;
}
