// SPDX-License-Identifier: Apache-2.0
/* Instants are seconds since 1970-01-01T00:00:00Z in an int64_t; names end in _at. Pure. */
#pragma once
#include "base/buf.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* 2026-11-21T10:00:00Z */
void put_iso(struct buf *out, int64_t at);
/* RFC 5322 date-time in UTC: Sat, 21 Nov 2026 10:00:00 +0000 */
void put_rfc5322_date(struct buf *out, int64_t at);
/* A span for people: "5 h 58 min", "40 s", "2 d 3 h"; negative values without sign. */
void put_duration(struct buf *out, int64_t seconds);
/* "90s", "2min", "6h", "14d", "2w" (one number, one unit); false for anything else. */
bool get_duration(struct span s, int64_t *out);
/* Days since 1970-01-01 of a proleptic Gregorian date. */
int64_t days_from_civil(int64_t year, unsigned month, unsigned day);
void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day);
