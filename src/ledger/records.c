// SPDX-License-Identifier: Apache-2.0
#include "ledger/records.h"
#include "base/text.h"
#include "mail/limits.h"
#include <stdlib.h>

void key_add(struct key *k, uint64_t v, unsigned bytes)
{
	if (k->n + bytes > sizeof(k->b))
		abort();
	for (unsigned i = 0; i < bytes; i++)
		k->b[k->n++] = (uint8_t)(v >> (8 * (bytes - 1 - i)));
}

void key_add_id(struct key *k, const uint8_t id[ID_SIZE])
{
	if ((size_t)k->n + ID_SIZE > sizeof(k->b))
		abort();
	memcpy(k->b + k->n, id, ID_SIZE);
	k->n = (uint8_t)(k->n + ID_SIZE);
}

struct key key_u64(uint64_t v)
{
	struct key k = { 0 };

	key_add(&k, v, 8);
	return k;
}

struct key key_u64_u64(uint64_t a, uint64_t b)
{
	struct key k = key_u64(a);

	key_add(&k, b, 8);
	return k;
}

struct span key_span(const struct key *k)
{
	return span_make(k->b, k->n);
}

uint64_t key_get(struct span key, size_t at)
{
	struct wire w = wire_over(span_sub(key, at, 8));

	return wire_u64(&w);
}

const char *role_name(enum role r)
{
	static const char *const names[ROLE_COUNT] = { "inbox", "sent" };

	return names[r];
}

enum queue_class queue_class_of(enum outbox_state s)
{
	static const enum queue_class classes[OUTBOX_STATE_COUNT] = {
		[OUTBOX_QUEUED] = QUEUE_WAITING,      [OUTBOX_ATTEMPTING] = QUEUE_IN_FLIGHT,
		[OUTBOX_DOTTED] = QUEUE_IN_FLIGHT,    [OUTBOX_SENT] = QUEUE_NONE,
		[OUTBOX_DEFERRED] = QUEUE_WAITING,    [OUTBOX_FAILED] = QUEUE_NONE,
		[OUTBOX_UNCERTAIN] = QUEUE_UNCERTAIN, [OUTBOX_HELD] = QUEUE_HELD,
		[OUTBOX_DROPPED] = QUEUE_NONE,
	};

	return classes[s];
}

static void put_hash(struct buf *b, const struct hash *h)
{
	buf_put(b, h->b, sizeof(h->b));
}

static void get_hash(struct wire *w, struct hash *out)
{
	struct span s = wire_raw(w, sizeof(out->b));

	if (s.n)
		memcpy(out->b, s.p, sizeof(out->b));
}

static void put_text(struct buf *b, struct span s, size_t max)
{
	wire_put_vbytes(b, utf8_cut(s, max));
}

static bool get_bool(struct wire *w)
{
	return wire_u8_below(w, 2);
}

#define GET_ENUM(w, limit) wire_u8_below((w), (limit))

void tip_put(struct buf *b, const struct tip *r)
{
	wire_put_var(b, r->next_message);
	wire_put_var(b, r->next_conversation);
	wire_put_var(b, r->next_outbox);
	wire_put_var(b, r->audit_seq);
	put_hash(b, &r->audit_hash);
	wire_put_var(b, r->head_seq);
	wire_put_var(b, r->head_kept);
	wire_put_ivar(b, r->written_at);
	put_hash(b, &r->config_set);
	put_hash(b, &r->template_set);
	put_hash(b, &r->filter_set);
}

bool tip_get(struct span in, struct tip *out)
{
	struct wire w = wire_over(in);

	*out = (struct tip){ 0 };
	out->next_message = wire_var(&w, UINT64_MAX);
	out->next_conversation = wire_var(&w, UINT64_MAX);
	out->next_outbox = wire_var(&w, UINT64_MAX);
	out->audit_seq = wire_var(&w, UINT64_MAX);
	get_hash(&w, &out->audit_hash);
	out->head_seq = wire_var(&w, UINT64_MAX);
	out->head_kept = wire_var(&w, UINT64_MAX);
	out->written_at = wire_ivar(&w);
	get_hash(&w, &out->config_set);
	get_hash(&w, &out->template_set);
	if (w.rest.n)
		get_hash(&w, &out->filter_set);
	return wire_done(&w);
}

void rec_account_put(struct buf *b, const struct rec_account *r)
{
	wire_put_vbytes(b, r->name);
	wire_put_u8(b, (uint8_t)r->mode);
	wire_put_u8(b, r->answers_seen);
	wire_put_ivar(b, r->first_at);
	wire_put_ivar(b, r->notice_at);
	wire_put_ivar(b, r->held_at);
}

bool rec_account_get(struct span in, struct rec_account *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_account){ .name = wire_vbytes(&w, RECORD_TEXT) };
	out->mode = (enum mode)GET_ENUM(&w, MODE_COUNT);
	out->answers_seen = get_bool(&w);
	out->first_at = wire_ivar(&w);
	out->notice_at = wire_ivar(&w);
	out->held_at = wire_ivar(&w);
	return wire_done(&w);
}

void rec_mailbox_put(struct buf *b, const struct rec_mailbox *r)
{
	put_text(b, r->name, RECORD_TEXT);
	wire_put_var(b, r->uidvalidity);
	wire_put_var(b, r->last_uid);
	wire_put_var(b, r->uidnext);
	wire_put_ivar(b, r->looked_at);
}

bool rec_mailbox_get(struct span in, struct rec_mailbox *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_mailbox){ .name = wire_vbytes(&w, RECORD_TEXT) };
	out->uidvalidity = (uint32_t)wire_var(&w, UINT32_MAX);
	out->last_uid = (uint32_t)wire_var(&w, UINT32_MAX);
	out->uidnext = (uint32_t)wire_var(&w, UINT32_MAX);
	out->looked_at = wire_ivar(&w);
	return wire_done(&w);
}

void rec_place_put(struct buf *b, const struct rec_place *r)
{
	wire_put_var(b, r->message);
	wire_put_ivar(b, r->internal_at);
	wire_put_var(b, r->flags);
	wire_put_var(b, r->size);
	wire_put_u8(b, r->fetched);
	wire_put_u8(b, r->partial);
}

bool rec_place_get(struct span in, struct rec_place *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_place){ .message = wire_var(&w, UINT64_MAX) };
	out->internal_at = wire_ivar(&w);
	out->flags = (uint32_t)wire_var(&w, UINT32_MAX);
	out->size = wire_var(&w, UINT64_MAX);
	out->fetched = get_bool(&w);
	out->partial = get_bool(&w);
	return wire_done(&w);
}

void rec_watched_put(struct buf *b, const struct rec_watched *r)
{
	wire_put_var(b, r->message);
	wire_put_u8(b, r->missed);
	wire_put_u8(b, (uint8_t)r->style);
	wire_put_u8(b, (uint8_t)r->marks);
	wire_put_ivar(b, r->answered_at);
}

bool rec_watched_get(struct span in, struct rec_watched *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_watched){ .message = wire_var(&w, UINT64_MAX) };
	out->missed = get_bool(&w);
	out->style = GET_ENUM(&w, MARK_STYLES);
	out->marks = GET_ENUM(&w, MARK_ALL + 1);
	out->answered_at = wire_ivar(&w);
	return wire_done(&w);
}

void rec_message_put(struct buf *b, const struct rec_message *r)
{
	wire_put_var(b, r->conversation);
	wire_put_ivar(b, r->at);
	wire_put_ivar(b, r->arrived_at);
	wire_put_u64(b, r->ordinal);
	wire_put_u8(b, (uint8_t)r->kind);
	wire_put_u8(b, (uint8_t)r->voice);
	wire_put_u8(b, (uint8_t)r->proof);
	wire_put_u8(b, (uint8_t)r->depth);
	wire_put_var(b, r->fact_flags);
	wire_put_u8(b, (uint8_t)r->rule);
	wire_put_u8(b, r->collision);
	wire_put_var(b, r->decision);
	wire_put_var(b, r->outbox);
	put_text(b, r->author, LIMIT_ADDRESS);
	put_text(b, r->trouble, RECORD_TEXT);
	wire_put_var(b, r->account);
	wire_put_u8(b, r->role);
	wire_put_var(b, r->uidvalidity);
	wire_put_var(b, r->uid);
}

bool rec_message_get(struct span in, struct rec_message *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_message){ .conversation = wire_var(&w, UINT64_MAX) };
	out->at = wire_ivar(&w);
	out->arrived_at = wire_ivar(&w);
	out->ordinal = wire_u64(&w);
	out->kind = (enum kind)GET_ENUM(&w, KIND_COUNT);
	out->voice = (enum voice)GET_ENUM(&w, VOICE_COUNT);
	out->proof = (enum proof)GET_ENUM(&w, PROOF_COUNT);
	out->depth = (enum facts_depth)GET_ENUM(&w, FACTS_NONE + 1);
	out->fact_flags = (uint32_t)wire_var(&w, UINT32_MAX);
	out->rule = (enum join_rule)GET_ENUM(&w, JOIN_RULE_COUNT);
	out->collision = get_bool(&w);
	out->decision = wire_var(&w, UINT64_MAX);
	out->outbox = wire_var(&w, UINT64_MAX);
	out->author = wire_vbytes(&w, LIMIT_ADDRESS);
	out->trouble = wire_vbytes(&w, RECORD_TEXT);
	out->account = (uint16_t)wire_var(&w, UINT16_MAX);
	out->role = GET_ENUM(&w, ROLE_COUNT);
	out->uidvalidity = (uint32_t)wire_var(&w, UINT32_MAX);
	out->uid = (uint32_t)wire_var(&w, UINT32_MAX);
	return wire_done(&w);
}

void rec_ids_put(struct buf *b, const struct rec_ids *r)
{
	wire_put_u8(b, (uint8_t)r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		wire_put_u8(b, (uint8_t)r->at[i].kind);
		wire_put_var(b, r->at[i].number);
		wire_put_var(b, r->at[i].conversation);
	}
}

bool rec_ids_get(struct span in, struct rec_ids *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_ids){ .n = GET_ENUM(&w, RECORD_IDS + 1) };
	for (uint32_t i = 0; i < out->n; i++) {
		out->at[i].kind = (enum id_kind)GET_ENUM(&w, ID_KINDS);
		out->at[i].number = wire_var(&w, UINT64_MAX);
		out->at[i].conversation = wire_var(&w, UINT64_MAX);
	}
	return wire_done(&w);
}

void rec_conversation_put(struct buf *b, const struct rec_conversation *r)
{
	wire_put_var(b, r->account);
	story_put(b, &r->story);
	put_text(b, r->requester, LIMIT_ADDRESS);
	put_text(b, r->requester_name, RECORD_TEXT);
	put_text(b, r->subject, RECORD_TEXT);
	put_text(b, r->agent, LIMIT_ADDRESS);
	wire_put_var(b, r->first_message);
	wire_put_var(b, r->messages);
	wire_put_var(b, r->linked);
	wire_put_ivar(b, r->acknowledged_at);
	wire_put_ivar(b, r->acted_at);
	for (int i = 0; i < DEADLINE_COUNT; i++) {
		wire_put_ivar(b, r->due_at[i]);
		wire_put_ivar(b, r->warned[i]);
		wire_put_ivar(b, r->breached[i]);
	}
	wire_put_ivar(b, r->wake_at);
	put_text(b, r->language, RECORD_TAG);
	wire_put_ivar(b, r->undelivered_at);
	wire_put_ivar(b, r->story.left_at);
	wire_put_ivar(b, r->elsewhere_at);
	wire_put_var(b, r->marks);
}

bool rec_conversation_get(struct span in, struct rec_conversation *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_conversation){ .account = (uint16_t)wire_var(&w, UINT16_MAX) };
	if (!story_get(&w, &out->story))
		return false;
	out->requester = wire_vbytes(&w, LIMIT_ADDRESS);
	out->requester_name = wire_vbytes(&w, RECORD_TEXT);
	out->subject = wire_vbytes(&w, RECORD_TEXT);
	out->agent = wire_vbytes(&w, LIMIT_ADDRESS);
	out->first_message = wire_var(&w, UINT64_MAX);
	out->messages = (uint32_t)wire_var(&w, UINT32_MAX);
	out->linked = wire_var(&w, UINT64_MAX);
	out->acknowledged_at = wire_ivar(&w);
	out->acted_at = wire_ivar(&w);
	for (int i = 0; i < DEADLINE_COUNT; i++) {
		out->due_at[i] = wire_ivar(&w);
		out->warned[i] = wire_ivar(&w);
		out->breached[i] = wire_ivar(&w);
	}
	out->wake_at = wire_ivar(&w);
	/* Older records end here. */
	if (w.rest.n)
		out->language = wire_vbytes(&w, RECORD_TAG);
	if (w.rest.n)
		out->undelivered_at = wire_ivar(&w);
	if (w.rest.n)
		out->story.left_at = wire_ivar(&w);
	if (w.rest.n)
		out->elsewhere_at = wire_ivar(&w);
	if (w.rest.n)
		out->marks = (uint32_t)wire_var(&w, MARK_ALL);
	return wire_done(&w);
}

void rec_event_put(struct buf *b, const struct rec_event *r)
{
	wire_put_u8(b, (uint8_t)r->kind);
	wire_put_var(b, r->message);
	put_text(b, r->actor, RECORD_TEXT);
}

bool rec_event_get(struct span in, struct rec_event *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_event){ .kind = (enum event_kind)GET_ENUM(&w, EVENT_KIND_COUNT) };
	out->message = wire_var(&w, UINT64_MAX);
	out->actor = wire_vbytes(&w, RECORD_TEXT);
	return wire_done(&w);
}

void rec_person_put(struct buf *b, const struct rec_person *r)
{
	wire_put_u8(b, (uint8_t)r->role);
	put_text(b, r->address, LIMIT_ADDRESS);
	put_text(b, r->name, RECORD_TEXT);
}

bool rec_person_get(struct span in, struct rec_person *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_person){ .role = (enum person_role)GET_ENUM(&w, PERSON_ROLES) };
	out->address = wire_vbytes(&w, LIMIT_ADDRESS);
	out->name = wire_vbytes(&w, RECORD_TEXT);
	return wire_done(&w);
}

void rec_check_put(struct buf *b, const struct rec_check *r)
{
	put_text(b, r->agent, LIMIT_ADDRESS);
	wire_put_ivar(b, r->asked_at);
	wire_put_var(b, r->entry);
	for (int i = 0; i < CHECK_PLACES; i++)
		wire_put_ivar(b, r->seen_at[i]);
}

bool rec_check_get(struct span in, struct rec_check *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_check){ .agent = wire_vbytes(&w, LIMIT_ADDRESS) };
	out->asked_at = wire_ivar(&w);
	out->entry = wire_var(&w, UINT64_MAX);
	for (int i = 0; i < CHECK_PLACES; i++)
		out->seen_at[i] = wire_ivar(&w);
	return wire_done(&w);
}

const char *suppression_name(enum suppression_reason r)
{
	static const char *const names[SUPPRESSED_REASONS] = {
		[SUPPRESSED_BOUNCED] = "bounced",
		[SUPPRESSED_COMPLAINED] = "complained",
		[SUPPRESSED_ASKED] = "asked",
		[SUPPRESSED_BY_HAND] = "by-hand",
	};

	return names[r];
}

void rec_suppression_put(struct buf *b, const struct rec_suppression *r)
{
	wire_put_u8(b, (uint8_t)r->reason);
	wire_put_ivar(b, r->at);
	wire_put_ivar(b, r->expires_at);
	put_text(b, r->address, LIMIT_ADDRESS);
	put_text(b, r->source, RECORD_TEXT);
}

bool rec_suppression_get(struct span in, struct rec_suppression *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_suppression){ .reason = (enum suppression_reason)GET_ENUM(&w, SUPPRESSED_REASONS) };
	out->at = wire_ivar(&w);
	out->expires_at = wire_ivar(&w);
	out->address = wire_vbytes(&w, LIMIT_ADDRESS);
	out->source = wire_vbytes(&w, RECORD_TEXT);
	return wire_done(&w);
}

void rec_recipient_put(struct buf *b, const struct rec_recipient *r)
{
	wire_put_u8(b, (uint8_t)r->n);
	for (uint32_t i = 0; i < r->n; i++) {
		wire_put_ivar(b, r->at[i].at);
		wire_put_u8(b, (uint8_t)r->at[i].purpose);
		wire_put_var(b, r->at[i].outbox);
	}
}

bool rec_recipient_get(struct span in, struct rec_recipient *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_recipient){ .n = GET_ENUM(&w, RECORD_WINDOW + 1) };
	for (uint32_t i = 0; i < out->n; i++) {
		out->at[i].at = wire_ivar(&w);
		out->at[i].purpose = (enum purpose)GET_ENUM(&w, PURPOSE_COUNT);
		out->at[i].outbox = wire_var(&w, UINT64_MAX);
	}
	return wire_done(&w);
}

void rec_outbox_put(struct buf *b, const struct rec_outbox *r)
{
	wire_put_u8(b, (uint8_t)r->state);
	wire_put_u8(b, (uint8_t)r->purpose);
	wire_put_var(b, r->account);
	wire_put_var(b, r->conversation);
	wire_put_var(b, r->message);
	put_text(b, r->recipient, LIMIT_ADDRESS);
	put_text(b, r->sender, LIMIT_ADDRESS);
	put_text(b, r->witness, LIMIT_ADDRESS);
	put_text(b, r->message_id, LIMIT_MESSAGE_ID);
	wire_put_ivar(b, r->created_at);
	wire_put_ivar(b, r->not_before);
	wire_put_ivar(b, r->expires_at);
	wire_put_ivar(b, r->decided_ms);
	wire_put_var(b, r->attempts);
	wire_put_var(b, r->deferrals);
	wire_put_var(b, r->decision);
	put_hash(b, &r->bytes);
	put_text(b, r->step, 20);
	put_text(b, r->reply, REPLY_MAX);
	wire_put_u8(b, r->witnessed);
	wire_put_u8(b, (uint8_t)r->nseqs);
	for (uint32_t i = 0; i < r->nseqs; i++)
		wire_put_var(b, r->seqs[i]);
	wire_put_ivar(b, r->bounced_at);
	put_text(b, r->bounce_status, STATUS_MAX);
}

bool rec_outbox_get(struct span in, struct rec_outbox *out)
{
	struct wire w = wire_over(in);

	*out = (struct rec_outbox){ .state = (enum outbox_state)GET_ENUM(&w, OUTBOX_STATE_COUNT) };
	out->purpose = (enum purpose)GET_ENUM(&w, PURPOSE_COUNT);
	out->account = (uint16_t)wire_var(&w, UINT16_MAX);
	out->conversation = wire_var(&w, UINT64_MAX);
	out->message = wire_var(&w, UINT64_MAX);
	out->recipient = wire_vbytes(&w, LIMIT_ADDRESS);
	out->sender = wire_vbytes(&w, LIMIT_ADDRESS);
	out->witness = wire_vbytes(&w, LIMIT_ADDRESS);
	out->message_id = wire_vbytes(&w, LIMIT_MESSAGE_ID);
	out->created_at = wire_ivar(&w);
	out->not_before = wire_ivar(&w);
	out->expires_at = wire_ivar(&w);
	out->decided_ms = wire_ivar(&w);
	out->attempts = (uint32_t)wire_var(&w, UINT32_MAX);
	out->deferrals = (uint32_t)wire_var(&w, UINT32_MAX);
	out->decision = wire_var(&w, UINT64_MAX);
	get_hash(&w, &out->bytes);
	out->step = wire_vbytes(&w, 20);
	out->reply = wire_vbytes(&w, REPLY_OLD);
	out->witnessed = get_bool(&w);
	out->nseqs = GET_ENUM(&w, RECORD_SEQS + 1);
	for (uint32_t i = 0; i < out->nseqs; i++)
		out->seqs[i] = wire_var(&w, UINT64_MAX);
	/* Older records end here. */
	if (w.rest.n) {
		out->bounced_at = wire_ivar(&w);
		out->bounce_status = wire_vbytes(&w, STATUS_MAX);
	}
	return wire_done(&w);
}
