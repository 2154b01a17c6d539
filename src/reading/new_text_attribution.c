// SPDX-License-Identifier: Apache-2.0
/* "On Mon, 2 Apr 2012 at 18:26, Megan <megan@example.com> wrote:", as mail programs write it. */
#include "reading/new_text.h"

/* What the line begins with that names a day. */
static const struct span leads[] = {
	WORD("on "), WORD("am "), WORD("le "), WORD("el "), WORD("em "), WORD("il "), WORD("op "), WORD("den "),
	WORD("d. "), WORD("på "), WORD("w dniu "), WORD("dnia "), WORD("dne "), WORD("dňa "), WORD("na "),
	WORD("v "), WORD("în data"), WORD("pe "), WORD("u "), WORD("ve "), WORD("vào "), WORD("pada "),
	WORD("在 "), WORD("在"), WORD("Στις "), WORD("На "),
	WORD("בתאריך"), WORD("في "), WORD("a "), WORD("at "), WORD("vid "),
};

/* "wrote", by language. */
static const struct span verbs[] = {
	WORD("wrote"), WORD("writes"),						   /* English */
	WORD("schrieb"), WORD("geschrieben"),					   /* German */
	WORD("écrit"), WORD("écrivait"),			   /* French */
	WORD("escribió"), WORD("escribio"), WORD("ha escrito"),		   /* Spanish */
	WORD("escreveu"),							   /* Portuguese */
	WORD("ha scritto"), WORD("scrisse"),					   /* Italian */
	WORD("schreef"), WORD("geschreven"),					   /* Dutch */
	WORD("skrev"),								   /* Danish, Norwegian, Swedish */
	WORD("kirjoitti"), WORD("kirjutas"),					   /* Finnish, Estonian */
	WORD("napisał"), WORD("pisze"),					   /* Polish */
	WORD("napsal"), WORD("napísal"),					   /* Czech, Slovak */
	WORD("napisao"), WORD("napisala"), WORD("napisal"),			   /* Croatian, Serbian, Slovene */
	WORD("írta"),							   /* Hungarian */
	WORD("a scris"),							   /* Romanian */
	WORD("έγραψε"),		   /* Greek */
	WORD("yazdı"),							   /* Turkish */
	WORD("написа"),		   /* Russian, Ukrainian, Bulgarian: ... */
	WORD("пише"), WORD("писал"),
	WORD("כתב"),					   /* Hebrew */
	WORD("كتب"), WORD("نوشت"), /* Arabic, Persian */
	WORD("लिखा"),		   /* Hindi */
	WORD("เขียน"),	   /* Thai */
	WORD("viết"), WORD("menulis"),				   /* Vietnamese, Indonesian */
	WORD("写道"), WORD("寫道"),	   /* Chinese */
	WORD("のメール"), WORD("書きました"),
	WORD("작성"),					   /* Korean */
	WORD("said the following"), WORD("spake"), WORD("skrifaði"),
	WORD("ha escrit"), WORD("va escriure"), WORD("rašė"), WORD("rakstīja"),
};

/* Without a verb or a date, only above quote marks. */
static const struct span quoting[] = {
	WORD("quoting "), WORD("zitat von "), WORD("citando "), WORD("citazione "), WORD("citat "), WORD("citerar "), WORD("selon "),
	WORD("cytowanie "), WORD("citeren "), WORD("Цитирую "),
};

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A year, a time or a date in numbers. */
static bool has_date(struct span s)
{
	for (size_t i = 0; i + 3 < s.n; i++) {
		const char *p = s.p + i;
		if (!digit(p[0]) || (i && digit(p[-1])))
			continue;
		size_t n = 1;
		while (n < s.n - i && digit(p[n]))
			n++;
		if (n == 4 && (span_starts(span_make(p, 2), SPAN("19")) || span_starts(span_make(p, 2), SPAN("20"))))
			return true;
		if (n <= 2 && n + 2 < s.n - i && memchr(":./-", p[n], 4) && digit(p[n + 1]))
			return true;
	}
	return false;
}

static bool has_digit(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (digit(s.p[i]))
			return true;
	return false;
}

static bool has_address(struct span s)
{
	return span_chr(s, '@') > 0;
}

/* Without the marks of bold type and the dashes some programs put around it. */
static struct span bare(struct span s)
{
	while (s.n && memchr("-*_ ", s.p[0], 4))
		s = span_sub(s, 1, SIZE_MAX);
	while (s.n && memchr("-*_ ", s.p[s.n - 1], 4))
		s.n--;
	return s;
}

/* Cuts the colon off. */
static bool cut_colon(struct span *s)
{
	if (s->n && s->p[s->n - 1] == ':')
		s->n--;
	else if (s->n >= 3 && span_eq(span_sub(*s, s->n - 3, 3), SPAN("：")))
		s->n -= 3;
	else
		return false;
	*s = span_trim(*s);
	return true;
}

static bool ends_with_verb(struct span s)
{
	/* A word or two may follow: "napisal(a)", "ha scritto il". */
	return text_has(span_sub(s, s.n > 24 ? s.n - 24 : 0, SIZE_MAX), verbs, COUNT(verbs));
}

/* No verb, in some locales no colon: "2013/7/20 Sam <sam@example.com>", "2016-03-03 17:21 GMT+01:00 Sam". */
static bool begins_with_iso_date(struct span s)
{
	return s.n > 9 && digit(s.p[0]) && digit(s.p[1]) && digit(s.p[2]) && digit(s.p[3]) &&
	       (s.p[4] == '-' || s.p[4] == '/') && digit(s.p[5]);
}

static bool is_dated_sender(struct span s, bool colon)
{
	bool closed = s.n && s.p[s.n - 1] == '>' && has_address(s);

	if (begins_with_iso_date(s))
		return closed || span_find(s, SPAN(" GMT")) > 0;
	return colon && closed && has_date(s);
}

static bool is_attribution(struct span s, bool quote_follows)
{
	bool dashed = s.n > 8 && span_starts(s, SPAN("--")) && span_starts(span_sub(s, s.n - 2, 2), SPAN("--"));

	s = bare(s);
	bool colon = cut_colon(&s);
	if (s.n < 6)
		return false;
	if (is_dated_sender(s, colon))
		return true;
	if (!colon && !dashed)
		return false;
	bool known = has_date(s) || has_address(s);
	if (ends_with_verb(s) || span_iends(s, SPAN(" sent")))
		return known || quote_follows || dashed;
	if (text_has(s, verbs, COUNT(verbs))) {
		bool lead = text_begins(s, leads, COUNT(leads));
		return (has_date(s) && (has_address(s) || quote_follows || lead)) || (lead && has_address(s));
	}
	return quote_follows && (text_begins(s, quoting, COUNT(quoting)) || (has_date(s) && has_address(s)));
}

/* May an attribution that is broken over lines begin here? */
static bool may_begin(struct span s)
{
	if (!s.n || s.n > ATTRIBUTION_BYTES || memchr(".!?", s.p[s.n - 1], 3))
		return false;
	s = bare(s);
	if (text_begins(s, leads, COUNT(leads)))
		return has_digit(s);
	return has_date(s) && (digit(s.p[0]) || s.p[s.n - 1] == '<');
}

static bool quote_after(const struct lines *l, uint32_t i)
{
	i = lines_next(l, i);
	return i < l->n && l->at[i].quoted;
}

/* A line that ends it, whether it turns out to be one or not. */
static bool ends(struct span s)
{
	return s.n && (s.p[s.n - 1] == ':' || span_iends(s, SPAN("：")));
}

enum { BROKEN_BYTES = 40 }; /* of what a program moved to the next line */

/* One that begins in no known way, with its last word or address on the next line. */
static bool is_broken_in_two(const struct lines *l, uint32_t i)
{
	struct span s = line_trimmed(l, i), rest = i + 1 < l->n ? line_trimmed(l, i + 1) : SPAN_NONE;
	char joined[ATTRIBUTION_BYTES + 1 + BROKEN_BYTES];

	if (!rest.n || rest.n > BROKEN_BYTES || l->at[i].quoted || l->at[i + 1].quoted)
		return false;
	if (memchr(".:!?", s.p[s.n - 1], 4))
		return false;
	bool date = has_date(s), address = has_address(s), quoted = quote_after(l, i + 2);
	if (!date && !address)
		return false;
	if (is_attribution(rest, quoted) && (!date || !address || has_address(rest)))
		return false;
	memcpy(joined, s.p, s.n);
	joined[s.n] = ' ';
	memcpy(joined + s.n + 1, rest.p, rest.n);
	return is_attribution(span_make(joined, s.n + 1 + rest.n), quoted);
}

uint32_t attribution_at(const struct lines *l, uint32_t i)
{
	struct span s = line_trimmed(l, i);
	char joined[ATTRIBUTION_BYTES * 2];
	size_t n = 0;

	if (!s.n || s.n > ATTRIBUTION_BYTES)
		return 0;
	if (is_attribution(s, quote_after(l, i + 1)))
		return 1;
	if (is_broken_in_two(l, i))
		return 2;
	if (ends(s) || !may_begin(s))
		return 0;
	for (uint32_t k = 0; k < ATTRIBUTION_LINES && i + k < l->n; k++) {
		s = line_trimmed(l, i + k);
		if (n + s.n + 1 > ATTRIBUTION_BYTES)
			return 0;
		if (s.n)
			memcpy(joined + n, s.p, s.n);
		n += s.n;
		joined[n++] = ' ';
		if (ends(s))
			return is_attribution(span_trim(span_make(joined, n)), quote_after(l, i + k + 1)) ? k + 1 : 0;
	}
	return 0;
}
