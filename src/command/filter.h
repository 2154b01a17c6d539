// SPDX-License-Identifier: Apache-2.0
/* What `filter test` and `filter check` share. */
#pragma once
#include "guard/guard.h"

/* The case of a message that has just come in and would be acknowledged, with no history. */
struct guard_case filter_case(const struct reading_account *account, const struct facts *f, int64_t now);
/* To whom the acknowledgement would go. */
struct span filter_author(struct arena *a, const struct guard_case *c);

/* Checks folders of filters, .sieve and .svtest files; says what is wrong on standard output. An exit status. */
int filter_check(char *const *paths, int n, const struct reading_account *account);
/* Runs a file in the form of Pigeonhole's testsuite; adds to *tests and *failed and prints a line for each failure. An
 * exit status: EX_DATAERR if it cannot be run at all. */
int svtest_run(const char *path, uint32_t *tests, uint32_t *failed);
