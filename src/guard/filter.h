// SPDX-License-Identifier: Apache-2.0
/* Filters: rules that people write, in Sieve, beside the interlocks that nobody can switch off. An intake filter looks at
 * the message that would be answered, an outbound filter at the finished answer; both say hold or suppress with a
 * reason, or nothing. Scripts of a set see the same and never one another's result. Mail to staff is not
 * filtered: it tells people what must not be missed. Pure. */
#pragma once
#include "base/err.h"
#include "guard/guard.h"
#include "sieve/sieve.h"

enum filter_point { FILTER_INTAKE, FILTER_OUTBOUND, FILTER_POINTS };
const char *filter_point_name(enum filter_point p); /* also its folder */

enum {
	FILTERS_MAX = 500,		    /* in both sets together */
	FILTER_NAME_MAX = 40,		    /* bytes of a file name without .sieve */
	FILTER_BUNDLE_MAX = 4 * 1024 * 1024,
	FILTER_REASONS = 10,		    /* kept of one decision */
};

struct filter {
	enum filter_point point;
	struct span id; /* "intake/50-topic": its rule id in every record */
	const struct sieve_node *script;
};
struct filters {
	struct filter *at;
	uint32_t n;
};

/* Letters, digits, '-' and '_', at most FILTER_NAME_MAX. */
bool filter_may_be_named(struct span name);
/* `source` must live as long as the result, which lies in the arena. False with the mistakes. */
bool filter_compile(struct arena *a, enum filter_point point, struct span name, struct span source, struct filter *out,
		    struct sieve_errors *errors);

/* One file more in a bundle (the canonical bytes whose hash the audit names). */
void filter_bundle_put(struct buf *bundle, enum filter_point point, struct span name, struct span source);
/* Views into `bundle`. 0, or -EBADMSG with a line in err for what is no bundle or does not compile. */
int filter_bundle_parse(struct arena *a, struct span bundle, struct filters *out, struct err *err);

/* Asks all filters that may speak of this case; their verdicts in the order of their names, at most FILTER_REASONS (the
 * first of those that are strictest). A filter that overruns its budget holds. Returns how many. */
uint32_t filters_judge(const struct guard_view *v, struct reason out[FILTER_REASONS]);
/* It speaks on an ordinary question as well: no mistake, perhaps, but nothing to load unseen. */
bool filter_always_speaks(struct arena *a, const struct filter *f);
/* What one filter says of the message. False: nothing. */
bool filter_ask(const struct guard_view *v, const struct filter *f, struct reason *out);
