// SPDX-License-Identifier: Apache-2.0
/* SENDER: gives the automated messages of one account to its SMTP server.
 *
 * Holds: the settings of the account, the messages in hand. Has not: ledger, mail that came in, any
 * connection or password: these are in its helpers (helper.c), which it forks, one a connection.
 * May: fork, connect, read what name service and TLS need. May not: execute, write a file, signal
 * others.
 * Fails by ending: helpers end with it, unless they wait for the server's word on a final dot. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/sender/fault.h"
#include "daemon/sender/sender.h"
#include "daemon/settings.h"
#include "sandbox/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY_MAX = 512 * 1024 * 1024 };

_Noreturn static void end(const struct sender *s, enum ending why, const char *text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_ENDING);
	frame_ending_put(&b, &(struct frame_ending){ .why = why, .text = span_of(text) });
	frame_send(s->supervisor, &b, -1);
	_exit(0);
}

static void raise_walls(const struct sender *s, struct sandbox_walls *walls, struct buf *missing)
{
	if (fault_armed())
		return;
	sandbox_files_to_connect(walls, s->route.ca_file, true);
	sandbox_missing(walls, missing);
	if (missing->n)
		log_event(LOG_WARN, "walls.missing", "account=%.*s walls=%s", SPAN_ARG(s->account),
			  log_quote(buf_cstr(missing)));
}

/* The account's settings out of the first frame. */
static void start(struct sender *s, struct arena *a)
{
	struct frame f;
	struct frame_start begin;
	struct config config;
	struct err err;

	if (frame_recv(s->supervisor, s->room, FRAME_MAX, &f) != 1)
		_exit(1);
	struct wire w = wire_over(f.payload);
	if (f.type != FRAME_START || !frame_start_get(&w, &begin) || f.fds[0] < 0)
		end(s, ENDING_CONFIG, "sender: the supervisor did not start it as it must");
	log_open(room_name(ROOM_SENDER), begin.debug);
	s->account = arena_span(a, begin.account);
	int r = settings_from_memfd(f.fds[0], a, &config, &err);
	frame_close_fds(&f);
	if (r)
		end(s, ENDING_CONFIG, err.text);
	const struct config_account *account = config_account(&config, s->account);
	if (!account)
		end(s, ENDING_CONFIG, "sender: there is no account of that name in the settings");
	s->route = route_of(a, account);
}

static void hear_supervisor(struct sender *s)
{
	struct frame f;
	struct span error = SPAN_NONE;
	int r = frame_recv(s->supervisor, s->room, FRAME_MAX, &f);

	if (r == -EAGAIN)
		return;
	if (r != 1)
		_exit(1);
	struct wire w = wire_over(f.payload);
	if (f.type == FRAME_ALIVE) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
		frame_begin(&b, FRAME_ALIVE);
		frame_send(s->supervisor, &b, -1);
	} else if (f.type == FRAME_STOP && !s->stopping) {
		pool_stop(s, clock_mono_ms());
	} else if (f.type == FRAME_SECRET && s->secret_asked && frame_secret_get(&w, &error)) {
		s->secret_asked = false;
		int secret = f.fds[0];
		f.fds[0] = -1;
		if (secret < 0)
			pool_failed(s, SPAN("auth"), error);
		else if (s->stopping)
			fd_closep(&secret);
		else
			pool_connect(s, secret);
	}
	frame_close_fds(&f);
}

static void hear_keeper(struct sender *s)
{
	struct frame f;
	struct frame_dot d;
	int r = frame_recv(s->keeper, s->room, FRAME_MAX, &f);

	if (r == -EAGAIN)
		return;
	if (r == 0 || r == -ECONNRESET)
		end(s, ENDING_ORDERLY, "sender: the keeper has ended");
	if (r < 0)
		end(s, ENDING_TRANSIENT, "sender: a frame of the keeper could not be read");
	struct wire w = wire_over(f.payload);
	bool good = true;
	if (f.type == FRAME_SEND)
		good = sender_take(s, &f);
	else if (f.type == FRAME_DOT_GRANTED && frame_dot_get(&w, &d))
		pool_grant(s, &d);
	else
		good = false;
	frame_close_fds(&f);
	if (!good)
		end(s, ENDING_TRANSIENT, "sender: the keeper sent what is no frame for a sender");
	if (s->stopping)
		sender_answer_waiting(s);
}

static void serve(struct sender *s)
{
	struct pollfd at[2 + SENDER_HELPERS];

	while (!s->stopping || !pool_empty(s)) {
		int64_t now_ms = clock_mono_ms();
		pool_turn(s, now_ms);
		at[0] = (struct pollfd){ .fd = s->supervisor, .events = POLLIN };
		at[1] = (struct pollfd){ .fd = s->keeper, .events = POLLIN };
		for (uint32_t i = 0; i < SENDER_HELPERS; i++)
			at[2 + i] = (struct pollfd){ .fd = s->helpers[i].sock, .events = POLLIN };
		if (poll(at, 2 + SENDER_HELPERS, pool_timeout(s, now_ms)) <= 0)
			continue;
		for (uint32_t i = 0; i < SENDER_HELPERS; i++)
			if (at[2 + i].revents)
				pool_hear(s, &s->helpers[i]);
		if (at[1].revents)
			hear_keeper(s);
		if (at[0].revents)
			hear_supervisor(s);
	}
}

int main(void)
{
	struct sandbox_walls walls = { .calls = false };
	struct sender s = { .supervisor = CHILD_SUPERVISOR_FD,
			    .keeper = CHILD_KEEPER_FD,
			    .room = malloc(FRAME_MAX),
			    .failure_text = BUF_CAPPED(FRAME_MAX) };
	BUF_CLEANUP struct buf ready = BUF_CAPPED(FRAME_MAX);
	BUF_CLEANUP struct buf missing = BUF_CAPPED(200);
	struct arena *a = arena_new();

	sandbox_first(&walls);
	if (!fault_armed())
		sandbox_calls(&walls, SANDBOX_ANY_ROOM);
	sandbox_memory(&walls, MEMORY_MAX);
	log_open(room_name(ROOM_SENDER), false);
	if (!s.room)
		abort();
	for (uint32_t i = 0; i < SENDER_HELPERS; i++)
		s.helpers[i].sock = -1;
	/* The supervisor says when to stop: a signal to the whole group must not cut a message off. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* helpers are known by their sockets */
	fcntl(s.supervisor, F_SETFD, FD_CLOEXEC);
	fcntl(s.keeper, F_SETFD, FD_CLOEXEC);
	start(&s, a);
	raise_walls(&s, &walls, &missing);
	frame_begin(&ready, FRAME_READY);
	frame_ready_put(&ready, buf_span(&missing));
	frame_send(s.supervisor, &ready, -1);
	serve(&s);
	end(&s, ENDING_ORDERLY, "");
}
