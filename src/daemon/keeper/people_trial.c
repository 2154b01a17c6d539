// SPDX-License-Identifier: Apache-2.0
/* For `hearback try`: what hearback would have done with the mail it has taken in, had it been there when the
 * mail came. Each message is judged with its own arrival as now, in the order of arrival, by the guard that
 * judges in earnest; who spoke when is told by the same fold over events. Nothing is recorded. */
#include "base/text.h"
#include "daemon/keeper/people.h"
#include "mail/limits.h"
#include "reading/authentication_survey.h"
#include <stdlib.h>
#include <sysexits.h>

enum { TRIAL_RULES = 64, TRIAL_EXAMPLES = 3, TRIAL_AGENTS = 32 };

struct example {
	int64_t at;
	struct span author, subject, evidence;
};
/* What came to the same verdict by the same rule. */
struct outcome {
	enum verdict verdict;
	struct span rule, text;
	int64_t messages;
	struct example examples[TRIAL_EXAMPLES];
	uint32_t nexamples;
};
struct arrived {
	int64_t at;
	uint64_t number;
};
struct agent {
	struct span address;
	int64_t messages;
};
/* An acknowledgement that would have gone out. */
struct sent {
	int64_t at;
	struct span to;
};

struct trial {
	struct arena *a;
	struct account *account;
	bool *opens; /* by message: it opened or reopened its conversation */
	struct arrived *inbox;
	uint64_t ninbox, nsent;
	int64_t kinds[KIND_COUNT];
	int64_t claimed, unreadable, joined;
	struct agent agents[TRIAL_AGENTS];
	uint32_t nagents;
	struct authentication_survey *survey;
	struct authentication_proposal proposal;
	struct outcome outcomes[TRIAL_RULES];
	uint32_t noutcomes;
	struct sent *acks;
	uint64_t first_ack, nacks; /* of those within ACK_WINDOW, the first */
	int64_t proofs[PROOF_COUNT];
	int64_t states[STATE_COUNT];
	int64_t overdue, oldest_at;
	int64_t *took; /* how long each first answer took */
	uint64_t ntook;
};

/* -- what was taken in -------------------------------------------------------------------------------------
 */

static void count_agent(struct trial *x, struct span address)
{
	for (uint32_t i = 0; i < x->nagents; i++)
		if (span_eq(x->agents[i].address, address)) {
			x->agents[i].messages++;
			return;
		}
	if (x->nagents < TRIAL_AGENTS)
		x->agents[x->nagents++] =
			(struct agent){ .address = arena_span(x->a, address), .messages = 1 };
}

static void look_at_message(struct turn *t, struct trial *x, uint64_t number)
{
	struct rec_message m;
	struct facts f;

	if (get_message(t, number, &m))
		return;
	if (m.role == ROLE_SENT) {
		x->nsent++;
		if (m.voice == VOICE_AGENT)
			count_agent(x, m.author);
		return;
	}
	x->inbox[x->ninbox++] = (struct arrived){ .at = m.at, .number = number };
	x->unreadable += m.depth == FACTS_NONE;
	x->claimed += m.voice == VOICE_CLAIMED_AGENT;
	if (m.depth != FACTS_NONE)
		x->kinds[m.kind]++;
	if (get_facts(t, number, &f) == 0)
		authentication_survey_add(x->a, t->a, &f, x->survey);
}

/* What one message or conversation needs goes with it. */
static void look_at_messages(struct turn *t, struct trial *x)
{
	for (uint64_t number = 1; number < t->tip.next_message; number++) {
		struct arena *of_turn = turn_apart(t);
		look_at_message(t, x, number);
		turn_together(t, of_turn);
	}
}

/* Follows its story once more, to see which message opened it. */
static void follow(struct turn *t, struct trial *x, uint64_t conversation)
{
	struct key from = event_key(conversation, 0, 0), to = key_u64(conversation + 1);
	struct story s = { 0 };
	struct engine_row *rows;
	int n;

	do {
		n = txn_range(t->t, DB_EVENT, key_span(&from), key_span(&to), false, ENGINE_RANGE_MAX, t->a,
			      &rows);
		for (int i = 0; i < n; i++) {
			struct rec_event r;
			if (!rows[i].value.p || !rec_event_get(rows[i].value, &r))
				continue;
			struct event e = { .at = (int64_t)key_get(rows[i].key, 8),
					   .ordinal = key_get(rows[i].key, 16),
					   .kind = r.kind };
			uint32_t openings = s.openings;
			story_step(&s, &e);
			if (s.openings > openings && e.kind == EVENT_REQUEST &&
			    r.message < t->tip.next_message)
				x->opens[r.message] = true;
			from = event_key(conversation, e.at, e.ordinal + 1);
		}
	} while (n == ENGINE_RANGE_MAX);
}

static void look_at_conversation(struct turn *t, struct trial *x, uint64_t number)
{
	struct rec_conversation c;

	if (get_conversation(t, number, &c))
		return;
	follow(t, x, number);
	x->states[c.story.state]++;
	if (c.story.first.stopped_at)
		x->took[x->ntook++] = c.story.first.stopped_at - c.story.first.started_at;
	if (c.story.state != STATE_OPEN)
		return;
	if (!x->oldest_at || c.story.opened_at < x->oldest_at)
		x->oldest_at = c.story.opened_at;
	for (int i = 0; i < DEADLINE_COUNT; i++)
		if (i != DEADLINE_SILENCE && c.due_at[i] && c.due_at[i] <= t->now) {
			x->overdue++;
			break;
		}
}

static void look_at_conversations(struct turn *t, struct trial *x)
{
	for (uint64_t number = 1; number < t->tip.next_conversation; number++) {
		struct arena *of_turn = turn_apart(t);
		look_at_conversation(t, x, number);
		turn_together(t, of_turn);
	}
}

/* -- what would have been decided ---------------------------------------------------------------------------
 */

static int by_arrival(const void *a, const void *b)
{
	const struct arrived *x = a, *y = b;

	return x->at != y->at ? (x->at < y->at ? -1 : 1) : x->number < y->number ? -1 : x->number > y->number;
}

static uint32_t acks_to(struct trial *x, struct span to, int64_t now)
{
	uint32_t n = 0;

	while (x->first_ack < x->nacks && x->acks[x->first_ack].at <= now - ACK_WINDOW)
		x->first_ack++;
	for (uint64_t i = x->first_ack; i < x->nacks; i++)
		n += span_ieq(x->acks[i].to, to);
	return n;
}

static struct outcome *outcome_of(struct trial *x, enum verdict verdict, const struct reason *r)
{
	struct span rule = r ? r->rule : SPAN_NONE;

	for (uint32_t i = 0; i < x->noutcomes; i++)
		if (x->outcomes[i].verdict == verdict && span_eq(x->outcomes[i].rule, rule))
			return &x->outcomes[i];
	if (x->noutcomes == TRIAL_RULES)
		return NULL;
	struct outcome *o = &x->outcomes[x->noutcomes++];
	*o = (struct outcome){ .verdict = verdict, .rule = arena_span(x->a, rule) };
	if (r)
		o->text = arena_span(x->a, r->text);
	return o;
}

static void count_outcome(struct trial *x, const struct judgement *j, const struct rec_message *m,
			  const struct facts *f)
{
	const struct reason *r = j->n ? &j->at[0] : NULL;
	struct outcome *o = outcome_of(x, j->verdict, r);

	BUF_CLEANUP struct buf subject = BUF_CAPPED(LIMIT_FIELD_VALUE * 4);

	if (!o)
		return;
	o->messages++;
	if (o->nexamples == TRIAL_EXAMPLES)
		return;
	text_squeeze(&subject, utf8_cut(f->subject, 4 * RECORD_TEXT));
	o->examples[o->nexamples++] = (struct example){
		.at = m->at,
		.author = arena_span(x->a, m->author),
		.subject = arena_span(x->a, utf8_cut(buf_span(&subject), RECORD_TEXT)),
		.evidence = r ? arena_span(x->a, r->evidence) : SPAN_NONE,
	};
}

/* As propose() would ask, in mode send. */
static void judge(struct turn *t, struct trial *x, const struct arrived *at)
{
	struct rec_message m;
	struct facts f;
	struct guard_case c;
	struct judgement j;

	if (get_message(t, at->number, &m) || m.voice == VOICE_AGENT || m.voice == VOICE_CLAIMED_AGENT ||
	    get_facts(t, at->number, &f))
		return;
	struct incoming in = { .facts = f, .at = m.at, .kind.kind = m.kind, .voice.author_key = m.author };
	uint32_t alike = alike_note(t, &in);
	bool opens = x->opens[at->number];
	if (!opens && m.kind == KIND_HUMAN) {
		x->joined++;
		return;
	}
	uint32_t acks = acks_to(x, m.author, m.at);
	struct proposal p = {
		.account = x->account,
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.recipient = m.author,
		.history = { .acks_to_address = acks,
			     .automated_to_address = acks,
			     .opens = opens,
			     .collision = m.collision,
			     .alike = alike },
		.facts = &f,
		.internal_at = m.at,
	};
	outgoing_case(t, &p, &c);
	c.now = m.at;
	c.mode = MODE_SEND;
	c.account.authserv_id = x->proposal.authserv_id;
	c.account.hops = x->proposal.hops;
	guard_judge(t->a, &c, &j);
	if (m.kind == KIND_HUMAN)
		x->proofs[reading_proof(t->a, &f, &c.account)]++;
	if (j.verdict != VERDICT_SUPPRESS)
		x->acks[x->nacks++] = (struct sent){ .at = m.at, .to = arena_span(x->a, m.author) };
	count_outcome(x, &j, &m, &f);
}

static void judge_all(struct turn *t, struct trial *x)
{
	qsort(x->inbox, x->ninbox, sizeof(*x->inbox), by_arrival);
	alike_forget(t->k);
	for (uint64_t i = 0; i < x->ninbox; i++) {
		struct arena *of_turn = turn_apart(t);
		judge(t, x, &x->inbox[i]);
		turn_together(t, of_turn);
	}
}

/* -- telling it ------------------------------------------------------------------------------------------ */

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void figures_row(struct turn *t, struct client *c, struct trial *x)
{
	struct row row = { .kind = SPAN("trial") };
	int64_t target = x->account->c->first_response, within = 0;

	qsort(x->took, x->ntook, sizeof(*x->took), by_length);
	for (uint64_t i = 0; i < x->ntook; i++)
		within += x->took[i] <= target;
	row_time(&row, "since", t->k->since);
	row_time(&row, "now", t->now);
	row_number(&row, "messages", (int64_t)x->ninbox);
	row_number(&row, "sent", (int64_t)x->nsent);
	row_number(&row, "unreadable", x->unreadable);
	row_number(&row, "claimed", x->claimed);
	row_number(&row, "joined", x->joined);
	row_number(&row, "conversations", (int64_t)t->tip.next_conversation - 1);
	for (enum state s = 0; s < STATE_COUNT; s++)
		row_number(&row, state_name(s), x->states[s]);
	row_number(&row, "overdue", x->overdue);
	row_time(&row, "oldest", x->oldest_at);
	row_number(&row, "target", target);
	row_number(&row, "answered", (int64_t)x->ntook);
	row_number(&row, "within", within);
	row_number(&row, "median", x->ntook ? x->took[x->ntook / 2] : 0);
	people_row(t, c, &row);
}

static void kind_rows(struct turn *t, struct client *c, const struct trial *x)
{
	for (enum kind k = 0; k < KIND_COUNT; k++) {
		struct row row = { .kind = SPAN("kind") };
		if (!x->kinds[k])
			continue;
		row_text(&row, "kind", span_of(kind_name(k)));
		row_number(&row, "messages", x->kinds[k]);
		people_row(t, c, &row);
	}
	for (uint32_t i = 0; i < x->nagents; i++) {
		struct row row = { .kind = SPAN("agent") };
		row_text(&row, "agent", x->agents[i].address);
		row_number(&row, "messages", x->agents[i].messages);
		people_row(t, c, &row);
	}
}

static void outcome_rows(struct turn *t, struct client *c, const struct outcome *o)
{
	struct row row = { .kind = SPAN("decision") };

	row_text(&row, "verdict", span_of(verdict_name(o->verdict)));
	row_text(&row, "rule", o->rule);
	row_text(&row, "reason", o->text);
	row_number(&row, "messages", o->messages);
	people_row(t, c, &row);
	for (uint32_t i = 0; i < o->nexamples; i++) {
		const struct example *e = &o->examples[i];
		row = (struct row){ .kind = SPAN("example") };
		row_text(&row, "verdict", span_of(verdict_name(o->verdict)));
		row_text(&row, "rule", o->rule);
		row_time(&row, "at", e->at);
		row_text(&row, "from", e->author);
		row_text(&row, "subject", e->subject);
		row_text(&row, "evidence", e->evidence);
		people_row(t, c, &row);
	}
}

static void authentication_row(struct turn *t, struct client *c, const struct trial *x)
{
	const struct authentication_proposal *p = &x->proposal;
	struct row row = { .kind = SPAN("authentication") };

	row_text(&row, "authserv_id", p->authserv_id);
	row_number(&row, "hops", p->hops);
	row_number(&row, "messages", p->messages);
	row_number(&row, "of", x->survey->messages);
	row_number(&row, "with_results", x->survey->with_results);
	row_number(&row, "domains", p->domains);
	row_bool(&row, "above_border", p->above_border);
	row_bool(&row, "related", p->related);
	for (enum proof proof = 0; proof < PROOF_COUNT; proof++)
		row_number(&row, proof_name(proof), x->proofs[proof]);
	people_row(t, c, &row);
}

/* Exact for one account, which is what a trial has. */
bool verb_trial(struct turn *t, struct client *c, struct control_end *end)
{
	struct trial *x = arena_one(t->a, struct trial);

	if (!t->k->since || t->k->naccounts != 1)
		return people_refuse(end, EX_USAGE, t, "this is no trial");
	*x = (struct trial){
		.a = t->a,
		.account = &t->k->accounts[0],
		.opens = arena_many(t->a, t->tip.next_message, bool),
		.inbox = arena_many(t->a, t->tip.next_message, struct arrived),
		.acks = arena_many(t->a, t->tip.next_message, struct sent),
		.took = arena_many(t->a, t->tip.next_conversation, int64_t),
		.survey = arena_one(t->a, struct authentication_survey),
	};
	look_at_messages(t, x);
	look_at_conversations(t, x);
	authentication_survey_propose(x->survey, x->account->domain, x->account->c->host, &x->proposal);
	judge_all(t, x);
	figures_row(t, c, x);
	kind_rows(t, c, x);
	for (uint32_t i = 0; i < x->noutcomes; i++)
		outcome_rows(t, c, &x->outcomes[i]);
	authentication_row(t, c, x);
	return true;
}
