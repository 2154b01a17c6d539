// SPDX-License-Identifier: Apache-2.0
/* The keys that stand beside the ledger: a small text file, mode 0600, made at the first start and
 * part of every backup. Who has it can forge heads and values; without it the ledger cannot be read. */
#pragma once
#include "base/crypto.h"
#include "base/err.h"

enum { KEYS_RETIRED_MAX = 16 };

struct keys {
	uint8_t tag[KEY_SIZE];		/* of the values in the ledger */
	uint8_t id[KEY_SIZE];		/* turns Message-IDs and addresses into keys of the ledger */
	uint8_t message_id[KEY_SIZE];	/* of the Message-IDs and identities we give out */
	uint8_t secret[SIGN_SECRET];	/* signs heads */
	/* The public key that belongs to `secret`, then retired ones, kept for checking old heads. */
	uint8_t known[1 + KEYS_RETIRED_MAX][SIGN_PUBLIC];
	uint32_t nknown;
};

/* Reads and checks `path`. Refused with a line that says what to do: missing (-ENOENT), readable by
 * others (-EPERM), truncated or changed (-EBADMSG). */
int keys_load(const char *path, struct keys *out, struct err *err);
/* Loads `path`; makes it first if there is neither a key file nor a ledger in `ledger`. A ledger
 * whose key file is missing is refused. Two processes that start at once get the same keys. */
int keys_open(const char *path, const char *ledger, struct keys *out, struct err *err);
void keys_wipe(struct keys *k);
