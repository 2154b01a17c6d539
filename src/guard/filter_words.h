// SPDX-License-Identifier: Apache-2.0
/* What Sieve gets from us: our words, and a message to look at. */
#pragma once
#include "guard/filter.h"

struct filter_run {
	const struct guard_view *view;
	enum verdict verdict; /* the strictest so far */
	struct span reason;
};

/* vnd.hearback: hold and suppress, the test fact; and what Sieve can that we refuse. */
extern const struct sieve_dialect filter_dialect;

/* The message that would be answered; false where none is. */
bool filter_mail_of_message(const struct guard_view *v, struct sieve_mail *out);
/* The finished message; false where it is not there yet. */
bool filter_mail_of_bytes(const struct guard_view *v, struct sieve_mail *out);
/* The value of a fact by name, at most one; *known: there is a fact of this name. */
struct span filter_fact(const struct guard_view *v, struct span name, bool *known);
