// SPDX-License-Identifier: Apache-2.0
/* The two sockets: supervisor and keeper. */
#include "base/io.h"
#include "daemon/poller/poller.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* A third batch waits until the first one is committed. */
enum { BATCHES_AHEAD = 2 };

/* Whoever is gone is started anew, and so are we, without blame. */
static bool gone(struct poller *p, int sock)
{
	return poller_end(p, ENDING_ORDERLY, "%s: the %s is gone", p->name,
			  sock == CHILD_KEEPER_FD ? "keeper" : "supervisor");
}

bool poller_tell(struct poller *p, int sock, const struct buf *b, int fd)
{
	int r = frame_send(sock, b, fd);

	while (r == -EAGAIN) {
		struct pollfd ready = { .fd = sock, .events = POLLOUT };
		poll(&ready, 1, -1);
		r = frame_send(sock, b, fd);
	}
	if (r == -EPIPE || r == -ECONNRESET)
		return gone(p, sock);
	if (r)
		return poller_end(p, ENDING_TRANSIENT, "%s: a frame could not be sent: %s", p->name,
				  strerror(-r));
	return true;
}

static bool say_alive(struct poller *p)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_ALIVE);
	return poller_tell(p, CHILD_SUPERVISOR_FD, &b, -1);
}

static bool hear_supervisor(struct poller *p, const struct frame *f)
{
	if (f->type == FRAME_ALIVE)
		return say_alive(p);
	if (f->type == FRAME_STOP)
		return poller_end(p, ENDING_ORDERLY, "%s: told to stop", p->name);
	return poller_end(p, ENDING_TRANSIENT, "%s: the supervisor sent what no poller understands", p->name);
}

static bool hear_keeper(struct poller *p, const struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_order order;
	uint64_t number;

	if (f->type == FRAME_RESUME && !p->resumed && frame_resume_get(&w, &p->resume)) {
		p->resumed = true;
		return true;
	}
	if (f->type == FRAME_BATCH_DONE && frame_batch_done_get(&w, &number) && number > p->batch_done &&
	    number <= p->batch) {
		p->batch_done = number;
		return true;
	}
	if (f->type == FRAME_ORDER && frame_order_get(&w, &order))
		return poller_queue(p, &order);
	if (f->type == FRAME_WATCH && !p->watch) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct frame_watch watch;
		if (frame_watch_get(a, &w, &watch))
			return poller_queue_watch(p, &watch);
	}
	return poller_end(p, ENDING_TRANSIENT, "%s: the keeper sent what no poller understands", p->name);
}

static bool hear_one(struct poller *p, int sock)
{
	struct frame f;
	int r = frame_recv(sock, p->room, sizeof(p->room), &f);

	if (r == -EAGAIN)
		return true;
	if (r == 0 || r == -ECONNRESET)
		return gone(p, sock);
	if (r < 0)
		return poller_end(p, ENDING_TRANSIENT, "%s: a frame could not be read: %s", p->name,
				  strerror(-r));
	bool good = sock == CHILD_KEEPER_FD ? hear_keeper(p, &f) : hear_supervisor(p, &f);
	frame_close_fds(&f);
	return good;
}

bool poller_answer(void *poller)
{
	struct poller *p = poller;
	unsigned char head[2];
	struct frame f;

	/* Anything else is heard in its turn. */
	if (recv(CHILD_SUPERVISOR_FD, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT) != (ssize_t)sizeof(head) ||
	    head[0] != FRAME_VERSION || head[1] != FRAME_ALIVE ||
	    frame_recv(CHILD_SUPERVISOR_FD, p->room, sizeof(p->room), &f) != 1)
		return false;
	frame_close_fds(&f);
	return say_alive(p);
}

bool poller_hear(struct poller *p, int timeout_ms)
{
	struct pollfd ready[] = {
		{ .fd = CHILD_SUPERVISOR_FD, .events = POLLIN },
		{ .fd = CHILD_KEEPER_FD, .events = POLLIN },
	};

	for (;; timeout_ms = 0) {
		int r = poll(ready, 2, timeout_ms);
		if (r == 0)
			return true;
		if (r < 0 && errno != EINTR)
			return poller_end(p, ENDING_TRANSIENT, "%s: poll: %s", p->name, strerror(errno));
		for (int i = 0; r > 0 && i < 2; i++)
			if (ready[i].revents && !hear_one(p, ready[i].fd))
				return false;
	}
}

bool poller_send_batch(struct poller *p, struct frame_batch_item *items, uint32_t n)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	while (p->batch - p->batch_done >= BATCHES_AHEAD)
		if (!poller_hear(p, -1))
			return false;
	FD_CLEANUP int fd = memfd_sealed("batch", buf_span(&p->bytes));
	if (fd < 0)
		return poller_end(p, ENDING_TRANSIENT, "%s: no memory for a batch: %s", p->name,
				  strerror(-fd));
	struct frame_batch batch = { .number = ++p->batch, .n = n, .at = items };
	frame_begin(&b, FRAME_BATCH);
	frame_batch_put(&b, &batch);
	return poller_tell(p, CHILD_KEEPER_FD, &b, fd);
}
