// SPDX-License-Identifier: Apache-2.0
/* What is done with addresses once they are read. */
#include "mail/address.h"
#include "mail/domain.h"
#include "mail/limits.h"

struct span address_text(struct arena *a, struct address addr)
{
	if (!addr.local.n || !addr.domain.n)
		return SPAN_NONE;
	char *p = arena_alloc(a, addr.local.n + 1 + addr.domain.n);
	memcpy(p, addr.local.p, addr.local.n);
	p[addr.local.n] = '@';
	memcpy(p + addr.local.n + 1, addr.domain.p, addr.domain.n);
	return span_make(p, addr.local.n + 1 + addr.domain.n);
}

bool address_split(struct span text, struct address *out)
{
	const char *at = text.n ? memrchr(text.p, '@', text.n) : NULL;

	if (!at || at == text.p || at + 1 == text.p + text.n || text.n > LIMIT_ADDRESS)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return false;
	size_t local = (size_t)(at - text.p);
	*out = (struct address){ .local = span_sub(text, 0, local),
				 .domain = span_sub(text, local + 1, SIZE_MAX) };
	return true;
}

struct span address_key(struct arena *a, struct address addr, char subaddress)
{
	ptrdiff_t cut = subaddress ? span_chr(addr.local, subaddress) : -1;

	if (cut > 0)
		addr.local.n = (size_t)cut;
	char *local = arena_alloc(a, addr.local.n);
	for (size_t i = 0; i < addr.local.n; i++)
		local[i] = ascii_lower(addr.local.p[i]);
	addr.local.p = local;
	addr.domain = domain_clean(a, addr.domain);
	return address_text(a, addr);
}

bool address_same(struct address a, struct address b)
{
	return a.local.n && span_ieq(a.local, b.local) && span_ieq(a.domain, b.domain);
}

bool address_may_send(struct span text)
{
	struct address a;

	if (!address_split(text, &a) || a.local.n > LIMIT_LOCAL_PART)
		return false;
	if (a.local.p[0] == '-' || a.local.p[0] == '.' || a.local.p[a.local.n - 1] == '.' ||
	    span_find(a.local, SPAN("..")) >= 0)
		return false;
	for (size_t i = 0; i < a.local.n; i++)
		if (!ascii_alnum(a.local.p[i]) && !strchr("!#%&'*+-/=?^_{}~.", a.local.p[i]))
			return false;
	return domain_may_send(a.domain);
}
