// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/start.h"
#include "daemon/keeper/errand.h"
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/erase.h"
#include "daemon/settings.h"
#include "ledger/dictionary.h"
#include "ledger/place.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static void receive(char *room, struct frame *f)
{
	int r;

	do
		r = frame_recv(CHILD_SUPERVISOR_FD, room, FRAME_MAX, f);
	while (r == -EAGAIN || r == -EINTR);
	if (r <= 0)
		_exit(0);
}

static void expect(struct keeper *k, enum frame_type type, char *room, struct frame *f)
{
	receive(room, f);
	if (f->type != type)
		keeper_fail(k, ENDING_TRANSIENT, "unexpected frame %d at start", (int)f->type);
}

void sets_take(struct keeper *k, int fd)
{
	struct arena *a = arena_new();
	struct span map;
	struct err err;

	if (fd < 0 || memfd_map(fd, SETTINGS_SETS_MAX, &map))
		keeper_fail(k, ENDING_TRANSIENT, "templates and filters did not arrive");
	struct wire w = wire_over(map);
	k->templates.bundle = arena_span(a, wire_bytes(&w, REPLY_BUNDLE_MAX));
	k->templates.hash = hash_sha256(k->templates.bundle);
	k->filters.bundle = arena_span(a, wire_bytes(&w, FILTER_BUNDLE_MAX));
	k->filters.hash = hash_sha256(k->filters.bundle);
	memfd_unmap(&map);
	if (!wire_done(&w))
		keeper_fail(k, ENDING_TRANSIENT, "templates and filters are not what they should be");
	if (filter_bundle_parse(a, k->filters.bundle, &k->filters.all, &err))
		keeper_fail(k, ENDING_CONFIG, "filters: %s", err.text);
	if (reply_bundle_parse(a, k->templates.bundle, &k->templates.all, &err))
		keeper_fail(k, ENDING_CONFIG, "templates: %s", err.text);
	arena_free(&k->of_sets);
	k->of_sets = a;
	k->sets_new = true;
}

static struct span *keys_of(struct arena *a, struct config_list list, char subaddress, uint32_t *n)
{
	struct span *out = arena_many(a, list.n, struct span);
	struct address who;

	*n = 0;
	for (uint32_t i = 0; i < list.n; i++)
		if (address_split(list.at[i], &who))
			out[(*n)++] = address_key(a, who, subaddress);
	return out;
}

static void make_account(struct keeper *k, struct account *acc, const struct config_account *c)
{
	struct config_list own = { .at = arena_many(k->a, c->own.n + 1, struct span), .n = c->own.n + 1 };
	struct config_list staff = { .at = arena_many(k->a, c->lead.n + c->agents.n, struct span), .n = c->lead.n + c->agents.n };
	struct reading_account *r = &acc->reading;
	struct address who;

	acc->c = c;
	own.at[0] = c->address;
	for (uint32_t i = 0; i < c->own.n; i++)
		own.at[i + 1] = c->own.at[i];
	for (uint32_t i = 0; i < staff.n; i++)
		staff.at[i] = i < c->lead.n ? c->lead.at[i] : c->agents.at[i - c->lead.n];
	r->subaddress = c->subaddress.n ? c->subaddress.p[0] : 0;
	r->own = keys_of(k->a, own, r->subaddress, &r->nown);
	r->agents = keys_of(k->a, c->agents, r->subaddress, &r->nagents);
	r->form = keys_of(k->a, c->form, 0, &r->nform);
	r->group = c->group;
	r->authserv_id = c->authserv_id;
	r->hops = c->hops;
	acc->staff = keys_of(k->a, staff, 0, &acc->nstaff);
	if (address_split(c->address, &who))
		acc->domain = arena_span(k->a, who.domain);
	for (int i = 0; i < ROLE_COUNT; i++) {
		acc->box[i].poller = (struct peer){ .fd = -1 };
		peer_close(&acc->box[i].poller);
	}
	acc->box[ROLE_INBOX].watch = arena_one(k->a, struct watch);
	acc->sender = (struct peer){ .fd = -1 };
	peer_close(&acc->sender);
}

/* Accounts keep their number for ever; a name that was never seen gets the next one. */
static void number_accounts(struct keeper *k, struct turn *t)
{
	struct engine_row *rows;
	uint16_t next = 1;
	int n = txn_range(t->t, DB_ACCOUNT, SPAN_NONE, SPAN_NONE, false, ENGINE_RANGE_MAX, t->a, &rows);

	for (int i = 0; i < n; i++) {
		struct wire w = wire_over(rows[i].key);
		struct rec_account r;
		uint16_t id = wire_u16(&w);
		next = id >= next ? (uint16_t)(id + 1) : next;
		if (!rows[i].value.p || !rec_account_get(rows[i].value, &r))
			keeper_fail(k, ENDING_CONFIG, "ledger: the record of account %u is damaged: restore a backup", id);
		struct account *acc = keeper_account_named(k, r.name);
		if (acc) {
			acc->id = id;
			acc->mode = r.mode;
			acc->reconciles = restore_reconciles(t, id);
		}
	}
	for (uint32_t i = 0; i < k->naccounts; i++) {
		struct account *acc = &k->accounts[i];
		if (acc->id)
			continue;
		acc->id = next++;
		acc->mode = MODE_OBSERVE;
		put_account(t, acc->id, &(struct rec_account){ .name = acc->c->name, .mode = MODE_OBSERVE, .first_at = t->now });
	}
}

static void take_config(struct keeper *k, int fd)
{
	struct err err;
	BUF_CLEANUP struct buf text = BUF_CAPPED(CONFIG_BYTES);

	if (settings_from_memfd(fd, k->a, &k->config, &err))
		keeper_fail(k, ENDING_CONFIG, "configuration: %s", err.text);
	config_write(&k->config, SPAN_NONE, &text);
	k->config_text = arena_span(k->a, buf_span(&text));
	k->config_hash = hash_sha256(k->config_text);
	k->naccounts = k->config.n;
	k->accounts = arena_many(k->a, k->naccounts, struct account);
	k->notes = arena_many(k->a, k->naccounts * ROLE_COUNT, struct mailbox_note);
	for (uint32_t i = 0; i < k->naccounts; i++)
		make_account(k, &k->accounts[i], &k->config.accounts[i]);
}

/* The keys that are in force, or, of a backup that is to be restored, those that came with it. */
static int open_files(struct keeper *k, const char *state, struct err *err)
{
	const char *ledger = arena_printf(k->a, "%s/ledger", k->folder);
	const char *keys = arena_printf(k->a, "%s/keys", k->task == TASK_RESTORE ? k->folder : state);
	bool reads = k->task == TASK_SCRIBE;
	int r = 0;

	/* What a restore or rebuild has left to do. */
	if (k->task == TASK_SERVE || reads)
		r = place_install(state, clock_now(), err);
	if (!r)
		r = reads || k->task == TASK_RESTORE ? keys_load(keys, &k->keys, err) : keys_open(keys, ledger, &k->keys, err);
	if (!r)
		r = engine_open_lmdb(ledger, k->keys.tag, reads, &k->engine, err);
	if (!r)
		r = tombstones_load(arena_printf(k->a, "%s/tombstones", state), &k->tombstones, err);
	return r;
}

static void open_ledger(struct keeper *k)
{
	const char *state = arena_str(k->a, k->config.state_dir);
	struct err err;
	struct turn t;

	if (!k->folder)
		k->folder = state;
	int r = open_files(k, state, &err);
	if (r)
		keeper_fail(k, r == -ENOSPC || r == -EBUSY ? ENDING_TRANSIENT : ENDING_CONFIG, "%s", err.text);
	k->packer = packer_new(ledger_dictionary());
	if (k->task == TASK_SCRIBE)
		return;
	turn_begin(k, true, &t);
	doubt_start(k, t.tip.written_at, t.now);
	number_accounts(k, &t);
	if (k->task != TASK_RESTORE) {
		sets_keep(&t);
		outgoing_recover(&t);
		erase_start(&t);
	}
	turn_commit(&t);
	erase_compact(k);
}

/* What it is to be, if not the keeper of a running hearback or of one command. */
static int take_task(struct keeper *k, char *room, struct frame *f)
{
	struct frame_task task;
	struct wire w = wire_over(f->payload);

	if (f->type != FRAME_TASK)
		return -1;
	if (!frame_task_get(&w, &task))
		keeper_fail(k, ENDING_TRANSIENT, "TASK is not what it should be");
	k->task = task.task;
	k->folder = task.folder.n ? arena_str(k->a, task.folder) : NULL;
	int target = f->fds[0];
	expect(k, FRAME_START, room, f);
	return target;
}

static void raise_walls(struct keeper *k)
{
	const char *state = arena_str(k->a, k->config.state_dir);
	struct sandbox_path paths[] = { { .path = state, .write = true }, { .path = k->task == TASK_SCRIBE ? "." : NULL, .write = true } };
	BUF_CLEANUP struct buf missing = BUF_CAPPED(200);

	sandbox_files(&k->walls, paths, 2, true);
	sandbox_calls(&k->walls, SANDBOX_KEEPER);
	sandbox_missing(&k->walls, &missing);
	if (missing.n)
		log_event(LOG_WARN, "walls.missing", "walls=%s", log_quote(buf_cstr(&missing)));
	room_walls_set(&k->walls_of[ROOM_KEEPER], buf_span(&missing));
}

int keeper_start(struct keeper *k)
{
	char *room = malloc(FRAME_MAX);
	struct frame f;
	struct frame_start start;

	if (!room || crypto_start())
		abort();
	k->a = arena_new();
	k->of_message = arena_new();
	k->batches_end = &k->batches;
	k->heard_end = &k->heard;
	k->listen_fd = -1;
	k->reader = (struct peer){ .fd = -1 };
	peer_close(&k->reader);
	k->supervisor = (struct peer){ .fd = CHILD_SUPERVISOR_FD };
	k->supervisor.last = &k->supervisor.first;
	for (int i = 0; i < KEEPER_CLIENTS; i++) {
		k->clients[i].peer = (struct peer){ .fd = -1 };
		peer_close(&k->clients[i].peer);
	}
	receive(room, &f);
	int target = take_task(k, room, &f);
	struct wire w = wire_over(f.payload);
	if (f.type != FRAME_START || !frame_start_get(&w, &start) || f.fds[0] < 0)
		keeper_fail(k, ENDING_TRANSIENT, "START is not what it should be");
	log_open("keeper", start.debug);
	k->once = start.once;
	k->since = start.since;
	take_config(k, f.fds[0]);
	k->listen_fd = f.fds[1];
	close(f.fds[0]);
	expect(k, FRAME_SETS, room, &f);
	sets_take(k, f.fds[0]);
	frame_close_fds(&f);
	free(room);
	void *page = mmap(NULL, sizeof(*k->blame), PROT_READ | PROT_WRITE, MAP_SHARED, CHILD_BLAME_FD, 0);
	k->blame = page == MAP_FAILED ? NULL : page;
	/* A keeper of one command ends with it, whatever it is about. */
	if (!k->blame)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Without a supervisor it serves one command, whose screen the log would be on. */
	if (!k->blame || k->task == TASK_REBUILD)
		log_only(LOG_WARN);
	if (target >= 0 && fchdir(target) < 0)
		keeper_fail(k, ENDING_CONFIG, "the target cannot be entered: %s", strerror(errno));
	open_ledger(k);
	raise_walls(k);
	k->started_at = clock_now();
	struct buf ready = BUF_CAPPED(FRAME_MAX);
	frame_begin(&ready, FRAME_READY);
	frame_ready_put(&ready, span_of(k->walls_of[ROOM_KEEPER].missing));
	peer_open(&k->supervisor, dup(CHILD_SUPERVISOR_FD));
	peer_say(&k->supervisor, &ready, -1);
	return target;
}

void keeper_stop(struct keeper *k)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);
	struct frame_ending e = { .why = ENDING_ORDERLY, .text = SPAN("told to") };

	frame_begin(&f, FRAME_ENDING);
	frame_ending_put(&f, &e);
	peer_say(&k->supervisor, &f, -1);
	peer_flush(&k->supervisor);
	engine_close(&k->engine);
	packer_free(&k->packer);
	keys_wipe(&k->keys);
	arena_free(&k->of_message);
	arena_free(&k->a);
}
