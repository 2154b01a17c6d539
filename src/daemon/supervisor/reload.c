// SPDX-License-Identifier: Apache-2.0
/* New settings for a running house. Everything is checked as `hearback check` does; if anything is wrong or must not
 * change, nothing changes and the log says why. Else those end and start anew whose settings changed: pollers and
 * senders one by one; for what the keeper goes by, and accounts that come or go, all of them, because the others live no
 * longer than the keeper they are joined to. Templates, filters and groups it takes over as it goes. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/settings.h"
#include "daemon/supervisor/house.h"
#include "daemon/supervisor/notify.h"
#include <signal.h>
#include <stdlib.h>

static void log_lines(const char *event, struct arena *a, const struct config_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		log_event(LOG_WARN, event, "why=%s", log_quote(arena_str(a, e->lines[i])));
}

static bool read_set(const struct house *h, struct set *next)
{
	struct settings_findings found = { 0 };

	if (!settings_load(h->path, next->a, &next->config, &found) ||
	    !settings_read_sets(h->path, &next->config, next->a, &next->sets, &found.errors)) {
		log_lines("reload.refused", next->a, &found.errors);
		return false;
	}
	log_lines("settings.warning", next->a, &found.warnings);
	if (span_eq(h->config.state_dir, next->config.state_dir) && span_eq(h->config.user, next->config.user))
		return true;
	log_event(LOG_WARN, "reload.refused", "why=%s", log_quote("user and state_dir cannot change while hearback runs: restart it"));
	return false;
}

static bool keeper_same(const struct house *h, const struct set *next)
{
	return config_same(&h->config, &next->config, SPAN_NONE, CONFIG_OF_KEEPER);
}

static bool unchanged(const struct house *h, const struct set *next)
{
	return config_same(&h->config, &next->config, SPAN_NONE, 0) && span_eq(h->sets, next->sets);
}

static bool room_same(const struct house *h, const struct set *next, const struct child *c)
{
	unsigned whose = c->room == ROOM_POLLER ? CONFIG_OF_POLLER : CONFIG_OF_SENDER;

	return !c->account || config_same(&h->config, &next->config, c->account->name, whose);
}

/* One that serves ends in order and starts anew; one that waits need not wait any longer. */
static void renew_room(struct child *c)
{
	log_event(LOG_INFO, "room.renewed", "room=%s account=%.*s", room_name(c->room), SPAN_ARG(c->account->name));
	c->failures = 0;
	c->alarmed = false;
	c->start_ms = 0;
	c->renewed = c->state == CHILD_RUNNING;
	if (c->ready)
		child_stop(c);
	else if (c->state == CHILD_RUNNING)
		kill(c->pid, SIGKILL);
}

/* Same accounts, same keeper: only some of those at the ends of connections change. */
static void take_over(struct house *h, struct set *next)
{
	struct arena *old = h->a;
	bool same_sets = span_eq(h->sets, next->sets);
	struct child *children = arena_many(next->a, h->n, struct child);
	bool *same = arena_many(next->a, h->n, bool);

	for (uint32_t i = 0; i < h->n; i++) {
		same[i] = room_same(h, next, &h->children[i]);
		children[i] = h->children[i];
		if (children[i].account)
			children[i].account = config_account(&next->config, h->children[i].account->name);
	}
	h->a = next->a;
	h->config = next->config;
	h->sets = next->sets;
	h->children = children;
	arena_free(&old);
	for (uint32_t i = 0; i < h->n; i++)
		if (!same[i])
			renew_room(&h->children[i]);
	if (h->children[0].state == CHILD_RUNNING && (same_sets ? house_tell_people(h) : house_say_sets(h)))
		log_event(LOG_WARN, "keeper.untold", "pid=%d", (int)h->children[0].pid);
	log_event(LOG_INFO, "reloaded", "accounts=%u", h->config.n);
}

bool house_reload(struct house *h)
{
	struct set next = { .a = arena_new() };

	if (!read_set(h, &next)) {
		arena_free(&next.a);
		return false;
	}
	if (!h->stopping && unchanged(h, &next)) {
		log_event(LOG_INFO, "reload.unchanged", "accounts=%u", h->config.n);
		arena_free(&next.a);
		return false;
	}
	log_event(LOG_INFO, "reloading", "accounts=%u", next.config.n);
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_ms() * 1000);
	if (!h->stopping && keeper_same(h, &next)) {
		take_over(h, &next);
		if (h->told_ready)
			notify("READY=1");
		return false;
	}
	arena_free(&h->next.a);
	h->next = next;
	return true;
}

bool house_renew(struct house *h)
{
	if (!h->next.a)
		return false;
	arena_free(&h->a);
	h->a = h->next.a;
	h->config = h->next.config;
	h->sets = h->next.sets;
	h->next.a = NULL;
	h->stopping = h->told_ready = false;
	house_people(h);
	log_event(LOG_INFO, "reloaded", "accounts=%u", h->config.n);
	return true;
}
