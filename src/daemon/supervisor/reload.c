// SPDX-License-Identifier: Apache-2.0
/* New settings for a running house. Everything is checked as `hearback check` does; if anything is wrong or must not
 * change, nothing changes and the log says why. The keeper knows all settings, and the other rooms live no longer
 * than it does: a change is taken over by ending all rooms in order and starting them with what is new. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/settings.h"
#include "daemon/supervisor/house.h"
#include "daemon/supervisor/notify.h"
#include <stdlib.h>

static void log_lines(const char *event, enum log_level level, const struct house *h, const struct config_errors *e)
{
	for (uint32_t i = 0; i < e->n; i++)
		log_event(level, event, "why=%s", log_quote(arena_str(h->next.a, e->lines[i])));
}

static bool refuse(struct house *h)
{
	arena_free(&h->next.a);
	return false;
}

static bool unchanged(const struct house *h)
{
	BUF_CLEANUP struct buf before = BUF_CAPPED(CONFIG_BYTES), after = BUF_CAPPED(CONFIG_BYTES);

	config_write(&h->config, SPAN_NONE, &before);
	config_write(&h->next.config, SPAN_NONE, &after);
	return span_eq(buf_span(&before), buf_span(&after)) && span_eq(h->templates, h->next.templates);
}

bool house_reload(struct house *h)
{
	struct settings_findings found = { 0 };
	struct set *next = &h->next;

	arena_free(&next->a);
	next->a = arena_new();
	if (!settings_load(h->path, next->a, &next->config, &found) ||
	    !settings_read_templates(h->path, &next->config, next->a, &next->templates, &found.errors)) {
		log_lines("reload.refused", LOG_WARN, h, &found.errors);
		return refuse(h);
	}
	log_lines("settings.warning", LOG_WARN, h, &found.warnings);
	if (!span_eq(h->config.state_dir, next->config.state_dir) || !span_eq(h->config.user, next->config.user)) {
		log_event(LOG_WARN, "reload.refused", "why=%s", log_quote("user and state_dir cannot change while hearback runs: restart it"));
		return refuse(h);
	}
	if (unchanged(h)) {
		log_event(LOG_INFO, "reload.unchanged", "accounts=%u", h->config.n);
		return refuse(h);
	}
	log_event(LOG_INFO, "reloading", "accounts=%u", next->config.n);
	notify("RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_ms() * 1000);
	return true;
}

bool house_renew(struct house *h)
{
	if (!h->next.a)
		return false;
	arena_free(&h->a);
	h->a = h->next.a;
	h->config = h->next.config;
	h->templates = h->next.templates;
	h->next.a = NULL;
	h->stopping = h->told_ready = false;
	house_people(h);
	log_event(LOG_INFO, "reloaded", "accounts=%u", h->config.n);
	return true;
}
