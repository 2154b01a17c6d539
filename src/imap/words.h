// SPDX-License-Identifier: Apache-2.0
/* What a server says in words: found in the lines of its answer, and what they ask of us. Pure. */
#pragma once
#include "base/span.h"
#include <stdint.h>

/* Of the lines of an answer: the text after "TAG NO " (or OK, BAD) of the last tagged one, code
 * included; empty if there is none. */
struct span words_of_tagged(struct span answer);
/* The text after "* BYE ", empty if the server did not say goodbye. */
struct span words_of_bye(struct span answer);
/* Seconds the server asks us to stay away: "Suggested Backoff Time: N milliseconds", or a code that says
 * we come too often; 0 if neither. At most an hour. */
int64_t words_retry_after(struct span words);
/* The refusal has nothing to do with who we are and may be gone soon (RFC 5530). */
bool words_are_transient(struct span words);
/* The session ends because its token has expired; nothing else is wrong. */
bool words_are_expiry(struct span words);
/* Every [UIDVALIDITY n] in the answer names this number: libetpan reads larger ones modulo 2^32. */
bool words_confirm_uidvalidity(struct span answer, uint32_t uidvalidity);
