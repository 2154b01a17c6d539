// SPDX-License-Identifier: Apache-2.0
/* The walls around a process: what a room may not do even if somebody else's code runs in it. Every function
 * raises what the kernel offers and notes it; a room goes on with what it got and tells what is
 * missing (hearback status, hearback check). Walls are for the whole process and are never taken
 * down. */
#pragma once
#include "base/buf.h"

struct sandbox_walls {
	bool dumps;	 /* no core file, no ptrace from outside */
	bool privileges; /* no_new_privs */
	bool memory;	 /* RLIMIT_AS */
	bool files;	 /* Landlock: only the paths that were named */
	bool network;	 /* Landlock refuses TCP as well (ABI 4) */
	bool calls;	 /* seccomp */
	int landlock;	 /* ABI of the kernel, 0 if it has none */
};

/* First thing after exec, in every process: no core files, not dumpable (so that no process of the
 * same user can look into it), no new privileges, umask 077. */
void sandbox_first(struct sandbox_walls *w);

/* Address space in bytes. Under AddressSanitizer nothing is limited. */
void sandbox_memory(struct sandbox_walls *w, size_t bytes);
/* From now on the process may use this much CPU time before SIGPROF ends it; 0 takes the limit away.
 * One system call: a room sets it before each piece of work. */
void sandbox_work_timer(unsigned seconds);

struct sandbox_path {
	const char *path; /* NULL or a path that does not exist gives nothing */
	bool write;	  /* else reading only */
};
/* No file but what lies in these paths can be opened any more, none executed; with `no_network` no TCP
 * connection made or accepted either. */
void sandbox_files(struct sandbox_walls *w, const struct sandbox_path *paths, size_t n, bool no_network);

/* What connecting to a server reads: name service and trust store, and `ca_file` (NULL or "": none). For
 * the time until TLS is up. Who is to stay behind it for long (`lasting`) keeps all of /etc: files that are replaced
 * there are others to the kernel. */
void sandbox_files_to_connect(struct sandbox_walls *w, const char *ca_file, bool lasting);

enum sandbox_calls {
	/* The supervisor, and through it all it starts: nothing that looks into other processes, mounts, traces, loads. */
	SANDBOX_SUPERVISOR,
	/* Any other room, first thing: everything but that, executing programs, signals to others, limiting them,
	 * keys, and opening itself to others again. */
	SANDBOX_ANY_ROOM,
	/* Memory, sealed memfds, frames over sockets that are open: no paths, no sockets. */
	SANDBOX_READER,
	/* A poller or a sender's helper once TLS is up: the same, and talking over open sockets. */
	SANDBOX_CONNECTED,
	/* Files, and connections accepted on a socket that listens already; no sockets of its own. */
	SANDBOX_KEEPER,
};
/* What is not allowed fails with EPERM. Behind all but the first two, no code can be loaded any more: what
 * needs a shared library later (charset converters, name services) is opened beforehand. */
void sandbox_calls(struct sandbox_walls *w, enum sandbox_calls which);

/* Appends the names of the walls that do not stand, separated by ", "; nothing if all do. */
void sandbox_missing(const struct sandbox_walls *w, struct buf *out);
