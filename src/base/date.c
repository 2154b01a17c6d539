// SPDX-License-Identifier: Apache-2.0
#include "base/date.h"

int64_t days_from_civil(int64_t year, unsigned month, unsigned day)
{
	/* March-based years put the leap day at the end; an era is 400 years. */
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

void civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	*month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

struct civil {
	int64_t year;
	unsigned month, day, hour, minute, second, weekday;
};

static struct civil civil_of(int64_t at)
{
	struct civil c;
	int64_t days = at / DAY;
	int64_t rest = at % DAY;

	if (rest < 0) {
		rest += DAY;
		days--;
	}
	civil_from_days(days, &c.year, &c.month, &c.day);
	c.hour = (unsigned)(rest / HOUR);
	c.minute = (unsigned)(rest % HOUR / MINUTE);
	c.second = (unsigned)(rest % MINUTE);
	c.weekday = (unsigned)(((days + 4) % 7 + 7) % 7);
	return c;
}

void put_iso(struct buf *out, int64_t at)
{
	struct civil c = civil_of(at);

	buf_printf(out, "%04lld-%02u-%02uT%02u:%02u:%02uZ", (long long)c.year, c.month, c.day, c.hour, c.minute, c.second);
}

void put_rfc5322_date(struct buf *out, int64_t at)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct civil c = civil_of(at);

	buf_printf(out, "%s, %u %s %04lld %02u:%02u:%02u +0000", days[c.weekday], c.day, months[c.month - 1],
		   (long long)c.year, c.hour, c.minute, c.second);
}

void put_duration(struct buf *out, int64_t seconds)
{
	uint64_t s = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds;
	unsigned long long d = s / DAY, h = s % DAY / HOUR, m = s % HOUR / MINUTE;

	if (d)
		buf_printf(out, h ? "%llu d %llu h" : "%llu d", d, h);
	else if (h)
		buf_printf(out, m ? "%llu h %llu min" : "%llu h", h, m);
	else if (m)
		buf_printf(out, "%llu min", m);
	else
		buf_printf(out, "%llu s", (unsigned long long)s);
}

bool get_duration(struct span s, int64_t *out)
{
	static const struct {
		struct span name;
		int64_t seconds;
	} units[] = {
		{ { "s", 1 }, 1 },	{ { "min", 3 }, MINUTE }, { { "m", 1 }, MINUTE },
		{ { "h", 1 }, HOUR },	{ { "d", 1 }, DAY },	  { { "w", 1 }, (int64_t)7 * DAY },
	};
	size_t digits = 0;
	uint64_t v;

	s = span_trim(s);
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	if (!span_to_u64(span_sub(s, 0, digits), 1000000000, &v))
		return false;
	struct span unit = span_trim(span_sub(s, digits, SIZE_MAX));
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (span_eq(unit, units[i].name)) {
			*out = (int64_t)v * units[i].seconds;
			return true;
		}
	return false;
}
