// SPDX-License-Identifier: Apache-2.0
#include "smtp/body.h"
#include "mail/limits.h"
#include <errno.h>

static int body_fault(struct err *err, size_t line, const char *what)
{
	return err_set(err, -EBADMSG, "line %zu of the message %s: nothing was sent", line, what);
}

int smtp_body_check(struct span message, struct err *err)
{
	size_t line = 1, length = 0;

	if (message.n > LIMIT_OUTGOING)
		return err_set(err, -E2BIG,
			       "the message has %zu bytes, more than the %d we send: nothing was sent",
			       message.n, (int)LIMIT_OUTGOING);
	for (size_t i = 0; i < message.n; i++) {
		unsigned char c = (unsigned char)message.p[i];

		if (c == '\r' && i + 1 < message.n && message.p[i + 1] == '\n') {
			i++;
			line++;
			length = 0;
			continue;
		}
		if (c == '\r' || c == '\n')
			return body_fault(err, line, "has a CR or LF by itself (RFC 5321 section 2.3.8)");
		if (c == 0 || c >= 0x80)
			return body_fault(err, line, "has a byte that is not 7-bit text");
		if (++length > LIMIT_LINE)
			return body_fault(err, line, "is longer than 998 bytes (RFC 5322 section 2.1.1)");
	}
	if (!message.n || length)
		return body_fault(err, line, "does not end with CRLF");
	return 0;
}

void smtp_body_stuff(struct span message, struct buf *out)
{
	struct span rest = message, line;

	while (rest.n && span_split(&rest, '\n', &line)) {
		if (line.n && line.p[0] == '.')
			buf_putc(out, '.');
		buf_put_span(out, line);
		buf_putc(out, '\n');
	}
}
