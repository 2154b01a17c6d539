// SPDX-License-Identifier: Apache-2.0
/* What a bounce or a complaint (RFC 5965) says of what we sent. Anybody can write one: only a keyed id of ours, as that
 * of the message that comes back, is believed. It shows that something was not delivered, and keeps us from writing
 * there again. */
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"

/* The witness travels in the same envelope; that our own mailbox refuses it says nothing of the requester. */
static bool is_ours(struct turn *t, const struct account *acc, struct address who)
{
	struct span key = address_key(t->a, who, acc->reading.subaddress);

	for (uint32_t i = 0; i < acc->reading.nown; i++)
		if (span_eq(acc->reading.own[i], key))
			return true;
	return false;
}

/* The first address that it gives up on; NULL if there is none (a delay, a success). */
static const struct bounce_recipient *failed_one(struct turn *t, const struct incoming *in)
{
	struct bounce_recipient *at;
	struct address who;
	uint32_t n = reading_bounce(t->a, &in->facts, &at);

	for (uint32_t i = 0; i < n; i++)
		if (at[i].action == BOUNCE_FAILED && address_split(at[i].address, &who) && !is_ours(t, in->account, who))
			return &at[i];
	return NULL;
}

static bool is_complaint(const struct incoming *in)
{
	bool report = in->kind.kind == KIND_BOUNCE || in->kind.kind == KIND_REPORT;

	return report && span_eq(in->facts.report_type, SPAN("feedback-report"));
}

/* What is told of one entry. The address that is suppressed is the one we wrote to, whatever the report says. */
static void take_one(struct turn *t, struct incoming *in, const struct id_entry *e, const struct bounce_recipient *failed)
{
	struct rec_outbox sent;

	if (get_outbox(t, e->number, &sent) || sent.account != in->account->id || sent.state != OUTBOX_SENT)
		return;
	bool requester = purpose_rule(sent.purpose)->audience == AUDIENCE_REQUESTER;
	if (failed && outgoing_bounced(t, e->number, in->account, in->at, failed->status)) {
		in->undelivered = e->conversation;
		if (requester && failed->permanent)
			suppression_bounced(t, sent.recipient, failed->status);
	} else if (!failed && requester) {
		suppression_complained(t, sent.recipient);
	}
}

void bounced_take(struct turn *t, struct incoming *in)
{
	struct span returned = reading_returned_id(t->a, &in->facts);
	bool complaint = is_complaint(in);
	const struct bounce_recipient *failed = in->kind.kind == KIND_BOUNCE && !complaint ? failed_one(t, in) : NULL;

	if (!failed && !complaint)
		return;
	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_OUTBOX && span_eq(in->named[i], returned))
				take_one(t, in, &in->ids[i].at[j], failed);
}
