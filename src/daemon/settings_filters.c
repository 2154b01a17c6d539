// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings_internal.h"
#include "guard/filter.h"
#include <glob.h>
#include <unistd.h>

bool settings_read_filter(const char *path, enum filter_point point, struct arena *a, struct span *name, struct span *source,
			  struct filter *out, struct config_errors *errors)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct sieve_errors mistakes;
	struct err err;

	*name = arena_span(a, span_make(base, strlen(base) - strlen(".sieve")));
	if (!filter_may_be_named(*name)) {
		settings_finding(a, errors, "%s: name a filter with at most %d letters, digits, - and _", path, FILTER_NAME_MAX);
		return false;
	}
	if (!settings_read_text(path, a, source, &err)) {
		settings_finding(a, errors, "%s", err.text);
		return false;
	}
	if (filter_compile(a, point, *name, *source, out, &mistakes))
		return true;
	for (uint32_t i = 0; i < mistakes.n; i++)
		settings_finding(a, errors, "%s:%u:%u: %s", path, mistakes.at[i].place.line, mistakes.at[i].place.column,
				 mistakes.at[i].text);
	return false;
}

/* One set, in the order of the file names. */
static void read_point(struct arena *a, struct span folder, enum filter_point point, struct buf *bundle, uint32_t *n,
		       struct config_errors *errors)
{
	struct span name, source;
	struct filter filter;
	glob_t found = { 0 };

	if (glob(arena_printf(a, "%.*s/%s/*.sieve", SPAN_ARG(folder), filter_point_name(point)), 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++, ++*n)
			if (settings_read_filter(found.gl_pathv[i], point, a, &name, &source, &filter, errors))
				filter_bundle_put(bundle, point, name, source);
	globfree(&found);
}

bool settings_read_filters(const char *path, const struct config *c, struct arena *a, struct span *bundle,
			   struct config_errors *errors)
{
	BUF_CLEANUP struct buf all = BUF_CAPPED(FILTER_BUNDLE_MAX);
	uint32_t before = errors->n, n = 0;

	/* Only a folder that was named must be there. */
	if (!span_eq(c->filters, SPAN(HEARBACK_DATADIR "/filters")) && access(arena_str(a, c->filters), R_OK | X_OK))
		settings_finding(a, errors, "%s: filters %.*s: no folder that can be read", path, SPAN_ARG(c->filters));
	for (enum filter_point p = FILTER_INTAKE; p < FILTER_POINTS; p++)
		read_point(a, c->filters, p, &all, &n, errors);
	if (all.full || n > FILTERS_MAX)
		settings_finding(a, errors, "%s: filters %.*s: more than %d or larger than 4 MB together", path, SPAN_ARG(c->filters),
				 FILTERS_MAX);
	*bundle = arena_span(a, buf_span(&all));
	return errors->n == before;
}

bool settings_read_sets(const char *path, const struct config *c, struct arena *a, struct span *sets,
			struct config_errors *errors)
{
	BUF_CLEANUP struct buf both = BUF_CAPPED(SETTINGS_SETS_MAX);
	struct span templates, filters;
	bool good = settings_read_templates(path, c, a, &templates, errors);

	if (!settings_read_filters(path, c, a, &filters, errors) || !good)
		return false;
	wire_put_bytes(&both, templates);
	wire_put_bytes(&both, filters);
	*sets = arena_span(a, buf_span(&both));
	return true;
}
