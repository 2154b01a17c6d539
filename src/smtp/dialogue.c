// SPDX-License-Identifier: Apache-2.0
#include "smtp/dialogue.h"
#include "mail/limits.h"
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

/* How long an accepted dot may still take to be answered once nobody is left to be told: going away
 * at once would make some servers throw the message away after all. */
enum { PARTING_MS = 10 * 1000 };

static void arm(struct smtp *m, int64_t timeout_ms)
{
	stream_arm(m->stream, timeout_ms, LIMIT_SMTP_REPLY);
	stream_idle(m->stream, timeout_ms);
}

static void put_line(struct smtp *m, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
static void put_line(struct smtp *m, const char *fmt, va_list args)
{
	char line[LIMIT_SMTP_COMMAND];
	int n = vsnprintf(line, sizeof(line), fmt, args);

	/* A cut command would be another command. */
	if (n < 0 || (size_t)n >= sizeof(line)) {
		m->broken = true;
		m->why = "a command would be too long";
	} else {
		buf_put(&m->out, line, (size_t)n);
		buf_puts(&m->out, "\r\n");
	}
	explicit_bzero(line, sizeof(line)); /* it may carry a password */
}

void smtp_put(struct smtp *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_line(m, fmt, args);
	va_end(args);
}

bool smtp_flush(struct smtp *m)
{
	m->broken |= m->out.full;
	if (!m->broken) {
		arm(m, m->timeouts.command);
		m->broken = stream_write(m->stream, m->out.p, m->out.n) != 0;
	}
	if (m->out.n)
		explicit_bzero(m->out.p, m->out.n);
	buf_reset(&m->out);
	return !m->broken;
}

/* Waits for the server, or until nobody wants to know any more. */
static bool wait_wanted(struct smtp *m, int64_t timeout_ms)
{
	struct pollfd at[] = {
		{ .fd = stream_fd(m->stream), .events = POLLIN },
		{ .fd = m->alive_fd, .events = POLLIN },
	};

	arm(m, timeout_ms);
	if (stream_pending(m->stream) || poll(at, 2, (int)timeout_ms) <= 0 || !at[1].revents)
		return true;
	if (!m->dotted) {
		m->why = "hearback is stopping";
		return false;
	}
	m->alive_fd = -1;
	arm(m, timeout_ms < PARTING_MS ? timeout_ms : PARTING_MS);
	return true;
}

bool smtp_hear(struct smtp *m, int64_t timeout_ms)
{
	enum smtp_line last = SMTP_LINE_MORE;

	smtp_reply_clear(&m->reply);
	if (m->broken)
		return false;
	while (last == SMTP_LINE_MORE) {
		if (!wait_wanted(m, timeout_ms) || stream_read_line(m->stream, &m->line, LIMIT_SMTP_LINE)) {
			m->broken = true;
			return false;
		}
		last = smtp_reply_line(&m->reply, buf_span(&m->line));
	}
	if (last == SMTP_LINE_BROKEN) {
		m->broken = true;
		m->why = "what the server says is no SMTP reply";
	}
	return !m->broken;
}

bool smtp_ask(struct smtp *m, int64_t timeout_ms, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_line(m, fmt, args);
	va_end(args);
	return smtp_flush(m) && smtp_hear(m, timeout_ms);
}

bool smtp_ask_line(struct smtp *m, int64_t timeout_ms, struct span line)
{
	if (!m->broken) {
		arm(m, timeout_ms);
		m->broken = stream_write(m->stream, line.p, line.n) != 0;
	}
	return smtp_hear(m, timeout_ms);
}

/* One line: the server's words follow ours, their line ends as blanks. */
static bool broken(struct smtp *m, struct smtp_result *r, const char *step, const char *what,
		   const char *advice)
{
	struct span words = buf_span(&m->reply.text), line;

	m->broken = true;
	r->outcome = m->dotted ? SEND_UNKNOWN : SEND_LATER;
	r->step = step;
	buf_reset(&r->reply);
	buf_printf(&r->reply, "%s: %s%s%s", stream_where(m->stream), what, *advice ? ": " : "", advice);
	if (words.n)
		buf_puts(&r->reply, "; it said:");
	while (words.n && span_split(&words, '\n', &line))
		buf_printf(&r->reply, " %.*s", SPAN_ARG(line));
	return false;
}

bool smtp_lost(struct smtp *m, struct smtp_result *r, const char *step)
{
	return broken(m, r, step, m->why ? m->why : stream_why(m->stream), "");
}

bool smtp_out_of_step(struct smtp *m, struct smtp_result *r, const char *step)
{
	return broken(m, r, step, "the server is out of step", "");
}

bool smtp_turned_away(struct smtp *m, struct smtp_result *r, const char *step, const char *advice)
{
	return broken(m, r, step, "the server refused us", advice);
}

bool smtp_give_up(struct smtp *m, struct smtp_result *r, const char *step, const char *why)
{
	smtp_reply_clear(&m->reply);
	return broken(m, r, step, why, "");
}
