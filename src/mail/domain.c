// SPDX-License-Identifier: Apache-2.0
#include "mail/domain.h"
#include "base/idn.h"
#include "mail/limits.h"

enum { LABEL_MAX = 63 };

/* Labels of letters, digits, hyphens and the underscores of some private networks. */
static bool is_domain(struct span s)
{
	struct span label;

	if (s.n == 0 || s.n > LIMIT_DOMAIN)
		return false;
	while (span_split(&s, '.', &label)) {
		if (label.n == 0 || label.n > LABEL_MAX)
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!ascii_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
				return false;
	}
	return true;
}

static bool is_literal(struct span s)
{
	if (s.n < 3 || s.n > DOMAIN_LITERAL || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!ascii_alnum(s.p[i]) && s.p[i] != '.' && s.p[i] != ':' && s.p[i] != '-')
			return false;
	return true;
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static struct span lower(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(s.p[i]);
	return span_make(p, s.n);
}

struct span domain_clean(struct arena *a, struct span s)
{
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (is_ascii(s))
		return is_domain(s) || is_literal(s) ? lower(a, s) : SPAN_NONE;
	BUF_CLEANUP struct buf ascii = BUF_CAPPED(LIMIT_DOMAIN);
	if (!idn_to_ascii(s, &ascii) || ascii.full || !is_domain(buf_span(&ascii)))
		return SPAN_NONE;
	return lower(a, buf_span(&ascii));
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool domain_may_send(struct span domain)
{
	struct span rest = domain;
	struct span label = SPAN_NONE;
	size_t labels = 0;

	if (!is_domain(domain) || memchr(domain.p, '_', domain.n))
		return false;
	while (span_split(&rest, '.', &label)) {
		if (label.p[0] == '-' || label.p[label.n - 1] == '-')
			return false;
		labels++;
	}
	return labels >= 2 && !is_number(label);
}
