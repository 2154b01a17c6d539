// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/people.h"
#include <stdlib.h>
#include <sysexits.h>

enum { VERIFY_SLICE = 1000 };

static void record_row(struct turn *t, struct client *c, const struct audit_record *r)
{
	struct row row = { .kind = SPAN("record") };
	const struct account *acc = keeper_account(t->k, r->account);
	BUF_CLEANUP struct buf rules = BUF_CAPPED(4096);

	row_number(&row, "record", (int64_t)r->seq);
	row_time(&row, "at", r->at);
	row_text(&row, "event", span_of(audit_event_name(r->event)));
	row_text(&row, "account", acc ? acc->c->name : SPAN(""));
	row_text(&row, "conversation", r->conversation ? span_of(arena_printf(t->a, "C-%llu", (unsigned long long)r->conversation)) : SPAN(""));
	row_number(&row, "entry", (int64_t)r->outbox);
	row_text(&row, "purpose", r->purpose < PURPOSE_COUNT ? span_of(purpose_name((enum purpose)r->purpose)) : SPAN(""));
	row_text(&row, "verdict", r->verdict < VERDICT_COUNT ? span_of(verdict_name((enum verdict)r->verdict)) : SPAN(""));
	for (uint32_t i = 0; i < r->nrules; i++)
		buf_printf(&rules, "%s%.*s", i ? "\n" : "", SPAN_ARG(r->rules[i]));
	row_list(&row, "rules", arena_span(t->a, buf_span(&rules)));
	row_text(&row, "actor", r->actor);
	row_text(&row, "detail", r->detail);
	people_row(t, c, &row);
}

bool verb_audit_list(struct turn *t, struct client *c, struct control_end *end)
{
	struct engine_row *rows;
	uint64_t last = 0;

	if (!c->cursor[0]) {
		struct span given = control_arg(&c->request, "last");
		if (given.n && !span_to_u64(given, UINT32_MAX, &last))
			return people_refuse(end, EX_USAGE, t, "--last %.*s: write a number", SPAN_ARG(given));
		c->cursor[0] = last && last < t->tip.audit_seq ? t->tip.audit_seq - last + 1 : 1;
	}
	struct key from = key_u64(c->cursor[0]);
	int n = txn_range(t->t, DB_AUDIT, key_span(&from), SPAN_NONE, false, CONTROL_SLICE, t->a, &rows);
	for (int i = 0; i < n; i++) {
		struct audit_record r;
		c->cursor[0] = key_get(rows[i].key, 0) + 1;
		if (rows[i].value.p && audit_decode(t->a, rows[i].value, &r))
			record_row(t, c, &r);
	}
	return n < CONTROL_SLICE;
}

static bool newest_head(struct turn *t, struct audit_head *out)
{
	struct span value;
	struct key key = key_u64(t->tip.head_seq);

	return txn_get(t->t, DB_HEAD, key_span(&key), t->a, &value) == 0 && audit_head_decode(value, out);
}

/* A head that the auditor brings along must be met before anything else counts. */
static bool start_check(struct turn *t, struct client *c, struct control_end *end)
{
	struct span given = control_arg(&c->request, "head");
	struct audit_head h;

	if (given.n && !audit_head_get_text(given, &h)) {
		people_refuse(end, EX_USAGE, t, "--head: this is no head; give the value of a Hearback-Audit field");
		return false;
	}
	c->check = calloc(1, sizeof(*c->check));
	if (!c->check)
		abort();
	audit_check_start(c->check);
	if (given.n)
		audit_check_head(c->check, &h, t->k->keys.known[0], t->k->keys.nknown, "--head");
	c->cursor[0] = 1;
	/* What comes later is not this check's business, nor what this very turn has yet to sign. The newest head is
	 * taken down now: it may be replaced before its record is reached. */
	c->cursor[1] = t->audited ? t->tip.head_seq : t->tip.audit_seq;
	if (newest_head(t, &h))
		audit_check_head(c->check, &h, t->k->keys.known[0], t->k->keys.nknown, "the ledger");
	return true;
}

/* The stored heads of records `from` to `to`, each fed right after its record. */
static void feed(struct turn *t, struct audit_check *check, const struct engine_row *records, int n)
{
	struct key from = key_u64(key_get(records[0].key, 0)), to = key_u64(key_get(records[n - 1].key, 0) + 1);
	struct engine_row *heads;
	int m = txn_range(t->t, DB_HEAD, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a, &heads);
	int next = 0;

	for (int i = 0; i < n && !check->failed; i++) {
		uint64_t seq = key_get(records[i].key, 0);
		struct audit_head h;
		audit_check_record(check, seq, records[i].value);
		while (next < m && key_get(heads[next].key, 0) <= seq) {
			/* A head that cannot be read covers nothing; if it was the newest, the end tells. */
			if (heads[next].value.p && audit_head_decode(heads[next].value, &h))
				audit_check_head(check, &h, t->k->keys.known[0], t->k->keys.nknown, "the ledger");
			next++;
		}
	}
}

static bool end_check(struct turn *t, struct client *c, struct control_end *end)
{
	struct row row = { .kind = SPAN("audit") };
	struct audit_head h;
	BUF_CLEANUP struct buf head = BUF_CAPPED(600);

	audit_check_end(c->check, c->cursor[1]);
	row_bool(&row, "ok", !c->check->failed);
	row_number(&row, "records", (int64_t)c->check->records);
	if (newest_head(t, &h))
		audit_head_put_text(&h, &head);
	row_text(&row, "head", arena_span(t->a, buf_span(&head)));
	if (c->check->failed)
		row_text(&row, "fault", span_of(c->check->err.text));
	people_row(t, c, &row);
	if (c->check->failed) {
		struct span why = audit_head_get_text(control_arg(&c->request, "head"), &h) ? audit_explain(t, &h) : SPAN("");
		people_refuse(end, EX_DATAERR, t, "audit: %s%s%.*s", c->check->err.text, why.n ? "; " : "", SPAN_ARG(why));
	}
	audit_check_free(c->check);
	free(c->check);
	c->check = NULL;
	return true;
}

bool verb_audit_verify(struct turn *t, struct client *c, struct control_end *end)
{
	struct engine_row *rows;

	if (!c->check && !start_check(t, c, end))
		return true;
	struct key from = key_u64(c->cursor[0]), to = key_u64(c->cursor[1] + 1);
	int n = txn_range(t->t, DB_AUDIT, key_span(&from), c->cursor[1] == t->tip.audit_seq ? SPAN_NONE : key_span(&to), false,
			  VERIFY_SLICE, t->a, &rows);
	if (n > 0) {
		feed(t, c->check, rows, n);
		c->cursor[0] = key_get(rows[n - 1].key, 0) + 1;
	}
	return c->check->failed || n < VERIFY_SLICE ? end_check(t, c, end) : false;
}
