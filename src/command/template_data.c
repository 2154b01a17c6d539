// SPDX-License-Identifier: Apache-2.0
#include "command/template_data.h"
#include <stdlib.h>

static struct span number_text(struct arena *a, json_t *json)
{
	if (json_is_integer(json))
		return span_of(arena_printf(a, "%lld", (long long)json_integer_value(json)));
	for (int digits = 1; digits < 17; digits++) {
		const char *text = arena_printf(a, "%.*g", digits, json_real_value(json));
		json_t *again = json_real(strtod(text, NULL));
		bool same = json_equal(again, json);
		json_decref(again);
		if (same)
			return span_of(text);
	}
	return span_of(arena_printf(a, "%.17g", json_real_value(json)));
}

/* As deep as jansson's parser goes (JSON_PARSER_MAX_DEPTH). */
static void fill(struct arena *a, struct mustache_value *v, json_t *json)
{
	size_t n = json_array_size(json);

	switch (json_typeof(json)) {
	case JSON_OBJECT:
		v->type = MUSTACHE_MAP;
		for (void *i = json_object_iter(json); i; i = json_object_iter_next(json, i))
			fill(a,
			     mustache_add(a, v, arena_span(a, span_of(json_object_iter_key(i))),
					  MUSTACHE_NULL),
			     json_object_iter_value(i));
		break;
	case JSON_ARRAY:
		v->type = MUSTACHE_LIST;
		for (size_t i = 0; i < n; i++)
			fill(a, mustache_add(a, v, SPAN_NONE, MUSTACHE_NULL), json_array_get(json, i));
		break;
	case JSON_STRING:
		v->type = MUSTACHE_STRING;
		v->text = arena_span(a, span_make(json_string_value(json), json_string_length(json)));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		v->type = MUSTACHE_STRING;
		v->text = number_text(a, json);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		v->type = MUSTACHE_BOOL;
		v->truth = json_is_true(json);
		break;
	case JSON_NULL:
		break;
	}
}

struct mustache_value *template_data(struct arena *a, json_t *json)
{
	struct mustache_value *v = mustache_new(a, MUSTACHE_NULL);

	fill(a, v, json);
	return v;
}
