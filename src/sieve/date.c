// SPDX-License-Identifier: Apache-2.0
/* date and currentdate (RFC 5260 section 4). */
#include "base/date.h"
#include "mail/mail_date.h"
#include "sieve/internal.h"

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

enum { JULIAN_OF_1970 = 40587 }; /* modified Julian day of 1970-01-01 */

struct when {
	long long year, days; /* days since 1970-01-01 at the place */
	unsigned month, day, hour, minute, second, weekday;
	char zone[8];
};

static struct when when_of(int64_t at, int32_t zone)
{
	struct when w;
	int64_t local = at + zone, year;
	int64_t rest = (local % DAY + DAY) % DAY;
	unsigned offset = (unsigned)(zone < 0 ? -zone : zone) / MINUTE;

	w.days = (local - rest) / DAY;
	civil_from_days(w.days, &year, &w.month, &w.day);
	w.year = year;
	w.hour = (unsigned)(rest / HOUR);
	w.minute = (unsigned)(rest % HOUR / MINUTE);
	w.second = (unsigned)(rest % MINUTE);
	w.weekday = (unsigned)(((w.days + 4) % 7 + 7) % 7);
	w.zone[0] = zone < 0 ? '-' : '+';
	w.zone[1] = (char)('0' + offset / 600 % 10);
	w.zone[2] = (char)('0' + offset / 60 % 10);
	w.zone[3] = (char)('0' + offset % 60 / 10);
	w.zone[4] = (char)('0' + offset % 10);
	w.zone[5] = '\0';
	return w;
}

/* RFC 5260 section 4.2; NULL for a name that is no part. */
static char *part_of(struct arena *a, const struct when *w, struct span part)
{
	static const char *const names[] = { "year", "month", "day", "date", "julian", "hour", "minute", "second", "time",
					     "iso8601", "std11", "zone", "weekday" };
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && !span_ieq(part, span_of(names[i])))
		i++;
	switch (i) {
	case 0:
		return arena_printf(a, "%04lld", w->year);
	case 1:
		return arena_printf(a, "%02u", w->month);
	case 2:
		return arena_printf(a, "%02u", w->day);
	case 3:
		return arena_printf(a, "%04lld-%02u-%02u", w->year, w->month, w->day);
	case 4:
		return arena_printf(a, "%lld", w->days + JULIAN_OF_1970);
	case 5:
		return arena_printf(a, "%02u", w->hour);
	case 6:
		return arena_printf(a, "%02u", w->minute);
	case 7:
		return arena_printf(a, "%02u", w->second);
	case 8:
		return arena_printf(a, "%02u:%02u:%02u", w->hour, w->minute, w->second);
	case 9:
		return arena_printf(a, "%04lld-%02u-%02uT%02u:%02u:%02u%.3s:%.2s", w->year, w->month, w->day, w->hour, w->minute,
				    w->second, w->zone, w->zone + 3);
	case 10:
		return arena_printf(a, "%s, %02u %s %04lld %02u:%02u:%02u %s", days[w->weekday], w->day, months[w->month - 1], w->year,
				    w->hour, w->minute, w->second, w->zone);
	case 11:
		return arena_printf(a, "%s", w->zone);
	case 12:
		return arena_printf(a, "%u", w->weekday);
	default:
		return NULL;
	}
}

bool sieve_get_zone(struct span s, int32_t *seconds)
{
	uint64_t hours, minutes;

	if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') || !span_to_u64(span_sub(s, 1, 2), 23, &hours) ||
	    !span_to_u64(span_sub(s, 3, 2), 59, &minutes))
		return false;
	*seconds = (int32_t)(hours * HOUR + minutes * MINUTE) * (s.p[0] == '-' ? -1 : 1);
	return true;
}

static bool look_at(struct sieve_run *run, const struct sieve_node *n, int64_t at, int32_t zone, struct span part,
		    const struct sieve_strings *keys)
{
	struct when w = when_of(at, zone);
	struct span value = span_of(part_of(run->arena, &w, part));
	struct sieve_strings values = { &value, 1 };

	return sieve_match(run, n, &values, keys);
}

/* The date of a field stands at its end, behind a ";" where there is one (Received). */
bool sieve_look_date(struct sieve_run *run, const struct sieve_node *n)
{
	struct span value;
	int64_t at, offset;

	if (!run->mail->field(run->mail->context, n->strings[0].at[0], 0, &value))
		return false;
	for (ptrdiff_t semicolon; (semicolon = span_chr(value, ';')) >= 0;)
		value = span_sub(value, (size_t)semicolon + 1, SIZE_MAX);
	if (!mail_date_parse_zone(value, &at, &offset))
		return false;
	int32_t zone = n->original_zone ? (int32_t)offset : n->has_zone ? n->zone : run->mail->zone;
	return look_at(run, n, at, zone, n->strings[1].at[0], &n->strings[2]);
}

bool sieve_look_currentdate(struct sieve_run *run, const struct sieve_node *n)
{
	return look_at(run, n, run->mail->now, n->has_zone ? n->zone : run->mail->zone, n->strings[0].at[0], &n->strings[1]);
}

const char *sieve_check_date(struct arena *a, const struct sieve_node *n)
{
	struct when w = when_of(0, 0);
	struct span part = n->strings[n->strings[2].n ? 1 : 0].at[0];

	if (n->has_zone && n->original_zone)
		return "write :zone or :originalzone, not both";
	const char *why = sieve_check_match(n);
	return why || part_of(a, &w, part) ? why :
				      arena_printf(a, "\"%.*s\" is no part of a date, write year, month, day, date, julian, hour, "
						      "minute, second, time, iso8601, std11, zone or weekday", SPAN_ARG(part));
}
