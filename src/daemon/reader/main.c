// SPDX-License-Identifier: Apache-2.0
/* hearback-reader: bytes in, facts out.
 *
 * Holds: nothing but the messages of the batch in hand. May: use memory and CPU within limits, answer
 * on the sockets it inherited. May not: open files or connections, see secrets or the ledger. Fails by
 * dying: whoever sent the batch asks another reader for its messages one by one. It serves the keeper under
 * the supervisor, or a command alone (then CHILD_SUPERVISOR_FD is closed). */
#include "base/io.h"
#include "base/log.h"
#include "daemon/reader/batch.h"
#include "mail/limits.h"
#include "sandbox/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MEMORY_MAX = 512 * 1024 * 1024,
	BYTES_MAX = LIMIT_BATCH_BYTES + LIMIT_FETCH_MAX,
};

struct reader {
	struct batch batch;
	struct arena *arena; /* of one frame */
	bool supervised;
	struct sandbox_walls walls;
	struct buf missing;
	char room[FRAME_MAX];
};

static void raise_walls(struct reader *r)
{
	sandbox_memory(&r->walls, MEMORY_MAX);
	sandbox_files(&r->walls, NULL, 0, true);
	sandbox_calls(&r->walls, SANDBOX_READER);
	sandbox_missing(&r->walls, &r->missing);
	if (r->missing.n)
		log_event(LOG_WARN, "walls.missing", "walls=%s", log_quote(buf_cstr(&r->missing)));
}

static bool answer(struct reader *r, const struct frame_facts *facts)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	FD_CLEANUP int fd = memfd_sealed("facts", buf_span(&r->batch.facts));

	if (fd < 0) {
		log_event(LOG_WARN, "facts.memfd", "error=%s", log_quote(strerror(-fd)));
		return false;
	}
	frame_begin(&b, FRAME_FACTS);
	frame_facts_put(&b, facts);
	return frame_send(CHILD_KEEPER_FD, &b, fd) == 0;
}

static bool serve_read(struct reader *r, const struct frame *f)
{
	struct frame_read read;
	struct span bytes;
	struct wire w = wire_over(f->payload);

	if (memfd_map(f->fds[0], BYTES_MAX, &bytes))
		return false;
	bool good = frame_read_get(r->arena, &w, bytes.n, &read);
	if (good) {
		struct frame_facts facts = { .number = read.number, .n = read.n };
		facts.at = arena_many(r->arena, read.n, struct frame_facts_item);
		batch_read(&r->batch, &read, bytes, facts.at);
		good = answer(r, &facts);
	}
	memfd_unmap(&bytes);
	batch_trim(&r->batch);
	arena_reset(r->arena);
	return good;
}

/* One frame from the keeper or a command; false at the end, or if it talks nonsense. */
static bool serve(struct reader *r)
{
	struct frame f;

	if (frame_recv(CHILD_KEEPER_FD, r->room, sizeof(r->room), &f) != 1)
		return false;
	bool good = f.type == FRAME_READ && serve_read(r, &f);
	frame_close_fds(&f);
	return good;
}

static bool supervised(struct reader *r)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame f;

	if (frame_recv(CHILD_SUPERVISOR_FD, r->room, sizeof(r->room), &f) != 1)
		return false;
	frame_close_fds(&f);
	if (f.type != FRAME_START && f.type != FRAME_ALIVE)
		return false;
	frame_begin(&b, f.type == FRAME_START ? FRAME_READY : FRAME_ALIVE);
	if (f.type == FRAME_START)
		frame_ready_put(&b, buf_span(&r->missing));
	return frame_send(CHILD_SUPERVISOR_FD, &b, -1) == 0;
}

static void loop(struct reader *r)
{
	for (;;) {
		struct pollfd p[] = {
			{ .fd = CHILD_KEEPER_FD, .events = POLLIN },
			{ .fd = r->supervised ? CHILD_SUPERVISOR_FD : -1, .events = POLLIN },
		};
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents && !supervised(r))
			return;
		if (p[0].revents && !serve(r))
			return;
	}
}

int main(void)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	sandbox_first(&r->walls);
	sandbox_calls(&r->walls, SANDBOX_ANY_ROOM);
	r->missing = BUF_CAPPED(200);
	r->supervised = fcntl(CHILD_SUPERVISOR_FD, F_GETFD) >= 0;
	log_open("reader", false);
	/* One thread; large pieces go back at once, so that memory stays flat. */
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 1024 * 1024);
	mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
	batch_start(&r->batch);
	r->arena = arena_new();
	raise_walls(r);
	loop(r);
	/* Memory need not be given back one by one by a process that ends. */
	_exit(0);
}
