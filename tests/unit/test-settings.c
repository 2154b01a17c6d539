// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/io.h"
#include "daemon/settings.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/hearback-settings-XXXXXX";

static void put(const char *name, const char *text, mode_t mode)
{
	char path[200];
	struct err err;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(io_replace_file(path, span_of(text), mode, &err), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static char *at(struct arena *a, const char *name)
{
	return arena_printf(a, "%s/%s", folder, name);
}

static void write_main(struct arena *a, const char *more)
{
	const char *top = getenv("top_srcdir");

	put("h.conf",
	    arena_printf(a,
			 "state_dir = %s/state\ntemplates = %s/templates\n!include conf.d/*.conf\n"
			 "account a {\n address = a@example.com\n host = localhost\n password_file = "
			 "%s/secret\n%s}\n",
			 folder, top ? top : ".", folder, more),
	    0644);
}

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	put("secret", "hunter2\n", 0600);
	return 0;
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

static void a_good_file_loads_with_its_includes(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct settings_findings found;

	(void)state;
	write_main(a, "");
	assert_true(settings_load(at(a, "h.conf"), a, &c, &found));
	assert_false(c.debug);
	assert_int_equal(mkdir(at(a, "conf.d"), 0755), 0);
	put("conf.d/10.conf", "debug = yes\n", 0644);
	assert_true(settings_load(at(a, "h.conf"), a, &c, &found));
	assert_true(c.debug);
	put("conf.d/20.conf", "debug = no\n", 0644);
	assert_false(settings_load(at(a, "h.conf"), a, &c, &found));
	assert_int_equal(found.errors.n, 1);
	assert_string_equal(found.errors.lines[0].p,
			    arena_printf(a,
					 "%s/conf.d/20.conf:1: debug is already set in %s/conf.d/10.conf:1, "
					 "keep one of the two",
					 folder, folder));
	assert_int_equal(unlink(at(a, "conf.d/20.conf")), 0);
}

static void expect(struct arena *a, const char *line)
{
	struct config c;
	struct settings_findings found;

	assert_false(settings_load(at(a, "h.conf"), a, &c, &found));
	assert_int_equal(found.errors.n, 1);
	assert_string_equal(found.errors.lines[0].p, line);
}

static void a_secret_that_is_none_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *start = arena_printf(a, "%s/h.conf: account a: password_file %s/secret", folder, folder);

	(void)state;
	write_main(a, "");
	put("secret", "hunter2\n", 0644);
	expect(a, arena_printf(a, "%s: others can read it, run chmod o-rwx %s/secret", start, folder));
	put("secret", "", 0600);
	expect(a, arena_printf(a, "%s: is empty, write the password or token into it", start));
	put("secret", "\nhunter2\n", 0600);
	expect(a, arena_printf(a, "%s: begins with an empty line, write the password or token into the first", start));
	assert_int_equal(unlink(at(a, "secret")), 0);
	expect(a, arena_printf(a, "%s: No such file or directory", start));
	assert_int_equal(mkfifo(at(a, "secret"), 0600), 0);
	expect(a, arena_printf(a, "%s: is no regular file, name a file that holds it and nothing else",
			       start));
	put("secret", "hunter2\n", 0600);
	write_main(a, arena_printf(a, " smtp_password_file = %s/none\n", folder));
	expect(a,
	       arena_printf(a, "%s/h.conf: account a: smtp_password_file %s/none: No such file or directory",
			    folder, folder));
	write_main(a, arena_printf(a, " smtp_password_file = %s/none\n smtp_auth = no\n ca_file = %s/none\n",
				   folder, folder));
	expect(a, arena_printf(a, "%s/h.conf: account a: ca_file %s/none: No such file or directory", folder,
			       folder));
	put("none", "no certificate\n", 0644);
	write_main(a, arena_printf(a, " ca_file = %s/none\n", folder));
	expect(a, arena_printf(a, "%s/h.conf: account a: ca_file %s/none: holds no certificate in PEM form", folder,
			       folder));
	assert_int_equal(unlink(at(a, "none")), 0);
}

static void a_state_folder_that_cannot_be_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct settings_findings found;

	(void)state;
	write_main(a, "");
	put("state", "a file\n", 0644);
	expect(a, arena_printf(a, "%s/h.conf: state_dir %s/state: is no folder, name one", folder, folder));
	assert_int_equal(unlink(at(a, "state")), 0);
	assert_int_equal(mkdir(at(a, "state"), 0700), 0);
	assert_true(settings_load(at(a, "h.conf"), a, &c, &found));
	assert_int_equal(rmdir(at(a, "state")), 0);
	assert_false(settings_load(at(a, "none.conf"), a, &c, &found));
	assert_string_equal(found.errors.lines[0].p,
			    arena_printf(a, "%s/none.conf: No such file or directory", folder));
}

static void a_state_folder_without_a_parent_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	put("h.conf",
	    arena_printf(a,
			 "state_dir = %s/none/state\ntemplates = %s/templates\naccount a {\n"
			 " address = a@example.com\n host = ::1\n password_file = %s/secret\n}\n",
			 folder, getenv("top_srcdir") ? getenv("top_srcdir") : ".", folder),
	    0644);
	expect(a, arena_printf(a,
			       "%s/h.conf: state_dir %s/none/state: cannot be made in %s/none/ "
			       "(No such file or directory), make it and give it to us",
			       folder, folder, folder));
}

static void templates_that_do_not_load_are_told(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c = { .templates = span_of(at(a, "own")) };
	struct config_account one = { .name = SPAN("a"),
				      .language = SPAN("de"),
				      .template_name = SPAN("hello") };
	struct span lines[10], bundle;
	struct config_errors e = { .lines = lines };

	(void)state;
	c.accounts = &one;
	c.n = 1;
	assert_false(settings_read_templates("h.conf", &c, a, &bundle, &e));
	assert_string_equal(
		lines[0].p,
		arena_printf(a, "h.conf: templates %s/own: no file LANGUAGE/NAME.mustache can be read there",
			     folder));
	assert_int_equal(mkdir(at(a, "own"), 0755) | mkdir(at(a, "own/de"), 0755), 0);
	put("own/de/hello.mustache", "subject: {{due\naudience: requester\n\nx\n", 0644);
	put("own/de/notice.mustache", "subject: x\naudience: staff\n\nx\n", 0644);
	e.n = 0;
	assert_false(settings_read_templates("h.conf", &c, a, &bundle, &e));
	assert_int_equal(e.n, 1);
	assert_string_equal(
		lines[0].p,
		arena_printf(
			a,
			"%s/own/de/hello.mustache: line 1, column 1: a tag that is not closed, write the "
			"closing delimiter",
			folder));
	put("own/de/hello.mustache", "subject: x\naudience: staff\n\nx\n", 0644);
	e.n = 0;
	assert_false(settings_read_templates("h.conf", &c, a, &bundle, &e));
	assert_int_equal(e.n, 2);
	assert_string_equal(
		lines[0].p,
		"h.conf: account a: template de/hello was not written for requesters, name another");
	assert_string_equal(lines[1].p,
			    "h.conf: account a: no template held in de or en, write one or name another");
}

/* Staff may be written to in English; a requester would wonder. */
static void a_language_without_templates_is_told(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *top = getenv("top_srcdir");
	struct config c = { .templates = span_of(arena_printf(a, "%s/templates", top ? top : ".")) };
	struct config_account one = { .name = SPAN("a"),
				      .language = SPAN("de"),
				      .template_name = SPAN("acknowledgement") };
	struct config_errors e = { .n = 0 };
	struct span bundle;

	(void)state;
	c.accounts = &one;
	c.n = 1;
	assert_true(settings_read_templates("h.conf", &c, a, &bundle, &e));
	one.language = SPAN("tlh");
	assert_false(settings_read_templates("h.conf", &c, a, &bundle, &e));
	assert_int_equal(e.n, 1);
	assert_true(span_starts(e.lines[0], SPAN("h.conf: account a: language = tlh: there is no template acknowledgement "
						 "in it, write one or name a language that has it: ar, bg, ")));
}

static void a_room_gets_one_account(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c, room;
	struct settings_findings found;
	struct err err;

	(void)state;
	write_main(a, "}\naccount b {\n address = b@example.com\n host = ::1\n password_file = /dev/null\n");
	assert_false(settings_load(at(a, "h.conf"), a, &c, &found));
	FD_CLEANUP int fd = settings_to_memfd(&c, SPAN("b"));
	assert_true(fd >= 0);
	assert_int_equal(settings_from_memfd(fd, a, &room, &err), 0);
	assert_int_equal(room.n, 1);
	assert_span(room.accounts[0].address, "b@example.com");
	assert_true(room.debug);
	FD_CLEANUP int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(settings_from_memfd(other, a, &room, &err), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_file_loads_with_its_includes),
		cmocka_unit_test(a_secret_that_is_none_is_refused),
		cmocka_unit_test(a_state_folder_that_cannot_be_is_refused),
		cmocka_unit_test(a_state_folder_without_a_parent_is_refused),
		cmocka_unit_test(templates_that_do_not_load_are_told),
		cmocka_unit_test(a_language_without_templates_is_told),
		cmocka_unit_test(a_room_gets_one_account),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
