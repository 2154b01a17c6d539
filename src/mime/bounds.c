// SPDX-License-Identifier: Apache-2.0
#include "mime/bounds.h"
#include "mail/limits.h"

/* The fields in which GMime looks for addresses. */
static const struct span address_fields[] = {
	{ "from", 4 }, { "to", 2 }, { "cc", 2 }, { "bcc", 3 }, { "sender", 6 }, { "reply-to", 8 },
};

static bool is_address_field(struct span line)
{
	for (size_t i = 0; i < sizeof(address_fields) / sizeof(*address_fields); i++) {
		size_t n = address_fields[i].n;
		if (!span_istarts(line, address_fields[i]))
			continue;
		while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
			n++;
		return n < line.n && line.p[n] == ':';
	}
	return false;
}

/* Colons of groups within groups count; those in one address after another do not add up to a limit
 * that honest mail meets. */
static size_t colons(struct span line)
{
	size_t n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] == ':';
	return n;
}

struct span bounds_keep(struct span body)
{
	size_t boundaries = 0;
	size_t in_field = 0;
	bool field = false;
	size_t field_at = 0;

	for (size_t at = 0; at < body.n;) {
		struct span rest = span_sub(body, at, SIZE_MAX);
		const char *lf = memchr(rest.p, '\n', rest.n);
		struct span line = span_sub(rest, 0, lf ? (size_t)(lf - rest.p) : rest.n);
		bool folded = line.n && (line.p[0] == ' ' || line.p[0] == '\t');

		if (!folded) {
			field = is_address_field(line);
			field_at = at;
			in_field = 0;
		}
		if (field && (in_field += colons(line)) > LIMIT_GROUP_COLONS)
			return span_sub(body, 0, field_at);
		if (line.n > 1 && line.p[0] == '-' && line.p[1] == '-' && ++boundaries > LIMIT_BOUNDARY_LINES)
			return span_sub(body, 0, at);
		at += line.n + 1;
	}
	return body;
}
