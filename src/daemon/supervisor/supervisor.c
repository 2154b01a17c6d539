// SPDX-License-Identifier: Apache-2.0
/* NAME: supervisor. Holds: the configuration, the rooms, the right to execute. May: open secret
 * files for others, never read them. Fails: with one line and an exit status; the service manager starts all
 * anew. Rooms that die are started again, each with its own patience. */
#include "daemon/supervisor/supervisor.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/settings.h"
#include "daemon/supervisor/house.h"
#include "daemon/supervisor/notify.h"
#include "sandbox/sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { STOP_MS = 15000, TRIAL_STOP_MS = 2000, TICK_MS = 1000 };

static void print_lines(const char *what, const struct config_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		fprintf(stderr, "hearback: %s%.*s\n", what, SPAN_ARG(e->lines[i]));
}

/* Read and checked as root may, then again as the user we have become: what counts is what that one may. */
static int load(struct house *h, const char *path)
{
	struct settings_findings found = { 0 };
	struct err err;

	for (int round = 0; round < 2; round++) {
		memset(&found, 0, sizeof(found));
		arena_reset(h->a);
		if (!settings_load(path, h->a, &h->config, &found)) {
			print_lines("", &found.errors);
			return EX_CONFIG;
		}
		if (round == 0 && become_user(arena_str(h->a, h->config.user), arena_str(h->a, h->config.state_dir), &err)) {
			fprintf(stderr, "hearback: %s\n", err.text);
			return EX_CONFIG;
		}
	}
	print_lines("warning: ", &found.warnings);
	memset(&found, 0, sizeof(found));
	if (!settings_read_sets(path, &h->config, h->a, &h->sets, &found.errors)) {
		print_lines("", &found.errors);
		return EX_CONFIG;
	}
	return 0;
}

static int make_blame_page(struct house *h)
{
	h->blame_fd = memfd_create("blame", MFD_CLOEXEC);
	if (h->blame_fd < 0 || ftruncate(h->blame_fd, sizeof(*h->blame)) < 0)
		return EX_OSERR;
	void *p = mmap(NULL, sizeof(*h->blame), PROT_READ | PROT_WRITE, MAP_SHARED, h->blame_fd, 0);
	if (p == MAP_FAILED)
		return EX_OSERR;
	h->blame = p;
	return 0;
}

static void reap(struct house *h)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (command_ended(h, pid, status))
			continue;
		for (uint32_t i = 0; i < h->n; i++)
			if (h->children[i].pid == pid && h->children[i].state == CHILD_RUNNING)
				child_died(h, &h->children[i], status);
	}
}

/* Senders and pollers first, then the reader, the keeper last: what they still have to say is heard. */
static void stop_in_order(struct house *h)
{
	bool busy = false;

	if (!h->stopping) {
		h->stopping = true;
		h->kill_ms = clock_mono_ms() + (h->since ? TRIAL_STOP_MS : STOP_MS);
		for (uint32_t i = 2; i < h->n; i++)
			child_stop(&h->children[i]);
	}
	for (uint32_t i = 2; i < h->n; i++)
		busy |= h->children[i].state == CHILD_RUNNING;
	if (!busy) {
		child_stop(&h->children[1]);
		child_stop(&h->children[0]);
	}
	for (uint32_t i = 0; i < h->n && clock_mono_ms() > h->kill_ms; i++)
		if (h->children[i].state == CHILD_RUNNING)
			kill(h->children[i].pid, SIGKILL);
}

static bool all_down(const struct house *h)
{
	for (uint32_t i = 0; i < h->n; i++)
		if (h->children[i].state == CHILD_RUNNING)
			return false;
	return true;
}

static int patience(struct house *h)
{
	int64_t now = clock_mono_ms(), wait = h->stopping ? 0 : house_round(h, now);
	bool tick = commands_end(h, now);

	/* Nobody tells us that a command runs for too long, or that a file has changed. */
	for (uint32_t i = 0; i < h->n && !tick; i++)
		tick = child_waits_for_secret(&h->children[i]);
	if (tick && wait > TICK_MS)
		wait = TICK_MS;

	/* Nobody is started before the keeper serves: its word that it does wakes us. */
	for (uint32_t i = 0; i < (h->children[0].ready ? h->n : 1); i++)
		if (h->children[i].state == CHILD_DOWN && h->children[i].start_ms - now < wait)
			wait = h->children[i].start_ms - now;
	return h->stopping ? 50 : wait < 0 ? 0 : (int)wait;
}

/* In --once: without keeper or reader nothing more can be taken in. */
static bool hopeless(const struct house *h)
{
	return h->children[0].state == CHILD_GIVEN_UP || h->children[1].state == CHILD_GIVEN_UP;
}

static void hear_signal(struct house *h, uint32_t number)
{
	if (number == SIGCHLD)
		return;
	if (number == SIGHUP) {
		/* Not in the one pass, and not on the way out. */
		if (!h->once && (!h->stopping || h->next.a) && house_reload(h))
			stop_in_order(h);
		return;
	}
	log_event(LOG_INFO, "stopping", "signal=%u", number);
	notify("STOPPING=1");
	arena_free(&h->next.a);
	stop_in_order(h);
}

static void watch(struct house *h, int signals)
{
	struct pollfd *p = calloc(h->n + 1, sizeof(*p));
	struct child **who = calloc(h->n + 1, sizeof(struct child *));

	if (!p || !who)
		abort();
	do {
		size_t n = 1;
		p[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
		for (uint32_t i = 0; i < h->n; i++)
			if (h->children[i].state == CHILD_RUNNING) {
				who[n] = &h->children[i];
				p[n++] = (struct pollfd){ .fd = h->children[i].sock, .events = POLLIN };
			}
		poll(p, n, patience(h));
		for (size_t i = 1; i < n; i++)
			/* Whoever has nothing more to say is about to end, or is made to. */
			if (p[i].revents && !child_told(h, who[i]))
				kill(who[i]->pid, SIGKILL);
		if (p[0].revents & POLLIN) {
			struct signalfd_siginfo s;
			if (read(signals, &s, sizeof(s)) == (ssize_t)sizeof(s))
				hear_signal(h, s.ssi_signo);
		}
		reap(h);
		if (h->stopping || h->idle || hopeless(h))
			stop_in_order(h);
		else
			house_start_due(h);
		house_tell_state(h);
	} while (!h->stopping || !all_down(h));
	commands_end(h, INT64_MAX);
	free(p);
	free(who);
}

/* Once we are who we are to be: whoever becomes another user can be dumped again. */
static void raise_walls(struct child *self)
{
	struct sandbox_walls walls;
	BUF_CLEANUP struct buf missing = BUF_CAPPED(sizeof(self->walls));

	sandbox_first(&walls);
	sandbox_calls(&walls, SANDBOX_SUPERVISOR);
	walls.files = true; /* whoever opens secrets and executes has not this one */
	sandbox_missing(&walls, &missing);
	*self = (struct child){ .room = ROOM_SUPERVISOR, .sock = -1 };
	snprintf(self->walls, sizeof(self->walls), "%s", buf_cstr(&missing));
}

int supervisor_run(const char *path, const struct supervisor_how *how)
{
	struct house h = {
		.path = path, .a = arena_new(), .once = how->once, .debug = how->debug, .since = how->since,
		.rebuild = how->rebuild, .progress = how->progress, .listen_fd = -1
	};
	struct sandbox_walls first;
	sigset_t set;

	log_open("supervisor", h.debug);
	if (h.rebuild)
		log_only(LOG_WARN);
	sandbox_first(&first);
	signal(SIGPIPE, SIG_IGN);
	int r = load(&h, path);
	if (!r)
		r = house_open_door(&h);
	if (!r)
		r = make_blame_page(&h);
	if (r) {
		arena_free(&h.a);
		return r;
	}
	raise_walls(&h.self);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	FD_CLEANUP int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	h.watchdog_ms = notify_watchdog_ms();
	h.round_ms = clock_mono_ms();
	house_people(&h);
	log_event(LOG_INFO, "started", "accounts=%u once=%d", h.config.n, h.once);
	do
		watch(&h, signals);
	while (house_renew(&h));
	/* Told to stop in the middle: what there is, is not all. */
	if (h.rebuild && !h.idle && !h.status)
		h.status = EX_TEMPFAIL;
	log_event(LOG_INFO, "stopped", "status=%d", h.status);
	house_close_door(&h);
	arena_free(&h.a);
	return h.status;
}
