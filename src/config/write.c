// SPDX-License-Identifier: Apache-2.0
#include "config/internal.h"

static void put_scope(struct buf *out, bool in_account, const void *base)
{
	uint32_t n;
	const struct config_key *keys = config_keys(&n);

	for (uint32_t i = 0; i < n; i++) {
		if (keys[i].in_account != in_account)
			continue;
		buf_printf(out, in_account ? "  %s = " : "%s = ", keys[i].name);
		config_value_write(&keys[i], base, out);
		buf_putc(out, '\n');
	}
}

void config_write(const struct config *c, struct span account, struct buf *out)
{
	put_scope(out, false, c);
	for (uint32_t i = 0; i < c->n; i++) {
		if (account.n && !span_eq(account, c->accounts[i].name))
			continue;
		buf_printf(out, "account %.*s {\n", SPAN_ARG(c->accounts[i].name));
		put_scope(out, true, &c->accounts[i]);
		buf_puts(out, "}\n");
	}
}

const struct config_account *config_account(const struct config *c, struct span name)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (span_eq(c->accounts[i].name, name))
			return &c->accounts[i];
	return NULL;
}
