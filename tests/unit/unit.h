// SPDX-License-Identifier: Apache-2.0
/* What every unit test starts with. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "base/span.h"

#define assert_span(s, text)                                        \
	do {                                                        \
		struct span span_ = (s);                            \
		assert_int_equal(span_.n, strlen(text));            \
		assert_memory_equal(span_.p, (text), strlen(text)); \
	} while (0)
