// SPDX-License-Identifier: Apache-2.0
/* The Content-Type field (RFC 2045 section 5.1), as far as it is needed without GMime. */
#pragma once
#include "base/arena.h"

/* "text/plain" in lower case; that where the value is empty or no type (RFC 2045 section 5.2). */
struct span content_type_parse(struct arena *a, struct span value);
/* The plain or quoted value of a parameter, in lower case; empty if there is none. */
struct span content_type_parameter(struct arena *a, struct span value, const char *name);
/* A type as it may be kept: printable ASCII, lower case, bounded. */
struct span content_type_clean(struct arena *a, struct span type);
