// SPDX-License-Identifier: Apache-2.0
/* The suppression list: addresses that get no automated mail, whoever asks for it. Bounces and complaints put an address
 * there only with the keyed id of what we sent it; people put there and take out what they like. */
#include "base/date.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/people.h"
#include <sysexits.h>

enum { BOUNCE_EXPIRES = 90 * DAY, LINES_MAX = 8000 };

static bool id_of(struct turn *t, struct span address, uint8_t id[ID_SIZE])
{
	struct address who;

	if (!address_split(span_trim(address), &who) || !address_may_send(address_text(t->a, who)))
		return false;
	address_hash(t->k, address_key(t->a, who, 0), id);
	return true;
}

struct span suppression_of(struct turn *t, struct span address, int64_t wrote_at)
{
	struct rec_suppression s;
	uint8_t id[ID_SIZE];
	BUF_CLEANUP struct buf b = BUF_CAPPED(RECORD_TEXT + 200);

	if (!id_of(t, address, id) || get_suppression(t, id, &s) || (s.expires_at && s.expires_at <= t->now))
		return SPAN_NONE;
	/* Whoever has written since can be reached again, or we shall hear of it. */
	if (s.reason == SUPPRESSED_BOUNCED && wrote_at > s.at)
		return SPAN_NONE;
	buf_printf(&b, "%s since ", suppression_name(s.reason));
	put_iso(&b, s.at);
	buf_puts(&b, s.source.n ? ": " : "");
	buf_put_span(&b, s.source);
	return arena_span(t->a, buf_span(&b));
}

/* The chain is for ever and holds no address: a part of its keyed hash tells one from another. */
static void note(struct turn *t, const uint8_t id[ID_SIZE], const char *what, struct span actor)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(AUDIT_DETAIL_MAX);
	struct audit_record r = { .event = AUDIT_SUPPRESSION, .purpose = 0xff, .verdict = 0xff, .actor = actor };

	put_base32(&b, id, 10);
	buf_printf(&b, ": %s", what);
	r.detail = buf_span(&b);
	audit_append(t, &r);
}

bool suppression_add(struct turn *t, struct span address, const struct rec_suppression *s, struct span actor)
{
	struct rec_suppression there, add = *s;
	uint8_t id[ID_SIZE];

	if (!id_of(t, address, id))
		return false;
	/* What a person or a complaint has said is not shortened by a bounce. */
	if (get_suppression(t, id, &there) == 0 && s->reason == SUPPRESSED_BOUNCED && (!there.expires_at || there.expires_at > t->now))
		return true;
	add.address = span_trim(address);
	add.at = t->now;
	put_suppression(t, id, &add);
	note(t, id, suppression_name(s->reason), actor);
	log_event(LOG_INFO, "suppression.added", "reason=%s", suppression_name(s->reason));
	return true;
}

void suppression_bounced(struct turn *t, struct span address, struct span status)
{
	struct rec_suppression s = { .reason = SUPPRESSED_BOUNCED, .expires_at = t->now + BOUNCE_EXPIRES, .source = status };

	suppression_add(t, address, &s, SPAN_NONE);
}

void suppression_complained(struct turn *t, struct span address)
{
	struct rec_suppression s = { .reason = SUPPRESSED_COMPLAINED };

	suppression_add(t, address, &s, SPAN_NONE);
}

/* -- verbs --------------------------------------------------------------------------------------------------------- */

static void cells(struct row *row, const struct rec_suppression *s)
{
	row_text(row, "address", s->address);
	row_text(row, "reason", span_of(suppression_name(s->reason)));
	row_time(row, "since", s->at);
	row_time(row, "expires", s->expires_at);
	row_text(row, "source", s->source);
}

bool verb_suppression_list(struct turn *t, struct client *c, struct control_end *end)
{
	struct key from = { 0 };
	struct engine_row *rows;

	(void)end;
	key_add(&from, c->cursor[0], 8);
	key_add(&from, c->cursor[1], 8);
	int n = txn_range(t->t, DB_SUPPRESSION, key_span(&from), SPAN_NONE, false, CONTROL_SLICE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct rec_suppression s;
		struct row row = { .kind = SPAN("suppression") };
		/* The next slice begins behind this key. */
		c->cursor[1] = key_get(rows[i].key, 8) + 1;
		c->cursor[0] = key_get(rows[i].key, 0) + (c->cursor[1] == 0);
		if (!rows[i].value.p || !rec_suppression_get(rows[i].value, &s) || (s.expires_at && s.expires_at <= t->now))
			continue;
		cells(&row, &s);
		people_row(t, c, &row);
	}
	return n < CONTROL_SLICE;
}

static bool reason_of(struct span name, enum suppression_reason *out)
{
	for (int r = 0; r < SUPPRESSED_REASONS; r++)
		if (span_eq(name, span_of(suppression_name((enum suppression_reason)r)))) {
			*out = (enum suppression_reason)r;
			return true;
		}
	return false;
}

/* Addresses are lines of one argument, so that a list comes in with few turns. */
bool verb_suppression_add(struct turn *t, struct client *c, struct control_end *end)
{
	struct span source = utf8_cut(control_arg(&c->request, "source"), RECORD_TEXT);
	struct rec_suppression s = { .reason = SUPPRESSED_BY_HAND, .source = source };
	struct span rest = control_arg(&c->request, "addresses"), line, reason = control_arg(&c->request, "reason");
	int64_t span = 0, n = 0;

	if (reason.n && !reason_of(reason, &s.reason))
		return people_refuse(end, EX_USAGE, t, "%.*s is no reason: write asked, bounced, complained or by-hand", SPAN_ARG(reason));
	if (control_has(&c->request, "for") && (!get_duration(control_arg(&c->request, "for"), &span) || span <= 0))
		return people_refuse(end, EX_USAGE, t, "--for takes a span: 90d");
	s.expires_at = span ? t->now + span : 0;
	for (uint32_t i = 0; i < LINES_MAX && span_split(&rest, '\n', &line); i++)
		n += suppression_add(t, line, &s, people_actor(t, c));
	struct row row = { .kind = SPAN("suppression") };
	row_number(&row, "added", n);
	people_row(t, c, &row);
	return true;
}

bool verb_suppression_remove(struct turn *t, struct client *c, struct control_end *end)
{
	struct span address = control_arg(&c->request, "address");
	struct rec_suppression s;
	uint8_t id[ID_SIZE];
	struct key key = { 0 };

	if (!id_of(t, address, id) || get_suppression(t, id, &s))
		return people_refuse(end, EX_NOINPUT, t, "%.*s is not on the suppression list", SPAN_ARG(address));
	key_add_id(&key, id);
	store_delete(t, DB_SUPPRESSION, &key);
	note(t, id, "taken out", people_actor(t, c));
	log_event(LOG_INFO, "suppression.removed", "reason=%s", suppression_name(s.reason));
	struct row row = { .kind = SPAN("suppression") };
	cells(&row, &s);
	people_row(t, c, &row);
	return true;
}
