// SPDX-License-Identifier: Apache-2.0
#include "daemon/settings.h"
#include "daemon/settings_internal.h"
#include "base/io.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>


void settings_finding(struct arena *a, struct config_errors *list, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (list->n == SETTINGS_FINDINGS)
		return;
	if (!list->lines)
		list->lines = arena_many(a, SETTINGS_FINDINGS, struct span);
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	list->lines[list->n++] = arena_span(a, span_of(text));
}

/* Never waits, as opening a pipe would. */
static int open_regular(const char *path, struct stat *st)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int given;

	if (fd < 0)
		return -errno;
	if (fstat(fd, st) != 0)
		return -errno;
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	if (!S_ISREG(st->st_mode))
		return -EINVAL;
	given = fd;
	fd = -1;
	return given;
}

bool settings_read_text(const char *path, struct arena *a, struct span *out, struct err *err)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED((size_t)CONFIG_BYTES + 1);
	struct stat st;
	FD_CLEANUP int fd = open_regular(path, &st);
	int r = fd < 0 ? fd : io_read_fd(fd, (size_t)CONFIG_BYTES + 1, &text);

	if (r < 0) {
		err_set(err, r, "%s: %s", path,
			r == -EINVAL  ? "is no regular file, name a text file"
			: r == -E2BIG ? "is larger than 1 MB, is this the right file?"
				      : strerror(-r));
		return false;
	}
	*out = arena_span(a, buf_span(&text));
	return true;
}

/* struct config_source.find */
static bool find_files(void *context, struct arena *a, struct span pattern, struct config_file **out,
		       uint32_t *n, struct err *err)
{
	const char *text = arena_str(a, pattern);
	glob_t found = { 0 };
	int r = glob(text, 0, NULL, &found);
	bool good = r == 0 || (r == GLOB_NOMATCH && strpbrk(text, "*?["));

	(void)context;
	*n = 0;
	if (!good)
		err_set(err, -ENOENT, "%s: %s", text,
			r == GLOB_NOMATCH ? "there is no such file, name one or remove the line"
					  : "cannot be read, see its permissions");
	else if (found.gl_pathc > CONFIG_FILES) {
		err_set(err, -E2BIG, "%s: more than %d files, put settings together", text, CONFIG_FILES);
		good = false;
	}
	size_t count = good && r == 0 ? found.gl_pathc : 0;
	*out = arena_many(a, count, struct config_file);
	for (size_t i = 0; i < count && good; i++) {
		(*out)[i].name = arena_span(a, span_of(found.gl_pathv[i]));
		good = settings_read_text(found.gl_pathv[i], a, &(*out)[i].text, err);
	}
	*n = (uint32_t)count;
	globfree(&found);
	return good;
}

static bool begins_with_line_end(int fd)
{
	char c;

	return pread(fd, &c, 1, 0) == 1 && (c == '\n' || c == '\r');
}

static void check_secret(struct arena *a, const char *path, struct span account, const char *key,
			 struct span file, struct settings_findings *found)
{
	const char *name = arena_str(a, file);
	struct stat st = { 0 };
	FD_CLEANUP int fd = open_regular(name, &st);
	const char *fault =
		fd == -EINVAL		   ? "is no regular file, name a file that holds it and nothing else"
		: fd < 0		   ? strerror(-fd)
		: st.st_size == 0	   ? "is empty, write the password or token into it"
		: st.st_size > LIMIT_TOKEN ? "is larger than 16 KiB, write only the password or token into it"
		: begins_with_line_end(fd) ? "begins with an empty line, write the password or token into the first"
					   : NULL;

	if (fault)
		settings_finding(a, &found->errors, "%s: account %.*s: %s %s: %s", path, SPAN_ARG(account),
				 key, name, fault);
	else if (st.st_mode & S_IROTH)
		settings_finding(a,
				 span_starts(file, SPAN("/run/secrets/")) ? &found->warnings : &found->errors,
				 "%s: account %.*s: %s %s: others can read it, run chmod o-rwx %s", path,
				 SPAN_ARG(account), key, name, name);
}

/* `whose`: the account, or nothing. */
static void check_command(struct arena *a, const char *path, const char *whose, const char *key, struct span command,
			  struct settings_findings *found)
{
	struct span program = SPAN_NONE;
	struct stat st;

	span_split(&command, ' ', &program);
	const char *name = arena_str(a, program);
	if (stat(name, &st) != 0 || access(name, X_OK) != 0)
		settings_finding(a, &found->errors, "%s: %s%s %s: %s", path, whose, key, name, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		settings_finding(a, &found->errors, "%s: %s%s %s: is no program, name one", path, whose, key, name);
}

enum { CERTIFICATES_MAX = 8 * 1024 * 1024 };

static void check_readable(struct arena *a, const char *path, struct span account, const char *key,
			   struct span file, struct settings_findings *found)
{
	const char *name = arena_str(a, file);
	struct stat st;
	FD_CLEANUP int fd = file.n ? open_regular(name, &st) : -1;

	if (file.n && fd < 0)
		settings_finding(
			a, &found->errors, "%s: account %.*s: %s %s: %s", path, SPAN_ARG(account), key, name,
			fd == -EINVAL ? "is no regular file, name a file of certificates" : strerror(-fd));
	if (fd < 0)
		return;
	BUF_CLEANUP struct buf text = BUF_CAPPED(CERTIFICATES_MAX);
	if (io_read_fd(fd, CERTIFICATES_MAX, &text) || span_find(buf_span(&text), SPAN("-----BEGIN ")) < 0)
		settings_finding(a, &found->errors, "%s: account %.*s: %s %s: holds no certificate in PEM form", path,
				 SPAN_ARG(account), key, name);
}

/* It need not be there, but then its parent must be ours to write. */
static void check_state_dir(struct arena *a, const char *path, struct span folder,
			    struct settings_findings *found)
{
	char *name = arena_str(a, folder);
	struct stat st;

	if (stat(name, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			settings_finding(a, &found->errors, "%s: state_dir %s: is no folder, name one", path,
					 name);
		else if (access(name, R_OK | W_OK | X_OK) != 0)
			settings_finding(a, &found->errors,
					 "%s: state_dir %s: %s, give it to the user hearback runs as", path,
					 name, strerror(errno));
		return;
	}
	int why = errno;
	while (folder.n > 1 && folder.p[folder.n - 1] == '/')
		folder.n--;
	while (folder.n > 1 && folder.p[folder.n - 1] != '/')
		folder.n--;
	const char *parent = arena_str(a, folder);
	if (why == ENOENT)
		why = access(parent, W_OK | X_OK) == 0 ? 0 : errno;
	if (why)
		settings_finding(a, &found->errors,
				 "%s: state_dir %s: cannot be made in %s (%s), make it and give it to us",
				 path, name, parent, strerror(why));
}

static void check_world(const char *path, struct arena *a, const struct config *c,
			struct settings_findings *found)
{
	check_state_dir(a, path, c->state_dir, found);
	if (c->alarm_command.n)
		check_command(a, path, "", "alarm_command", c->alarm_command, found);
	for (uint32_t i = 0; i < c->n; i++) {
		const struct config_account *one = &c->accounts[i];
		if (one->token_command.n)
			check_command(a, path, arena_printf(a, "account %.*s: ", SPAN_ARG(one->name)), "token_command",
				      one->token_command, found);
		else if (one->token_file.n)
			check_secret(a, path, one->name, "token_file", one->token_file, found);
		else
			check_secret(a, path, one->name, "password_file", one->password_file, found);
		if (one->smtp_auth && !config_smtp_token(one) &&
		    !span_eq(one->smtp_password_file, one->password_file))
			check_secret(a, path, one->name, "smtp_password_file", one->smtp_password_file,
				     found);
		check_readable(a, path, one->name, "ca_file", one->ca_file, found);
		if (!span_eq(one->smtp_ca_file, one->ca_file))
			check_readable(a, path, one->name, "smtp_ca_file", one->smtp_ca_file, found);
	}
}

bool settings_parse(const char *path, struct arena *a, struct config *out, struct settings_findings *found)
{
	struct config_source source = { .find = find_files };
	struct config_file file = { .name = span_of(path) };
	struct config_errors parsed;
	struct err err;

	*found = (struct settings_findings){ 0 };
	if (!settings_read_text(path, a, &file.text, &err)) {
		settings_finding(a, &found->errors, "%s", err.text);
		return false;
	}
	if (config_parse(a, file, &source, out, &parsed))
		return true;
	for (uint32_t i = 0; i < parsed.n; i++)
		settings_finding(a, &found->errors, "%.*s", SPAN_ARG(parsed.lines[i]));
	return false;
}

bool settings_load(const char *path, struct arena *a, struct config *out, struct settings_findings *found)
{
	struct span sets;
	BUF_CLEANUP struct buf canonical = BUF_CAPPED(CONFIG_BYTES);

	if (!settings_parse(path, a, out, found))
		return false;
	config_write(out, SPAN_NONE, &canonical);
	if (canonical.full)
		settings_finding(a, &found->errors,
				 "%s: all settings written out are larger than 1 MB, shorten the lists",
				 path);
	check_world(path, a, out, found);
	settings_read_sets(path, out, a, &sets, &found->errors);
	return found->errors.n == 0;
}
