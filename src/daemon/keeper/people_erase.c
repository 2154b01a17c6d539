// SPDX-License-Identifier: Apache-2.0
/* A person asks for something to be erased: first what it would be, then, asked for in earnest, slice by
 * slice. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/keeper/erase.h"
#include "daemon/keeper/people.h"
#include <stdlib.h>
#include <sysexits.h>

static struct erasure *find(struct turn *t, struct client *c, struct control_end *end)
{
	struct span what = span_trim(control_arg(&c->request, "what"));
	struct erasure *e = calloc(1, sizeof(*e));
	uint64_t number;

	if (!e)
		abort();
	bool by_number = span_istarts(what, SPAN("C-"));
	bool found = by_number ? span_to_u64(span_sub(what, 2, SIZE_MAX), UINT64_MAX / 2, &number) &&
					 erasure_find_conversation(t, e, number)
			       : erasure_find_address(t, e, what);
	if (found)
		return e;
	erasure_free(e);
	free(e);
	people_refuse(end, EX_NOINPUT, t,
		      by_number ? "there is no conversation %.*s: hearback list --all shows them"
				: "%.*s is no address and no C-NUMBER",
		      SPAN_ARG(what));
	return NULL;
}

/* What would be gone. */
static bool show(struct turn *t, struct client *c, struct erasure *e)
{
	int64_t whole = 0, in_others = 0, messages = 0;
	struct row row = { .kind = SPAN("erasure") };

	for (uint32_t i = 0; i < e->n; i++) {
		struct rec_conversation r;
		if (!e->at[i].whole)
			in_others++;
		else if (get_conversation(t, e->at[i].conversation, &r) == 0 && r.messages) {
			whole++;
			messages += r.messages;
		}
	}
	row_text(&row, "address", arena_span(t->a, span_of(e->address)));
	row_number(&row, "conversations", whole);
	row_number(&row, "messages", messages);
	row_number(&row, "in_others", in_others);
	people_row(t, c, &row);
	return true;
}

/* Numbers alone: the audit keeps what it holds. */
static void put_on_record(struct turn *t, struct client *c, const struct erasure *e)
{
	struct audit_record r = {
		.event = AUDIT_ERASED, .purpose = 0xff, .verdict = 0xff, .actor = people_actor(t, c)
	};
	BUF_CLEANUP struct buf b = BUF_CAPPED(AUDIT_DETAIL_MAX);

	if (e->n == 1)
		r.conversation = e->at[0].conversation;
	buf_printf(&b,
		   "%llu messages and %llu entries of %llu conversations:", (unsigned long long)e->messages,
		   (unsigned long long)e->entries, (unsigned long long)e->conversations);
	for (uint32_t i = 0; i < e->n && b.n + 30 < AUDIT_DETAIL_MAX; i++)
		buf_printf(&b, " C-%llu%s", (unsigned long long)e->at[i].conversation,
			   e->at[i].whole ? "" : "(in part)");
	r.detail = arena_span(t->a, buf_span(&b));
	audit_append(t, &r);
	log_event(LOG_INFO, "erased", "conversations=%llu messages=%llu record=%llu actor=%.*s",
		  (unsigned long long)e->conversations, (unsigned long long)e->messages,
		  (unsigned long long)r.seq, SPAN_ARG(r.actor));
}

static bool tell(struct turn *t, struct client *c, const struct erasure *e)
{
	struct row row = { .kind = SPAN("erased") };

	row_number(&row, "conversations", (int64_t)e->conversations);
	row_number(&row, "messages", (int64_t)e->messages);
	row_number(&row, "entries", (int64_t)e->entries);
	row_bool(&row, "compacted", !t->k->compact);
	people_row(t, c, &row);
	return true;
}

bool verb_erase(struct turn *t, struct client *c, struct control_end *end)
{
	if (!c->erasure) {
		c->erasure = find(t, c, end);
		if (!c->erasure)
			return true;
		if (control_has(&c->request, "look"))
			return show(t, c, c->erasure);
		if (!erasure_drop(t, c->erasure, people_actor(t, c)))
			return people_refuse(
				end, EX_TEMPFAIL, t,
				"a message to this person is being sent right now: try again in a minute");
	}
	/* Recorded, and only the file is still to be written anew. */
	if (c->cursor[0])
		return t->k->compact && t->k->compact_at <= t->now ? false : tell(t, c, c->erasure);
	if (erasure_step(t, c->erasure)) {
		put_on_record(t, c, c->erasure);
		erase_want_compact(t);
		c->cursor[0] = 1;
	}
	return false;
}
