// SPDX-License-Identifier: Apache-2.0
/* What is a message file, in what order, and where in an mbox one message ends. */
#include "unit.h"
#include "base/io.h"
#include "command/mbox.h"
#include "command/walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define SEPARATOR "From joe@example.com Mon Jan  5 10:00:00 2026\n"

static void write_message(void *context, struct span bytes, bool partial, unsigned long number)
{
	buf_printf(context, "[%lu%s %.*s]", number, partial ? " partial" : "", SPAN_ARG(bytes));
}

static const char *messages_of(struct buf *out, struct span file, bool single, size_t max)
{
	FD_CLEANUP int fd = memfd_sealed("mbox", file);

	assert_true(fd >= 0);
	lseek(fd, 0, SEEK_SET);
	buf_reset(out);
	assert_int_equal(mbox_read(fd, single, max, write_message, out), 0);
	return buf_cstr(out);
}

static void files_become_messages(void **state)
{
	static const struct {
		const char *file, *messages;
	} table[] = {
		{ "", "[0 ]" },
		{ "A: b\n\nc\n", "[0 A: b\n\nc\n]" },
		{ "A: b\n\n" SEPARATOR "A: c\n", "[0 A: b\n\n" SEPARATOR "A: c\n]" },
		{ SEPARATOR "A: b\n", "[0 " SEPARATOR "A: b\n]" },
		{ SEPARATOR "A: b\n\nc", "[0 " SEPARATOR "A: b\n\nc]" },
		{ SEPARATOR "1\n\n" SEPARATOR "2\r\n\r\n" SEPARATOR,
		  "[1 " SEPARATOR "1\n\n][2 " SEPARATOR "2\r\n\r\n][3 " SEPARATOR "]" },
		/* Neither text nor what follows no empty line begins a message. */
		{ SEPARATOR "1\n" SEPARATOR, "[0 " SEPARATOR "1\n" SEPARATOR "]" },
		{ SEPARATOR "\n>" SEPARATOR, "[0 " SEPARATOR "\n>" SEPARATOR "]" },
		{ SEPARATOR "\nFrom me to Mon the 5th, 10:00\n",
		  "[0 " SEPARATOR "\nFrom me to Mon the 5th, 10:00\n]" },
		{ SEPARATOR "\nFrom here on Mon May 5\n", "[0 " SEPARATOR "\nFrom here on Mon May 5\n]" },
		{ "From here on\n\n" SEPARATOR, "[0 From here on\n\n" SEPARATOR "]" },
	};
	BUF_CLEANUP struct buf out = BUF_CAPPED(10000);

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(messages_of(&out, span_of(table[i].file), false, 1000), table[i].messages);
	assert_string_equal(messages_of(&out, SPAN(SEPARATOR "1\n\n" SEPARATOR "2\n"), true, 1000),
			    "[0 " SEPARATOR "1\n\n" SEPARATOR "2\n]");
}

static void a_large_message_is_cut(void **state)
{
	BUF_CLEANUP struct buf file = BUF_CAPPED(1000000);
	BUF_CLEANUP struct buf out = BUF_CAPPED(10000);

	(void)state;
	assert_string_equal(messages_of(&out, SPAN("abc\ndef\n"), false, 6), "[0 partial abc\nde]");
	assert_string_equal(messages_of(&out, SPAN("abc\nde"), false, 6), "[0 abc\nde]");
	/* One line longer than any window, and what looks like a new message within it. */
	buf_puts(&file, SEPARATOR);
	for (int i = 0; i < 20000; i++)
		buf_puts(&file, "0123456789");
	buf_puts(&file, SEPARATOR "\n" SEPARATOR "2\n");
	messages_of(&out, buf_span(&file), false, sizeof(SEPARATOR) + 1);
	assert_string_equal(buf_cstr(&out), "[1 partial " SEPARATOR "01][2 " SEPARATOR "2\n]");
}

static int note(void *context, const char *path)
{
	buf_printf(context, "%s ", strchr(path + 1, '/') ? path + strlen("/tmp/hearback-XXXXXX/") : path);
	return strstr(path, "bad") ? EX_NOINPUT : EX_OK;
}

static void put_file(const char *folder, const char *name)
{
	char path[256];
	struct err err;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (name[strlen(name) - 1] == '/')
		assert_int_equal(mkdir(path, 0700), 0);
	else
		assert_int_equal(io_replace_file(path, SPAN("x"), 0600, &err), 0);
}

static void folders_are_walked_in_order(void **state)
{
	static const char *const names[] = {
		"b",	   "a",	       ".hidden",      "c/",	       "c/z",	       "d/",
		"d/cur/",  "d/new/",   "d/tmp/",       "d/cur/2",      "d/new/1",      "d/tmp/3",
		"d/index", "d/.Sent/", "d/.Sent/cur/", "d/.Sent/new/", "d/.Sent/cur/4"
	};
	BUF_CLEANUP struct buf seen = BUF_CAPPED(10000);
	char folder[] = "/tmp/hearback-XXXXXX", link[256], remove[256];

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_file(folder, names[i]);
	/* A circle, if it were followed. */
	snprintf(link, sizeof(link), "%s/c/up", folder);
	assert_int_equal(symlink(folder, link), 0);
	assert_int_equal(walk_path(folder, note, &seen), EX_OK);
	assert_string_equal(buf_cstr(&seen), "a b c/z d/.Sent/cur/4 d/cur/2 d/new/1 ");
	put_file(folder, "bad");
	assert_int_equal(walk_path(folder, note, &seen), EX_NOINPUT);
	snprintf(remove, sizeof(remove), "rm -r %s", folder);
	assert_int_equal(system(remove), 0);
	/* What is no folder is the visitor's to open, or not. */
	buf_reset(&seen);
	assert_int_equal(walk_path("/nowhere", note, &seen), EX_OK);
	assert_string_equal(buf_cstr(&seen), "/nowhere ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_become_messages),
		cmocka_unit_test(a_large_message_is_cut),
		cmocka_unit_test(folders_are_walked_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
