// SPDX-License-Identifier: Apache-2.0
/* One value: from text into its place and back. */
#include "base/date.h"
#include "base/idn.h"
#include "base/text.h"
#include "config/internal.h"
#include "mail/address.h"
#include "mail/limits.h"
#include <errno.h>
#include <stdio.h>

enum { TEXT_MAX = 255, PATH_MAX_WRITTEN = 1024, NAME_MAX_WRITTEN = 200 };

static bool refuse(struct err *err, struct span text, const char *what)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(400);

	text_escape(&shown, utf8_cut(text, 60));
	err_set(err, -EINVAL, "'%s%s' %s", buf_cstr(&shown), text.n > 60 ? "..." : "", what);
	return false;
}

static bool all_of(struct span s, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(others, c)))
			return false;
	}
	return true;
}

/* One word of "a | b | c" by its place; empty beyond the last. */
static struct span word_at(const char *range, unsigned at)
{
	struct span rest = span_of(range), word;

	while (span_split(&rest, '|', &word))
		if (at-- == 0)
			return span_trim(word);
	return SPAN_NONE;
}

static bool get_size(struct span s, uint64_t *out)
{
	static const char units[] = "kMG";
	unsigned shift = 0;

	if (s.n && !(s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9')) {
		const char *unit = strchr(units, s.p[s.n - 1] == 'K' ? 'k' : s.p[s.n - 1]);
		if (!unit || !*unit)
			return false;
		shift = 10 * (unsigned)(unit - units + 1);
		s.n--;
	}
	if (!span_to_u64(s, UINT32_MAX, out))
		return false;
	*out <<= shift;
	return true;
}

static bool get_number(enum config_kind kind, struct span s, uint64_t *out)
{
	int64_t seconds;

	if (kind == CONFIG_DURATION) {
		if (!get_duration(s, &seconds))
			return false;
		*out = (uint64_t)seconds;
		return true;
	}
	return kind == CONFIG_NUMBER ? span_to_u64(s, UINT16_MAX, out) : get_size(s, out);
}

static bool number_read(const struct config_key *key, struct span text, uint64_t *out, struct err *err)
{
	struct span range = span_of(key->range);
	ptrdiff_t dots = span_find(range, SPAN(".."));
	struct span low = span_sub(range, 0, (size_t)dots),
		    high = span_sub(range, (size_t)dots + 2, SIZE_MAX);
	uint64_t least, most;
	char what[200];

	if (!get_number(key->kind, low, &least) || !get_number(key->kind, high, &most))
		return refuse(err, range, "is a broken range in the table");
	if (get_number(key->kind, text, out) && *out >= least && *out <= most)
		return true;
	snprintf(what, sizeof(what), "is no %s from %.*s to %.*s, write for example %s = %s", key->type,
		 SPAN_ARG(low), SPAN_ARG(high), key->name, key->initial);
	return refuse(err, text, what);
}

static bool choice_read(const struct config_key *key, struct span text, unsigned *out, struct err *err)
{
	char what[200];

	for (unsigned i = 0; word_at(key->range, i).n; i++)
		if (span_ieq(text, word_at(key->range, i))) {
			*out = i;
			return true;
		}
	snprintf(what, sizeof(what), "is none of: %s", key->range);
	return refuse(err, text, what);
}

/* Lower case; an international name as A-labels. */
static void domain_clean(struct buf *out, struct span domain)
{
	if (!utf8_valid(domain) || !idn_to_ascii(domain, out))
		buf_put_span(out, domain);
}

static void lower_from(struct buf *b, size_t from)
{
	for (size_t i = from; i < b->n; i++)
		b->p[i] = ascii_lower(b->p[i]);
}

static bool address_read(struct arena *a, struct span text, struct span *out, struct err *err)
{
	BUF_CLEANUP struct buf clean = BUF_CAPPED(2 * LIMIT_ADDRESS);
	size_t at = text.n;

	while (at && text.p[at - 1] != '@')
		at--;
	buf_put_span(&clean, span_sub(text, 0, at));
	domain_clean(&clean, span_sub(text, at, SIZE_MAX));
	lower_from(&clean, 0);
	if (at == 0 || clean.full || !address_may_send(buf_span(&clean)))
		return refuse(err, text, "is no plain mail address, write for example support@example.com");
	*out = arena_span(a, buf_span(&clean));
	return true;
}

static bool addresses_read(struct arena *a, struct span text, struct config_list *out, struct err *err)
{
	struct config_list list = { .at = arena_many(a, CONFIG_LIST, struct span) };
	size_t i = 0;

	while (i < text.n) {
		size_t from = i;
		while (i < text.n && !ascii_blank(text.p[i]) && text.p[i] != ',')
			i++;
		struct span word = span_sub(text, from, i - from);
		i += i < text.n;
		if (!word.n)
			continue;
		if (list.n == CONFIG_LIST)
			return refuse(err, word, "is one address too many: a list holds at most 200");
		if (!address_read(a, word, &list.at[list.n], err))
			return false;
		for (uint32_t k = 0; k < list.n; k++)
			if (span_eq(list.at[k], list.at[list.n]))
				return refuse(err, word, "stands twice in the list, write it once");
		list.n++;
	}
	*out = list;
	return true;
}

static bool host_plain(struct span s)
{
	if (s.n == 0 || s.n > LIMIT_DOMAIN || s.p[0] == '-' || s.p[0] == '.' || span_find(s, SPAN("..")) >= 0)
		return false;
	if (span_chr(s, ':') < 0)
		return all_of(s, "-.");
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdef:.", s.p[i]))
			return false;
	return true;
}

static bool host_read(struct arena *a, struct span text, struct span *out, struct err *err)
{
	BUF_CLEANUP struct buf clean = BUF_CAPPED(2 * LIMIT_DOMAIN);

	domain_clean(&clean, text);
	lower_from(&clean, 0);
	if (clean.full || !host_plain(buf_span(&clean)))
		return refuse(err, text,
			      "is no host name, write for example mail.example.com (the port has a key of "
			      "its own)");
	*out = arena_span(a, buf_span(&clean));
	return true;
}

static bool text_safe(struct span s)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(8 * TEXT_MAX);

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\t' || s.p[i] == '\n')
			return false;
	text_printable(&shown, s);
	return span_eq(buf_span(&shown), s);
}

static bool words_read(struct arena *a, const struct config_key *key, struct span text, struct span *out,
		       struct err *err)
{
	if (key->kind == CONFIG_PATH) {
		if (text.n && (text.p[0] != '/' || text.n > PATH_MAX_WRITTEN || !text_safe(text)))
			return refuse(err, text, "is no absolute path, write it from / on");
	} else if (key->kind == CONFIG_NAME) {
		if (text.n > NAME_MAX_WRITTEN || !all_of(text, "-_.") || (text.n && strchr("-.", text.p[0])))
			return refuse(err, text, "is no name, write letters, digits, '-', '_' and '.' only");
	} else if (text.n > TEXT_MAX || !text_safe(text)) {
		return refuse(err, text, "has control characters, is no UTF-8 or is longer than 255 bytes");
	}
	*out = arena_span(a, text);
	return true;
}

bool config_value_read(struct arena *a, const struct config_key *key, struct span text, void *base,
		       struct err *err)
{
	void *at = (char *)base + key->at;
	uint64_t number = 0;
	unsigned choice = 0;

	if (!text.n && *key->initial) {
		err_set(err, -EINVAL, "%s has no value, write for example %s = %s", key->name, key->name,
			key->initial);
		return false;
	}
	switch (key->kind) {
	case CONFIG_ADDRESSES:
		return addresses_read(a, text, at, err);
	case CONFIG_ADDRESS:
		return !text.n || address_read(a, text, at, err);
	case CONFIG_HOST:
		return !text.n || host_read(a, text, at, err);
	case CONFIG_TEXT:
	case CONFIG_NAME:
	case CONFIG_PATH:
		return words_read(a, key, text, at, err);
	case CONFIG_NUMBER:
	case CONFIG_DURATION:
	case CONFIG_SIZE:
	case CONFIG_SPACE:
		if (!number_read(key, text, &number, err))
			return false;
		break;
	case CONFIG_YESNO:
	case CONFIG_CHOICE:
		if (!choice_read(key, text, &choice, err))
			return false;
		break;
	}
	if (key->kind == CONFIG_NUMBER)
		*(uint16_t *)at = (uint16_t)number;
	else if (key->kind == CONFIG_DURATION)
		*(int64_t *)at = (int64_t)number;
	else if (key->kind == CONFIG_SIZE)
		*(uint32_t *)at = (uint32_t)number;
	else if (key->kind == CONFIG_SPACE)
		*(uint64_t *)at = number;
	else if (key->kind == CONFIG_YESNO)
		*(bool *)at = choice == 0;
	else
		memcpy(at, &choice, sizeof(choice));
	return true;
}

static void put_span_time(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t unit;
		const char *name;
	} units[] = { { DAY, "d" }, { HOUR, "h" }, { MINUTE, "min" }, { 1, "s" } };
	unsigned i = 0;

	while (i < 3 && (seconds == 0 || seconds % units[i].unit))
		i++;
	buf_printf(out, "%lld%s", (long long)(seconds / units[i].unit), units[i].name);
}

static void put_space(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = { "", "k", "M", "G" };
	unsigned i = 0;

	while (i < 3 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	buf_printf(out, "%llu%s", (unsigned long long)bytes, units[i]);
}

static void put_words(struct buf *out, struct span s)
{
	if (all_of(s, "-_./@:+")) {
		buf_put_span(out, s);
		return;
	}
	buf_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(out, '\\');
		buf_putc(out, s.p[i]);
	}
	buf_putc(out, '"');
}

void config_value_write(const struct config_key *key, const void *base, struct buf *out)
{
	const void *at = (const char *)base + key->at;
	const struct config_list *list = at;
	unsigned choice;

	switch (key->kind) {
	case CONFIG_TEXT:
	case CONFIG_NAME:
	case CONFIG_PATH:
	case CONFIG_HOST:
	case CONFIG_ADDRESS:
		put_words(out, *(const struct span *)at);
		break;
	case CONFIG_ADDRESSES:
		for (uint32_t i = 0; i < list->n; i++)
			buf_printf(out, i ? " %.*s" : "%.*s", SPAN_ARG(list->at[i]));
		break;
	case CONFIG_NUMBER:
		buf_printf(out, "%u", *(const uint16_t *)at);
		break;
	case CONFIG_DURATION:
		put_span_time(out, *(const int64_t *)at);
		break;
	case CONFIG_SIZE:
		put_space(out, *(const uint32_t *)at);
		break;
	case CONFIG_SPACE:
		put_space(out, *(const uint64_t *)at);
		break;
	case CONFIG_YESNO:
		buf_puts(out, *(const bool *)at ? "yes" : "no");
		break;
	case CONFIG_CHOICE:
		memcpy(&choice, at, sizeof(choice));
		buf_put_span(out, word_at(key->range, choice));
		break;
	}
}
