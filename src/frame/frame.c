// SPDX-License-Identifier: Apache-2.0
#include "frame/frame.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME_LEAST = 2 };

union control_room {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * FRAME_FDS)];
};

void frame_begin(struct buf *b, enum frame_type type)
{
	wire_put_u8(b, FRAME_VERSION);
	wire_put_u8(b, (uint8_t)type);
}

int frame_send_fds(int sock, const struct buf *b, const int *fds, size_t nfds)
{
	union control_room control = { 0 };
	struct iovec iov = { .iov_base = b->p, .iov_len = b->n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (b->full || b->n > FRAME_MAX)
		return -E2BIG;
	if (b->n < FRAME_LEAST || nfds > FRAME_FDS)
		return -EINVAL;
	if (nfds) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(sizeof(*fds) * nfds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(*fds) * nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(*fds) * nfds);
	}
	do {
		n = sendmsg(sock, &m, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EMSGSIZE ? -E2BIG : -errno;
	return 0;
}

int frame_send(int sock, const struct buf *b, int fd)
{
	return frame_send_fds(sock, b, &fd, fd >= 0);
}

static bool known_type(enum frame_type t)
{
	switch (t) {
	case FRAME_START: case FRAME_STOP: case FRAME_SETS: case FRAME_LOST: case FRAME_SECRET: case FRAME_PEER: case FRAME_WALLS: case FRAME_ALIVE: case FRAME_AGE: case FRAME_PEOPLE: case FRAME_PROGRESS: case FRAME_TASK: case FRAME_ALARM:
	case FRAME_READY: case FRAME_ENDING: case FRAME_NEED_SECRET: case FRAME_IDLE: case FRAME_STALE:
	case FRAME_RESUME: case FRAME_SELECTED: case FRAME_BATCH: case FRAME_BATCH_DONE: case FRAME_SEEN_ALL:
	case FRAME_ORDER: case FRAME_ORDER_DONE: case FRAME_TROUBLE: case FRAME_WATCH: case FRAME_WATCHED:
	case FRAME_READ: case FRAME_FACTS:
	case FRAME_SEND: case FRAME_DOT_ASK: case FRAME_DOT_GRANTED: case FRAME_SENT_RESULT:
	case FRAME_REQUEST: case FRAME_ROW: case FRAME_END:
		return true;
	}
	return false;
}

/* Takes the descriptors out of the control data, which has room for FRAME_FDS; false if more came. */
static bool take_fds(struct msghdr *m, struct frame *out)
{
	size_t n = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < count && n < FRAME_FDS; i++)
			memcpy(&out->fds[n++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	}
	return !(m->msg_flags & MSG_CTRUNC);
}

int frame_recv(int sock, char *room, size_t size, struct frame *out)
{
	union control_room control = { 0 };
	struct iovec iov = { .iov_base = room, .iov_len = size };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	ssize_t n;

	do {
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n < 0)
		return -errno;
	*out = (struct frame){ .fds = { -1, -1 } };
	bool fit = take_fds(&m, out);
	if (!fit || m.msg_flags & MSG_TRUNC || n < FRAME_LEAST || (uint8_t)room[0] != FRAME_VERSION ||
	    !known_type((uint8_t)room[1])) {
		frame_close_fds(out);
		return -EPROTO;
	}
	out->type = (uint8_t)room[1];
	out->payload = span_make(room + FRAME_LEAST, (size_t)n - FRAME_LEAST);
	return 1;
}

void frame_close_fds(struct frame *f)
{
	for (size_t i = 0; i < FRAME_FDS; i++) {
		if (f->fds[i] >= 0)
			close(f->fds[i]);
		f->fds[i] = -1;
	}
}
