// SPDX-License-Identifier: Apache-2.0
#include "daemon/reader/client.h"
#include "base/io.h"
#include "frame/reader.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BATCHES_MAX = 50,	       /* one reader serves no more */
	SECONDS_EACH = 6,	       /* a reader ends itself after 5 s of CPU time for one message */
	SECONDS_GRACE = 60,	       /* on a busy machine */
	FACTS_MAX = 64 * 1024 * 1024,  /* bytes of facts of one batch */
};

struct reader_client {
	const char *program;
	pid_t pid; /* 0 for none */
	int sock;
	unsigned batches;
	uint64_t number;
	char room[FRAME_MAX];
};

struct reader_client *reader_client_new(const char *program)
{
	struct reader_client *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->program = program;
	c->sock = -1;
	return c;
}

static void end_reader(struct reader_client *c)
{
	fd_closep(&c->sock);
	if (!c->pid)
		return;
	kill(c->pid, SIGKILL);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		;
	c->pid = 0;
	c->batches = 0;
}

void reader_client_free(struct reader_client **c)
{
	if (!*c)
		return;
	end_reader(*c);
	free(*c);
	*c = NULL;
}

/* The child: nothing but standard descriptors and the one socket. */
static _Noreturn void become_reader(const char *program, int sock)
{
	char *const argv[] = { (char[]){ "hearback-reader" }, NULL };
	char *const envp[] = { NULL };

	if (sock == CHILD_KEEPER_FD ? fcntl(sock, F_SETFD, 0) < 0 : dup2(sock, CHILD_KEEPER_FD) < 0)
		_exit(127);
	close(CHILD_SUPERVISOR_FD);
	close_range(CHILD_KEEPER_FD + 1, ~0U, 0);
	execve(program, argv, envp);
	_exit(127);
}

static int start_reader(struct reader_client *c, struct err *err)
{
	int pair[2];

	if (access(c->program, X_OK))
		return err_set(err, -errno, "%s: %s; is hearback installed completely?", c->program,
			       strerror(errno));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return err_set(err, -errno, "socketpair: %s", strerror(errno));
	c->pid = fork();
	if (c->pid == 0)
		become_reader(c->program, pair[1]);
	close(pair[1]);
	c->sock = pair[0];
	if (c->pid < 0) {
		c->pid = 0;
		fd_closep(&c->sock);
		return err_set(err, -errno, "fork: %s", strerror(errno));
	}
	return 0;
}

/* -- one exchange ------------------------------------------------------------------------------ */

struct exchange {
	const struct reader_message *messages;
	struct facts *out;
	uint32_t n;
	bool header_only;
};

/* The bytes of a message that are read. */
static struct span looked_at(const struct reader_message *m)
{
	return span_sub(m->bytes, 0, LIMIT_FETCH_MAX);
}

static bool send_batch(struct reader_client *c, struct arena *a, const struct exchange *x)
{
	BUF_CLEANUP struct buf bytes = BUF_CAPPED((size_t)LIMIT_BATCH_BYTES + LIMIT_FETCH_MAX);
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_read read = { .number = ++c->number, .header_only = x->header_only, .n = x->n };

	read.at = arena_many(a, x->n, struct frame_read_item);
	for (uint32_t i = 0; i < x->n; i++) {
		struct span s = looked_at(&x->messages[i]);
		read.at[i] = (struct frame_read_item){
			.ordinal = i,
			.offset = (uint32_t)bytes.n,
			.length = (uint32_t)s.n,
			.partial = x->messages[i].partial || s.n < x->messages[i].bytes.n,
		};
		buf_put_span(&bytes, s);
	}
	FD_CLEANUP int fd = memfd_sealed("messages", buf_span(&bytes));
	if (fd < 0)
		return false;
	frame_begin(&b, FRAME_READ);
	frame_read_put(&b, &read);
	return frame_send(c->sock, &b, fd) == 0;
}

/* Believes nothing: the reader may have been taken over. The facts are copied into the arena. */
static bool take_facts(struct reader_client *c, struct arena *a, const struct frame *f,
		       const struct exchange *x)
{
	struct frame_facts facts;
	struct span bytes;
	struct wire w = wire_over(f->payload);

	if (f->type != FRAME_FACTS || memfd_map(f->fds[0], FACTS_MAX, &bytes))
		return false;
	bool good = frame_facts_get(a, &w, bytes.n, &facts) && facts.number == c->number && facts.n == x->n;
	struct span copy = good ? arena_span(a, bytes) : SPAN_NONE;
	memfd_unmap(&bytes);
	for (uint32_t i = 0; good && i < x->n; i++) {
		struct span one = span_sub(copy, facts.at[i].offset, facts.at[i].length);
		good = facts.at[i].ordinal == i && facts_decode(a, one, &x->out[i]);
	}
	return good;
}

static bool receive(struct reader_client *c, struct arena *a, const struct exchange *x)
{
	struct pollfd p = { .fd = c->sock, .events = POLLIN };
	int64_t until = clock_mono_ms() + ((int64_t)x->n * SECONDS_EACH + SECONDS_GRACE) * 1000;
	struct frame f;
	int r;

	do {
		int64_t left = until - clock_mono_ms();
		r = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	if (r <= 0 || frame_recv(c->sock, c->room, sizeof(c->room), &f) != 1)
		return false;
	bool good = take_facts(c, a, &f, x);
	frame_close_fds(&f);
	return good;
}

/* 1 for facts, 0 if the reader died or talked nonsense, -errno if there is none to be had. */
static int ask(struct reader_client *c, struct arena *a, const struct exchange *x, struct err *err)
{
	if (c->batches == BATCHES_MAX)
		end_reader(c);
	if (!c->pid) {
		int r = start_reader(c, err);
		if (r)
			return r;
	}
	c->batches++;
	if (send_batch(c, a, x) && receive(c, a, x))
		return 1;
	end_reader(c);
	return 0;
}

static int read_alone(struct reader_client *c, struct arena *a, struct exchange *x, struct err *err)
{
	int r = ask(c, a, x, err);

	if (r == 0) {
		x->header_only = true;
		r = ask(c, a, x, err);
	}
	if (r == 0) {
		x->out[0] = facts_none();
		x->out[0].size = x->messages[0].bytes.n;
	}
	return r < 0 ? r : 0;
}

static int read_batch(struct reader_client *c, struct arena *a, const struct exchange *x, struct err *err)
{
	int r = x->n > 1 ? ask(c, a, x, err) : 0;

	if (r)
		return r < 0 ? r : 0;
	for (uint32_t i = 0; i < x->n; i++) {
		struct exchange one = { .messages = &x->messages[i], .out = &x->out[i], .n = 1 };
		r = read_alone(c, a, &one, err);
		if (r)
			return r;
	}
	return 0;
}

int reader_client_read(struct reader_client *c, struct arena *a, const struct reader_message *messages,
		       uint32_t n, struct facts *out, struct err *err)
{
	while (n) {
		size_t bytes = looked_at(messages).n;
		uint32_t count = 1;
		while (count < n && count < LIMIT_BATCH_MESSAGES &&
		       bytes + looked_at(&messages[count]).n <= LIMIT_BATCH_BYTES)
			bytes += looked_at(&messages[count++]).n;
		const struct exchange x = { .messages = messages, .out = out, .n = count };
		int r = read_batch(c, a, &x, err);
		if (r)
			return r;
		messages += count;
		out += count;
		n -= count;
	}
	return 0;
}
