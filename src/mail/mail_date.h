// SPDX-License-Identifier: Apache-2.0
/* The Date field (RFC 5322 section 3.3, obsolete forms of 4.3 included). */
#pragma once
#include "base/span.h"

/* False for what is no date or lies outside the years 1970 to 2200. Zones unknown by name count as +0000. */
bool mail_date_parse(struct span value, int64_t *out);
/* The same; *offset gets the seconds east of UTC it was written with. */
bool mail_date_parse_zone(struct span value, int64_t *out, int64_t *offset);
