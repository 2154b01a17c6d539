// SPDX-License-Identifier: Apache-2.0
/* Starting a room: the program, its inherited descriptors, nothing else. Used by the supervisor and
 * by commands that need a keeper or reader of their own. */
#pragma once
#include "base/err.h"
#include "frame/frame.h"
#include <sys/types.h>

enum { ROOM_PATH = 4096 };

/* The path of a room's program: in a folder of HEARBACK_ROOMS (separated by ':'), beside or one above
 * the running program (a build tree), or where it was installed. False if it is nowhere. */
bool room_program(enum room r, char out[ROOM_PATH]);

struct spawned {
	pid_t pid;
	int sock; /* our end of its CHILD_SUPERVISOR_FD */
};
/* The child gets a new socket as CHILD_SUPERVISOR_FD, and `keeper_fd` and `blame_fd` (each -1: none) in their
 * places; its environment holds HEARBACK_FAULT alone, where it is set. 0, or -errno with a line. */
int room_spawn(enum room r, int keeper_fd, int blame_fd, struct spawned *out, struct err *err);
/* A connected pair of SOCK_SEQPACKET sockets with room for full frames, close-on-exec. */
int room_pair(int pair[2]);

/* Started as root: becomes the configured user for good, with its groups. The state folder is made
 * (0700) and given to that user first. 0, or -errno with a line. Anybody else only has the folder made. */
int become_user(const char *user, const char *state_dir, struct err *err);
