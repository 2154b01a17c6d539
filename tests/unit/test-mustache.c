// SPDX-License-Identifier: Apache-2.0
/* The language itself is tested by the examples of its specification (test-template); here stand
 * our own promises: errors, strictness, limits. */
#include "unit.h"
#include "mustache/mustache.h"
#include <errno.h>
#include <stdlib.h>

static int run(const char *text, const struct mustache_value *data, struct mustache_options *how,
	       struct buf *out, struct err *err)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct mustache *t;
	int r = mustache_compile(a, span_of(text), 1, 0, &t, err);

	return r ? r : mustache_render(t, data, how, out, err);
}

static void compile_errors_have_a_place(void **state)
{
	static const struct {
		const char *text, *error;
	} bad[] = {
		{ "a\nb {{", "line 2, column 3: a tag that is not closed, write the closing delimiter" },
		{ "{{}}", "line 1, column 1: a tag without a name, write one between the braces" },
		{ "{{a b}}",
		  "line 1, column 1: 'a b' is no name, write one word of letters, digits, '_' and '.'" },
		{ "{{a..b}}",
		  "line 1, column 1: 'a..b' has an empty part, write a name on both sides of each dot" },
		{ "x{{#a}}", "line 1, column 2: 'a' is a section that is not closed, write {{/name}}" },
		{ "{{/a}}", "line 1, column 1: 'a' is closed but was never opened, remove the tag" },
		{ "{{#a}}{{#b}}\n{{/a}}{{/b}}", "line 2, column 1: 'b' is the section to close here first" },
		{ "{{=a=}}", "line 1, column 1: 'a' sets no delimiters, write for example {{=<% %>=}}" },
		{ "{{=a b c=}}",
		  "line 1, column 1: 'a b c' sets more than two delimiters, write for example {{=<% %>=}}" },
		{ "\n\n {{{a}}}",
		  "line 3, column 2: 'a' is not escaped, which is not allowed here: write {{name}}" },
		{ "{{& a}}",
		  "line 1, column 1: 'a' is not escaped, which is not allowed here: write {{name}}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct mustache *t;
		struct err err;
		assert_int_equal(
			mustache_compile(a, span_of(bad[i].text), 1, MUSTACHE_ESCAPED_ONLY, &t, &err),
			-EINVAL);
		assert_string_equal(err.text, bad[i].error);
	}
}

static void strict_names_what_is_missing(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);
	struct mustache_options how = { .strict = true };
	BUF_CLEANUP struct buf out = BUF_CAPPED(100);
	struct err err;

	(void)state;
	mustache_add_string(a, data, "name", SPAN("<x>"));
	mustache_add_string(a, data, "empty", SPAN(""));
	mustache_add_bool(a, data, "yes", true);
	mustache_add(a, data, SPAN("null"), MUSTACHE_NULL);
	assert_int_equal(run("{{name}} {{yes}}{{#empty}}{{gone}}{{/empty}}{{^gone}}!{{/gone}}", data, &how,
			     &out, &err),
			 0);
	assert_span(buf_span(&out), "&lt;x&gt; true!");
	assert_int_equal(run("\n {{nmae}}", data, &how, &out, &err), -EINVAL);
	assert_string_equal(err.text, "line 2, column 2: {{nmae}} is not known here, is the name right?");
	assert_int_equal(run("{{empty}}", data, &how, &out, &err), -EINVAL);
	assert_string_equal(err.text,
			    "line 1, column 1: {{empty}} is empty, give it a value or ask with {{#name}}");
	assert_int_equal(run("{{null}}", data, &how, &out, &err), -EINVAL);
	assert_int_equal(run("{{.}}", data, &how, &out, &err), -EINVAL);
	assert_int_equal(run("{{>part}}", data, &how, &out, &err), -EINVAL);
	assert_string_equal(
		err.text, "line 1, column 1: {{part}} is a partial that does not exist, is the name right?");
}

static int itself(void *context, struct span name, const struct mustache **out, struct err *err)
{
	(void)name;
	(void)err;
	*out = context;
	return 0;
}

static void limits_end_a_runaway(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);
	struct mustache_value *list = mustache_add(a, data, SPAN("l"), MUSTACHE_LIST);
	struct mustache_options how = { .escape = mustache_escape_none };
	BUF_CLEANUP struct buf out = BUF_CAPPED(100);
	struct mustache *t;
	struct err err;
	char *deep = arena_alloc(a, MUSTACHE_SIZE + 2);

	(void)state;
	for (int i = 0; i < 1200; i++)
		mustache_add(a, list, SPAN_NONE, MUSTACHE_STRING)->text = SPAN("x");
	assert_int_equal(run("{{#l}}{{.}}{{/l}}", data, &how, &out, &err), -E2BIG);
	assert_string_equal(err.text, "the rendered text is longer than 100 bytes");
	buf_reset(&out);
	assert_int_equal(run("{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}", data, &how, &out, &err), -E2BIG);
	assert_string_equal(err.text, "the template takes more than 1000000 steps on this data");

	assert_int_equal(mustache_compile(a, SPAN("{{>me}}"), 1, 0, &t, &err), 0);
	how.partial = itself;
	how.context = t;
	assert_int_equal(mustache_render(t, data, &how, &out, &err), -ELOOP);

	for (int i = 0; i < 33; i++)
		memcpy(deep + (ptrdiff_t)6 * i, "{{#a}}", 6);
	assert_int_equal(mustache_compile(a, span_make(deep, 33 * 6), 1, 0, &t, &err), -EINVAL);
	memset(deep, 'x', MUSTACHE_SIZE + 1);
	assert_int_equal(mustache_compile(a, span_make(deep, MUSTACHE_SIZE + 1), 1, 0, &t, &err), -EINVAL);
}

static void values_are_never_templates(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);
	struct mustache_options how = { .escape = mustache_escape_none };
	BUF_CLEANUP struct buf out = BUF_CAPPED(100);
	struct err err;

	(void)state;
	mustache_add_string(a, data, "subject", SPAN("{{secret}} {{>x}} {{=[ ]=}}"));
	mustache_add_string(a, data, "secret", SPAN("hunter2"));
	assert_int_equal(run("[{{subject}}]", data, &how, &out, &err), 0);
	assert_span(buf_span(&out), "[{{secret}} {{>x}} {{=[ ]=}}]");
}

static bool note(void *context, struct mustache_name name)
{
	struct buf *b = context;

	buf_printf(b, "%u%c%.*s ", name.line, "v#>"[name.use], SPAN_ARG(name.name));
	return !span_eq(name.name, SPAN("last"));
}

static void names_can_be_listed(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(100);
	struct mustache *t;
	struct err err;

	(void)state;
	assert_int_equal(mustache_compile(a, SPAN("{{a}}\n{{#b}}{{>c}}{{/b}}\n{{^last}}{{d}}{{/last}}"), 1, 0,
					  &t, &err),
			 0);
	assert_false(mustache_names(t, note, &b));
	assert_span(buf_span(&b), "1va 2#b 2>c 3#last ");
}

static void a_deep_list_of_partials_keeps_its_indent(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);
	struct mustache_options how = { .escape = mustache_escape_none, .partial = itself };
	BUF_CLEANUP struct buf out = BUF_CAPPED(100);
	struct mustache *outer, *inner;
	struct err err;

	(void)state;
	mustache_add_string(a, data, "x", SPAN("1\n2"));
	assert_int_equal(mustache_compile(a, SPAN("a\n\n{{x}} b\n{{#x}}\nc{{/x}}\n"), 1, 0, &inner, &err), 0);
	assert_int_equal(mustache_compile(a, SPAN("  {{>p}}\nend {{>p}}"), 1, 0, &outer, &err), 0);
	how.context = inner;
	assert_int_equal(mustache_render(outer, data, &how, &out, &err), 0);
	assert_span(buf_span(&out), "  a\n  \n  1\n2 b\n  c\nend a\n\n1\n2 b\nc\n");
}

static void any_bytes_compile_or_fail_cleanly(void **state)
{
	static const char bytes[] = "{{{}}}#/^>!=&. ab\n\r\t|";
	unsigned seed = 5;
	char text[60];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf out = BUF_CAPPED(1000);
		struct mustache_value *data = mustache_new(a, MUSTACHE_MAP);
		struct mustache_options how = { .partial = itself };
		struct mustache *t;
		struct err err;
		size_t n = (size_t)rand_r(&seed) % sizeof(text);
		for (size_t k = 0; k < n; k++)
			text[k] = bytes[(size_t)rand_r(&seed) % (sizeof(bytes) - 1)];
		mustache_add_string(a, data, "a", SPAN("b"));
		if (mustache_compile(a, span_make(text, n), 1, 0, &t, &err) == 0) {
			how.context = t;
			int r = mustache_render(t, data, &how, &out, &err);
			assert_true(r == 0 || r == -ELOOP || r == -E2BIG);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compile_errors_have_a_place),
		cmocka_unit_test(strict_names_what_is_missing),
		cmocka_unit_test(limits_end_a_runaway),
		cmocka_unit_test(values_are_never_templates),
		cmocka_unit_test(names_can_be_listed),
		cmocka_unit_test(a_deep_list_of_partials_keeps_its_indent),
		cmocka_unit_test(any_bytes_compile_or_fail_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
