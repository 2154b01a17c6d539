// SPDX-License-Identifier: Apache-2.0
#include "config/internal.h"

static void put_scope(struct buf *out, bool in_account, unsigned whose, const void *base)
{
	uint32_t n;
	const struct config_key *keys = config_keys(&n);

	for (uint32_t i = 0; i < n; i++) {
		if (keys[i].in_account != in_account || (whose && !(keys[i].whose & whose)))
			continue;
		buf_printf(out, in_account ? "  %s = " : "%s = ", keys[i].name);
		config_value_write(&keys[i], base, out);
		buf_putc(out, '\n');
	}
}

/* Of all settings if `whose` is 0. */
static void put_all(const struct config *c, struct span account, unsigned whose, struct buf *out)
{
	put_scope(out, false, whose, c);
	for (uint32_t i = 0; i < c->n; i++) {
		if (account.n && !span_eq(account, c->accounts[i].name))
			continue;
		buf_printf(out, "account %.*s {\n", SPAN_ARG(c->accounts[i].name));
		put_scope(out, true, whose, &c->accounts[i]);
		buf_puts(out, "}\n");
	}
}

void config_write(const struct config *c, struct span account, struct buf *out)
{
	put_all(c, account, 0, out);
}

bool config_same(const struct config *a, const struct config *b, struct span account, unsigned whose)
{
	BUF_CLEANUP struct buf one = BUF_CAPPED(CONFIG_BYTES), other = BUF_CAPPED(CONFIG_BYTES);

	put_all(a, account, whose, &one);
	put_all(b, account, whose, &other);
	return span_eq(buf_span(&one), buf_span(&other));
}

const struct config_account *config_account(const struct config *c, struct span name)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (span_eq(c->accounts[i].name, name))
			return &c->accounts[i];
	return NULL;
}
