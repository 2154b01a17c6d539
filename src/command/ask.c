// SPDX-License-Identifier: Apache-2.0
#include "command/ask.h"
#include "base/date.h"
#include "base/io.h"
#include "base/text.h"
#include "command/json.h"
#include "daemon/people.h"
#include "daemon/settings.h"
#include "daemon/spawn.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

const char *config_path = HEARBACK_SYSCONFDIR "/hearback.conf";

bool ask_was_daemon;

enum {
	DAEMON_SECONDS = 20,
	TRIAL_SECONDS = 60, /* every message is judged once more */
	ASK_NOTE_MS = 5 * 1000,	 /* a person learns that there is no answer yet */
	ASK_WAIT_MS = 60 * 1000, /* a keeper that answers nothing for so long cannot start */
	ASK_FOREVER = -1,
};

struct keeper_of_ours {
	pid_t pid;
	int sock;
};

static int complain(int status, const char *line)
{
	fprintf(stderr, "hearback: %s\n", line);
	return status;
}

/* It may repeat what somebody wrote. */
static int complain_of(int status, struct span text)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(FRAME_MAX * 4);

	text_printable(&shown, text);
	return complain(status, buf_cstr(&shown));
}

static int print_errors(const struct config_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		fprintf(stderr, "hearback: %.*s\n", SPAN_ARG(e->lines[i]));
	return EX_CONFIG;
}

/* For a keeper of our own everything must be right, and nothing of the ledger may come to belong to root. */
static int become_keeper_user(struct arena *a, struct config *c, struct span *sets)
{
	struct settings_findings found = { 0 };
	struct err err;

	if (!settings_load(config_path, a, c, &found))
		return print_errors(&found.errors);
	if (become_user(arena_str(a, c->user), arena_str(a, c->state_dir), &err))
		return complain(EX_CONFIG, err.text);
	if (!settings_read_sets(config_path, c, a, sets, &found.errors))
		return print_errors(&found.errors);
	return 0;
}

static int connect_daemon(const struct config *c)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0 || snprintf(a.sun_path, sizeof(a.sun_path), "%.*s/control", SPAN_ARG(c->state_dir)) >= (int)sizeof(a.sun_path) ||
	    connect(fd, (const struct sockaddr *)&a, sizeof(a)) < 0) {
		int why = errno;
		if (fd >= 0)
			close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static int refuse_stranger(const struct config *c)
{
	fprintf(stderr, "hearback: %.*s: you may not ask here; ask as root or as the user %.*s, or see read_group in hearback.conf(5)\n",
		SPAN_ARG(c->state_dir), SPAN_ARG(c->user));
	return EX_NOPERM;
}

/* Without a daemon it is the ledger itself that must be opened. */
static bool ledger_is_closed(struct arena *a, const struct config *c)
{
	return access(arena_str(a, c->state_dir), R_OK | W_OK | X_OK) < 0 && errno == EACCES;
}

static int say_start(struct arena *a, int sock, const struct config *c, struct span sets)
{
	struct frame_people *people = arena_one(a, struct frame_people);
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	FD_CLEANUP int config = settings_to_memfd(c, SPAN_NONE);
	FD_CLEANUP int memory = memfd_sealed("sets", sets);
	struct frame_start s = { .once = false };

	if (config < 0 || memory < 0)
		return -1;
	frame_begin(&f, FRAME_START);
	frame_start_put(&f, &s);
	if (frame_send(sock, &f, config))
		return -1;
	buf_reset(&f);
	frame_begin(&f, FRAME_SETS);
	if (frame_send(sock, &f, memory))
		return -1;
	buf_reset(&f);
	people_look_up(a, c, people);
	frame_begin(&f, FRAME_PEOPLE);
	frame_people_put(&f, people);
	return frame_send(sock, &f, -1);
}

/* Waits until it serves; its last words are ours to print. */
static int await_ready(int sock)
{
	static char room[FRAME_MAX];
	struct frame f;
	struct frame_ending e;

	for (;;) {
		int r = frame_recv(sock, room, sizeof(room), &f);
		if (r == -EINTR)
			continue;
		if (r <= 0)
			return complain(EX_SOFTWARE, "the keeper ended and said nothing");
		struct wire w = wire_over(f.payload);
		if (f.type == FRAME_READY)
			return 0;
		if (f.type == FRAME_ENDING && frame_ending_get(&w, &e)) {
			fprintf(stderr, "hearback: %.*s\n", SPAN_ARG(e.text));
			return e.why == ENDING_CONFIG ? EX_CONFIG : EX_TEMPFAIL;
		}
		frame_close_fds(&f);
	}
}

static int say_errand(int sock, const struct ask_errand *e)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_task t = { .task = e->task, .folder = span_of(e->folder) };

	frame_begin(&f, FRAME_TASK);
	frame_task_put(&f, &t);
	return frame_send(sock, &f, e->target);
}

static int spawn_keeper(struct arena *a, struct config *c, const struct ask_errand *errand, struct keeper_of_ours *k)
{
	struct span sets;
	struct spawned s;
	struct err err;
	int r = become_keeper_user(a, c, &sets);

	if (r)
		return r;
	if (room_spawn(ROOM_KEEPER, -1, -1, &s, &err))
		return complain(EX_OSERR, err.text);
	*k = (struct keeper_of_ours){ .pid = s.pid, .sock = s.sock };
	if ((errand && say_errand(k->sock, errand)) || say_start(a, k->sock, c, sets))
		return complain(EX_OSERR, "cannot talk to the keeper");
	return await_ready(k->sock);
}

static int start_keeper(struct arena *a, struct config *c, struct keeper_of_ours *k, int *fd)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_peer p = { .room = ROOM_SUPERVISOR };
	int pair[2];

	/* Made before we become somebody else: the keeper sees who asks, and the audit names that person. */
	if (room_pair(pair))
		return complain(EX_OSERR, strerror(errno));
	*fd = pair[0];
	FD_CLEANUP int theirs = pair[1];
	int r = spawn_keeper(a, c, NULL, k);
	if (r)
		return r;
	frame_begin(&f, FRAME_PEER);
	frame_peer_put(&f, &p);
	return frame_send(k->sock, &f, theirs) ? complain(EX_OSERR, "cannot talk to the keeper") : 0;
}

static void stop_keeper(struct keeper_of_ours *k)
{
	if (!k->pid)
		return;
	close(k->sock);
	while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static bool readable(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t until = clock_mono_ms() + ms;
	int r;

	do {
		int64_t left = until - clock_mono_ms();
		r = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (r < 0 && errno == EINTR);
	return r != 0;
}

/* The supervisor keeps the socket while its keeper ends and starts again: that may take long, and nobody
 * shall sit before an empty screen. */
static bool await_answer(int fd, int ms)
{
	if (readable(fd, ASK_NOTE_MS))
		return true;
	complain(0, "no answer yet, still waiting: the keeper is busy or is being started again");
	return ms == ASK_FOREVER || readable(fd, ms - ASK_NOTE_MS);
}

static int converse(int fd, const struct control_request *r, int wait_ms, ask_row each, void *context)
{
	static char room[FRAME_MAX];
	static struct row row;
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame in;
	struct control_end end;

	frame_begin(&f, FRAME_REQUEST);
	control_request_put(&f, r);
	if (frame_send(fd, &f, -1))
		return complain(EX_UNAVAILABLE, "the keeper does not take the request; see its log");
	if (!await_answer(fd, wait_ms))
		return complain(EX_UNAVAILABLE, "no answer: hearback runs, but its keeper cannot start; the log of `hearback run` says why");
	for (;;) {
		int n = frame_recv(fd, room, sizeof(room), &in);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			return complain(EX_UNAVAILABLE, "the keeper ended in the middle of its answer; try again");
		struct wire w = wire_over(in.payload);
		if (in.type == FRAME_ROW && row_get(&w, &row)) {
			each(context, &row);
		} else if (in.type == FRAME_END && control_end_get(&w, &end)) {
			return end.text.n ? complain_of((int)end.status, end.text) : (int)end.status;
		}
		frame_close_fds(&in);
	}
}

int ask(const struct control_request *r, ask_row each, void *context)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct keeper_of_ours k = { 0 };
	struct settings_findings found = { 0 };
	struct config c;
	/* The walk over the whole audit takes as long as it takes. */
	int wait_ms = span_eq(r->verb, SPAN("audit-verify")) ? ASK_FOREVER : ASK_WAIT_MS;
	int status = 0;

	if (!settings_parse(config_path, a, &c, &found))
		return print_errors(&found.errors);
	signal(SIGPIPE, SIG_IGN);
	FD_CLEANUP int fd = connect_daemon(&c);
	ask_was_daemon = fd >= 0;
	if (fd < 0 && errno == EACCES)
		status = refuse_stranger(&c);
	else if (fd < 0 && ledger_is_closed(a, &c))
		status = complain(EX_UNAVAILABLE, "no hearback is running here, and without it only root and its own user may look into the ledger");
	else if (fd < 0)
		status = start_keeper(a, &c, &k, &fd);
	if (!status)
		status = converse(fd, r, wait_ms, each, context);
	fd_closep(&fd);
	stop_keeper(&k);
	fflush(stdout);
	return status;
}

int ask_daemon(const struct control_request *r, ask_row each, void *context)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	const struct timeval patience = { .tv_sec = span_eq(r->verb, SPAN("trial")) ? TRIAL_SECONDS : DAEMON_SECONDS };
	struct settings_findings found = { 0 };
	struct config c;

	if (!settings_parse(config_path, a, &c, &found))
		return print_errors(&found.errors);
	signal(SIGPIPE, SIG_IGN);
	FD_CLEANUP int fd = connect_daemon(&c);
	if (fd < 0)
		return errno == EACCES ? refuse_stranger(&c) : complain(EX_UNAVAILABLE, "no hearback is running here");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return converse(fd, r, (int)patience.tv_sec * 1000, each, context);
}

int ask_errand(const struct ask_errand *errand, const struct control_request *r, ask_row each, void *context)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct keeper_of_ours k = { 0 };
	struct config c;

	signal(SIGPIPE, SIG_IGN);
	int status = spawn_keeper(a, &c, errand, &k);
	if (!status)
		status = converse(k.sock, r, ASK_FOREVER, each, context);
	stop_keeper(&k);
	fflush(stdout);
	return status;
}

bool ask_somebody_runs(const struct config *c)
{
	FD_CLEANUP int fd = connect_daemon(c);

	return fd >= 0;
}

static json_t *json_list(struct span lines)
{
	json_t *list = json_array();
	struct span rest = lines, line;

	while (lines.n && span_split(&rest, '\n', &line))
		json_array_append_new(list, json_span(line));
	return list;
}

void print_json_row(void *context, const struct row *r)
{
	json_t *o = json_object();
	char name[256];

	(void)context;
	json_object_set_new(o, "about", json_span(r->kind));
	for (uint32_t i = 0; i < r->n; i++) {
		const struct cell *c = &r->at[i];
		json_t *v = NULL;
		BUF_CLEANUP struct buf b = BUF_CAPPED(100);
		snprintf(name, sizeof(name), "%.*s", SPAN_ARG(c->name));
		switch (c->type) {
		case CELL_TEXT:
			v = json_span(c->text);
			break;
		case CELL_NUMBER:
			v = json_integer(c->number);
			break;
		case CELL_TIME:
			put_iso(&b, c->number);
			v = c->number ? json_span(buf_span(&b)) : json_null();
			break;
		case CELL_BOOL:
			v = json_boolean(c->number != 0);
			break;
		case CELL_LIST:
		case CELL_TYPES:
			v = json_list(c->text);
			break;
		}
		json_object_set_new(o, name, v);
	}
	json_line(o);
}

const char *cell_show(const struct row *r, const char *name)
{
	enum { RING = 16 };
	static struct buf ring[RING];
	static unsigned next;
	struct buf *b = &ring[next++ % RING];
	const struct cell *c = row_cell(r, name);

	buf_free(b);
	b->cap = FRAME_MAX * 4;
	if (!c)
		return "-";
	switch (c->type) {
	case CELL_TEXT:
	case CELL_LIST:
		text_printable(b, c->text);
		break;
	case CELL_NUMBER:
		buf_printf(b, "%lld", (long long)c->number);
		break;
	case CELL_TIME:
		if (c->number)
			put_iso(b, c->number);
		break;
	case CELL_BOOL:
		buf_puts(b, c->number ? "yes" : "no");
		break;
	case CELL_TYPES:
		break;
	}
	return b->n ? buf_cstr(b) : "-";
}

int64_t cell_number(const struct row *r, const char *name)
{
	const struct cell *c = row_cell(r, name);

	return c ? c->number : 0;
}
