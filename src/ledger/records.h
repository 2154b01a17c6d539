// SPDX-License-Identifier: Apache-2.0
/* What the ledger keeps, record by record, with its keys. Numbers count up and are big-endian in keys;
 * only Message-IDs and addresses are 16-byte keyed hashes, because nothing else finds them. */
#pragma once
#include "conversation/conversation.h"
#include "conversation/join.h"
#include "config/config.h"
#include "deadline/marks.h"
#include "guard/guard.h"
#include "ledger/engine.h"
#include "outbox/outbox.h"

enum {
	RECORD_TAG = 20,	/* bytes of a language tag */
	RECORD_TEXT = 200,	/* bytes kept of a subject or name in a record; the whole stands in the facts */
	RECORD_IDS = 16,	/* messages that may share one Message-ID */
	RECORD_WINDOW = 16,	/* automated messages remembered of one address */
	RECORD_SEQS = 24,	/* audit records remembered of one outbox entry */
	STATUS_MAX = 12,	/* bytes of an enhanced status code */
	REPLY_MAX = 280,	/* bytes kept of a server's words */
	REPLY_OLD = 300,	/* ... and in older records */
};

/* A key under construction. */
struct key {
	uint8_t b[ENGINE_KEY_MAX];
	uint8_t n;
};
struct key key_u64(uint64_t v);
struct key key_u64_u64(uint64_t a, uint64_t b);
void key_add(struct key *k, uint64_t v, unsigned bytes);
void key_add_id(struct key *k, const uint8_t id[ID_SIZE]);
struct span key_span(const struct key *k);
/* The u64 at byte `at` of a stored key; 0 if it is too short. */
uint64_t key_get(struct span key, size_t at);

/* DB_META "tip": the counters, the end of the audit chain, the newest head. */
struct tip {
	uint64_t next_message, next_conversation, next_outbox;
	uint64_t audit_seq;	/* newest record, 0: none */
	struct hash audit_hash;
	uint64_t head_seq;	/* newest stored head, 0: none */
	uint64_t head_kept;	/* newest head that stays for good: mail carries it, or 256 records have passed */
	int64_t written_at;
	struct hash config_set, template_set;
	struct hash filter_set; /* since filters are there; zero in older ledgers */
};

/* DB_ACCOUNT, key u16. */
struct rec_account {
	struct span name;
	enum mode mode;
	bool answers_seen;	/* an agent's answer was seen here at least once */
	int64_t first_at;
	int64_t notice_at;	/* when the lead was last written to about deadlines */
	int64_t held_at;	/* ... and about what is held */
};

enum role { ROLE_INBOX, ROLE_SENT, ROLE_COUNT };
const char *role_name(enum role r);

/* DB_MAILBOX, key u16 account, u8 role: the cursor. */
struct rec_mailbox {
	struct span name;
	uint32_t uidvalidity, last_uid, uidnext;
	int64_t looked_at;
};

/* DB_PLACE, key u16 account, u8 role, u32 uidvalidity, u32 uid: an arrival. */
struct rec_place {
	uint64_t message;
	int64_t internal_at;
	uint32_t flags;
	uint64_t size;
	bool fetched, partial;
};

/* DB_UNFETCHED, key as DB_PLACE: value u8, how often it was asked for since. */

/* DB_WATCHED, key u16 account, u64 conversation, u32 uidvalidity, u32 uid: a place in a watched mailbox where a request
 * awaits its answer, or that bears marks of ours. */
struct rec_watched {
	uint64_t message;
	bool missed;		/* it is gone, and nobody could say where to: its clock goes on */
	enum mark_style style;	/* of the marks the server has stored */
	uint32_t marks;
	int64_t answered_at;	/* when it was first seen to bear \Answered, 0: it does not */
};

/* DB_UNFILED, key as DB_PLACE: a witness to be moved to Sent; value u8, how often that was refused. */

/* DB_MESSAGE, key u64: what was judged and decided. What the message says, its Message-ID and Subject
 * too, stands in its facts, in DB_TEXT in pieces. */
struct rec_message {
	uint64_t conversation;	/* 0: none (our own message to staff) */
	int64_t at;		/* INTERNALDATE, clamped to the instant of arrival; of a request that was not yet
				 * known when a person said how the conversation stands: after that */
	int64_t arrived_at;
	uint64_t ordinal;	/* of its event */
	enum kind kind;
	enum voice voice;
	enum proof proof;
	enum facts_depth depth;
	uint32_t fact_flags;
	enum join_rule rule;
	bool collision;
	uint64_t decision;	/* audit record of the decision on it, 0: nothing was proposed */
	uint64_t outbox;	/* own: the entry it is a copy of; else the entry that answers it */
	struct span author;	/* local@domain, or empty */
	struct span trouble;	/* why it was set aside, or empty */
	uint16_t account;
	uint8_t role;
	uint32_t uidvalidity, uid; /* its first place */
};

/* DB_MESSAGE_ID, key 16-byte keyed hash. */
enum id_kind {
	ID_MESSAGE,
	ID_AWAITED,  /* named by a message of the conversation */
	ID_OUTBOX,
	ID_EXPECTED, /* in a rebuilt ledger: if that message was acknowledged, then under this id */
	ID_KINDS
};
struct id_entry {
	enum id_kind kind;
	uint64_t number;	/* message or outbox entry; 0 if awaited */
	uint64_t conversation;
};
struct rec_ids {
	struct id_entry at[RECORD_IDS];
	uint32_t n;
};

/* DB_CONVERSATION, key u64. */
struct rec_conversation {
	uint16_t account;
	struct story story;
	struct span requester;	/* local@domain; empty if nobody could be named */
	struct span requester_name;
	struct span subject;
	struct span agent;	/* who answered last */
	uint64_t first_message;
	uint32_t messages;
	uint64_t linked;	/* a conversation it claims to belong to, 0: none */
	int64_t acknowledged_at; /* instant of the message for which an acknowledgement was last proposed */
	int64_t acted_at;	/* when a person last said how it stands */
	int64_t due_at[DEADLINE_COUNT];	   /* as they stand in DB_DUE, 0: not there */
	int64_t wake_at;		   /* as it stands in DB_WAKE, 0: not there */
	int64_t warned[DEADLINE_COUNT];	   /* started_at of the clock somebody was warned about */
	int64_t breached[DEADLINE_COUNT];  /* ... and told of the breach */
	struct span language;	/* that the requester writes in, empty: not known */
	int64_t undelivered_at;	/* when an automated message was refused or came back and the requester was not heard of since, 0: never */
	int64_t elsewhere_at;	/* when it was seen that it seems to be answered elsewhere, 0: it does not */
	uint32_t marks;		/* enum mark: as they should be on its messages */
};

/* DB_EVENT, key u64 conversation, i64 at, u64 ordinal. */
struct rec_event {
	enum event_kind kind;
	uint64_t message;
	struct span actor;	/* for acts of people */
};

/* DB_PERSON, key u64 conversation, 16-byte hash of the address: who is known inside. */
enum person_role { PERSON_REQUESTER, PERSON_AGENT, PERSON_COPIED, PERSON_ROLES };
struct rec_person {
	enum person_role role;
	struct span address;
	struct span name;
};

/* DB_REQUESTER, key 16-byte hash of the address, u64 conversation: value i64 last_at. */

/* DB_RECIPIENT, key 16-byte hash of the address: automated messages queued or sent lately. */
struct window_entry {
	int64_t at;
	enum purpose purpose;
	uint64_t outbox;
};
struct rec_recipient {
	struct window_entry at[RECORD_WINDOW];
	uint32_t n;
};

/* DB_CHECK, key u16 account, u64 code: an agent was asked for a test answer. */
enum check_place { CHECK_SENT, CHECK_PROVEN, CHECK_UNPROVEN, CHECK_PLACES };
struct rec_check {
	struct span agent;
	int64_t asked_at;
	uint64_t entry;		/* the mail that asked, 0: none could be sent */
	int64_t seen_at[CHECK_PLACES]; /* in Sent; in the mailbox, by authentication; there, by nothing. 0: not there */
};

/* DB_SUPPRESSION, key 16-byte hash of the address: who gets no automated mail. */
enum suppression_reason { SUPPRESSED_BOUNCED, SUPPRESSED_COMPLAINED, SUPPRESSED_ASKED, SUPPRESSED_BY_HAND, SUPPRESSED_REASONS };
const char *suppression_name(enum suppression_reason r);
struct rec_suppression {
	enum suppression_reason reason;
	int64_t at, expires_at; /* expires_at 0: never */
	struct span address;
	struct span source;	/* "5.1.1", or what a person said */
};

/* DB_DUE, key i64 due, u64 conversation, u8 clock: empty value. DB_WAKE, key i64 at, u64 conversation.
 * DB_NOTICE, key u16 account, u64 conversation, u8 clock, u8 breach: value i64 at. */

/* DB_OUTBOX, key u64. */
struct rec_outbox {
	enum outbox_state state;
	enum purpose purpose;
	uint16_t account;
	uint64_t conversation, message;
	struct span recipient, sender, witness, message_id;
	int64_t created_at, not_before, expires_at;
	int64_t decided_ms;	/* Unix milliseconds of the decision: Sent must have been read after it */
	uint32_t attempts;
	uint32_t deferrals;	/* how often a server has said "not now" */
	uint64_t decision;	/* audit record whose evidence holds the bytes */
	struct hash bytes;
	struct span step, reply; /* how the last attempt ended, word for word */
	bool witnessed;
	uint64_t seqs[RECORD_SEQS]; /* its audit records, oldest first */
	uint32_t nseqs;
	int64_t bounced_at;	/* when a bounce brought it back, 0: it did not */
	struct span bounce_status; /* "5.1.1", or empty */
};
/* DB_QUEUE, key u8 class, i64 at, u64 entry: the entries something must still happen to. */
enum queue_class { QUEUE_IN_FLIGHT, QUEUE_WAITING, QUEUE_HELD, QUEUE_UNCERTAIN, QUEUE_NONE };
enum queue_class queue_class_of(enum outbox_state s);

/* One codec a record. get: false for anything but a whole, well-formed record; texts are views. */
#define RECORD(type)                                        \
	void type##_put(struct buf *b, const struct type *r); \
	bool type##_get(struct span in, struct type *out);
RECORD(tip)
RECORD(rec_account)
RECORD(rec_mailbox)
RECORD(rec_place)
RECORD(rec_watched)
RECORD(rec_message)
RECORD(rec_ids)
RECORD(rec_suppression)
RECORD(rec_conversation)
RECORD(rec_event)
RECORD(rec_person)
RECORD(rec_recipient)
RECORD(rec_outbox)
RECORD(rec_check)
#undef RECORD
