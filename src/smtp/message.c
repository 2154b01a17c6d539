// SPDX-License-Identifier: Apache-2.0
/* One message: MAIL, RCPT for the recipient and for the witness, DATA, the body, and apart from these
 * the dot. */
#include "mail/address.h"
#include "mail/limits.h"
#include "smtp/body.h"
#include "smtp/dialogue.h"

enum { BLOCK = 16 * 1024 };
enum command { MAIL, RECIPIENT, WITNESS, COMMANDS };

static bool settle(struct smtp_result *r, enum send_outcome outcome, const char *step, struct span words)
{
	r->outcome = outcome;
	r->step = step;
	buf_reset(&r->reply);
	buf_put_span(&r->reply, words);
	return false;
}

/* 4yz: later; 5yz: never the same again (RFC 5321 section 4.2.1). Nothing else may stand here. */
static bool settle_by_reply(struct smtp *m, struct smtp_result *r, const char *step)
{
	unsigned class = smtp_class(&m->reply);

	if (class != 4 && class != 5)
		return smtp_out_of_step(m, r, step);
	m->broken |= m->reply.code == 421; /* RFC 5321 section 3.8: the server closes */
	return settle(r, class == 5 ? SEND_REFUSED : SEND_LATER, step, buf_span(&m->reply.text));
}

static bool may_send(const struct smtp *m, const struct smtp_envelope *e, struct span message,
		     struct smtp_result *r)
{
	struct err err;

	if (e->sender.n && !address_may_send(e->sender))
		return settle(r, SEND_REFUSED, "mail",
			      SPAN("the envelope sender is no address to be written to a server"));
	if (!address_may_send(e->recipient))
		return settle(r, SEND_REFUSED, "rcpt",
			      SPAN("the recipient is no address to be written to a server"));
	if (smtp_body_check(message, &err))
		return settle(r, SEND_REFUSED, "data", span_of(err.text));
	if (m->offer.max && message.n > m->offer.max)
		return settle(r, SEND_REFUSED, "mail",
			      SPAN("the message is larger than the server takes (SIZE)"));
	return true;
}

static void put_command(struct smtp *m, const struct smtp_envelope *e, struct span message, enum command c)
{
	/* RFC 3834 section 3.3. With an envelope sender of our own a bounce must come home: it settles the entry. */
	const char *notify = m->offer.dsn && !e->sender.n ? " NOTIFY=NEVER" : "";

	switch (c) {
	case MAIL:
		smtp_put(m, m->offer.size ? "MAIL FROM:<%.*s> SIZE=%zu" : "MAIL FROM:<%.*s>",
			 SPAN_ARG(e->sender), message.n);
		break;
	case RECIPIENT:
		smtp_put(m, "RCPT TO:<%.*s>%s", SPAN_ARG(e->recipient), notify);
		break;
	case WITNESS:
		smtp_put(m, "RCPT TO:<%.*s>%s", SPAN_ARG(e->witness), notify);
		break;
	case COMMANDS:
		break;
	}
}

/* Whether the transaction goes on after the reply to this command. */
static bool judge(struct smtp *m, const struct smtp_envelope *e, struct smtp_result *r, enum command c)
{
	if (smtp_class(&m->reply) == 2)
		return true;
	settle_by_reply(m, r, c == MAIL ? "mail" : "rcpt");
	if (c == WITNESS && !m->broken) {
		r->witness_refused = true;
		return true;
	}
	if (c == MAIL && m->reply.code == 530) {
		r->no_connection = true;
		return smtp_turned_away(m, r, "auth", "it wants a login: set smtp_auth = yes");
	}
	if (c == MAIL && r->outcome == SEND_REFUSED && !e->sender.n)
		buf_puts(&r->reply, "; if it takes no <>, set envelope = own");
	/* RFC 5321 section 4.5.3.1.10: "too many recipients", which is temporary. */
	if (c != MAIL && m->reply.code == 552)
		r->outcome = SEND_LATER;
	return false;
}

static bool send_envelope(struct smtp *m, const struct smtp_envelope *e, struct span message,
			  struct smtp_result *r)
{
	enum command last = e->witness.n && address_may_send(e->witness) ? WITNESS : RECIPIENT;
	bool go_on = true;

	r->witness_refused = e->witness.n && last == RECIPIENT;
	for (enum command c = MAIL; c <= last; c++) {
		if (c == MAIL || !m->offer.pipelining) {
			enum command until = m->offer.pipelining ? last : c;
			for (enum command p = c; p <= until; p++)
				put_command(m, e, message, p);
			if (!smtp_flush(m))
				return smtp_lost(m, r, "mail");
		}
		/* Replies to what was sent ahead are read even where the first has decided: others follow. */
		if (!smtp_hear(m, m->timeouts.command))
			return go_on && smtp_lost(m, r, c == MAIL ? "mail" : "rcpt");
		go_on = go_on && judge(m, e, r, c);
		if (m->broken || (!go_on && !m->offer.pipelining))
			return false;
	}
	return go_on;
}

static bool send_content(struct smtp *m, struct span message, struct smtp_result *r)
{
	BUF_CLEANUP struct buf body = BUF_CAPPED(2 * LIMIT_OUTGOING);

	smtp_body_stuff(message, &body);
	for (size_t at = 0; at < body.n; at += BLOCK) {
		struct span block = span_sub(buf_span(&body), at, BLOCK);
		stream_arm(m->stream, m->timeouts.block, LIMIT_SMTP_REPLY);
		stream_idle(m->stream, m->timeouts.block);
		if (stream_write(m->stream, block.p, block.n))
			return smtp_lost(m, r, "data");
	}
	return true;
}

void smtp_try_envelope(struct smtp *m, const struct smtp_envelope *e, struct smtp_result *r)
{
	smtp_reply_clear(&m->reply);
	if (m->broken)
		smtp_lost(m, r, "mail");
	else if (may_send(m, e, SPAN("\r\n"), r) && send_envelope(m, e, SPAN("\r\n"), r))
		settle(r, SEND_LATER, "envelope", buf_span(&m->reply.text));
}

bool smtp_send_body(struct smtp *m, const struct smtp_envelope *e, struct span message, struct smtp_result *r)
{
	m->dotted = false;
	smtp_reply_clear(&m->reply);
	if (!may_send(m, e, message, r))
		return false;
	if (m->broken)
		return smtp_lost(m, r, "mail");
	m->busy = true;
	if (!send_envelope(m, e, message, r))
		return false;
	if (!smtp_ask(m, m->timeouts.data, "DATA"))
		return smtp_lost(m, r, "data");
	if (m->reply.code != 354)
		return settle_by_reply(m, r, "data");
	return send_content(m, message, r);
}

/* The reply to the dot is the last thing to come. A second one means that we do not know which of
 * them was for the message; the end of the connection and 421 are the server's right. */
static void check_nothing_follows(struct smtp *m, struct smtp_result *r)
{
	if (m->broken || !smtp_spoke(m))
		return;
	bool heard = smtp_hear(m, m->timeouts.courtesy);
	m->broken = true;
	if (heard ? m->reply.code != 421 : m->reply.lines > 0)
		smtp_out_of_step(m, r, "dot");
}

void smtp_send_dot(struct smtp *m, struct smtp_result *r)
{
	smtp_reply_clear(&m->reply);
	if (!m->broken && smtp_spoke(m)) {
		if (smtp_hear(m, m->timeouts.courtesy))
			smtp_out_of_step(m, r, "dot");
		else
			smtp_lost(m, r, "dot");
		return;
	}
	m->dotted = !m->broken;
	smtp_put(m, ".");
	if (!smtp_flush(m) || !smtp_hear(m, m->timeouts.dot)) {
		smtp_lost(m, r, "dot");
		return;
	}
	m->busy = false;
	if (smtp_class(&m->reply) == 2)
		settle(r, SEND_ACCEPTED, "dot", buf_span(&m->reply.text));
	else
		settle_by_reply(m, r, "dot");
	check_nothing_follows(m, r);
}
