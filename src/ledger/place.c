// SPDX-License-Identifier: Apache-2.0
#include "ledger/place.h"
#include "base/io.h"
#include "base/date.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct err *err, const char *path)
{
	return err_set(err, -errno, "%s: %s", path, strerror(errno));
}

static bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static int sync_folder(const char *path, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? fail(err, path) : 0;
}

static int join(char out[PLACE_PATH], const char *a, const char *b, struct err *err)
{
	if (snprintf(out, PLACE_PATH, "%s/%s", a, b) < PLACE_PATH)
		return 0;
	errno = ENAMETOOLONG;
	return fail(err, a);
}

bool place_has_ledger(const char *state)
{
	char path[PLACE_PATH];
	struct err err;

	return join(path, state, "ledger/data.mdb", &err) == 0 && exists(path);
}

/* Keeps the ledger from whoever would open it; a folder without a ledger has nobody. */
static int hold(const char *ledger, int *fd, struct err *err)
{
	char path[PLACE_PATH];
	int r = join(path, ledger, "ledger.lock", err);

	if (r)
		return r;
	*fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? 0 : fail(err, path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK
		       ? err_set(err, -EBUSY, "%s: the ledger is in use: stop hearback first", ledger)
		       : fail(err, path);
}

bool place_in_use(const char *state)
{
	char path[PLACE_PATH];
	FD_CLEANUP int fd = -1;
	struct err err;

	return join(path, state, "ledger", &err) == 0 && hold(path, &fd, &err) == -EBUSY;
}

static const char *const files[] = { "ledger/data.mdb",	  "ledger/lock.mdb",	 "ledger/ledger.lock",
				     "ledger/ledger.readers", "ledger/data.new", "keys",
				     "keys.new",	  "tombstones",		 "tombstones.new" };

int place_make_part(const char *state, const char *name, char out[PLACE_PATH], struct err *err)
{
	char path[PLACE_PATH], full[100];

	snprintf(full, sizeof(full), "%s.part", name);
	int r = join(out, state, full, err);
	for (size_t i = 0; !r && i < sizeof(files) / sizeof(*files); i++) {
		r = join(path, out, files[i], err);
		if (!r)
			unlink(path);
	}
	if (!r)
		r = join(path, out, "ledger", err);
	if (!r)
		rmdir(path);
	if (!r && rmdir(out) < 0 && errno != ENOENT)
		return fail(err, out);
	return !r && mkdir(out, 0700) < 0 ? fail(err, out) : r;
}

int place_commit(const char *state, const char *part, struct err *err)
{
	char whole[PLACE_PATH];
	int r = join(whole, state, "ledger.new", err);

	/* It would come into force when that one ends, and set aside what it has done. */
	if (!r && place_in_use(state))
		return err_set(err, -EBUSY, "%s: the ledger is in use: stop hearback first", state);
	if (!r)
		r = sync_folder(part, err);
	if (!r && exists(whole))
		return err_set(err, -EEXIST,
			       "%s: it waits to be put into force: run any command that asks the ledger",
			       whole);
	if (!r && rename(part, whole) < 0)
		r = fail(err, whole);
	return r ? r : sync_folder(state, err);
}

/* The keys go with what only they can read. */
static int set_aside(const char *state, const char *ledger, const char *keys, int64_t now, struct err *err)
{
	char old[PLACE_PATH], name[64], copy[PLACE_PATH];
	BUF_CLEANUP struct buf when = BUF_CAPPED(40);
	FD_CLEANUP int lock = -1;

	put_iso(&when, now);
	int r = hold(ledger, &lock, err);
	if (!r)
		r = join(copy, ledger, "keys", err);
	if (r)
		return r;
	unlink(copy);
	if (link(keys, copy) < 0 && errno != ENOENT)
		return fail(err, copy);
	for (int i = 1; i < 100; i++) {
		snprintf(name, sizeof(name), i > 1 ? "ledger.OLD-%s-%d" : "ledger.OLD-%s", buf_cstr(&when),
			 i);
		r = join(old, state, name, err);
		if (r || !exists(old))
			break;
	}
	if (!r && rename(ledger, old) < 0)
		r = fail(err, old);
	return r ? r : sync_folder(state, err);
}

static int move(const char *from, const char *to, struct err *err)
{
	return exists(from) && rename(from, to) < 0 ? fail(err, to) : 0;
}

static int install(const char *state, const char *whole, int64_t now, struct err *err)
{
	static const char *const names[] = { "keys", "tombstones" };
	char from[PLACE_PATH], to[PLACE_PATH], keys[PLACE_PATH];
	int r = join(from, whole, "ledger", err);

	if (!r)
		r = join(to, state, "ledger", err);
	if (!r)
		r = join(keys, state, "keys", err);
	if (!r && exists(from)) {
		if (exists(to))
			r = set_aside(state, to, keys, now, err);
		if (!r && rename(from, to) < 0)
			r = fail(err, to);
	}
	for (size_t i = 0; !r && i < sizeof(names) / sizeof(*names); i++) {
		r = join(from, whole, names[i], err);
		if (!r)
			r = join(to, state, names[i], err);
		if (!r)
			r = move(from, to, err);
	}
	if (!r && rmdir(whole) < 0)
		r = fail(err, whole);
	return r ? r : sync_folder(state, err);
}

int place_install(const char *state, int64_t now, struct err *err)
{
	char whole[PLACE_PATH];
	int r = join(whole, state, "ledger.new", err);

	if (r || !exists(whole))
		return r;
	FD_CLEANUP int lock = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return fail(err, state);
	return exists(whole) ? install(state, whole, now, err) : 0;
}
