// SPDX-License-Identifier: Apache-2.0
#include "ledger/keys.h"
#include "base/io.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 8192, PATH_ROOM = 4000, CHECK_SIZE = 16 };
static const char first_line[] = "hearback keys 1\n";

static void put_key(struct buf *out, const char *name, const uint8_t *key, size_t n)
{
	buf_printf(out, "%s ", name);
	put_hex(out, key, n);
	buf_putc(out, '\n');
}

static bool get_key(struct span *rest, const char *name, uint8_t *key, size_t n)
{
	struct span line, word;

	return span_split(rest, '\n', &line) && span_split(&line, ' ', &word) &&
	       span_eq(word, span_of(name)) && line.p && get_hex(line, key, n);
}

/* The last line is a hash of all before it: a file cut short or edited is noticed. */
static void put_check(struct buf *out)
{
	struct hash h = hash_blake2b(SPAN("hearback keys"), buf_span(out));

	put_key(out, "check", h.b, CHECK_SIZE);
}

static void put_text(const struct keys *k, struct buf *out)
{
	buf_puts(out, first_line);
	put_key(out, "tag", k->tag, KEY_SIZE);
	put_key(out, "id", k->id, KEY_SIZE);
	put_key(out, "message-id", k->message_id, KEY_SIZE);
	put_key(out, "sign-secret", k->secret, SIGN_SECRET);
	put_key(out, "sign-public", k->known[0], SIGN_PUBLIC);
	for (uint32_t i = 1; i < k->nknown; i++)
		put_key(out, "retired", k->known[i], SIGN_PUBLIC);
	put_check(out);
}

static bool get_text(struct span text, struct keys *k)
{
	struct span rest;
	uint8_t check[CHECK_SIZE], signature[SIGN_SIZE];

	if (!span_starts(text, span_of(first_line)) || text.p[text.n - 1] != '\n')
		return false;
	rest = span_sub(text, sizeof(first_line) - 1, SIZE_MAX);
	if (!get_key(&rest, "tag", k->tag, KEY_SIZE) || !get_key(&rest, "id", k->id, KEY_SIZE) ||
	    !get_key(&rest, "message-id", k->message_id, KEY_SIZE) ||
	    !get_key(&rest, "sign-secret", k->secret, SIGN_SECRET) ||
	    !get_key(&rest, "sign-public", k->known[0], SIGN_PUBLIC))
		return false;
	k->nknown = 1;
	while (span_starts(rest, SPAN("retired "))) {
		if (k->nknown > KEYS_RETIRED_MAX ||
		    !get_key(&rest, "retired", k->known[k->nknown++], SIGN_PUBLIC))
			return false;
	}
	struct hash h = hash_blake2b(SPAN("hearback keys"), span_sub(text, 0, text.n - rest.n));
	if (!get_key(&rest, "check", check, CHECK_SIZE) || rest.n || !hash_eq(check, h.b, CHECK_SIZE))
		return false;
	sign_make(k->secret, SPAN("hearback"), signature);
	return sign_check(k->known[0], SPAN("hearback"), signature);
}

int keys_load(const char *path, struct keys *out, struct err *err)
{
	struct stat st;
	BUF_CLEANUP struct buf text = BUF_CAPPED(FILE_MAX);

	if (stat(path, &st) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (st.st_mode & 077)
		return err_set(err, -EPERM,
			       "%s: others may read the keys (mode %04o): chmod 600 it, and if somebody "
			       "did, start with a new ledger",
			       path, (unsigned)st.st_mode & 07777);
	buf_reserve(&text, FILE_MAX); /* no copy is left behind by growing */
	int r = io_read_file(path, FILE_MAX, &text, err);
	if (r)
		return r;
	bool good = get_text(buf_span(&text), out);
	explicit_bzero(text.p, text.room);
	if (good)
		return 0;
	keys_wipe(out);
	return err_set(err, -EBADMSG,
		       "%s: the key file is cut short or was changed: restore it from the backup", path);
}

static int make(const char *path, struct keys *k, struct err *err)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(FILE_MAX);

	buf_reserve(&text, FILE_MAX);
	crypto_random(k->tag, KEY_SIZE);
	crypto_random(k->id, KEY_SIZE);
	crypto_random(k->message_id, KEY_SIZE);
	sign_keypair(k->known[0], k->secret);
	k->nknown = 1;
	put_text(k, &text);
	int r = io_replace_file(path, buf_span(&text), 0600, err);
	explicit_bzero(text.p, text.room);
	return r;
}

/* The folder itself is the lock: whoever comes second finds the keys of the first. */
static int lock_folder(const char *path, int *fd, struct err *err)
{
	char copy[PATH_ROOM];

	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
		return err_set(err, -ENAMETOOLONG, "%s: %s", path, strerror(ENAMETOOLONG));
	const char *folder = dirname(copy);
	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0 || flock(*fd, LOCK_EX) < 0)
		return err_set(err, -errno, "%s: %s", folder, strerror(errno));
	return 0;
}

int keys_open(const char *path, const char *ledger, struct keys *out, struct err *err)
{
	char data[PATH_ROOM];
	FD_CLEANUP int lock = -1;

	int r = lock_folder(path, &lock, err);
	if (r)
		return r;
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return keys_load(path, out, err);
	snprintf(data, sizeof(data), "%s/data.mdb", ledger);
	if (access(data, F_OK) == 0 || errno != ENOENT)
		return err_set(err, -ENOENT,
			       "%s: missing, and the ledger in %s cannot be read without it: restore it "
			       "from the backup, or move the ledger away to start anew",
			       path, ledger);
	return make(path, out, err);
}

void keys_wipe(struct keys *k)
{
	explicit_bzero(k, sizeof(*k));
}
