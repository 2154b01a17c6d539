// SPDX-License-Identifier: Apache-2.0
/* The audit: records chained by BLAKE2b, heads signed with Ed25519. Pure: storing is the ledger's.
 *
 * A record's hash is BLAKE2b-256 over its encoding, which holds the hash of the record before it. A
 * head names the newest record and is signed, so that anybody with the public key verifies and only
 * the keeper signs. Personal data never stands in a record: `evidence` is a commitment,
 * BLAKE2b-256(salt || evidence bytes), and the evidence itself can be deleted. */
#pragma once
#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/wire.h"

enum audit_event {
	AUDIT_START,	   /* the chain begins; key of the signer */
	AUDIT_DECISION,	   /* propose decided: verdict, rules */
	AUDIT_RELEASED,	   /* a person released what was held */
	AUDIT_DROPPED,	   /* by a person, by expiry, or because an agent answered first */
	AUDIT_ATTEMPT,	   /* handed to the sender */
	AUDIT_DOTTED,
	AUDIT_SENT,
	AUDIT_DEFERRED,
	AUDIT_FAILED,
	AUDIT_UNCERTAIN,
	AUDIT_WITNESSED,   /* evidence settled an uncertain entry or confirmed a sent one */
	AUDIT_BOUNCED,
	AUDIT_MODE,	   /* an account's mode was changed */
	AUDIT_COMMAND,	   /* a person changed a conversation: answered, resolve, ... */
	AUDIT_SETS,	   /* configuration or templates changed */
	AUDIT_HELD,	   /* was queued, must be released now */
	AUDIT_SET_ASIDE,   /* a message or entry that brought the keeper down twice */
	AUDIT_REBUILT,	   /* this ledger was made from the mailboxes; what is known of the audit before */
	AUDIT_RESTORED,	   /* what follows stands on a backup; what came after that was lost */
	AUDIT_ERASED,	   /* personal data was deleted: who asked, which conversations */
	AUDIT_CLOCK,	   /* the clock was doubted, and why */
	AUDIT_SUPPRESSION, /* an address was put on the suppression list or taken out: part of its keyed hash, why */
	AUDIT_LEFT,	   /* what awaited an answer was taken out of the mailbox, or lies there again */
	AUDIT_EVENT_COUNT
};
const char *audit_event_name(enum audit_event e);

enum {
	AUDIT_VERSION = 1,
	AUDIT_RULES = 32,
	AUDIT_RULE_MAX = 64,	   /* bytes of one rule id */
	AUDIT_RULES_BYTES = 900,   /* of all of them */
	AUDIT_ACTOR_MAX = 100,
	AUDIT_DETAIL_MAX = 400,
	AUDIT_RECORD_MAX = 1800,
};

struct audit_record {
	uint64_t seq;		/* from 1, no gaps */
	int64_t at;
	enum audit_event event;
	struct hash previous;	/* hash of record seq - 1; all zero for the first */
	uint16_t account;	/* 0: none; so for all ids */
	uint64_t conversation, message, outbox;
	uint8_t purpose;	/* enum purpose of guard, 0xff: none */
	uint8_t verdict;	/* enum verdict of guard, 0xff: none */
	struct span rules[AUDIT_RULES]; /* ids of the rules that spoke, the deciding first */
	uint32_t nrules;
	struct hash config_set, template_set, filter_set; /* zero: none */
	struct hash bytes;	/* SHA-256 of the message as sent; zero: none */
	struct hash evidence;	/* commitment; zero: none */
	struct span actor;	/* who, for acts of people: "anna (uid=1000)"; else empty */
	struct span detail;	/* one line without personal data */
};
/* A record that does not fit its limits is the caller's bug: text is cut to the limits. */
void audit_encode(const struct audit_record *r, struct buf *out);
bool audit_decode(struct arena *a, struct span in, struct audit_record *out);
struct hash audit_hash(struct span encoded);
struct hash audit_commit(const uint8_t salt[16], struct span evidence);

struct audit_head {
	uint64_t seq;		/* 0: the chain is empty */
	struct hash hash;	/* of record seq */
	int64_t at;
	uint8_t key_id[8];	/* first bytes of BLAKE2b of the public key */
	uint8_t signature[SIGN_SIZE];
};
void audit_key_id(const uint8_t pub[SIGN_PUBLIC], uint8_t out[8]);
void audit_head_sign(struct audit_head *h, const uint8_t pub[SIGN_PUBLIC], const uint8_t sec[SIGN_SECRET]);
bool audit_head_check(const struct audit_head *h, const uint8_t pub[SIGN_PUBLIC]);
void audit_head_encode(const struct audit_head *h, struct buf *out);
bool audit_head_decode(struct span in, struct audit_head *out);
/* The text of Hearback-Audit and of `audit verify --head`: "v=1; n=17; h=...; t=...; k=...; s=..."
 * in base64url and decimal, on one line. Parsing accepts folding blanks between the parts. */
void audit_head_put_text(const struct audit_head *h, struct buf *out);
bool audit_head_get_text(struct span in, struct audit_head *out);

/* Verifying: records are fed in order from the first, and each head before the record after its own
 * (heads that somebody gave from outside: before the first record). Memory grows only with the
 * heads whose record is still to come. Each failure is one clear line; the first one stays. */
struct audit_check {
	uint64_t next;		/* the record that must come now */
	struct hash previous;	/* hash of the one before it */
	uint64_t records;
	uint64_t covered;	/* the newest record that a good head names */
	struct err err;		/* the first failure */
	bool failed;
	struct audit_wanted *wanted; /* heads whose record is still to come */
	uint32_t nwanted, room;
};
void audit_check_start(struct audit_check *c);
/* A head that must be met: its signature is checked against `nkeys` keys of SIGN_PUBLIC bytes each.
 * `where` says where it comes from, as in "head 25 (from WHERE)", and is kept by reference. False
 * at a failure, so for all that follow. */
bool audit_check_head(struct audit_check *c, const struct audit_head *h, const uint8_t *keys, uint32_t nkeys,
		      const char *where);
/* `encoded.p` is NULL for a record that is damaged or missing. */
bool audit_check_record(struct audit_check *c, uint64_t seq, struct span encoded);
/* Every head met, the newest record there (`newest` as the ledger counts) and covered by a head? */
bool audit_check_end(struct audit_check *c, uint64_t newest);
void audit_check_free(struct audit_check *c);
