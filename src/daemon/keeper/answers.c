// SPDX-License-Identifier: Apache-2.0
/* Whose answers are seen? Each agent is asked to answer one mail in the way customers are answered. What tells is the
 * place where that answer comes to lie: in INBOX it lies because it was sent to us, in Sent any answer would. */
#include "base/log.h"
#include "base/text.h"
#include "daemon/keeper/people.h"
#include <sysexits.h>

enum { CODE_BYTES = 6, ASK_GAP = 600 /* seconds between two mails to one agent */ };

static const struct span code_prefix = { .p = "check-", .n = 6 };

/* The same for an agent each time, and nothing that a stranger could make up. */
static uint64_t code_of(struct turn *t, const struct account *acc, struct span agent)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(1000);
	uint8_t id[ID_SIZE];
	uint64_t code = 0;

	wire_put_bytes(&b, acc->c->name);
	wire_put_bytes(&b, agent);
	hash_keyed(t->k->keys.id, "check", buf_span(&b), id, ID_SIZE);
	for (int i = 0; i < CODE_BYTES; i++)
		code = code << 8 | id[i];
	return code;
}

static struct span code_text(struct turn *t, uint64_t code)
{
	return span_of(arena_printf(t->a, "%.*s%0*llx", SPAN_ARG(code_prefix), 2 * CODE_BYTES, (unsigned long long)code));
}

static int hex_value(char c)
{
	c = ascii_lower(c);
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first code in a text, 0 if there is none. */
static uint64_t code_in(struct span s)
{
	ptrdiff_t at;

	while ((at = span_ifind(s, code_prefix)) >= 0) {
		uint64_t code = 0;
		size_t n = 0;
		s = span_sub(s, (size_t)at + code_prefix.n, SIZE_MAX);
		for (; n < s.n && n < 2 * CODE_BYTES && hex_value(s.p[n]) >= 0; n++)
			code = code << 4 | (uint64_t)hex_value(s.p[n]);
		if (n == 2 * CODE_BYTES)
			return code;
	}
	return 0;
}

/* A reply names the mail that asked, whatever has become of its subject. */
static uint64_t code_named(struct turn *t, const struct incoming *in)
{
	struct rec_outbox e;

	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_OUTBOX && get_outbox(t, in->ids[i].at[j].number, &e) == 0 &&
			    e.purpose == PURPOSE_CHECK && e.account == in->account->id)
				return code_of(t, in->account, e.recipient);
	return 0;
}

/* Whose code it is, told without the ledger, which may have been rebuilt. */
static struct span agent_of(struct turn *t, const struct account *acc, uint64_t code)
{
	for (uint32_t i = 0; code && i < acc->c->agents.n; i++)
		if (code_of(t, acc, acc->c->agents.at[i]) == code)
			return acc->c->agents.at[i];
	return SPAN_NONE;
}

uint64_t answers_find(struct turn *t, const struct incoming *in)
{
	bool agent = in->voice.voice == VOICE_AGENT || in->voice.voice == VOICE_CLAIMED_AGENT;

	/* Whoever is no agent gets a clock, whatever he writes into a subject. */
	if (in->own_automated || !agent)
		return 0;
	uint64_t code = code_in(in->facts.subject);
	if (!code)
		code = code_named(t, in);
	return agent_of(t, in->account, code).n ? code : 0;
}

void answers_seen(struct turn *t, const struct account *acc)
{
	struct rec_account r;

	if (get_account(t, acc->id, &r) || r.answers_seen)
		return;
	r.answers_seen = true;
	put_account(t, acc->id, &r);
}

void answers_note(struct turn *t, const struct incoming *in)
{
	struct rec_check r;
	enum check_place place = in->role == ROLE_SENT			? CHECK_SENT :
				 in->voice.proof == PROOF_PROVEN ? CHECK_PROVEN : CHECK_UNPROVEN;

	if (get_check(t, in->account->id, in->check, &r))
		r = (struct rec_check){ .agent = agent_of(t, in->account, in->check) };
	r.seen_at[place] = in->at;
	put_check(t, in->account->id, in->check, &r);
	if (place == CHECK_SENT)
		answers_seen(t, in->account);
	log_event(LOG_INFO, "answers.test", "account=%.*s mailbox=%s uid=%u proof=%s", SPAN_ARG(in->account->c->name),
		  role_name(in->role), in->item->uid, proof_name(in->voice.proof));
}

const char *answers_recipe(const struct config_account *c)
{
	static const struct {
		const char *host; /* ends with */
		const char *recipe;
	} known[] = {
		{ "office365.com", "Microsoft 365: Outlook files them in the agent's own Sent Items until an administrator says "
					 "Set-Mailbox NAME -MessageCopyForSentAsEnabled $true, and the same with "
					 "-MessageCopyForSendOnBehalfEnabled. See man hearback-recipes." },
		{ "gmail.com", "Gmail: what is sent with \"Send mail as\" lies in the personal Sent Mail. Let the agents open this "
				     "mailbox as delegates, with \"Show in IMAP\" on for Sent Mail. See man hearback-recipes." },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_iends(c->host, span_of(known[i].host)))
			return known[i].recipe;
	return "Let the agents' mail programs file what they send in the Sent folder of this mailbox, or let the server put a "
	       "copy there. See man hearback-recipes.";
}

/* -- asking --------------------------------------------------------------------------------------------------- */

/* Once, unless somebody says so, and never where nothing would leave. */
static bool ask_now(const struct turn *t, const struct account *acc, const struct rec_check *r, bool again)
{
	if (r->seen_at[CHECK_SENT])
		return false;
	return r->entry ? again && t->now - r->asked_at >= ASK_GAP : !r->asked_at || acc->mode != MODE_OBSERVE;
}

static void ask_agent(struct turn *t, struct client *c, struct account *acc, struct span agent)
{
	BUF_CLEANUP struct buf anchor = BUF_CAPPED(1000);
	uint64_t code = code_of(t, acc, agent);
	struct rec_check r;

	if (get_check(t, acc->id, code, &r))
		r = (struct rec_check){ .agent = agent };
	if (!ask_now(t, acc, &r, control_has(&c->request, "again")))
		return;
	buf_puts(&anchor, purpose_name(PURPOSE_CHECK));
	wire_put_u64(&anchor, code);
	wire_put_i64(&anchor, t->now);
	struct span team = acc->c->display_name.n ? acc->c->display_name : acc->c->address;
	propose(t,
		&(struct proposal){
			.account = acc,
			.purpose = PURPOSE_CHECK,
			.recipient = agent,
			.anchor = buf_span(&anchor),
			.template_name = SPAN("check"),
			.values = reply_check_data(t->a, team, acc->c->address, code_text(t, code)),
			.actor = people_actor(t, c),
		},
		NULL, &r.entry);
	r.asked_at = t->now;
	put_check(t, acc->id, code, &r);
}

/* One account a slice. */
bool verb_answers_ask(struct turn *t, struct client *c, struct control_end *end)
{
	(void)end;
	if (c->cursor[0] == t->k->naccounts)
		return true;
	struct account *acc = &t->k->accounts[c->cursor[0]++];
	for (uint32_t i = 0; i < acc->c->agents.n; i++) {
		struct arena *of_turn = turn_apart(t);
		ask_agent(t, c, acc, acc->c->agents.at[i]);
		turn_together(t, of_turn);
	}
	return false;
}

/* -- telling -------------------------------------------------------------------------------------------------- */

static void agent_row(struct turn *t, struct client *c, const struct account *acc, struct span agent)
{
	struct row row = { .kind = SPAN("agent") };
	uint64_t code = code_of(t, acc, agent);
	struct rec_check r = { .agent = agent };
	struct rec_outbox e;

	if (get_check(t, acc->id, code, &r))
		r = (struct rec_check){ .agent = agent };
	row_text(&row, "account", acc->c->name);
	row_text(&row, "agent", agent);
	row_text(&row, "code", code_text(t, code));
	row_time(&row, "asked", r.asked_at);
	row_number(&row, "entry", (int64_t)r.entry);
	row_text(&row, "entry_state", r.entry && get_outbox(t, r.entry, &e) == 0 ? span_of(outbox_state_name(e.state)) : SPAN(""));
	row_time(&row, "sent", r.seen_at[CHECK_SENT]);
	row_time(&row, "inbox_proven", r.seen_at[CHECK_PROVEN]);
	row_time(&row, "inbox_unproven", r.seen_at[CHECK_UNPROVEN]);
	people_row(t, c, &row);
}

/* The account, then its agents; one account a slice. */
bool verb_answers(struct turn *t, struct client *c, struct control_end *end)
{
	struct row row = { .kind = SPAN("account") };
	struct rec_account r;

	(void)end;
	if (c->cursor[0] == t->k->naccounts)
		return true;
	const struct account *acc = &t->k->accounts[c->cursor[0]++];
	row_text(&row, "account", acc->c->name);
	row_text(&row, "address", acc->c->address);
	row_text(&row, "mode", span_of(mode_name(acc->mode)));
	row_bool(&row, "answers_seen", get_account(t, acc->id, &r) == 0 && r.answers_seen);
	row_number(&row, "agents", (int64_t)acc->c->agents.n);
	row_text(&row, "recipe", span_of(answers_recipe(acc->c)));
	people_row(t, c, &row);
	for (uint32_t i = 0; i < acc->c->agents.n; i++)
		agent_row(t, c, acc, acc->c->agents.at[i]);
	return false;
}
