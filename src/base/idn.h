// SPDX-License-Identifier: Apache-2.0
/* The only wrapper of libidn2: domains as A-labels, lower case (RFC 5891). */
#pragma once
#include "base/buf.h"

/* Appends the ASCII form of `domain` (UTF-8). False, and nothing appended, where there is none. */
bool idn_to_ascii(struct span domain, struct buf *out);
