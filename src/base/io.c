// SPDX-License-Identifier: Apache-2.0
#include "base/io.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int io_read_fd(int fd, size_t max, struct buf *out)
{
	for (;;) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return out->full ? -E2BIG : 0;
		if (out->n + (size_t)n > max)
			return -E2BIG;
		buf_put(out, chunk, (size_t)n);
	}
}

int io_read_file(const char *path, size_t max, struct buf *out, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	int r = io_read_fd(fd, max, out);
	if (r == -E2BIG)
		return err_set(err, r, "%s: larger than the %zu bytes allowed here", path, max);
	if (r)
		return err_set(err, r, "%s: %s", path, strerror(-r));
	return 0;
}

int io_write_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n) {
		ssize_t w = write(fd, at, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -errno;
		at += w;
		n -= (size_t)w;
	}
	return 0;
}

static int sync_folder(const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		abort();
	FD_CLEANUP int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	return fd < 0 || fsync(fd) ? -errno : 0;
}

int io_replace_file(const char *path, struct span bytes, unsigned mode, struct err *err)
{
	char temporary[4096];

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	unlink(temporary);
	FD_CLEANUP int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_set(err, -errno, "%s: %s", temporary, strerror(errno));
	int r = io_write_all(fd, bytes.p, bytes.n);
	if (!r && fsync(fd))
		r = -errno;
	if (!r && rename(temporary, path))
		r = -errno;
	if (!r)
		r = sync_folder(path);
	return r ? err_set(err, r, "%s: %s", path, strerror(-r)) : 0;
}

int memfd_sealed(const char *name, struct span bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	int r = io_write_all(fd, bytes.p, bytes.n);
	if (!r && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		r = -errno;
	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

int memfd_map(int fd, size_t max, struct span *out)
{
	const int wanted = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW;
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & wanted) != wanted)
		return -EPERM;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size < 0 || (uint64_t)st.st_size > max)
		return -E2BIG;
	if (st.st_size == 0) {
		*out = SPAN("");
		return 0;
	}
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	*out = span_make(p, (size_t)st.st_size);
	return 0;
}

void memfd_unmap(struct span *s)
{
	union {
		const char *in;
		void *out;
	} p = { .in = s->p };

	if (s->n)
		munmap(p.out, s->n);
	*s = SPAN_NONE;
}

static int64_t read_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_now(void)
{
	return clock_now_ms() / 1000;
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

void fd_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}
