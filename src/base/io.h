// SPDX-License-Identifier: Apache-2.0
/* Descriptors: what every process of ours needs and no pure code may touch. */
#pragma once
#include "base/buf.h"
#include "base/err.h"

void fd_closep(int *fd);
#define FD_CLEANUP __attribute__((cleanup(fd_closep)))

/* Reads a whole regular file or pipe of at most `max` bytes. 0, or -errno with a line in `err` that
 * names the file. */
int io_read_file(const char *path, size_t max, struct buf *out, struct err *err);
int io_read_fd(int fd, size_t max, struct buf *out);
/* Writes everything; -errno. */
int io_write_all(int fd, const void *p, size_t n);
/* Replaces a file so that a crash leaves the old or the new one: temporary name, fsync, rename,
 * fsync of the folder. */
int io_replace_file(const char *path, struct span bytes, unsigned mode, struct err *err);

/* A memfd with `bytes` that nobody can change any more (all seals). -errno or a descriptor. */
int memfd_sealed(const char *name, struct span bytes);
/* Maps a descriptor received from another room read-only. Refuses (-EPERM) one that is not a memfd
 * sealed against writing, shrinking and growing, and (-E2BIG) one over `max`. */
int memfd_map(int fd, size_t max, struct span *out);
void memfd_unmap(struct span *s);

/* Unix seconds and monotonic milliseconds. Processes only: pure code gets the time as an argument. */
int64_t clock_now(void);
int64_t clock_now_ms(void);
int64_t clock_mono_ms(void);
