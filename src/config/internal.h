// SPDX-License-Identifier: Apache-2.0
/* What the files of this folder share. */
#pragma once
#include "base/buf.h"
#include "config/config.h"

struct where {
	struct span file;
	uint32_t line; /* 0: the key is not set */
};

struct parser {
	struct arena *a;
	const struct config_source *includes;
	struct config *config;
	struct config_errors *errors;
	uint32_t unlisted;	   /* errors beyond CONFIG_ERRORS */
	uint32_t files;
	size_t bytes;
	struct config_account *open; /* the account whose block is open, or NULL */
	bool skipping;		   /* in a block that is not known: its content is not judged */
	struct where opened;	   /* where that block began */
	uint32_t opened_depth;	   /* and in which depth of !include */
	struct where *global;	   /* one for each row of the table */
	struct where *account;	   /* the same for the open account */
	struct where *begins;	   /* where each account began */
};

void config_error(struct parser *p, struct where at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Bytes of the file made fit for an error line, cut to 80. */
const char *config_quoted(struct parser *p, struct span s);

/* Reads `text` as the key demands and stores it in `base` (a struct config or config_account);
 * views lie in the arena. False with "what, what to write instead" in err. An empty text is for
 * keys without default and stores the empty value. */
bool config_value_read(struct arena *a, const struct config_key *key, struct span text, void *base,
		       struct err *err);
/* Appends the value as config_value_read would read it. */
void config_value_write(const struct config_key *key, const void *base, struct buf *out);

/* Sets every default of one scope. */
void config_defaults(struct arena *a, bool in_account, void *base);
/* What one account needs and what its keys say of one another; fills in the defaults that are
 * values of other keys. To be called where its block ends. */
void config_check_account(struct parser *p);
/* What the accounts say of one another. */
void config_check_all(struct parser *p);
bool config_loopback(struct span host);
/* The row of that name in the scope, or NULL. */
const struct config_key *config_find(struct span name, bool in_account);
/* " (did you mean x?)" or "" */
const char *config_guess(struct parser *p, struct span name, bool in_account);
