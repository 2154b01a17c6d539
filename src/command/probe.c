// SPDX-License-Identifier: Apache-2.0
#include "command/probe.h"
#include "base/date.h"
#include "base/io.h"
#include "daemon/reader/client.h"
#include "daemon/secret.h"
#include "daemon/settings.h"
#include "daemon/spawn.h"
#include "daemon/supervisor/house.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROBE_MS = 60 * 1000, PROBE_GRACE_MS = 5 * 1000, PROBE_ENTRY = 1 };

struct room_of_ours {
	struct arena *a;
	const struct config *config;
	const struct config_account *account;
	struct house house; /* for token_command */
	struct spawned room;
	int keeper; /* our end of its keeper's socket */
	int64_t until_ms;
	bool ended;
	enum ending ending;
	struct span why;
	char in[FRAME_MAX];
};

/* -- the supervisor's part ------------------------------------------------------------------------------- */

static int open_secret(struct room_of_ours *r, bool smtp, struct err *err)
{
	struct secret_source s = secret_source(r->account, smtp);
	int fd = s.command.n ? command_token(&r->house, r->account, smtp)
			     : open(arena_str(r->a, s.path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		err_set(err, -errno, "%s: %s", s.key, strerror(s.command.n ? -fd : errno));
	return fd;
}

static void give_up(struct room_of_ours *r, enum ending why, const char *text)
{
	if (!r->ended)
		r->why = arena_span(r->a, span_of(text));
	r->ending = why;
	r->ended = true;
}

/* What a room logs would stand between the lines for a person. */
static int spawn_quietly(enum room room, int keeper, struct spawned *out, struct err *err)
{
	FD_CLEANUP int ours = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	FD_CLEANUP int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(nowhere, STDERR_FILENO);
	int r = room_spawn(room, keeper, -1, out, err);
	dup2(ours, STDERR_FILENO);
	return r;
}

static bool say_start(struct room_of_ours *r, enum room room, bool sent)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	FD_CLEANUP int settings = settings_to_memfd(r->config, r->account->name);
	FD_CLEANUP int secret = -1;
	struct err err;
	struct frame_start s = {
		.once = true,
		.account = r->account->name,
		.mailbox = sent ? r->account->sent_mailbox : r->account->mailbox,
		.sent = sent,
		.since = clock_now() - PROBE_DAYS * DAY,
		.most = PROBE_MESSAGES,
	};

	if (room == ROOM_POLLER && (secret = open_secret(r, false, &err)) < 0) {
		give_up(r, ENDING_CONFIG, err.text);
		return false;
	}
	int fds[] = { settings, secret };
	frame_begin(&f, FRAME_START);
	frame_start_put(&f, &s);
	return frame_send_fds(r->room.sock, &f, fds, room == ROOM_POLLER ? 2 : 1) == 0;
}

static bool start(struct room_of_ours *r, enum room room, bool sent)
{
	struct err err;
	int pair[2];

	r->until_ms = clock_mono_ms() + PROBE_MS;
	r->ending = ENDING_TRANSIENT;
	r->keeper = -1;
	if (room_pair(pair)) {
		give_up(r, ENDING_TRANSIENT, strerror(errno));
		return false;
	}
	r->keeper = pair[0];
	FD_CLEANUP int theirs = pair[1];
	if (spawn_quietly(room, theirs, &r->room, &err)) {
		give_up(r, ENDING_CONFIG, err.text);
		return false;
	}
	return say_start(r, room, sent);
}

static void hand_secret(struct room_of_ours *r)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	struct err err = { .text = "" };
	FD_CLEANUP int fd = open_secret(r, true, &err);

	frame_begin(&f, FRAME_SECRET);
	frame_secret_put(&f, span_of(fd < 0 ? err.text : ""));
	frame_send(r->room.sock, &f, fd);
}

static void hear_as_supervisor(struct room_of_ours *r, const struct frame *f)
{
	struct wire w = wire_over(f->payload);
	struct frame_ending e;

	if (f->type == FRAME_NEED_SECRET)
		hand_secret(r);
	else if (f->type == FRAME_ENDING && frame_ending_get(&w, &e)) {
		r->ended = true;
		r->ending = e.why;
		r->why = arena_span(r->a, e.text);
	}
}

/* The next frame for the keeper; false at the end of the room, or of its time. */
static bool hear(struct room_of_ours *r, struct frame *f)
{
	while (!r->ended) {
		struct pollfd at[] = { { .fd = r->room.sock, .events = POLLIN },
				       { .fd = r->keeper, .events = POLLIN } };
		int64_t left = r->until_ms - clock_mono_ms();
		if (left <= 0 || poll(at, 2, (int)left) == 0) {
			give_up(r, ENDING_TRANSIENT, "the server did not answer in time");
			return false;
		}
		/* Why it ends stands on the other socket. */
		for (int i = 1; i >= 0; i--) {
			int got = at[i].revents ? frame_recv(at[i].fd, r->in, sizeof(r->in), f) : 0;
			if (got == 1 && i == 1)
				return true;
			if (got == 1) {
				hear_as_supervisor(r, f);
				frame_close_fds(f);
			} else if (at[i].revents && i == 0) {
				give_up(r, ENDING_TRANSIENT, "the process that was to look has ended");
			}
		}
	}
	return false;
}

static bool say(struct room_of_ours *r, struct buf *f)
{
	return frame_send(r->keeper, f, -1) == 0;
}

/* It goes when both sockets do, after a word of goodbye to the server. */
static void end(struct room_of_ours *r)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	int64_t until = clock_mono_ms() + PROBE_GRACE_MS;

	commands_end(&r->house, INT64_MAX);
	if (r->keeper >= 0)
		close(r->keeper);
	if (!r->room.pid)
		return;
	frame_begin(&f, FRAME_STOP);
	frame_send(r->room.sock, &f, -1);
	close(r->room.sock);
	while (waitpid(r->room.pid, NULL, WNOHANG) == 0) {
		if (clock_mono_ms() > until)
			kill(r->room.pid, SIGKILL);
		usleep(10 * 1000);
	}
}

static struct room_of_ours *room_of_ours(struct arena *a, const struct config *c,
					 const struct config_account *account)
{
	struct room_of_ours *r = arena_one(a, struct room_of_ours);

	r->a = a;
	r->config = c;
	r->account = account;
	signal(SIGPIPE, SIG_IGN);
	return r;
}

/* -- mailboxes ------------------------------------------------------------------------------------------- */

static void read_messages(const struct frame_batch *batch, struct span bytes, struct arena *work,
			  struct arena *keep, struct reader_client *reader,
			  struct authentication_survey *survey)
{
	struct reader_message *messages = arena_many(work, batch->n, struct reader_message);
	struct facts *facts = arena_many(work, batch->n, struct facts);
	struct err err;
	uint32_t n = 0;

	for (uint32_t i = 0; i < batch->n; i++)
		if (batch->at[i].fetched)
			messages[n++] = (struct reader_message){ .bytes = span_sub(bytes, batch->at[i].offset,
										   batch->at[i].length),
								 .partial = batch->at[i].partial };
	if (reader_client_read(reader, work, messages, n, facts, &err))
		return;
	for (uint32_t i = 0; i < n; i++)
		authentication_survey_add(keep, work, &facts[i], survey);
}

static void take_batch(struct room_of_ours *r, struct frame *f, struct reader_client *reader,
		       struct authentication_survey *survey, struct probe_mailbox *out)
{
	ARENA_CLEANUP struct arena *work = arena_new();
	BUF_CLEANUP struct buf done = BUF_CAPPED(FRAME_MAX);
	struct wire w = wire_over(f->payload);
	struct frame_batch batch;
	struct span bytes;

	if (memfd_map(f->fds[0], (size_t)LIMIT_BATCH_BYTES + LIMIT_FETCH_MAX, &bytes))
		return;
	if (frame_batch_get(work, &w, bytes.n, &batch)) {
		out->messages += batch.n;
		for (uint32_t i = 0; i < batch.n; i++)
			if (batch.at[i].internal_at > out->newest_at)
				out->newest_at = batch.at[i].internal_at;
		if (survey)
			read_messages(&batch, bytes, work, r->a, reader, survey);
		frame_begin(&done, FRAME_BATCH_DONE);
		frame_batch_done_put(&done, batch.number);
		say(r, &done);
	}
	memfd_unmap(&bytes);
}

static void take_selected(struct room_of_ours *r, struct frame *f, struct probe_mailbox *out)
{
	struct wire w = wire_over(f->payload);

	out->open = frame_selected_get(&w, &out->selected);
	out->selected.mailbox = arena_span(r->a, out->selected.mailbox);
	out->selected.junk = arena_span(r->a, out->selected.junk);
	out->selected.trash = arena_span(r->a, out->selected.trash);
}

void probe_mailbox(struct arena *a, const struct config *c, const struct config_account *account, bool sent,
		   struct reader_client *reader, struct authentication_survey *survey,
		   struct probe_mailbox *out)
{
	struct room_of_ours *r = room_of_ours(a, c, account);
	BUF_CLEANUP struct buf resume = BUF_CAPPED(FRAME_MAX);
	struct frame f;
	bool all = false;

	*out = (struct probe_mailbox){ .open = false };
	frame_begin(&resume, FRAME_RESUME);
	frame_resume_put(&resume, &(struct frame_resume){ .read_only = true });
	if (start(r, ROOM_POLLER, sent) && say(r, &resume))
		while (!all && hear(r, &f)) {
			if (f.type == FRAME_SELECTED)
				take_selected(r, &f, out);
			else if (f.type == FRAME_BATCH)
				take_batch(r, &f, reader, survey, out);
			all = f.type == FRAME_SEEN_ALL;
			frame_close_fds(&f);
		}
	out->ending = all ? ENDING_ORDERLY : r->ending;
	out->trouble = all ? SPAN_NONE : r->why;
	end(r);
}

/* -- SMTP
 * ---------------------------------------------------------------------------------------------------------
 */

static struct span witness_of(struct arena *a, const struct config_account *c)
{
	struct address own;

	if (c->witness == WITNESS_NO || !address_split(c->address, &own))
		return SPAN_NONE;
	if (!c->subaddress.n)
		return c->address;
	return span_of(arena_printf(a, "%.*s%.*strace@%.*s", SPAN_ARG(own.local), SPAN_ARG(c->subaddress),
				    SPAN_ARG(own.domain)));
}

static bool take_result(struct room_of_ours *r, struct frame *f, struct frame_sent_result *out)
{
	struct wire w = wire_over(f->payload);
	bool good = f->type == FRAME_SENT_RESULT && frame_sent_result_get(&w, out);

	if (!good)
		*out = (struct frame_sent_result){ .outcome = SEND_LATER };
	out->step = arena_span(r->a, out->step);
	out->reply = arena_span(r->a, out->reply);
	return good;
}

void probe_smtp(struct arena *a, const struct config *c, const struct config_account *account,
		struct probe_smtp *out)
{
	struct room_of_ours *r = room_of_ours(a, c, account);
	BUF_CLEANUP struct buf ask = BUF_CAPPED(FRAME_MAX);
	struct frame f;
	bool done = false;

	*out = (struct probe_smtp){ .witness = witness_of(a, account) };
	frame_begin(&ask, FRAME_SEND);
	frame_send_put(&ask,
		       &(struct frame_send){
			       .entry = PROBE_ENTRY,
			       .sender = account->envelope == ENVELOPE_NULL ? SPAN_NONE : account->address,
			       .recipient = account->address,
			       .witness = out->witness,
		       });
	if (start(r, ROOM_SENDER, false) && say(r, &ask))
		while (!done && hear(r, &f)) {
			done = take_result(r, &f, &out->result);
			frame_close_fds(&f);
		}
	if (!done)
		out->result = (struct frame_sent_result){ .no_connection = true,
							  .step = SPAN("connect"),
							  .reply = r->why };
	end(r);
}
