// SPDX-License-Identifier: Apache-2.0
#include "reading/new_text.h"

static struct span line_span(const struct lines *l, uint32_t i)
{
	return span_sub(l->text, l->at[i].from, l->at[i].n);
}

struct span line_trimmed(const struct lines *l, uint32_t i)
{
	return span_trim(line_span(l, i));
}

/* Where the attribution of an old web mail hangs on the last line of the answer ("Thanks--- On Wed ..."),
 * the bytes before it; else 0. */
static size_t hanging(struct span line)
{
	ptrdiff_t at = line.n <= ATTRIBUTION_BYTES ? span_find(line, SPAN("--- On ")) : -1;
	struct span end = span_trim(line);

	return at > 0 && line.p[at - 1] != '-' && end.p[end.n - 1] == ':' ? (size_t)at : 0;
}

/* A quote mark: ">", its full-width form, an entity that was never decoded, or the initials of Usenet
 * programs ("JD>"). */
static bool is_quoted(struct span s)
{
	static const struct span marks[] = { WORD(">"), WORD("＞"), WORD("&gt;") };
	size_t initials = 0;

	if (text_begins(s, marks, COUNT(marks)))
		return true;
	while (initials < s.n && initials < 4 && s.p[initials] >= 'A' && s.p[initials] <= 'Z')
		initials++;
	return initials && initials < 4 && initials < s.n && s.p[initials] == '>';
}

static uint32_t add(struct lines *l, uint32_t n, struct span line)
{
	struct span s = span_trim(line);

	if (l->at)
		l->at[n] = (struct line){
			.from = (uint32_t)(line.p - l->text.p),
			.n = (uint32_t)line.n,
			.blank = !s.n,
			.quoted = is_quoted(s),
		};
	return n + 1;
}

/* With no room yet it only counts. */
static uint32_t fill(struct lines *l)
{
	struct span rest = l->text, line;
	uint32_t n = 0;

	while (span_split(&rest, '\n', &line)) {
		size_t head = hanging(line);
		if (head)
			n = add(l, n, span_sub(line, 0, head));
		n = add(l, n, span_sub(line, head, SIZE_MAX));
	}
	return n;
}

static bool is_fence(const struct lines *l, uint32_t i)
{
	return span_starts(line_trimmed(l, i), SPAN("```"));
}

/* What begins with ">" or is a row of dashes in there is no quote and no signature. One that is never closed
 * is no fence. */
static void find_code(struct lines *l)
{
	uint32_t open = l->n;

	for (uint32_t i = 0; i < l->n; i++) {
		if (!is_fence(l, i))
			continue;
		if (open == l->n) {
			open = i;
			continue;
		}
		for (; open <= i; open++) {
			l->at[open].code = true;
			l->at[open].quoted = false;
		}
		open = l->n;
	}
}

struct lines lines_of(struct arena *a, struct span text)
{
	struct lines l = { .text = text };
	uint32_t n = fill(&l);

	l.at = arena_many(a, n, struct line);
	l.n = fill(&l);
	find_code(&l);
	return l;
}

uint32_t lines_next(const struct lines *l, uint32_t i)
{
	while (i < l->n && l->at[i].blank)
		i++;
	return i;
}

bool lines_any(const struct lines *l, uint32_t from, uint32_t to, enum stretch_kind kind)
{
	for (uint32_t i = from; i < to; i++)
		if (!l->at[i].blank && l->at[i].kind == kind)
			return true;
	return false;
}

void lines_mark(struct lines *l, uint32_t from, uint32_t to, enum stretch_kind kind)
{
	for (uint32_t i = from; i < to && i < l->n; i++)
		l->at[i].kind = kind;
}

bool text_has(struct span s, const struct span *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_ifind(s, words[i]) >= 0)
			return true;
	return false;
}

bool text_begins(struct span s, const struct span *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_istarts(s, words[i]))
			return true;
	return false;
}

enum { RULE_STROKES = 3 };

bool is_rule(struct span s)
{
	static const struct span strokes[] = {
		WORD("-"), WORD("_"), WORD("="), WORD("*"), WORD("~"), WORD("#"), WORD("—"), WORD("–"),
	};
	for (size_t k = 0; k < COUNT(strokes); k++) {
		size_t n = 0;
		while (span_starts(span_sub(s, n, SIZE_MAX), strokes[k]))
			n += strokes[k].n;
		if (n && n == s.n)
			return n >= RULE_STROKES * strokes[k].n;
	}
	return false;
}
