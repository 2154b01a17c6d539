// SPDX-License-Identifier: Apache-2.0
/* What a bounce says of what we sent. Anybody can write one: only a keyed id of ours, as that of the message that
 * comes back, is believed, and what it does is to show that something was not delivered. */
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

void bounced_take(struct turn *t, struct incoming *in)
{
	struct span returned = reading_returned_id(t->a, &in->facts);
	const struct bounce_recipient *failed = in->kind.kind == KIND_BOUNCE ? failed_one(t, in) : NULL;

	for (uint32_t i = 1; failed && i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++) {
			const struct id_entry *e = &in->ids[i].at[j];
			if (e->kind == ID_OUTBOX && span_eq(in->named[i], returned) &&
			    outgoing_bounced(t, e->number, in->account, in->at, failed->status))
				in->undelivered = e->conversation;
		}
}
