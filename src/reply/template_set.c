// SPDX-License-Identifier: Apache-2.0
/* All templates together: how they travel, which language is taken, whether the languages agree. */
#include "base/wire.h"
#include "reply/reply.h"
#include "reply/template.h"
#include <errno.h>

enum { NAMES_MAX = 64 }; /* different names in one template */

/* ---- bundles ---- */

void reply_bundle_put(struct buf *bundle, struct span language, struct span name, struct span bytes)
{
	wire_put_bytes(bundle, language);
	wire_put_bytes(bundle, name);
	wire_put_bytes(bundle, bytes);
}

int reply_bundle_parse(struct arena *a, struct span bundle, struct reply_templates *out, struct err *err)
{
	struct wire w = wire_over(bundle);
	struct err inner;

	*out = (struct reply_templates){ .at = arena_many(a, REPLY_TEMPLATES, struct reply_template) };
	while (w.rest.n && !w.bad && out->n < REPLY_TEMPLATES) {
		struct reply_template *t = &out->at[out->n];
		t->language = wire_bytes(&w, REPLY_TOKEN_MAX);
		t->name = wire_bytes(&w, REPLY_TOKEN_MAX);
		struct span bytes = wire_bytes(&w, REPLY_TEMPLATE_MAX);
		if (w.bad)
			break;
		int r = reply_template_parse(a, bytes, t, &inner);
		if (r)
			return err_set(err, r, "%.*s/%.*s.mustache: %.400s", SPAN_ARG(t->language),
				       SPAN_ARG(t->name), inner.text);
		out->n++;
	}
	if (!wire_done(&w))
		return err_set(err, -EBADMSG, "templates: more than %d or damaged on the way",
			       REPLY_TEMPLATES);
	return 0;
}

/* ---- which language ---- */

const struct reply_template *reply_template_exactly(const struct reply_templates *set, struct span language,
						    struct span name)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (span_eq(set->at[i].name, name) && span_eq(set->at[i].language, language))
			return &set->at[i];
	return NULL;
}

const struct reply_template *reply_template_find(const struct reply_templates *set, struct span language,
						 struct span name)
{
	const struct reply_template *t = reply_template_exactly(set, language, name);

	return t ? t : reply_template_exactly(set, SPAN("en"), name);
}

/* "pt" of "pt-br"; the two names of Norwegian are one (ISO 639-1). */
static struct span primary(struct span tag)
{
	ptrdiff_t dash = span_chr(tag, '-');
	struct span first = dash < 0 ? tag : span_sub(tag, 0, (size_t)dash);

	return span_eq(first, SPAN("no")) ? SPAN("nb") : first;
}

/* The template in this language or in one form of it: the very form that was told, else the account's own. */
static const struct reply_template *in_some_form(const struct reply_templates *set, struct span name,
						 struct span language, struct span account)
{
	const struct reply_template *t = NULL;

	if (!language.n)
		return NULL;
	if (span_chr(language, '-') > 0)
		t = reply_template_exactly(set, language, name);
	if (!t && span_eq(primary(account), primary(language)))
		t = reply_template_exactly(set, account, name);
	if (!t)
		t = reply_template_exactly(set, language, name);
	for (uint32_t i = 0; i < set->n && !t; i++)
		if (span_eq(set->at[i].name, name) && span_eq(primary(set->at[i].language), primary(language)))
			t = &set->at[i];
	return t;
}

struct span reply_language(const struct reply_templates *set, struct span name, struct span told,
			   struct span account)
{
	const struct reply_template *t = in_some_form(set, name, told, account);

	return t ? t->language : account;
}

/* ---- do the languages agree? ---- */

struct names {
	struct span at[NAMES_MAX];
	uint32_t n;
};

static bool has_name(const struct names *s, struct span name)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (span_eq(s->at[i], name))
			return true;
	return false;
}

static bool gather_name(void *context, struct mustache_name name)
{
	struct names *s = context;

	if (!has_name(s, name.name) && s->n < NAMES_MAX)
		s->at[s->n++] = name.name;
	return true;
}

static struct names names_of(const struct mustache *part)
{
	struct names s = { .n = 0 };

	mustache_names(part, gather_name, &s);
	return s;
}

struct findings {
	struct arena *a;
	struct span *lines;
	uint32_t n, max;
};

static void found(struct findings *f, const char *line)
{
	if (f->n < f->max)
		f->lines[f->n++] = span_of(line);
}

static void compare_names(struct findings *f, const struct reply_template *t, const struct reply_template *model,
			  const char *where, const struct mustache *mine, const struct mustache *its)
{
	struct names a = names_of(mine), b = names_of(its);

	for (uint32_t i = 0; i < b.n; i++)
		if (!has_name(&a, b.at[i]))
			found(f, arena_printf(f->a, "%.*s/%.*s.mustache: its %s lacks {{%.*s}}, which stands in %.*s: write it",
					      SPAN_ARG(t->language), SPAN_ARG(t->name), where, SPAN_ARG(b.at[i]),
					      SPAN_ARG(model->language)));
	for (uint32_t i = 0; i < a.n; i++)
		if (!has_name(&b, a.at[i]))
			found(f, arena_printf(f->a, "%.*s/%.*s.mustache: its %s has {{%.*s}}, which %.*s lacks: take it out or write it there",
					      SPAN_ARG(t->language), SPAN_ARG(t->name), where, SPAN_ARG(a.at[i]),
					      SPAN_ARG(model->language)));
}

static void compare(struct findings *f, const struct reply_template *t, const struct reply_template *model)
{
	if (t->audience != model->audience)
		found(f, arena_printf(f->a, "%.*s/%.*s.mustache: its audience is not that of %.*s",
				      SPAN_ARG(t->language), SPAN_ARG(t->name), SPAN_ARG(model->language)));
	compare_names(f, t, model, "subject", t->subject, model->subject);
	compare_names(f, t, model, "text", t->text, model->text);
}

/* "de", "pt-br", "zh-hant": small letters and digits, or no mail would ever be in it. */
static bool is_tag(struct span s)
{
	size_t letters = primary(s).n;

	for (size_t i = 0; i < s.n; i++) {
		bool small = s.p[i] >= 'a' && s.p[i] <= 'z';
		bool digit = s.p[i] >= '0' && s.p[i] <= '9';
		if (!small && (i < letters || (!digit && s.p[i] != '-')))
			return false;
	}
	return (letters == 2 || letters == 3) && s.p[s.n - 1] != '-';
}

/* The first template of its language; the set is in the order of the languages. */
static bool begins_language(const struct reply_templates *set, uint32_t i)
{
	return i == 0 || !span_eq(set->at[i].language, set->at[i - 1].language);
}

uint32_t reply_templates_check(struct arena *a, const struct reply_templates *set, struct span *lines, uint32_t max)
{
	struct findings f = { .a = a, .lines = lines, .max = max };
	struct span model = set->n ? set->at[0].language : SPAN_NONE;

	for (uint32_t i = 0; i < set->n; i++)
		if (span_eq(set->at[i].language, SPAN("en")))
			model = SPAN("en");
	for (uint32_t i = 0; i < set->n; i++) {
		const struct reply_template *t = &set->at[i], *its = reply_template_exactly(set, model, t->name);
		if (begins_language(set, i) && !is_tag(t->language))
			found(&f, arena_printf(a, "%.*s: is no language tag, name the folder like de or pt-br",
					       SPAN_ARG(t->language)));
		if (its)
			compare(&f, t, its);
		else
			found(&f, arena_printf(a, "%.*s/%.*s.mustache: there is none of this name in %.*s: write it there",
					       SPAN_ARG(t->language), SPAN_ARG(t->name), SPAN_ARG(model)));
		if (!begins_language(set, i))
			continue;
		for (uint32_t j = 0; j < set->n; j++)
			if (span_eq(set->at[j].language, model) && set->at[j].audience == TEMPLATE_REQUESTER &&
			    !reply_template_exactly(set, t->language, set->at[j].name))
				found(&f, arena_printf(a, "%.*s/%.*s.mustache: is missing, %.*s has it: write it",
						       SPAN_ARG(t->language), SPAN_ARG(set->at[j].name), SPAN_ARG(model)));
	}
	return f.n;
}
