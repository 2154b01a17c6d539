// SPDX-License-Identifier: Apache-2.0
/* `hearback template` as a person runs it; with it the 136 examples of the Mustache specification's
 * required modules. */
#include "unit.h"
#include "base/arena.h"
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { OUTPUT = 65536 };

static char folder[] = "/tmp/hearback-template-XXXXXX";

static const char *at(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static void put(const char *path, struct span text)
{
	struct err err;

	if (io_replace_file(path, text, 0600, &err))
		fail_msg("%s", err.text);
}

/* Runs the command with its output in a file; takes the output back. */
static int run(struct arena *a, struct buf *out, int argc, const char *const *args)
{
	char *argv[8] = { NULL };
	struct err err;
	int kept[2] = { dup(1), dup(2) };
	FD_CLEANUP int to = open(at(a, "out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(argc < 8);
	for (int i = 0; i < argc; i++)
		argv[i] = arena_str(a, span_of(args[i]));
	fflush(stdout);
	dup2(to, 1);
	dup2(to, 2);
	int status = command_template(argc, argv);
	fflush(stdout);
	for (int i = 0; i < 2; i++) {
		dup2(kept[i], i + 1);
		close(kept[i]);
	}
	buf_reset(out);
	assert_int_equal(io_read_file(at(a, "out"), OUTPUT, out, &err), 0);
	return status;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void put_partials(struct arena *a, json_t *partials)
{
	const char *name;
	json_t *text;

	assert_int_equal(mkdir(at(a, "partials"), 0700), 0);
	json_object_foreach (partials, name, text)
		put(at(a, arena_printf(a, "partials/%s.mustache", name)), span_of(json_string_value(text)));
}

static void one_example(json_t *test)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUTPUT);
	const char *args[] = { "template",   "render",		"--data",  at(a, "data"),
			       "--partials", at(a, "partials"), at(a, "t") };
	char *data = json_dumps(json_object_get(test, "data"), JSON_ENCODE_ANY);

	put(at(a, "data"), span_of(data));
	put(at(a, "t"), span_of(json_string_value(json_object_get(test, "template"))));
	put_partials(a, json_object_get(test, "partials"));
	int status = run(a, &out, 7, args);
	if (status != EX_OK ||
	    strcmp(buf_cstr(&out), json_string_value(json_object_get(test, "expected"))) != 0)
		fail_msg("%s: status %d, got: %s", json_string_value(json_object_get(test, "name")), status,
			 buf_cstr(&out));
	free(data);
	assert_int_equal(nftw(at(a, "partials"), remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void the_specification_holds(void **state)
{
	static const char *const modules[] = { "comments", "delimiters", "interpolation",
					       "inverted", "partials",	 "sections" };
	const char *top = getenv("top_srcdir");
	size_t examples = 0, i;

	(void)state;
	for (size_t m = 0; m < sizeof(modules) / sizeof(modules[0]); m++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		json_error_t fault;
		json_t *test, *file = json_load_file(arena_printf(a, "%s/tests/cases/mustache-spec/%s.json",
								  top ? top : ".", modules[m]),
						     0, &fault);
		assert_non_null(file);
		json_array_foreach (json_object_get(file, "tests"), i, test) {
			one_example(test);
			examples++;
		}
		json_decref(file);
	}
	assert_int_equal(examples, 136);
}

static void faults_are_one_line(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUTPUT);
	const char *args[] = {
		"template", "render", "--data", at(a, "data"), "--partials", folder, at(a, "t")
	};
	const char *usage[] = { "template", "render", "x" };

	(void)state;
	put(at(a, "data"), SPAN("{\"x\": 0.1, \"y\": 1e100, \"z\": -3}"));
	put(at(a, "t"), SPAN("{{x}} {{y}} {{z}}"));
	assert_int_equal(run(a, &out, 7, args), EX_OK);
	assert_span(buf_span(&out), "0.1 1e+100 -3");
	put(at(a, "t"), SPAN("\n{{#x}}"));
	assert_int_equal(run(a, &out, 7, args), EX_DATAERR);
	assert_string_equal(
		buf_cstr(&out),
		arena_printf(a,
			     "hearback template: %s/t: line 2, column 1: 'x' is a section that is "
			     "not closed, write {{/name}}\n",
			     folder));
	put(at(a, "t"), SPAN("{{>../t}}"));
	assert_int_equal(run(a, &out, 7, args), EX_DATAERR);
	assert_true(span_find(buf_span(&out), SPAN("write a name below the folder of partials")) > 0);
	put(at(a, "bad.mustache"), SPAN("{{"));
	put(at(a, "t"), SPAN("{{>bad}}"));
	assert_int_equal(run(a, &out, 7, args), EX_DATAERR);
	assert_true(span_find(buf_span(&out),
			      SPAN("bad.mustache: line 1, column 1: a tag that is not closed")) > 0);
	put(at(a, "data"), SPAN("{\n\"x\": }"));
	assert_int_equal(run(a, &out, 7, args), EX_DATAERR);
	assert_true(span_find(buf_span(&out), SPAN("/data:2: ")) > 0);
	args[3] = at(a, "none");
	assert_int_equal(run(a, &out, 7, args), EX_NOINPUT);
	assert_int_equal(run(a, &out, 3, usage), EX_USAGE);
	assert_int_equal(run(a, &out, 1, usage), EX_USAGE);
	assert_true(span_starts(buf_span(&out), SPAN("usage: hearback template render")));
}

static void check_says_whether_files_would_load(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUTPUT);
	const char *args[] = { "template", "check", at(a, "t"), at(a, "u") };

	(void)state;
	put(at(a, "t"), SPAN("subject: x\naudience: staff\n\n{{team}}\n"));
	assert_int_equal(run(a, &out, 3, args), EX_OK);
	assert_string_equal(buf_cstr(&out), arena_printf(a, "%s/t: good, for staff\n", folder));
	put(at(a, "u"), SPAN("subject: x\naudience: requester\n\n{{entry}}\n"));
	assert_int_equal(run(a, &out, 4, args), EX_DATAERR);
	assert_true(span_find(buf_span(&out),
			      SPAN("/u: line 4: {{entry}} is not known for this audience")) > 0);
}

static void folders_and_configured_ones_are_checked_and_listed(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUTPUT);
	const char *check[] = { "template", "check", at(a, "all") };
	const char *list[] = { "template", "list", "--json" };

	(void)state;
	config_path = at(a, "h.conf");
	assert_int_equal(run(a, &out, 2, check), EX_CONFIG);
	put(config_path, span_of(arena_printf(a, "templates = %s/all\naccount a {\n address = a@example.com\n host = "
						 "localhost\n password_file = /x\n}\n", folder)));
	assert_int_equal(run(a, &out, 2, list), EX_DATAERR);
	assert_int_equal(mkdir(at(a, "all"), 0700) | mkdir(at(a, "all/de"), 0700) | mkdir(at(a, "all/en"), 0700), 0);
	put(at(a, "all/en/hello.mustache"), SPAN("subject: x\naudience: requester\n\n{{team}}\n"));
	put(at(a, "all/de/hello.mustache"), SPAN("subject: x\naudience: requester\n\nHallo\n"));
	assert_int_equal(run(a, &out, 3, check), EX_DATAERR);
	assert_string_equal(buf_cstr(&out), "hearback template: de/hello.mustache: its text lacks {{team}}, which stands in "
					    "en: write it\n");
	put(at(a, "all/de/hello.mustache"), SPAN("subject: x\naudience: requester\n\nHallo {{team}}\n"));
	assert_int_equal(run(a, &out, 2, check), EX_OK);
	assert_string_equal(buf_cstr(&out), arena_printf(a, "%s/all: good, 2 templates in 2 languages\n", folder));
	assert_int_equal(run(a, &out, 2, list), EX_OK);
	assert_string_equal(buf_cstr(&out), "hello                    requester  de en\n");
	assert_int_equal(run(a, &out, 3, list), EX_OK);
	assert_string_equal(buf_cstr(&out), "{\"about\":\"template\",\"name\":\"hello\",\"audience\":\"requester\","
					    "\"languages\":[\"de\",\"en\"]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_specification_holds),
		cmocka_unit_test(faults_are_one_line),
		cmocka_unit_test(check_says_whether_files_would_load),
		cmocka_unit_test(folders_and_configured_ones_are_checked_and_listed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
