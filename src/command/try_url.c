// SPDX-License-Identifier: Apache-2.0
#include "command/try_url.h"
#include "base/text.h"

enum { URL_MAX = 2000 };

static bool refuse(struct err *err, const char *what)
{
	err_set(err, 0,
		"%s; write imaps://USER@HOST, for example imaps://support@example.com@mail.example.com",
		what);
	return false;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 3986 section 2.1; what comes out is text for people and servers. */
static bool decode(struct arena *a, struct span s, struct span *out)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(URL_MAX);

	for (size_t i = 0; i < s.n; i++) {
		int high = i + 2 < s.n ? hex(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? hex(s.p[i + 2]) : -1;
		if (s.p[i] != '%') {
			buf_putc(&b, s.p[i]);
			continue;
		}
		if (high < 0 || low < 0)
			return false;
		buf_putc(&b, (char)(high << 4 | low));
		i += 2;
	}
	*out = arena_span(a, buf_span(&b));
	for (size_t i = 0; i < out->n; i++)
		if ((unsigned char)out->p[i] < ' ' || out->p[i] == 0x7f)
			return false;
	return utf8_valid(*out);
}

static void take_scheme(struct span *rest, struct try_url *out)
{
	out->starttls = span_istarts(*rest, SPAN("imap://"));
	if (out->starttls || span_istarts(*rest, SPAN("imaps://")))
		*rest = span_sub(*rest, out->starttls ? 7 : 8, SIZE_MAX);
}

static ptrdiff_t last(struct span s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.p[i - 1] == c)
			return (ptrdiff_t)i - 1;
	return -1;
}

static bool take_user(struct arena *a, struct span s, struct try_url *out, struct err *err)
{
	ptrdiff_t how = span_ifind(s, SPAN(";AUTH="));

	if (how >= 0)
		s = span_sub(s, 0, (size_t)how);
	if (span_chr(s, ':') >= 0)
		return refuse(err, "a password does not belong on the command line, where others can see it: "
				   "it is asked for");
	if (!decode(a, s, &out->user) || !out->user.n)
		return refuse(err, "the user cannot be understood");
	return true;
}

static bool take_host(struct arena *a, struct span s, struct try_url *out, struct err *err)
{
	ptrdiff_t colon = last(s, ':');
	bool bracket = s.n && s.p[0] == '[';
	ptrdiff_t close = span_chr(s, ']');
	uint64_t port = 0;

	if (bracket && close < 0)
		return refuse(err, "a ] is missing behind the host");
	if (colon >= 0 && (!bracket || colon > close)) {
		if (!span_to_u64(span_sub(s, (size_t)colon + 1, SIZE_MAX), UINT16_MAX, &port) || !port)
			return refuse(err, "the port is no number from 1 to 65535");
		s = span_sub(s, 0, (size_t)colon);
	}
	if (bracket && s.p[s.n - 1] != ']')
		return refuse(err, "what stands between ] and the port cannot be understood");
	out->host = arena_span(a, bracket ? span_sub(s, 1, s.n - 2) : s);
	out->port = (uint16_t)port;
	for (size_t i = 0; i < out->host.n; i++)
		if (!ascii_alnum(out->host.p[i]) && !strchr(bracket ? ":." : ".-_", out->host.p[i]) &&
		    (unsigned char)out->host.p[i] < 0x80)
			return refuse(err, "the host has a character that no host has");
	return out->host.n ? true : refuse(err, "the host is missing");
}

bool try_url_parse(struct arena *a, struct span text, struct try_url *out, struct err *err)
{
	struct span rest = span_trim(text);

	*out = (struct try_url){ .port = 0 };
	if (rest.n > URL_MAX)
		return refuse(err, "this is longer than any mailbox's URL");
	take_scheme(&rest, out);
	if (span_find(rest, SPAN("://")) >= 0)
		return refuse(err, "only imaps:// and imap:// are understood");
	struct span path = rest;
	span_split(&path, '/', &rest);
	ptrdiff_t at = last(rest, '@');
	if (at < 0)
		return refuse(err, "this does not say whose mailbox");
	ptrdiff_t parameter = span_chr(path, ';');
	if (parameter >= 0)
		path = span_sub(path, 0, (size_t)parameter);
	if (!decode(a, path, &out->mailbox))
		return refuse(err, "the mailbox cannot be understood");
	return take_user(a, span_sub(rest, 0, (size_t)at), out, err) &&
	       take_host(a, span_sub(rest, (size_t)at + 1, SIZE_MAX), out, err);
}

/* Digits and dots, or colons. */
static bool is_number(struct span host)
{
	for (size_t i = 0; i < host.n; i++)
		if (host.p[i] == ':')
			return true;
		else if (host.p[i] != '.' && (host.p[i] < '0' || host.p[i] > '9'))
			return false;
	return true;
}

struct span try_url_address(struct arena *a, const struct try_url *u)
{
	struct span parent = u->host;
	struct span head;

	if (span_chr(u->user, '@') >= 0)
		return u->user;
	if (is_number(u->host) || span_chr(u->host, '.') < 0)
		return SPAN_NONE;
	span_split(&parent, '.', &head);
	if (span_chr(parent, '.') < 0)
		parent = u->host;
	return span_of(arena_printf(a, "%.*s@%.*s", SPAN_ARG(u->user), SPAN_ARG(parent)));
}
