// SPDX-License-Identifier: Apache-2.0
/* Automated messages that only a mailbox knows of: they were sent before the ledger was lost, or after the backup
 * it comes from. The Message-ID of an acknowledgement is made of what it answers, so request and copy find one another
 * in whatever order they are read, and nobody is acknowledged twice. */
#include "base/log.h"
#include "daemon/keeper/keeper.h"
#include "mail/limits.h"

/* Puts on record that the acknowledgement with this id was sent to the author of that message. */
static uint64_t put_on_record(struct turn *t, const struct account *acc, uint64_t conversation, uint64_t request, struct span recipient,
			      struct span id, int64_t at)
{
	uint64_t number = t->tip.next_outbox++;
	struct rec_outbox e = {
		.state = OUTBOX_SENT,
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.account = acc->id,
		.conversation = conversation,
		.message = request,
		.recipient = recipient,
		.sender = acc->c->address,
		.message_id = id,
		.created_at = at,
		.witnessed = true,
	};

	outgoing_note(t, number, &e, AUDIT_WITNESSED, "sent when this ledger was not there: its copy lies in a mailbox", SPAN_NONE);
	if (at > t->now - ACK_WINDOW)
		outgoing_count(t, recipient, PURPOSE_ACKNOWLEDGEMENT, at, number);
	return number;
}

/* Replies to it will name this id. */
static void answer_to(struct turn *t, struct incoming *in, const uint8_t hash[ID_SIZE], struct rec_ids *ids, uint64_t entry,
		      uint64_t conversation, bool own)
{
	bool found = false;

	for (uint32_t i = 0; i < ids->n && !found; i++) {
		found = ids->at[i].kind == ID_OUTBOX && ids->at[i].conversation == conversation;
		if (found)
			ids->at[i].number = entry;
	}
	if (!found)
		ids_add(ids, ID_OUTBOX, entry, conversation);
	put_ids(t, hash, ids);
	/* It is about to be written once more with the copy's own entry. */
	if (own)
		in->ids[0] = *ids;
}

bool witness_of_request(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m, struct span anchor)
{
	BUF_CLEANUP struct buf id = BUF_CAPPED(LIMIT_MESSAGE_ID + 1);
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;
	struct rec_message copy;

	own_message_id(t->k, in->account, anchor, &id);
	message_id_hash(t->k, buf_span(&id), hash);
	get_ids(t, hash, &ids);
	for (uint32_t i = 0; i < ids.n; i++) {
		if (ids.at[i].kind != ID_MESSAGE || get_message(t, ids.at[i].number, &copy) || copy.outbox)
			continue;
		m->outbox = put_on_record(t, in->account, m->conversation, number, m->author, buf_span(&id), copy.at);
		copy.outbox = m->outbox;
		copy.conversation = m->conversation;
		put_message(t, ids.at[i].number, &copy);
		answer_to(t, in, hash, &ids, m->outbox, m->conversation, false);
		return true;
	}
	/* Its copy may be read later, and so may replies to it. */
	if (t->k->task == TASK_REBUILD && !ids.n)
		answer_to(t, in, hash, &ids, 0, m->conversation, false);
	return false;
}

/* Of the messages that the copy names, the one in that conversation. */
static uint64_t answered_by(const struct incoming *in, uint64_t conversation)
{
	for (uint32_t i = 1; i < in->nnamed; i++)
		for (uint32_t j = 0; j < in->ids[i].n; j++)
			if (in->ids[i].at[j].kind == ID_MESSAGE && in->ids[i].at[j].conversation == conversation)
				return in->ids[i].at[j].number;
	return 0;
}

void witness_take(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m)
{
	bool own = span_eq(in->own_id, in->facts.message_id);
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;
	struct rec_message request;

	if (t->k->task == TASK_REBUILD)
		rebuild_note_head(t, &in->facts);
	uint64_t answers = m->conversation ? answered_by(in, m->conversation) : 0;
	if (!answers || get_message(t, answers, &request))
		return;
	message_id_hash(t->k, in->own_id, hash);
	get_ids(t, hash, &ids);
	m->outbox = put_on_record(t, in->account, m->conversation, answers, request.author, in->own_id, in->at);
	answer_to(t, in, hash, &ids, m->outbox, m->conversation, own);
	request.outbox = m->outbox;
	put_message(t, answers, &request);
	log_event(LOG_INFO, "witness.known-again", "message=%llu entry=%llu", (unsigned long long)number, (unsigned long long)m->outbox);
}
