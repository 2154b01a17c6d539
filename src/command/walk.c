// SPDX-License-Identifier: Apache-2.0
#include "command/walk.h"
#include "base/text.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

enum { DEPTH_MAX = 32 };

struct walk {
	walk_visit visit;
	void *context;
	int status;
	unsigned depth;
};

static void complain(struct walk *w, const char *path, const char *why)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(PATH_MAX * TEXT_VISIBLE_MAX);

	text_visible(&shown, span_of(path), false);
	fprintf(stderr, "hearback: %s: %s\n", buf_cstr(&shown), why);
	w->status = EX_NOINPUT;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool join_path(char out[PATH_MAX], const char *folder, const char *name)
{
	int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX;
}

static bool is_maildir(const char *path)
{
	char cur[PATH_MAX], new[PATH_MAX];

	return join_path(cur, path, "cur") && join_path(new, path, "new") && is_folder(cur) && is_folder(new);
}

static void walk_folder(struct walk *w, const char *path);

static void walk_entry(struct walk *w, const char *folder, const char *name, bool maildir)
{
	char path[PATH_MAX];
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    (maildir ? strcmp(name, "tmp") == 0 : *name == '.'))
		return;
	if (!join_path(path, folder, name)) {
		complain(w, folder, strerror(ENAMETOOLONG));
	} else if (is_folder(path)) {
		walk_folder(w, path);
	} else if (!maildir && stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		int r = w->visit(w->context, path);
		w->status = r ? r : w->status;
	}
}

static void walk_folder(struct walk *w, const char *path)
{
	struct dirent **entries;
	bool maildir = is_maildir(path);

	if (w->depth == DEPTH_MAX) {
		complain(w, path, "lies too deep below where we began; name it by itself");
		return;
	}
	int n = scandir(path, &entries, NULL, alphasort);
	if (n < 0) {
		complain(w, path, strerror(errno));
		return;
	}
	w->depth++;
	for (int i = 0; i < n; i++) {
		if (w->status != EX_OSERR)
			walk_entry(w, path, entries[i]->d_name, maildir);
		free(entries[i]);
	}
	free(entries);
	w->depth--;
}

int walk_path(const char *path, walk_visit visit, void *context)
{
	struct walk w = { .visit = visit, .context = context };
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		walk_folder(&w, path);
	else
		w.status = visit(context, path);
	return w.status;
}
