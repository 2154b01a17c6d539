// SPDX-License-Identifier: Apache-2.0
#include "daemon/sender/route.h"
#include "base/idn.h"
#include "daemon/sender/sender.h"
#include "mail/limits.h"

/* RFC 5321 section 4.1.4 wants a name or an address literal. The name of this machine is nobody's
 * business, so it is the domain we write for, as A-labels. */
static struct span own_name(struct arena *a, struct span address)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(LIMIT_DOMAIN);
	ptrdiff_t at = span_chr(address, '@');

	if (at < 0 || !idn_to_ascii(span_sub(address, (size_t)at + 1, address.n), &name) || !name.n)
		return SPAN("[127.0.0.1]");
	return arena_span(a, buf_span(&name));
}

struct route route_of(struct arena *a, const struct config_account *c)
{
	return (struct route){
		.host = arena_str(a, c->smtp_host),
		.port = c->smtp_port,
		.tls = c->smtp_tls == TLS_IMPLICIT,
		.starttls = c->smtp_tls == TLS_STARTTLS,
		.tls_name = arena_str(a, c->smtp_tls_name),
		.ca_file = arena_str(a, c->smtp_ca_file),
		.login = c->smtp_auth,
		.user = c->smtp_user,
		.secret = secret_source(c, true),
		.name = own_name(a, c->address),
		.connections = c->smtp_connections < SENDER_HELPERS ? c->smtp_connections : SENDER_HELPERS,
	};
}
