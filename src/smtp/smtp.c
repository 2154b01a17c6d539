// SPDX-License-Identifier: Apache-2.0
#include "smtp/smtp.h"
#include "mail/limits.h"
#include "smtp/dialogue.h"
#include <poll.h>
#include <stdlib.h>

const struct smtp_timeouts smtp_timeouts_standard = {
	.connect = 30 * 1000,
	.command = 5 * 60 * 1000,
	.data = 2 * 60 * 1000,
	.block = 3 * 60 * 1000,
	.dot = 10 * 60 * 1000,
	.courtesy = 5 * 1000,
};

void smtp_result_start(struct smtp_result *r)
{
	*r = (struct smtp_result){ .outcome = SEND_LATER,
				   .step = "connect",
				   .reply = BUF_CAPPED(LIMIT_SMTP_REPLY) };
}

void smtp_result_clear(struct smtp_result *r)
{
	buf_free(&r->reply);
}

/* What is refused for now needs nobody. */
static const char *advice(const struct smtp *m, const char *to_a_person)
{
	return smtp_class(&m->reply) == 4 ? "it will be tried again" : to_a_person;
}

static bool hello(struct smtp *m, struct span name, struct smtp_result *r)
{
	m->offer = (struct smtp_offer){ .max = 0 };
	if (!smtp_ask(m, m->timeouts.command, "EHLO %.*s", SPAN_ARG(name)))
		return smtp_lost(m, r, "connect");
	if (m->reply.code == 250) {
		m->offer = smtp_offer_parse(&m->reply);
		return true;
	}
	/* RFC 5321 section 3.2: who does not know EHLO is asked with HELO. */
	if (smtp_class(&m->reply) == 5 && !smtp_ask(m, m->timeouts.command, "HELO %.*s", SPAN_ARG(name)))
		return smtp_lost(m, r, "connect");
	return m->reply.code == 250 || smtp_turned_away(m, r, "connect", advice(m, "ask whoever runs it"));
}

static bool greet(struct smtp *m, struct span name, struct smtp_result *r)
{
	if (!smtp_hear(m, m->timeouts.command))
		return smtp_lost(m, r, "connect");
	if (m->reply.code != 220)
		return smtp_turned_away(m, r, "connect", advice(m, "is this the port for mail submission?"));
	return hello(m, name, r);
}

static bool start_tls(struct smtp *m, const char *tls_name, const char *ca_file, struct smtp_result *r)
{
	struct err err;

	/* Whoever sits in between may have taken the offer away: nothing is sent without TLS. */
	if (!m->offer.starttls)
		return smtp_give_up(m, r, "tls", "no TLS: the server does not offer STARTTLS; use smtp_tls = implicit");
	if (!smtp_ask(m, m->timeouts.command, "STARTTLS"))
		return smtp_lost(m, r, "tls");
	if (m->reply.code != 220)
		return smtp_turned_away(m, r, "tls", "nothing is sent without TLS");
	/* What was said ahead of TLS would count as said under it; stream_tls() refuses that. */
	if (!stream_tls(m->stream, tls_name, ca_file, m->timeouts.connect, &err))
		return true;
	m->broken = true;
	r->outcome = SEND_LATER;
	r->step = "tls";
	buf_reset(&r->reply);
	buf_puts(&r->reply, err.text);
	return false;
}

bool smtp_start_tls(struct smtp *m, struct span name, const char *tls_name, const char *ca_file,
		    struct smtp_result *r)
{
	bool ok = start_tls(m, tls_name, ca_file, r) && hello(m, name, r);

	r->no_connection = !ok;
	return ok;
}

struct smtp *smtp_open(struct stream *s, const struct smtp_timeouts *t, struct span name, int alive_fd,
		       struct smtp_result *r)
{
	struct smtp *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->stream = s;
	m->timeouts = *t;
	m->alive_fd = alive_fd;
	m->line = BUF_CAPPED(LIMIT_SMTP_LINE);
	m->out = BUF_CAPPED(4 * LIMIT_SMTP_COMMAND);
	smtp_reply_start(&m->reply);
	if (!greet(m, name, r)) {
		r->no_connection = true;
		smtp_close(&m);
	}
	return m;
}

bool smtp_reset(struct smtp *m)
{
	const int alive_fd = m->alive_fd;

	/* Short enough to be heard out even if nobody wants the connection any more. */
	m->alive_fd = -1;
	m->busy = m->broken || !smtp_ask(m, m->timeouts.courtesy, "RSET") || m->reply.code != 250;
	m->alive_fd = alive_fd;
	return !m->busy;
}

bool smtp_spoke(const struct smtp *m)
{
	struct pollfd at = { .fd = stream_fd(m->stream), .events = POLLIN };

	return stream_pending(m->stream) || poll(&at, 1, 0) != 0;
}

int smtp_fd(const struct smtp *m)
{
	return stream_fd(m->stream);
}

int64_t smtp_certificate_until(const struct smtp *m)
{
	return stream_certificate_until(m->stream);
}

void smtp_close(struct smtp **m)
{
	struct smtp *s = *m;

	if (!s)
		return;
	s->alive_fd = -1; /* a short goodbye even if nobody waits for us */
	if (!s->broken && !s->busy)
		smtp_ask(s, s->timeouts.courtesy, "QUIT");
	stream_close(&s->stream);
	smtp_reply_clear(&s->reply);
	buf_free(&s->out);
	buf_free(&s->line);
	free(s);
	*m = NULL;
}
