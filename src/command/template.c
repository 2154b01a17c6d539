// SPDX-License-Identifier: Apache-2.0
/* hearback template render: any Mustache template with any data, as the specification has it.
 * hearback template check: would these files load as templates of mail, and do the languages agree?
 * hearback template list: which there are, in which languages. */
#include "base/io.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/json.h"
#include "command/template_data.h"
#include "command/options.h"
#include "daemon/settings.h"
#include "reply/template.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { DATA_MAX = 4 * 1024 * 1024, OUTPUT_MAX = 4 * 1024 * 1024, LINES_MAX = 200 };

static const char usage[] = "usage: hearback template render --data FILE.json [--partials DIR] TEMPLATE\n"
			    "       hearback template check [FILE|FOLDER]...   without any: the folder of the configuration\n"
			    "       hearback template list [--json]\n";

static bool read_text(struct arena *a, const char *path, size_t max, struct span *out, struct err *err)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(max);

	if (io_read_file(path, max, &b, err))
		return false;
	*out = arena_span(a, buf_span(&b));
	return true;
}

/* ---- render ---- */

struct partials {
	struct arena *a;
	const char *folder;
	struct partial {
		struct partial *next;
		struct span name;
		struct mustache *t; /* NULL: there is no such file */
	} *first;
};

static bool name_stays_inside(struct span name)
{
	return span_chr(name, '/') != 0 && span_chr(name, '\0') < 0 && span_find(name, SPAN("..")) < 0;
}

static int load_partial(struct partials *p, struct span name, struct mustache **out, struct err *err)
{
	const char *path = arena_printf(p->a, "%s/%.*s.mustache", p->folder, SPAN_ARG(name));
	struct span text;
	struct err inner;

	if (!name_stays_inside(name))
		return err_set(err, -EINVAL, "partial '%.*s': write a name below the folder of partials",
			       SPAN_ARG(name));
	if (access(path, F_OK) != 0)
		return 0;
	if (!read_text(p->a, path, MUSTACHE_SIZE, &text, err))
		return -EIO;
	int r = mustache_compile(p->a, text, 1, 0, out, &inner);
	return r ? err_set(err, r, "%s: %s", path, inner.text) : 0;
}

/* struct mustache_options.partial: each file is read once. */
static int find_partial(void *context, struct span name, const struct mustache **out, struct err *err)
{
	struct partials *p = context;
	struct partial *one = p->first;

	while (one && !span_eq(one->name, name))
		one = one->next;
	if (!one && p->folder) {
		one = arena_one(p->a, struct partial);
		*one = (struct partial){ .next = p->first, .name = name };
		int r = load_partial(p, name, &one->t, err);
		if (r)
			return r;
		p->first = one;
	}
	*out = one ? one->t : NULL;
	return 0;
}

static int render(struct arena *a, const char *path, struct mustache_value *data, const char *folder)
{
	BUF_CLEANUP struct buf out = BUF_CAPPED(OUTPUT_MAX);
	struct partials partials = { .a = a, .folder = folder };
	struct mustache_options how = { .partial = find_partial, .context = &partials };
	struct mustache *t;
	struct span text;
	struct err err;

	if (!read_text(a, path, MUSTACHE_SIZE, &text, &err)) {
		fprintf(stderr, "hearback template: %s\n", err.text);
		return EX_NOINPUT;
	}
	if (mustache_compile(a, text, 1, 0, &t, &err) || mustache_render(t, data, &how, &out, &err)) {
		fprintf(stderr, "hearback template: %s: %s\n", path, err.text);
		return EX_DATAERR;
	}
	return io_write_all(STDOUT_FILENO, out.p, out.n) ? EX_IOERR : EX_OK;
}

static int render_with(const char *data, const char *folder, const char *path)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct span text;
	struct err err;
	json_error_t fault;

	if (!read_text(a, data, DATA_MAX, &text, &err)) {
		fprintf(stderr, "hearback template: %s\n", err.text);
		return EX_NOINPUT;
	}
	json_t *json = json_loadb(text.p, text.n, JSON_DECODE_ANY, &fault);
	if (!json) {
		fprintf(stderr, "hearback template: %s:%d: %s\n", data, fault.line, fault.text);
		return EX_DATAERR;
	}
	struct mustache_value *tree = template_data(a, json);
	json_decref(json);
	return render(a, path, tree, folder);
}

static int command_render(int argc, char **argv)
{
	static const struct option options[] = { { "data", required_argument, NULL, 'd' },
						 { "partials", required_argument, NULL, 'p' },
						 { NULL, 0, NULL, 0 } };
	const char *data = NULL, *folder = NULL;
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'd')
			data = optarg;
		else if (c == 'p')
			folder = optarg;
		else
			break;
	}
	if (c != -1 || !data || optind + 1 != argc) {
		fputs(usage, stderr);
		return EX_USAGE;
	}
	return render_with(data, folder, argv[optind]);
}

/* ---- check and list ---- */

static void print_lines(const struct span *lines, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(stderr, "hearback template: %.*s\n", SPAN_ARG(lines[i]));
}

static bool read_folder(struct arena *a, const char *folder, struct reply_templates *set)
{
	struct config_errors errors = { 0 };
	struct span bundle;
	bool good = settings_read_template_folder("templates", span_of(folder), a, &bundle, set, &errors);

	print_lines(errors.lines, errors.n);
	return good;
}

/* `templates` of the configuration; NULL, and told, if that cannot be read. */
static const char *configured_folder(struct arena *a)
{
	struct settings_findings found = { 0 };
	struct config c;

	if (settings_parse(config_path, a, &c, &found))
		return arena_str(a, c.templates);
	print_lines(found.errors.lines, found.errors.n);
	return NULL;
}

static bool check_file(const char *path)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct reply_template t;
	struct span text;
	struct err err;

	if (!read_text(a, path, REPLY_TEMPLATE_MAX, &text, &err)) {
		fprintf(stderr, "hearback template: %s\n", err.text);
		return false;
	}
	if (reply_template_parse(a, text, &t, &err)) {
		fprintf(stderr, "hearback template: %s: %s\n", path, err.text);
		return false;
	}
	printf("%s: good, for %s\n", path, t.audience == TEMPLATE_REQUESTER ? "requesters" : "staff");
	return true;
}

static bool new_language(const struct reply_templates *set, uint32_t i)
{
	return i == 0 || !span_eq(set->at[i].language, set->at[i - 1].language);
}

static bool check_folder(const char *folder)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct span lines[LINES_MAX];
	struct reply_templates set;
	uint32_t languages = 0;

	if (!read_folder(a, folder, &set))
		return false;
	uint32_t n = reply_templates_check(a, &set, lines, LINES_MAX);
	print_lines(lines, n);
	for (uint32_t i = 0; i < set.n; i++)
		languages += new_language(&set, i);
	if (!n)
		printf("%s: good, %u templates in %u language%s\n", folder, set.n, languages, languages == 1 ? "" : "s");
	return n == 0;
}

static bool check_path(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? check_folder(path) : check_file(path);
}

static int command_check_templates(int argc, char **argv)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *folder = argc == 1 ? configured_folder(a) : NULL;
	bool good = argc > 1 || (folder && check_folder(folder));

	for (int i = 1; i < argc; i++)
		good = check_path(argv[i]) && good;
	return good ? EX_OK : argc == 1 && !folder ? EX_CONFIG : EX_DATAERR;
}

/* One row for each name: whom it is for, and every language there is. */
static void list_name(const struct reply_templates *set, const struct reply_template *first, bool json)
{
	const char *audience = first->audience == TEMPLATE_REQUESTER ? "requester" : "staff";
	json_t *languages = json_array();

	if (!json)
		printf("%-24.*s %-10s", SPAN_ARG(first->name), audience);
	for (uint32_t i = 0; i < set->n; i++) {
		if (!span_eq(set->at[i].name, first->name))
			continue;
		if (json)
			json_array_append_new(languages, json_span(set->at[i].language));
		else
			printf(" %.*s", SPAN_ARG(set->at[i].language));
	}
	if (json)
		json_line(json_pack("{ss so ss sO}", "about", "template", "name", json_span(first->name), "audience", audience,
				    "languages", languages));
	else
		printf("\n");
	json_decref(languages);
}

static bool first_of_name(const struct reply_templates *set, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++)
		if (span_eq(set->at[j].name, set->at[i].name))
			return false;
	return true;
}

static int command_list_templates(bool json)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const char *folder = configured_folder(a);
	struct reply_templates set;

	if (!folder)
		return EX_CONFIG;
	if (!read_folder(a, folder, &set))
		return EX_DATAERR;
	for (uint32_t i = 0; i < set.n; i++)
		if (first_of_name(&set, i))
			list_name(&set, &set.at[i], json);
	return EX_OK;
}

int command_template(int argc, char **argv)
{
	if (options_want_help(argc, argv)) {
		fputs(usage, stdout);
		return EX_OK;
	}
	if (argc > 2 && strcmp(argv[1], "render") == 0)
		return command_render(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "check") == 0 && (argc == 2 || argv[2][0] != '-'))
		return command_check_templates(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "list") == 0 && (argc == 2 || (argc == 3 && strcmp(argv[2], "--json") == 0)))
		return command_list_templates(argc == 3);
	fputs(usage, stderr);
	return EX_USAGE;
}
