// SPDX-License-Identifier: Apache-2.0
/* Automated messages that only a mailbox knows of: they were sent before the ledger was lost, or after the
 * backup it comes from. The Message-ID of an acknowledgement is made of what it answers, so request and copy
 * find one another in whatever order they are read, and nobody is acknowledged twice. */
#include "daemon/keeper/errand.h"
#include "mail/limits.h"

/* Puts on record that the acknowledgement with this id was sent to the author of that message. */
static uint64_t put_on_record(struct turn *t, const struct account *acc, uint64_t conversation,
			      uint64_t request, struct span recipient, struct span id, int64_t at)
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

	outgoing_note(t, number, &e, AUDIT_WITNESSED,
		      "sent when this ledger was not there: its copy lies in a mailbox", SPAN_NONE);
	if (at > t->now - ACK_WINDOW)
		outgoing_count(t, recipient, PURPOSE_ACKNOWLEDGEMENT, at, number);
	return number;
}

/* What names this id, or bears it, belongs to that entry. */
static void answer_to(struct rec_ids *ids, uint64_t entry, uint64_t conversation)
{
	for (uint32_t i = 0; i < ids->n; i++)
		if (ids->at[i].kind == ID_EXPECTED) {
			ids->at[i] = (struct id_entry){ .kind = ID_OUTBOX,
							.number = entry,
							.conversation = conversation };
			return;
		}
	ids_add(ids, ID_OUTBOX, entry, conversation);
}

bool witness_of_request(struct turn *t, struct incoming *in, uint64_t number, struct rec_message *m,
			struct span anchor)
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
		m->outbox = put_on_record(t, in->account, m->conversation, number, m->author, buf_span(&id),
					  copy.at);
		copy.outbox = m->outbox;
		copy.conversation = m->conversation;
		put_message(t, ids.at[i].number, &copy);
		answer_to(&ids, m->outbox, m->conversation);
		put_ids(t, hash, &ids);
		return true;
	}
	/* Its copy may be read later, and so may replies to it. */
	if (t->k->task == TASK_REBUILD && !ids.n) {
		ids_add(&ids, ID_EXPECTED, number, m->conversation);
		put_ids(t, hash, &ids);
	}
	return false;
}

/* The acknowledgement that was only expected was sent, as this message shows that bears its id or names it.
 * 0: none was expected under that id. */
static uint64_t was_sent(struct turn *t, const struct incoming *in, struct span id, struct rec_ids *ids,
			 uint64_t *conversation)
{
	for (uint32_t i = 0; i < ids->n; i++) {
		struct rec_message request;
		uint64_t number = ids->at[i].number;
		uint8_t hash[ID_SIZE];
		if (ids->at[i].kind != ID_EXPECTED || get_message(t, number, &request))
			continue;
		*conversation = ids->at[i].conversation;
		request.outbox =
			put_on_record(t, in->account, *conversation, number, request.author, id, in->at);
		put_message(t, number, &request);
		answer_to(ids, request.outbox, *conversation);
		message_id_hash(t->k, id, hash);
		put_ids(t, hash, ids);
		return request.outbox;
	}
	return 0;
}

void witness_take(struct turn *t, struct incoming *in, struct rec_message *m)
{
	uint8_t hash[ID_SIZE];
	struct rec_ids ids;

	if (t->k->task == TASK_REBUILD)
		rebuild_note_head(t, &in->facts);
	message_id_hash(t->k, in->own_id, hash);
	get_ids(t, hash, &ids);
	m->outbox = was_sent(t, in, in->own_id, &ids, &m->conversation);
	/* It is about to be written once more with the copy's own entry. */
	if (m->outbox && span_eq(in->own_id, in->facts.message_id))
		in->ids[0] = ids;
}

void witness_named(struct turn *t, struct incoming *in)
{
	uint64_t conversation;

	for (uint32_t i = 1; i < in->nnamed; i++)
		was_sent(t, in, in->named[i], &in->ids[i], &conversation);
}
