// SPDX-License-Identifier: Apache-2.0
/* What a person wrote now. Every line is given a kind; where nothing new would be left, less is trimmed. */
#include "reading/new_text.h"
#include "mail/limits.h"

const char *stretch_kind_name(enum stretch_kind k)
{
	static const char *const names[] = {
		[STRETCH_NEW] = "new",
		[STRETCH_CONTEXT] = "context",
		[STRETCH_QUOTE] = "quote",
		[STRETCH_FORWARDED] = "forwarded",
		[STRETCH_SIGNATURE] = "signature",
		[STRETCH_DISCLAIMER] = "disclaimer",
		[STRETCH_ATTACHED] = "attached",
	};
	return k < STRETCH_COUNT ? names[k] : "?";
}

static void mark_all(struct lines *l)
{
	mark_quotes(l);
	mark_signatures(l);
	mark_disclaimers(l);
	mark_contacts(l);
	mark_context(l);
	if (lines_any(l, 0, l->n, STRETCH_NEW))
		return;
	for (uint32_t i = 0; i < l->n; i++)
		if (l->at[i].kind == STRETCH_SIGNATURE || l->at[i].kind == STRETCH_DISCLAIMER)
			l->at[i].kind = STRETCH_NEW;
	if (!lines_any(l, 0, l->n, STRETCH_NEW))
		lines_mark(l, 0, l->n, STRETCH_NEW);
}

/* A blank line goes with the line above it. */
static void settle_blanks(struct lines *l)
{
	for (uint32_t i = 1; i < l->n; i++)
		if (l->at[i].blank)
			l->at[i].kind = l->at[i - 1].kind;
}

uint32_t reading_new_text(struct arena *a, struct span text, struct stretch **out)
{
	struct lines l = lines_of(a, text);
	uint32_t n = 0;

	mark_all(&l);
	settle_blanks(&l);
	for (uint32_t i = 0; i < l.n; i++)
		n += i == 0 || l.at[i].kind != l.at[i - 1].kind;
	*out = arena_many(a, n, struct stretch);
	n = 0;
	for (uint32_t i = 0; i < l.n; i++) {
		size_t from = l.at[i].from, end = i + 1 < l.n ? l.at[i + 1].from : text.n;
		if (i == 0 || l.at[i].kind != l.at[i - 1].kind)
			(*out)[n++] = (struct stretch){ .kind = l.at[i].kind, .from = from };
		(*out)[n - 1].n = end - (*out)[n - 1].from;
	}
	return n;
}

uint32_t reading_whole_text(struct arena *a, const struct facts *f, struct span *text, struct stretch **out)
{
	BUF_CLEANUP struct buf whole = BUF_CAPPED(f->text.n + LIMIT_PART_TEXT + LIMIT_PARTS);
	struct stretch *own, *at;
	uint32_t n = reading_new_text(a, f->text, &own);

	*out = at = arena_many(a, n + f->nparts, struct stretch);
	if (n)
		memcpy(at, own, n * sizeof(*at));
	buf_put_span(&whole, f->text);
	for (uint32_t i = 0; i < f->nparts; i++) {
		struct span part = f->parts[i].text;
		bool message = span_starts(f->parts[i].type, SPAN("message/"));
		if (!span_trim(part).n)
			continue;
		at[n] = (struct stretch){ message ? STRETCH_FORWARDED : STRETCH_ATTACHED, whole.n, whole.n };
		if (whole.n && whole.p[whole.n - 1] != '\n')
			buf_putc(&whole, '\n');
		buf_put_span(&whole, part);
		at[n].n = whole.n - at[n].from;
		n++;
	}
	*text = arena_span(a, buf_span(&whole));
	return n;
}
