// SPDX-License-Identifier: Apache-2.0
/* One room: how it is started, what it may say, how it is buried. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/secret.h"
#include "daemon/settings.h"
#include "daemon/supervisor/house.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CRASH_WAIT_MS = 100,	    /* doubling ... */
	CRASH_WAIT_MOST = 5000,
	SERVER_WAIT_MS = 1000,	    /* network and servers */
	SERVER_WAIT_MOST = 300000,
	REFUSED_WAIT_MS = 30000,    /* what a person must change: servers lock accounts out */
	REFUSED_WAIT_MOST = 900000,
	EXPIRY_LIVED_MS = 1000,	    /* a session that ends sooner over its token was no good one */
	STEADY_MS = 30000,	    /* a room that ran so long starts from the beginning */
	ONCE_CRASHES = 5,	    /* as often a room may die in --once */
};

void house_people(struct house *h)
{
	h->n = 2 + 3 * h->config.n;
	h->children = arena_many(h->a, h->n, struct child);
	h->children[0].room = ROOM_KEEPER;
	h->children[1].room = ROOM_READER;
	for (uint32_t i = 0; i < h->config.n; i++) {
		struct child *c = &h->children[2 + 3 * i];
		c[0] = (struct child){ .room = ROOM_POLLER };
		c[1] = (struct child){ .room = ROOM_POLLER, .sent = true };
		c[2] = (struct child){ .room = ROOM_SENDER };
		for (int j = 0; j < 3; j++)
			c[j].account = &h->config.accounts[i];
		/* Who only tries, or rebuilds, has none who could send. */
		if (h->since || h->rebuild)
			c[2].state = CHILD_GIVEN_UP;
	}
	for (uint32_t i = 0; i < h->n; i++)
		h->children[i].sock = -1;
}

static struct span name_of(const struct child *c)
{
	return c->account ? c->account->name : SPAN_NONE;
}

static const char *mailbox_of(const struct child *c)
{
	return c->room != ROOM_POLLER ? "-" : c->sent ? "sent" : "inbox";
}

static int64_t written_at(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

/* For the next login of this room: a file, or a pipe that a command writes to. */
static int open_secret(struct house *h, struct child *c, struct err *err)
{
	struct secret_source s = secret_source(c->account, c->room == ROOM_SENDER);
	struct stat st;
	char file[4096];

	c->secret_at = 0;
	if (s.command.n) {
		int r = command_token(h, c->account, c->room == ROOM_SENDER);
		return r < 0 ? err_set(err, r, "token_command cannot be run: %s", strerror(-r)) : r;
	}
	snprintf(file, sizeof(file), "%.*s", SPAN_ARG(s.path));
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	c->secret_at = fd >= 0 && fstat(fd, &st) == 0 ? written_at(&st) : 0;
	if (fd < 0)
		return err_set(err, -errno, "%s %s: %s: make it readable for the user hearback runs as, and for nobody else", s.key, file,
			       strerror(errno));
	return fd;
}

bool child_waits_for_secret(const struct child *c)
{
	return c->room == ROOM_POLLER && c->state == CHILD_DOWN && c->ended &&
	       (c->why == ENDING_REFUSED || c->why == ENDING_CONFIG);
}

/* Somebody has written a new one since it was refused: worth a try at once. */
static bool secret_renewed(const struct child *c)
{
	struct stat st;
	char file[4096];

	if (!child_waits_for_secret(c))
		return false;
	struct secret_source s = secret_source(c->account, false);
	snprintf(file, sizeof(file), "%.*s", SPAN_ARG(s.path));
	return s.path.n && stat(file, &st) == 0 && written_at(&st) != c->secret_at;
}

/* -- start ------------------------------------------------------------------------------------------------ */

static int say_start(struct house *h, struct child *c)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_start s = { .once = h->once, .debug = h->debug, .account = name_of(c), .sent = c->sent, .since = h->since,
				 .most = LIMIT_TRIAL_MESSAGES };
	int fds[2] = { -1, -1 };
	struct err err;
	size_t n = 1;

	if (c->room == ROOM_POLLER)
		s.mailbox = c->sent ? c->account->sent_mailbox : c->account->mailbox;
	fds[0] = settings_to_memfd(&h->config, name_of(c));
	if (fds[0] < 0)
		return fds[0];
	if (c->room == ROOM_POLLER) {
		fds[1] = open_secret(h, c, &err);
		if (fds[1] < 0) {
			snprintf(c->text, sizeof(c->text), "%.400s", err.text);
			close(fds[0]);
			return -ENOKEY;
		}
		n = 2;
	} else if (c->room == ROOM_KEEPER && h->listen_fd >= 0) {
		fds[1] = h->listen_fd;
		n = 2;
	}
	frame_begin(&f, FRAME_START);
	frame_start_put(&f, &s);
	int r = frame_send_fds(c->sock, &f, fds, n);
	close(fds[0]);
	if (c->room == ROOM_POLLER)
		close(fds[1]);
	return r;
}

static int say_task(struct house *h, struct child *keeper)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_task task = { .task = TASK_REBUILD, .folder = span_of(h->rebuild) };

	frame_begin(&f, FRAME_TASK);
	frame_task_put(&f, &task);
	return frame_send(keeper->sock, &f, -1);
}

int house_say_sets(struct house *h)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	FD_CLEANUP int fd = memfd_sealed("sets", h->sets);

	if (fd < 0)
		return fd;
	frame_begin(&f, FRAME_SETS);
	int r = frame_send(h->children[0].sock, &f, fd);
	return r ? r : house_tell_people(h);
}

/* Tells the keeper of a room: that it has come, with its socket, or that it has gone, and why. */
static int tell_keeper(struct house *h, const struct child *c, enum frame_type type, int fd)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_peer p = { .room = c->room, .account = name_of(c), .sent = c->sent, .start = c->starts };

	if (h->children[0].state != CHILD_RUNNING)
		return -EPIPE;
	frame_begin(&f, type);
	if (type == FRAME_LOST)
		frame_lost_put(&f, &p, span_of(c->text), clock_now() + (c->start_ms - clock_mono_ms() + 999) / 1000);
	else if (type == FRAME_AGE)
		frame_age_put(&f, &p, c->secret_at / 1000000000);
	else if (type == FRAME_WALLS)
		frame_walls_put(&f, &p, span_of(c->walls));
	else
		frame_peer_put(&f, &p);
	return frame_send(h->children[0].sock, &f, fd);
}

static void wait_longer(struct child *c, int64_t least, int64_t most)
{
	int64_t wait = least;

	for (uint32_t i = 0; i < c->failures && wait < most; i++)
		wait *= 2;
	wait = wait < most ? wait : most;
	if (c->retry_after * 1000 > wait)
		wait = c->retry_after * 1000;
	c->failures++;
	c->start_ms = clock_mono_ms() + wait;
}

bool child_start(struct house *h, struct child *c)
{
	int pair[2] = { -1, -1 };
	struct spawned s;
	struct err err;

	c->ended = c->ready = false;
	c->retry_after = 0;
	c->text[0] = '\0';
	c->asked_ms = c->aborted_ms = 0;
	if (c->room != ROOM_KEEPER && room_pair(pair))
		return false;
	int r = room_spawn(c->room, pair[1], c->room == ROOM_KEEPER ? h->blame_fd : -1, &s, &err);
	if (pair[1] >= 0)
		close(pair[1]);
	if (r) {
		log_event(LOG_CRIT, "room.cannot-start", "room=%s why=%s", room_name(c->room), log_quote(err.text));
		wait_longer(c, SERVER_WAIT_MS, CRASH_WAIT_MOST);
	} else {
		c->pid = s.pid;
		c->sock = s.sock;
		c->state = CHILD_RUNNING;
		c->starts++;
		c->started_ms = clock_mono_ms();
		r = c->room == ROOM_KEEPER && h->rebuild ? say_task(h, c) : 0;
		if (!r)
			r = say_start(h, c);
		if (!r)
			r = c->room == ROOM_KEEPER ? house_say_sets(h) : tell_keeper(h, c, FRAME_PEER, pair[0]);
		if (!r && c->room == ROOM_POLLER)
			r = tell_keeper(h, c, FRAME_AGE, -1);
		log_event(LOG_DEBUG, "room.started", "room=%s account=%.*s mailbox=%s pid=%d", room_name(c->room), SPAN_ARG(name_of(c)),
			  mailbox_of(c), (int)c->pid);
		if (r) {
			/* It has nothing to do without what it was to be told; why stands in c->text. */
			c->ended = r == -ENOKEY;
			c->why = ENDING_CONFIG;
			kill(c->pid, SIGKILL);
		}
	}
	if (pair[0] >= 0)
		close(pair[0]);
	return r == 0;
}

void house_start_due(struct house *h)
{
	int64_t now = clock_mono_ms();

	for (uint32_t i = 0; i < h->n && !h->stopping; i++) {
		struct child *c = &h->children[i];
		if (c->state == CHILD_DOWN && (c->start_ms <= now || secret_renewed(c)) && (i == 0 || h->children[0].ready))
			child_start(h, c);
	}
}

/* -- what they say --------------------------------------------------------------------------------------------- */

static void hand_secret(struct house *h, struct child *c)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct err err = { .text = "" };
	FD_CLEANUP int fd = open_secret(h, c, &err);

	frame_begin(&f, FRAME_SECRET);
	frame_secret_put(&f, span_of(fd < 0 ? err.text : ""));
	frame_send(c->sock, &f, fd);
}

/* The keeper knows which start of the room it speaks of: another one is not ended for it. */
static void end_stale(struct house *h, struct wire *w)
{
	struct frame_peer p;

	if (!frame_peer_get(w, &p))
		return;
	for (uint32_t i = 1; i < h->n; i++) {
		struct child *c = &h->children[i];
		if (c->room == p.room && c->sent == p.sent && span_eq(name_of(c), p.account) && c->starts == p.start &&
		    c->state == CHILD_RUNNING)
			kill(c->pid, SIGKILL);
	}
}

/* The keeper shows people what walls are missing where; it knows its own. */
static void child_ready(struct house *h, struct child *c, struct span missing)
{
	c->ready = true;
	house_judge_login(h, c);
	snprintf(c->walls, sizeof(c->walls), "%.*s", SPAN_ARG(missing));
	if (c->room == ROOM_KEEPER)
		tell_keeper(h, &h->self, FRAME_WALLS, -1);
	else
		tell_keeper(h, c, FRAME_WALLS, -1);
}

bool child_told(struct house *h, struct child *c)
{
	static char room[FRAME_MAX];
	struct frame f;
	struct frame_ending e;
	struct frame_progress p;
	struct span text;
	int r = frame_recv(c->sock, room, sizeof(room), &f);

	if (r <= 0)
		return r == -EAGAIN || r == -EINTR;
	struct wire w = wire_over(f.payload);
	if (f.type == FRAME_READY && frame_ready_get(&w, &text)) {
		child_ready(h, c, text);
	} else if (f.type == FRAME_ALARM && c->room == ROOM_KEEPER) {
		house_alarm_heard(h, &w);
	} else if (f.type == FRAME_ALIVE) {
		c->asked_ms = 0;
	} else if (f.type == FRAME_NEED_SECRET && c->room == ROOM_SENDER) {
		hand_secret(h, c);
	} else if (f.type == FRAME_IDLE && c->room == ROOM_KEEPER) {
		h->idle = true;
	} else if (f.type == FRAME_ENDING && frame_ending_get(&w, &e)) {
		c->ended = true;
		c->why = e.why;
		c->retry_after = e.retry_after;
		snprintf(c->text, sizeof(c->text), "%.*s", SPAN_ARG(span_sub(e.text, 0, sizeof(c->text) - 1)));
	} else if (f.type == FRAME_PROGRESS && h->progress && frame_progress_get(&w, &p)) {
		h->progress(p.messages, p.of);
	} else if (f.type == FRAME_STALE && c->room == ROOM_KEEPER) {
		end_stale(h, &w);
	}
	frame_close_fds(&f);
	return true;
}

/* -- how they end ----------------------------------------------------------------------------------------------- */

/* Only a death of its own making speaks against what the keeper had in hand; a kill comes from outside. True if
 * that brings the keeper nearer to setting the thing aside. */
static bool blame(struct house *h, int wait_status)
{
	static const char *const names[BLAME_WHAT_COUNT] = { "none", "message", "outbox", "wake", "notice" };
	struct blame_page *p = h->blame;
	uint32_t what = p->what;
	uint64_t key[2] = { p->key[0], p->key[1] };
	uint32_t slot = 0;

	p->what = BLAME_NONE;
	if (what == BLAME_NONE || what >= BLAME_WHAT_COUNT || (WIFSIGNALED(wait_status) && (WTERMSIG(wait_status) == SIGKILL || WTERMSIG(wait_status) == SIGTERM)))
		return false;
	for (uint32_t i = 0; i < BLAME_TALLY; i++) {
		if (p->tally[i].what == what && p->tally[i].key[0] == key[0] && p->tally[i].key[1] == key[1]) {
			slot = i;
			break;
		}
		/* Else the place of whoever is least guilty. */
		if (p->tally[i].deaths < p->tally[slot].deaths)
			slot = i;
	}
	if (p->tally[slot].what != what || p->tally[slot].key[0] != key[0] || p->tally[slot].key[1] != key[1]) {
		p->tally[slot].what = what;
		p->tally[slot].key[0] = key[0];
		p->tally[slot].key[1] = key[1];
		p->tally[slot].deaths = 0;
	}
	p->tally[slot].deaths++;
	log_event(LOG_WARN, "keeper.blamed", "what=%s key=%llx.%llx deaths=%u", names[what],
		  (unsigned long long)key[0], (unsigned long long)key[1], p->tally[slot].deaths);
	return p->tally[slot].deaths <= BLAME_DEATHS;
}

static void plan_restart(struct house *h, struct child *c)
{
	if (clock_mono_ms() - c->started_ms > STEADY_MS)
		c->failures = 0;
	if (!c->ended) {
		wait_longer(c, CRASH_WAIT_MS, CRASH_WAIT_MOST);
		return;
	}
	/* A server that takes no token for long would be asked for ever. */
	if (c->why == ENDING_EXPIRED && (!c->ready || clock_mono_ms() - c->started_ms < EXPIRY_LIVED_MS))
		c->why = ENDING_TRANSIENT;
	switch (c->why) {
	case ENDING_ORDERLY:
	case ENDING_EXPIRED:
		c->failures = 0;
		c->start_ms = clock_mono_ms() + CRASH_WAIT_MS;
		break;
	case ENDING_TRANSIENT:
		wait_longer(c, SERVER_WAIT_MS, SERVER_WAIT_MOST);
		break;
	case ENDING_REFUSED:
	case ENDING_CONFIG:
	case ENDING_COUNT:
		wait_longer(c, REFUSED_WAIT_MS, REFUSED_WAIT_MOST);
		break;
	}
	/* In --once nobody waits for a server. */
	if (h->once && c->why != ENDING_ORDERLY && c->why != ENDING_EXPIRED) {
		c->state = CHILD_GIVEN_UP;
		h->status = c->why == ENDING_TRANSIENT ? EX_TEMPFAIL : c->why == ENDING_REFUSED ? EX_NOPERM : EX_CONFIG;
	}
}

void child_died(struct house *h, struct child *c, int wait_status)
{
	/* Its last words may still lie in the socket. */
	fcntl(c->sock, F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 16; i++)
		child_told(h, c);
	close(c->sock);
	c->sock = -1;
	c->state = CHILD_DOWN;
	if (h->stopping)
		return;
	if (!c->ended && WIFSIGNALED(wait_status))
		snprintf(c->text, sizeof(c->text), "ended by signal %d (%s)", WTERMSIG(wait_status), strsignal(WTERMSIG(wait_status)));
	else if (!c->ended && WIFEXITED(wait_status) && (WEXITSTATUS(wait_status) || c->room != ROOM_READER))
		snprintf(c->text, sizeof(c->text), "exited with status %d and said nothing", WEXITSTATUS(wait_status));
	else if (!c->ended)
		c->ended = true, c->why = ENDING_ORDERLY;
	if (c->renewed) {
		c->renewed = c->ready = false;
		c->text[0] = '\0';
		c->start_ms = clock_mono_ms();
		return;
	}
	/* A death that helps to find the guilty message will not be repeated: the others need not wait for it. */
	if (c->room == ROOM_KEEPER ? blame(h, wait_status) : c->room == ROOM_READER && c->ready)
		c->failures = 0;
	plan_restart(h, c);
	c->ready = false;
	if (c->ended && c->why == ENDING_ORDERLY)
		return;
	if (c->ended && c->why == ENDING_EXPIRED) {
		log_event(LOG_INFO, "token.expired", "account=%.*s mailbox=%s", SPAN_ARG(name_of(c)), mailbox_of(c));
		return;
	}
	if (h->once && !c->ended && c->failures > ONCE_CRASHES) {
		c->state = CHILD_GIVEN_UP;
		h->status = EX_SOFTWARE;
	}
	log_event(LOG_WARN, "room.ended", "room=%s account=%.*s mailbox=%s again=%llds why=%s", room_name(c->room), SPAN_ARG(name_of(c)),
		  mailbox_of(c), c->state == CHILD_GIVEN_UP ? -1 : (long long)(c->start_ms - clock_mono_ms() + 999) / 1000, log_quote(c->text));
	house_judge_login(h, c);
	/* In --once the keeper waits for those that come again. */
	if (c->room == ROOM_POLLER && (!h->once || c->state == CHILD_GIVEN_UP))
		tell_keeper(h, c, FRAME_LOST, -1);
}

void child_stop(struct child *c)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);

	if (c->state != CHILD_RUNNING)
		return;
	frame_begin(&f, FRAME_STOP);
	frame_send(c->sock, &f, -1);
}
