// SPDX-License-Identifier: Apache-2.0
/* What settings say of one another: what is missing, what follows, what contradicts. */
#include "config/internal.h"
#include <stdlib.h>

void config_defaults(struct arena *a, bool in_account, void *base)
{
	uint32_t n;
	const struct config_key *keys = config_keys(&n);
	struct err err;

	for (uint32_t i = 0; i < n; i++)
		if (keys[i].in_account == in_account && *keys[i].initial &&
		    !config_value_read(a, &keys[i], span_of(keys[i].initial), base, &err))
			abort();
}

bool config_loopback(struct span host)
{
	return span_eq(host, SPAN("localhost")) || span_eq(host, SPAN("::1")) ||
	       (span_starts(host, SPAN("127.")) && host.n <= 15 && strspn(host.p, "0123456789.") >= host.n);
}

static struct where key_place(const struct parser *p, const char *name)
{
	uint32_t n;
	struct where at = p->account[config_find(span_of(name), true) - config_keys(&n)];

	return at.line ? at : p->opened;
}

static void check_required(struct parser *p, struct span value, const char *name, const char *example)
{
	if (!value.n && key_place(p, name).line == p->opened.line)
		config_error(p, p->opened, "account %.*s has no %s, write for example %s = %s",
			     SPAN_ARG(p->open->name), name, name, example);
}

static void check_tls(struct parser *p, const char *name, enum config_tls tls, const char *host_key,
		      struct span host)
{
	if (tls == TLS_NONE && !config_loopback(host))
		config_error(p, key_place(p, name),
			     "%s = none would show the password to the network, %s %.*s is not loopback: "
			     "write %s = implicit",
			     name, host_key, SPAN_ARG(host), name);
}

bool config_imap_token(const struct config_account *c)
{
	return c->token_file.n || c->token_command.n;
}

bool config_smtp_token(const struct config_account *c)
{
	return config_imap_token(c) && !c->smtp_password_file.n;
}

static void check_program(struct parser *p, struct span command, const char *name)
{
	if (command.n && command.p[0] != '/')
		config_error(p, key_place(p, name), "%s: '%s' has no absolute path, write it from / on", name,
			     config_quoted(p, command));
}

/* Exactly one of password_file, token_file and token_command. */
static void check_secret(struct parser *p, const struct config_account *c)
{
	if (!config_imap_token(c)) {
		check_required(p, c->password_file, "password_file", "/etc/hearback/support.password");
		return;
	}
	if (c->password_file.n)
		config_error(p, key_place(p, "password_file"),
			     "password_file beside a token: write only one of password_file, token_file, "
			     "token_command");
	else if (c->token_file.n && c->token_command.n)
		config_error(p, key_place(p, "token_command"),
			     "token_command beside token_file: write only one of them");
	check_program(p, c->token_command, "token_command");
}

/* The port where STARTTLS is spoken, unless another was written. */
static void follow_tls(struct parser *p, enum config_tls tls, const char *port_key, uint16_t *port, uint16_t usual)
{
	if (tls == TLS_STARTTLS && key_place(p, port_key).line == p->opened.line)
		*port = usual;
}

static void follow(struct span *value, struct span other)
{
	if (!value->n)
		*value = other;
}

/* What an address is known by ends where the separator begins. */
static void check_subaddress(struct parser *p, const struct config_account *c)
{
	if (!c->subaddress.n)
		return;
	if (c->subaddress.n > 1 || !strchr("+-=_", c->subaddress.p[0]))
		config_error(p, key_place(p, "subaddress"), "subaddress is no separator, write +, -, = or _");
	else if (span_chr(c->address, c->subaddress.p[0]) >= 0 &&
		 span_chr(c->address, c->subaddress.p[0]) < span_chr(c->address, '@'))
		config_error(p, key_place(p, "address"),
			     "address %.*s has the subaddress separator in it, write the address before it",
			     SPAN_ARG(c->address));
}

void config_check_account(struct parser *p)
{
	struct config_account *c = p->open;

	check_required(p, c->address, "address", "support@example.com");
	check_required(p, c->host, "host", "mail.example.com");
	check_secret(p, c);
	follow_tls(p, c->tls, "port", &c->port, 143);
	follow_tls(p, c->smtp_tls, "smtp_port", &c->smtp_port, 587);
	follow(&c->tls_name, c->host);
	follow(&c->user, c->address);
	follow(&c->smtp_host, c->host);
	follow(&c->smtp_tls_name, c->smtp_host);
	follow(&c->smtp_ca_file, c->ca_file);
	follow(&c->smtp_user, c->user);
	follow(&c->smtp_password_file, c->password_file);
	if (c->host.n)
		check_tls(p, "tls", c->tls, "host", c->host);
	if (c->smtp_host.n)
		check_tls(p, "smtp_tls", c->smtp_tls, "smtp_host", c->smtp_host);
	check_subaddress(p, c);
	if (c->ack_after >= c->ack_age)
		config_error(p, key_place(p, "ack_after"),
			     "ack_after is not shorter than ack_age: nothing would ever be acknowledged, "
			     "write ack_after = 2min");
}

static bool listed(const struct config_list *list, struct span address)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (span_eq(list->at[i], address))
			return true;
	return false;
}

static bool owns(const struct config_account *c, struct span address)
{
	return (address.n && span_eq(c->address, address)) || listed(&c->own, address);
}

static void check_shared(struct parser *p, uint32_t i, struct span address)
{
	for (uint32_t k = 0; k < i; k++)
		if (owns(&p->config->accounts[k], address))
			config_error(p, p->begins[i],
				     "%.*s belongs to account %.*s already, write it in one account only",
				     SPAN_ARG(address), SPAN_ARG(p->config->accounts[k].name));
}

void config_check_all(struct parser *p)
{
	const struct config *c = p->config;

	for (uint32_t i = 0; i < c->n; i++) {
		const struct config_account *one = &c->accounts[i];
		check_shared(p, i, one->address);
		for (uint32_t k = 0; k < one->own.n; k++)
			check_shared(p, i, one->own.at[k]);
		for (uint32_t k = 0; k < one->lead.n; k++)
			for (uint32_t o = 0; o < c->n; o++)
				if (owns(&c->accounts[o], one->lead.at[k]))
					config_error(p, p->begins[i],
						     "lead %.*s is a watched mailbox itself, write the "
						     "address of a person",
						     SPAN_ARG(one->lead.at[k]));
	}
}
