// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_internal.h"
#include "reply/template.h"
#include <glob.h>

/* "/x/templates/en/notice.mustache" -> en, notice */
static void split_path(struct span path, struct span *language, struct span *name)
{
	const char *last = memrchr(path.p, '/', path.n);
	size_t folder = (size_t)(last - path.p);
	const char *before = memrchr(path.p, '/', folder);

	*language = span_make(before + 1, (size_t)(last - before) - 1);
	*name = span_sub(path, folder + 1, path.n - folder - 1 - strlen(".mustache"));
}

/* A file that is wrong is told and left out. */
static void take_template(struct arena *a, const char *path, struct buf *bundle, struct config_errors *errors)
{
	struct reply_template t;
	struct span text, language, name;
	struct err err;

	split_path(arena_span(a, span_of(path)), &language, &name);
	if (!settings_read_text(path, a, &text, &err))
		settings_finding(a, errors, "%s", err.text);
	else if (reply_template_parse(a, text, &t, &err))
		settings_finding(a, errors, "%s: %s", path, err.text);
	else
		reply_bundle_put(bundle, language, name, text);
}

/* "cs, de, en" */
static const char *languages_with(struct arena *a, const struct reply_templates *set, struct span name)
{
	const char *all = "";

	for (uint32_t i = 0; i < set->n; i++)
		if (span_eq(set->at[i].name, name))
			all = arena_printf(a, "%s%s%.*s", all, *all ? ", " : "", SPAN_ARG(set->at[i].language));
	return all;
}

/* Staff may be written to in English; requesters must not be, where the account says otherwise. */
static void want(struct arena *a, const char *path, const struct config_account *c,
		 const struct reply_templates *set, struct span name, enum template_audience audience,
		 struct config_errors *errors)
{
	const struct reply_template *t = reply_template_find(set, c->language, name);

	if (t && audience == TEMPLATE_REQUESTER && !span_eq(t->language, c->language))
		settings_finding(a, errors,
				 "%s: account %.*s: language = %.*s: there is no template %.*s in it, write one or "
				 "name a language that has it: %s",
				 path, SPAN_ARG(c->name), SPAN_ARG(c->language), SPAN_ARG(name),
				 languages_with(a, set, name));
	else if (!t)
		settings_finding(
			a, errors,
			"%s: account %.*s: no template %.*s in %.*s%s, write one or name another", path,
			SPAN_ARG(c->name), SPAN_ARG(name), SPAN_ARG(c->language),
			span_eq(c->language, SPAN("en")) ? "" : " or en");
	else if (t->audience != audience)
		settings_finding(a, errors,
				 "%s: account %.*s: template %.*s/%.*s was not written for %s, name another",
				 path, SPAN_ARG(c->name), SPAN_ARG(t->language), SPAN_ARG(name),
				 audience == TEMPLATE_REQUESTER ? "requesters" : "staff");
}

bool settings_read_template_folder(const char *where, struct span folder, struct arena *a, struct span *bundle,
				   struct reply_templates *set, struct config_errors *errors)
{
	BUF_CLEANUP struct buf all = BUF_CAPPED(REPLY_BUNDLE_MAX);
	uint32_t before = errors->n;
	glob_t found = { 0 };
	struct err err;

	if (glob(arena_printf(a, "%.*s/*/*.mustache", SPAN_ARG(folder)), 0, NULL, &found) != 0)
		settings_finding(a, errors, "%s %.*s: no file LANGUAGE/NAME.mustache can be read there", where,
				 SPAN_ARG(folder));
	for (size_t i = 0; i < found.gl_pathc; i++)
		take_template(a, found.gl_pathv[i], &all, errors);
	globfree(&found);
	*bundle = arena_span(a, buf_span(&all));
	if (all.full)
		settings_finding(a, errors, "%s %.*s: larger than 4 MB together", where, SPAN_ARG(folder));
	else if (reply_bundle_parse(a, *bundle, set, &err))
		settings_finding(a, errors, "%s %.*s: %s", where, SPAN_ARG(folder), err.text);
	return errors->n == before;
}

bool settings_read_templates(const char *path, const struct config *c, struct arena *a, struct span *bundle,
			     struct config_errors *errors)
{
	const char *where = arena_printf(a, "%s: templates", path);
	struct reply_templates set;
	uint32_t before = errors->n;

	if (!settings_read_template_folder(where, c->templates, a, bundle, &set, errors))
		return false;
	for (uint32_t i = 0; i < c->n && errors->n == before; i++) {
		want(a, path, &c->accounts[i], &set, c->accounts[i].template_name, TEMPLATE_REQUESTER, errors);
		want(a, path, &c->accounts[i], &set, SPAN("notice"), TEMPLATE_STAFF, errors);
		want(a, path, &c->accounts[i], &set, SPAN("held"), TEMPLATE_STAFF, errors);
	}
	return errors->n == before;
}
