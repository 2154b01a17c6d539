// SPDX-License-Identifier: Apache-2.0
/* hearback-poller: the life of one IMAP connection to one mailbox.
 *
 * Holds: the connection, and the password until it is logged in. May: speak IMAP on that one
 * connection, hand bytes and places to the keeper. May not: see the ledger, parse mail, and once logged
 * in open a file or a connection. Fails by ending: every end tells the supervisor why in one line, and
 * the next poller goes on where the keeper's ledger says. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/poller/fault.h"
#include "daemon/poller/poller.h"
#include "daemon/secret.h"
#include "daemon/settings.h"
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MEMORY_MAX = 512 * 1024 * 1024 };

bool poller_end(struct poller *p, enum ending why, const char *fmt, ...)
{
	va_list ap;

	if (p->ended)
		return false;
	p->ended = true;
	p->why = why;
	va_start(ap, fmt);
	vsnprintf(p->text.text, sizeof(p->text.text), fmt, ap);
	va_end(ap);
	return false;
}

bool poller_fine(struct poller *p, enum imap_fault fault)
{
	static const enum ending ends[] = {
		[IMAP_FINE] = ENDING_ORDERLY,	[IMAP_SAID_NO] = ENDING_TRANSIENT,
		[IMAP_LOST] = ENDING_TRANSIENT, [IMAP_REFUSED] = ENDING_REFUSED,
		[IMAP_WRONG] = ENDING_CONFIG,
	};

	if (fault == IMAP_FINE)
		return true;
	p->retry_after = imap_retry_after(p->imap);
	if (imap_expired(p->imap) && fault != IMAP_REFUSED)
		return poller_end(p, ENDING_EXPIRED, "%s: %s", p->name, imap_why(p->imap));
	return poller_end(p, ends[fault], "%s: %s", p->name, imap_why(p->imap));
}

bool poller_may_go_on(const struct poller *p, enum imap_fault fault)
{
	return fault == IMAP_SAID_NO && !imap_retry_after(p->imap);
}

/* -- start ----------------------------------------------------------------------------------------- */

static bool start(struct poller *p, struct frame *f)
{
	struct config *config = arena_one(p->arena, struct config);
	struct frame_start s;
	struct wire w = wire_over(f->payload);
	struct err err;

	if (f->type != FRAME_START || !frame_start_get(&w, &s) || f->fds[1] < 0)
		return poller_end(p, ENDING_TRANSIENT, "the supervisor did not say what to watch");
	log_open("poller", s.debug);
	p->name = arena_str(p->arena, s.account);
	p->secret_fd = f->fds[1];
	f->fds[1] = -1;
	p->once = s.once;
	p->sent = s.sent;
	p->since = s.since;
	p->most = s.most;
	if (settings_from_memfd(f->fds[0], p->arena, config, &err))
		return poller_end(p, ENDING_CONFIG, "%s: %s", p->name, err.text);
	p->account = config_account(config, s.account);
	if (!p->account)
		return poller_end(p, ENDING_CONFIG, "%s: there is no such account in the settings", p->name);
	/* One batch; what is announced smaller than it is finds no room and is asked for again. */
	uint32_t one = p->account->fetch_limit + 1;
	p->bytes = BUF_CAPPED(one > LIMIT_BATCH_BYTES ? one : LIMIT_BATCH_BYTES);
	if (s.mailbox.n && !mailbox_name_encode(s.mailbox, &p->mailbox))
		return poller_end(p, ENDING_CONFIG,
				  "%s: the name of the mailbox cannot be written: correct it", p->name);
	return true;
}

static bool hear_start(struct poller *p)
{
	struct frame f;

	if (frame_recv(CHILD_SUPERVISOR_FD, p->room, sizeof(p->room), &f) != 1)
		return poller_end(p, ENDING_TRANSIENT, "the supervisor is gone");
	bool good = start(p, &f);
	frame_close_fds(&f);
	return good;
}

static bool refused(struct poller *p, const struct secret_source *source, int64_t written_at)
{
	BUF_CLEANUP struct buf age = BUF_CAPPED(200);

	secret_put_age(source, written_at, clock_now(), &age);
	return poller_end(p, ENDING_REFUSED, "%s: %s%s", p->name, imap_why(p->imap), buf_cstr(&age));
}

static bool log_in(struct poller *p)
{
	const struct secret_source source = secret_source(p->account, false);
	BUF_CLEANUP struct buf secret = BUF_CAPPED(secret_room(&source));
	int64_t written_at;
	struct err err;
	int fd = p->secret_fd;

	p->secret_fd = -1;
	int r = secret_read(&source, fd, &secret, &written_at, &err);
	if (r) {
		secret_wipe(&secret);
		/* What a command gave may be better the next time. */
		return poller_end(p, source.command.n ? ENDING_TRANSIENT : ENDING_CONFIG, "%s: %s", p->name,
				  err.text);
	}
	const char *user = arena_str(p->arena, p->account->user);
	enum imap_fault fault = source.token ? imap_login_token(p->imap, user, buf_cstr(&secret))
					     : imap_login(p->imap, user, buf_cstr(&secret));
	secret_wipe(&secret);
	return fault == IMAP_REFUSED ? refused(p, &source, written_at) : poller_fine(p, fault);
}

/* TLS is up: nothing from here on needs a file, a new socket or another program. */
static void lock_up(void *poller)
{
	struct poller *p = poller;

	sandbox_files(&p->walls, NULL, 0, true);
	sandbox_calls(&p->walls, SANDBOX_CONNECTED);
}

static bool connect_server(struct poller *p)
{
	const struct config_account *a = p->account;
	struct imap_timeouts timeouts = imap_timeouts_standard;
	struct imap_server server = {
		.host = arena_str(p->arena, a->host),
		.port = a->port,
		.tls = a->tls != TLS_NONE,
		.starttls = a->tls == TLS_STARTTLS,
		.tls_name = arena_str(p->arena, a->tls_name),
		.ca_file = arena_str(p->arena, a->ca_file),
		.connected = lock_up,
		.context = p,
	};

	sandbox_files_to_connect(&p->walls, server.ca_file, false);
	fault_timeouts(&timeouts);
	p->imap = imap_new(&timeouts);
	if (!poller_fine(p, imap_open(p->imap, &server)))
		return false;
	imap_beside(p->imap, CHILD_SUPERVISOR_FD, poller_answer, p);
	return log_in(p);
}

static bool tell_ready(struct poller *p)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	BUF_CLEANUP struct buf missing = BUF_CAPPED(200);

	sandbox_missing(&p->walls, &missing);
	if (missing.n)
		log_event(LOG_WARN, "walls.missing", "account=%s walls=%s", p->name,
			  log_quote(buf_cstr(&missing)));
	frame_begin(&b, FRAME_READY);
	frame_ready_put(&b, buf_span(&missing));
	return poller_tell(p, CHILD_SUPERVISOR_FD, &b, -1);
}

/* -- the mailbox ------------------------------------------------------------------------------------- */

static bool tell_trouble(struct poller *p, const char *text)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_TROUBLE);
	frame_trouble_put(&b, span_of(text));
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

static bool tell_selected(struct poller *p, const struct imap_mailbox *box)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	BUF_CLEANUP struct buf name = BUF_CAPPED(4 * LIMIT_MAILBOX_NAME);
	BUF_CLEANUP struct buf junk = BUF_CAPPED(4 * LIMIT_MAILBOX_NAME);
	BUF_CLEANUP struct buf trash = BUF_CAPPED(4 * LIMIT_MAILBOX_NAME);

	mailbox_name_decode(buf_span(&p->mailbox), &name);
	mailbox_name_decode(buf_span(&p->junk), &junk);
	mailbox_name_decode(buf_span(&p->trash), &trash);
	struct frame_selected s = { .mailbox = buf_span(&name),
				    .uidvalidity = box->uidvalidity,
				    .uidnext = box->uidnext,
				    .exists = box->exists,
				    .offers = box->offers,
				    .junk = buf_span(&junk),
				    .trash = buf_span(&trash),
				    .certificate_until = imap_certificate_until(p->imap) };
	log_event(LOG_INFO, "mailbox.open", "account=%s sent=%d uidvalidity=%u uidnext=%u exists=%u", p->name,
		  p->sent, s.uidvalidity, s.uidnext, s.exists);
	frame_begin(&b, FRAME_SELECTED);
	frame_selected_put(&b, &s);
	return poller_tell(p, CHILD_KEEPER_FD, &b, -1);
}

/* For a trial: begins behind what is too old, or too much. What arrived earlier but stands behind that is left out by
 * the pass. */
static bool skip_older(struct poller *p)
{
	uint32_t first = 0;
	uint32_t found = 0;
	char text[200];

	enum imap_fault fault = imap_search_since(p->imap, p->since, p->most, &first, &found);
	if (fault)
		return fault == IMAP_SAID_NO || poller_fine(p, fault);
	p->last_uid = first ? first - 1 : p->uidnext ? p->uidnext - 1 : 0;
	if (found <= p->most)
		return true;
	snprintf(text, sizeof(text), "only the newest %u of %u messages of that time are looked at", p->most, found);
	return tell_trouble(p, text);
}

/* A server that refuses to list its mailboxes is watched all the same; where connections end over it, the keeper says
 * so when the next one begins. */
static bool find_thrown(struct poller *p)
{
	enum imap_fault fault = imap_find_thrown(p->imap, &p->junk, &p->trash);

	return poller_may_go_on(p, fault) || poller_fine(p, fault);
}

static bool open_mailbox(struct poller *p)
{
	struct imap_mailbox box;

	if (!p->mailbox.n && p->sent && !poller_fine(p, imap_find_sent(p->imap, &p->mailbox)))
		return false;
	if (!p->mailbox.n)
		buf_puts(&p->mailbox, "INBOX");
	if (!p->sent && !p->resume.no_list && !find_thrown(p))
		return false;
	if (!poller_fine(p, imap_select(p->imap, buf_cstr(&p->mailbox), p->resume.read_only, &box)))
		return false;
	p->uidvalidity = box.uidvalidity;
	p->uidnext = box.uidnext;
	p->last_uid = box.uidvalidity == p->resume.uidvalidity ? p->resume.last_uid : 0;
	if (!tell_selected(p, &box) || (p->since && !p->last_uid && !skip_older(p)))
		return false;
	if (p->resume.uidvalidity && box.uidvalidity != p->resume.uidvalidity)
		return tell_trouble(p, "the server has given the mailbox a new UIDVALIDITY: all of it is looked at again");
	if (!box.uidnext || box.uidnext > p->last_uid)
		return true;
	return tell_trouble(
		p, "the server counts UIDs anew without a new UIDVALIDITY: new messages may not be seen");
}

bool poller_back(struct poller *p)
{
	struct imap_mailbox box;

	if (!poller_fine(p, imap_select(p->imap, buf_cstr(&p->mailbox), p->resume.read_only, &box)))
		return false;
	return box.uidvalidity == p->uidvalidity ||
	       poller_end(p, ENDING_TRANSIENT, "%s: the mailbox has another UIDVALIDITY by now", p->name);
}

/* Serves orders until it is time to look again; in --once only an order to look or the end is. */
static bool wait_for_work(struct poller *p)
{
	int64_t step = p->account->poll < p->account->idle_renew ? p->account->poll : p->account->idle_renew;
	int64_t until = clock_mono_ms() + step * 1000;

	for (;;) {
		if (!poller_run_orders(p))
			return false;
		if (p->look > p->looked)
			return true;
		if (p->once) {
			if (!poller_hear(p, -1))
				return false;
			continue;
		}
		struct pollfd others[] = {
			{ .fd = CHILD_SUPERVISOR_FD, .events = POLLIN },
			{ .fd = CHILD_KEEPER_FD, .events = POLLIN },
		};
		bool news = false;
		if (!poller_fine(p, imap_wait(p->imap, others, 2, until - clock_mono_ms(), &news)) ||
		    !poller_hear(p, 0))
			return false;
		if (news || clock_mono_ms() >= until)
			return poller_run_orders(p);
	}
}

static bool live(struct poller *p)
{
	if (!hear_start(p))
		return false;
	while (!p->resumed)
		if (!poller_hear(p, -1))
			return false;
	if (!connect_server(p) || !tell_ready(p) || !open_mailbox(p))
		return false;
	for (;;)
		if (!poller_pass(p) || !wait_for_work(p))
			return false;
}

static void say_why(struct poller *p)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_ending e = { .why = p->why,
				  .retry_after = p->retry_after,
				  .text = span_of(p->text.text) };

	frame_begin(&b, FRAME_ENDING);
	frame_ending_put(&b, &e);
	frame_send(CHILD_SUPERVISOR_FD, &b, -1);
}

int main(void)
{
	struct poller *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	signal(SIGPIPE, SIG_IGN);
	log_open("poller", false);
	sandbox_first(&p->walls);
	sandbox_memory(&p->walls, MEMORY_MAX);
	sandbox_calls(&p->walls, SANDBOX_ANY_ROOM);
	p->arena = arena_new();
	p->secret_fd = -1;
	p->name = "poller";
	p->mailbox = p->junk = p->trash = BUF_CAPPED(LIMIT_MAILBOX_NAME);
	p->stride = 1;
	live(p);
	say_why(p);
	imap_free(&p->imap);
	/* Memory need not be given back one by one by a process that ends. */
	_exit(0);
}
