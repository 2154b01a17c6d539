// SPDX-License-Identifier: Apache-2.0
/* Landlock. The constants that came after ABI 2 are written out: Debian 12's headers do not have them. */
#include "base/io.h"
#include "sandbox/sandbox.h"
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	ABI_REFER = 2,
	ABI_TRUNCATE = 3,
	ABI_NETWORK = 4,
};

#define FS_TRUNCATE (1ULL << 14)
#define NET_BIND_TCP (1ULL << 0)
#define NET_CONNECT_TCP (1ULL << 1)

struct ruleset {
	uint64_t fs;
	uint64_t net; /* ABI 4 */
};

static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
				LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR;

static uint64_t everything(int abi)
{
	uint64_t fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1; /* all of ABI 1 */

	if (abi >= ABI_REFER)
		fs |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= ABI_TRUNCATE)
		fs |= FS_TRUNCATE;
	return fs;
}

/* False if a path that exists could not be allowed. */
static bool allow(int rules, const struct sandbox_path *path, uint64_t handled)
{
	FD_CLEANUP int fd = path->path ? open(path->path, O_PATH | O_CLOEXEC) : -1;

	struct stat st;

	if (fd < 0)
		return true;
	uint64_t wanted = reading | (path->write ? writing | FS_TRUNCATE : 0);
	/* The kernel refuses rights of a folder for anything else. */
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		wanted &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
	const struct landlock_path_beneath_attr beneath = {
		.allowed_access = wanted & handled,
		.parent_fd = fd,
	};
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
}

void sandbox_files(struct sandbox_walls *w, const struct sandbox_path *paths, size_t n, bool no_network)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	w->landlock = abi > 0 ? (int)abi : 0;
	if (abi < 1)
		return;
	bool network = no_network && abi >= ABI_NETWORK;
	const struct ruleset attr = {
		.fs = everything((int)abi),
		.net = network ? NET_BIND_TCP | NET_CONNECT_TCP : 0,
	};
	size_t size = abi >= ABI_NETWORK ? sizeof(attr) : sizeof(attr.fs);
	FD_CLEANUP int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	bool good = rules >= 0;
	for (size_t i = 0; good && i < n; i++)
		good = allow(rules, &paths[i], attr.fs);
	w->files = good && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	w->network = w->files && network;
}

void sandbox_files_to_connect(struct sandbox_walls *w, const char *ca_file, bool lasting)
{
	/* Links in /etc lead to the folders under /run. Secrets of other accounts may lie in /etc, too. */
	const struct sandbox_path paths[] = {
		{ .path = lasting ? "/etc" : NULL },
		{ .path = "/etc/resolv.conf" }, { .path = "/etc/hosts" },	  { .path = "/etc/nsswitch.conf" },
		{ .path = "/etc/host.conf" },	{ .path = "/etc/gai.conf" },	  { .path = "/etc/services" },
		{ .path = "/etc/ssl" },		{ .path = "/etc/gnutls" },	  { .path = "/etc/pki" },
		{ .path = "/etc/pkcs11" },	{ .path = "/etc/crypto-policies" }, { .path = "/etc/ca-certificates" },
		{ .path = "/etc/ld.so.cache" }, { .path = "/lib" },		  { .path = "/lib64" },
		{ .path = "/usr/lib" },		{ .path = "/usr/share" },	  { .path = "/usr/local/share" },
		{ .path = "/dev/urandom" },	{ .path = "/run/resolvconf" },	  { .path = "/run/systemd/resolve" },
		{ .path = "/run/NetworkManager" },
		{ .path = ca_file && *ca_file ? ca_file : NULL },
	};

	sandbox_files(w, paths, sizeof(paths) / sizeof(*paths), false);
}
