// SPDX-License-Identifier: Apache-2.0
/* hearback filter check: does every filter load, and does it say of its examples what their names say? The examples of
 * intake/NAME.sieve lie in intake/NAME/, message files whose names begin with the verdict: send-, hold-, suppress-. */
#include "base/io.h"
#include "command/filter.h"
#include "command/message_files.h"
#include "daemon/settings_internal.h"
#include "guard/filter.h"
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

struct filter_check {
	struct arena *a;
	struct filter filter; /* whose examples are being read */
	struct reading_account account;
	int64_t now;
	uint32_t filters, examples, svtests, faults;
};

static const char *file_name(const char *path)
{
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* The verdict its name begins with; VERDICT_COUNT: none. */
static enum verdict wanted(const char *path)
{
	for (enum verdict v = VERDICT_SEND; v < VERDICT_COUNT; v++) {
		size_t n = strlen(verdict_name(v));
		if (strncmp(file_name(path), verdict_name(v), n) == 0 && file_name(path)[n] == '-')
			return v;
	}
	return VERDICT_COUNT;
}

static void example(void *context, struct arena *a, const char *path, const struct facts *f)
{
	struct filter_check *k = context;
	struct guard_case c = filter_case(&k->account, f, k->now);
	enum verdict want = wanted(path), found = VERDICT_SEND;
	struct guard_view v;
	struct reason r;

	c.recipient = filter_author(a, &c);
	guard_view(a, &c, &v);
	if (filter_ask(&v, &k->filter, &r))
		found = r.verdict;
	k->examples++;
	if (found == want)
		return;
	k->faults++;
	if (want == VERDICT_COUNT)
		printf("%s: begin its name with the verdict that is expected: send-, hold- or suppress-\n", path);
	else
		printf("%s: expected %s, but the filter says %s%s%.*s\n", path, verdict_name(want), verdict_name(found),
		       found == VERDICT_SEND ? "" : ": ", SPAN_ARG(found == VERDICT_SEND ? SPAN("") : r.text));
}

static int check_examples(struct filter_check *k, const char *sieve)
{
	char *folder = arena_str(k->a, span_make(sieve, strlen(sieve) - strlen(".sieve")));
	struct stat st;

	return stat(folder, &st) ? EX_OK : message_files_show(&folder, 1, example, k);
}

static int check_sieve(struct filter_check *k, const char *path, enum filter_point point)
{
	struct config_errors errors = { .n = 0 };
	struct span name, source;

	k->filters++;
	bool good = settings_read_filter(path, point, k->a, &name, &source, &k->filter, &errors);
	for (uint32_t i = 0; i < errors.n; i++)
		printf("%.*s\n", SPAN_ARG(errors.lines[i]));
	k->faults += !good;
	if (!good)
		return EX_OK;
	if (filter_always_speaks(k->a, &k->filter))
		printf("%s: warning: speaks on any message, on an ordinary question too\n", path);
	return point == FILTER_INTAKE ? check_examples(k, path) : EX_OK;
}

static int check_folder(struct filter_check *k, const char *folder)
{
	int status = EX_OK;

	for (enum filter_point p = FILTER_INTAKE; p < FILTER_POINTS && !status; p++) {
		glob_t found = { 0 };
		if (glob(arena_printf(k->a, "%s/%s/*.sieve", folder, filter_point_name(p)), 0, NULL, &found) == 0)
			for (size_t i = 0; i < found.gl_pathc && !status; i++)
				status = check_sieve(k, found.gl_pathv[i], p);
		globfree(&found);
	}
	return status;
}

static bool ends(const char *path, const char *with)
{
	return span_iends(span_of(path), span_of(with));
}

static int check_path(struct filter_check *k, const char *path)
{
	struct stat st;

	if (stat(path, &st)) {
		fprintf(stderr, "hearback: %s: no such file or folder\n", path);
		return EX_NOINPUT;
	}
	if (S_ISDIR(st.st_mode))
		return check_folder(k, path);
	if (ends(path, ".svtest")) {
		uint32_t failed = 0;
		int r = svtest_run(path, &k->svtests, &failed);
		k->faults += failed;
		return r;
	}
	if (ends(path, ".sieve"))
		return check_sieve(k, path, strstr(path, "/outbound/") ? FILTER_OUTBOUND : FILTER_INTAKE);
	fprintf(stderr, "hearback: %s: neither a folder nor a .sieve or .svtest file\n", path);
	return EX_USAGE;
}

int filter_check(char *const *paths, int n, const struct reading_account *account)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	struct filter_check k = { .a = a, .account = *account, .now = clock_now() };
	int status = EX_OK;

	for (int i = 0; i < n && !status; i++)
		status = check_path(&k, paths[i]);
	if (status)
		return status;
	if (k.svtests)
		printf("%u tests, ", k.svtests);
	printf("%u filter%s, %u example%s: %u fault%s\n", k.filters, k.filters == 1 ? "" : "s", k.examples, k.examples == 1 ? "" : "s",
	       k.faults, k.faults == 1 ? "" : "s");
	return k.faults ? EX_DATAERR : EX_OK;
}
