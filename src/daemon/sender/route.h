// SPDX-License-Identifier: Apache-2.0
/* How this account's server is reached. */
#pragma once
#include "daemon/secret.h"

struct route {
	const char *host;
	uint16_t port;
	bool tls;
	bool starttls;
	const char *tls_name;
	const char *ca_file; /* "": the system's trust store */
	bool login;
	struct span user;
	struct secret_source secret;
	struct span name; /* what we call ourselves in EHLO */
	uint16_t connections;
};

struct route route_of(struct arena *a, const struct config_account *c);
