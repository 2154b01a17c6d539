// SPDX-License-Identifier: Apache-2.0
/* One parser of hostile input each: libFuzzer calls it (--enable-fuzzers), or replay.c with what lies in
 * tests/cases and changes of it. It ends the process where the parser breaks its word. */
#pragma once
#include "base/span.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(condition)                  \
	do {                             \
		if (!(condition))        \
			abort();         \
	} while (0)
