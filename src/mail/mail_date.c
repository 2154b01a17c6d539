// SPDX-License-Identifier: Apache-2.0
#include "mail/mail_date.h"
#include "base/date.h"

struct civil {
	uint64_t year, month, day, hour, minute, second;
	int64_t offset; /* seconds east of UTC */
};

static bool days_fit(uint64_t year, uint64_t month, uint64_t day)
{
	static const uint8_t longest[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= longest[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static bool to_instant(const struct civil *c, int64_t *out)
{
	if (c->year < 1970 || c->year > 2200 || !days_fit(c->year, c->month, c->day))
		return false;
	if (c->hour > 23 || c->minute > 59 || c->second > 60)
		return false;
	int64_t day = days_from_civil((int64_t)c->year, (unsigned)c->month, (unsigned)c->day);
	int64_t at = day * DAY + (int64_t)(c->hour * HOUR + c->minute * MINUTE + c->second) - c->offset;
	if (at < 0)
		return false;
	*out = at;
	return true;
}

static bool get_month(struct span s, uint64_t *out)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	if (s.n < 3)
		return false;
	for (uint64_t i = 0; i < 12; i++) {
		if (span_istarts(s, span_make(names + 3 * i, 3))) {
			*out = i + 1;
			return true;
		}
	}
	return false;
}

/* Two digits mean 1950 to 2049, three count from 1900 (RFC 5322 section 4.3). */
static bool get_year(struct span s, uint64_t *out)
{
	if (s.n < 2 || !span_to_u64(s, 9999, out))
		return false;
	if (s.n == 2)
		*out += *out < 50 ? 2000 : 1900;
	else if (s.n == 3)
		*out += 1900;
	return true;
}

static bool get_clock(struct span s, struct civil *c)
{
	struct span hour;
	struct span minute;
	struct span second = SPAN("0");

	if (!span_split(&s, ':', &hour) || !span_split(&s, ':', &minute))
		return false;
	if (s.p)
		second = s;
	return span_to_u64(hour, 23, &c->hour) && span_to_u64(minute, 59, &c->minute) &&
	       span_to_u64(second, 60, &c->second);
}

static bool get_offset(struct span s, int64_t *out)
{
	uint64_t hours;
	uint64_t minutes;

	if (s.n != 5 || (s.p[0] != '+' && s.p[0] != '-') || !span_to_u64(span_sub(s, 1, 2), 24, &hours) ||
	    !span_to_u64(span_sub(s, 3, 2), 59, &minutes))
		return false;
	*out = (int64_t)(hours * HOUR + minutes * MINUTE);
	if (s.p[0] == '-')
		*out = -*out;
	return true;
}

/* Names of RFC 5322 section 4.3; all others, the military letters too, count as UTC. */
static bool get_zone(struct span s, int64_t *out)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "EDT", -4 }, { "EST", -5 }, { "CDT", -5 }, { "CST", -6 },
		      { "MDT", -6 }, { "MST", -7 }, { "PDT", -7 }, { "PST", -8 } };

	*out = 0;
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		return get_offset(s, out);
	for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (span_ieq(s, span_of(zones[i].name)))
			*out = zones[i].hours * (int64_t)HOUR;
	return true;
}

/* The next word, words being separated by blanks, commas and (nested) comments; empty at the end. */
static struct span next_word(struct span *rest)
{
	size_t depth = 0;
	size_t i = 0;

	for (; i < rest->n; i++) {
		char c = rest->p[i];
		if (c == '\\' && depth)
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth)
			depth--;
		else if (!depth && c != ',' && !ascii_blank(c))
			break;
	}
	*rest = span_sub(*rest, i, SIZE_MAX);
	for (i = 0; i < rest->n && rest->p[i] != ',' && rest->p[i] != '(' && !ascii_blank(rest->p[i]); i++)
		continue;
	struct span word = span_sub(*rest, 0, i);
	*rest = span_sub(*rest, i, SIZE_MAX);
	return word;
}

bool mail_date_parse_zone(struct span value, int64_t *out, int64_t *offset)
{
	struct civil c = { 0 };
	struct span word = next_word(&value);

	if (word.n && (word.p[0] < '0' || word.p[0] > '9'))
		word = next_word(&value); /* the day of the week, whatever it says */
	if (word.n > 2 || !span_to_u64(word, 31, &c.day) || !get_month(next_word(&value), &c.month) ||
	    !get_year(next_word(&value), &c.year) || !get_clock(next_word(&value), &c) ||
	    !get_zone(next_word(&value), &c.offset))
		return false;
	*offset = c.offset;
	return to_instant(&c, out);
}

bool mail_date_parse(struct span value, int64_t *out)
{
	int64_t offset;

	return mail_date_parse_zone(value, out, &offset);
}
