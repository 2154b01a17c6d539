// SPDX-License-Identifier: Apache-2.0
/* The guard: may this automated message go to this person? Pure. Everything a decision looks at
 * stands in one struct guard_case, which can be encoded, kept, and judged again with the same result.
 * All interlocks are evaluated and every verdict is kept; the strictest wins. */
#pragma once
#include "reading/reading.h"

struct filters;

enum mode { MODE_OBSERVE, MODE_HOLD, MODE_SEND, MODE_COUNT };
const char *mode_name(enum mode m);

/* Why an automated message exists. The numbers are part of the ledger's format. */
enum purpose {
	PURPOSE_ACKNOWLEDGEMENT, /* to the one requester: your message has arrived */
	PURPOSE_NOTICE,		 /* to the one requester, other news */
	PURPOSE_ESCALATION,	 /* to a lead: due soon, breached */
	PURPOSE_DIGEST,		 /* to a lead: several of them */
	PURPOSE_HELD,		 /* to a lead: something waits for release */
	PURPOSE_BRAKE,		 /* to a lead */
	PURPOSE_BRIEFING,	 /* to our own mailbox */
	PURPOSE_CHECK,		 /* to an agent: please answer this, once */
	PURPOSE_COUNT
};
const char *purpose_name(enum purpose p);
enum audience { AUDIENCE_REQUESTER, AUDIENCE_STAFF, AUDIENCE_OWN };
struct purpose_rule {
	enum audience audience;
	bool windows;		/* counts towards and obeys the limits per address */
	bool answers;		/* answers a message: needs author, age, kind checks */
	const char *auto_submitted; /* RFC 3834 section 5.1: "auto-replied" or "auto-generated" */
};
const struct purpose_rule *purpose_rule(enum purpose p);

enum verdict { VERDICT_SEND, VERDICT_HOLD, VERDICT_SUPPRESS, VERDICT_COUNT };
const char *verdict_name(enum verdict v);

enum {
	ACK_WINDOW = 24 * 3600,	  /* seconds */
	ACKS_PER_WINDOW = 1,	  /* to one address */
	AUTOMATED_PER_WINDOW = 3, /* the same, of all purposes with windows */
	RECIPIENTS_MAX = 20,	  /* what went to more is mass mail */
	REASONS_MAX = 40,
};

/* What was known of the recipient and the conversation when the decision was made. */
struct guard_history {
	uint32_t acks_to_address;	/* acknowledgements queued or sent in the last ACK_WINDOW */
	uint32_t automated_to_address;	/* automated messages of all purposes with windows, the same */
	uint32_t acks_in_conversation;	/* since it was opened or reopened */
	bool opens;			/* the message opened or reopened the conversation */
	bool answered;			/* a person has answered since */
	bool collision;			/* Message-ID known with other content */
	bool known_duplicate;		/* a further arrival of a known message */
	uint32_t alike;			/* other people who wrote the same within ten minutes */
	struct span suppressed;		/* why the address is on the suppression list; empty: it is not */
};

struct guard_case {
	enum purpose purpose;
	enum mode mode;
	int64_t now;
	int64_t ack_age;		/* seconds; older messages are not acknowledged */
	struct reading_account account;
	bool ask_addressed;		/* false only for `filter test` without --own */
	struct span *staff;		/* configured leads and agents, keys with no subaddress cut off */
	uint32_t nstaff;
	struct span recipient;		/* local@domain as it will stand in RCPT TO */
	/* The message that is answered; not for staff purposes. */
	bool has_message;
	struct facts facts;
	bool own_automated;
	bool in_sent;
	int64_t internal_at;
	struct guard_history history;
	/* The finished message, where it was composed already; empty: that failed. */
	bool has_bytes;
	struct span bytes;
	const struct filters *filters; /* guard/filter.h; NULL: none. Kept by the hash of the set, not with the case */
};

struct reason {
	enum verdict verdict;
	struct span rule;	/* id: file name of the interlock, "auto_reply" */
	struct span text;	/* one sentence */
	struct span evidence;	/* "Auto-Submitted: auto-replied", or empty */
};
struct judgement {
	enum verdict verdict;
	enum verdict but_for_mode; /* what it would be in mode send */
	struct reason at[REASONS_MAX]; /* the deciding first; empty: nothing spoke against it */
	uint32_t n;
	enum kind kind;
	enum voice voice;
};
void guard_judge(struct arena *a, const struct guard_case *c, struct judgement *out);

/* One interlock: looks at the case (with what reading found in it), and speaks or stays silent. */
struct guard_view {
	const struct guard_case *c;
	const struct purpose_rule *purpose;
	const struct facts *message;	/* what is answered; NULL for purposes that answer nothing */
	struct kind_found kind;
	struct voice_found voice;
	struct arena *arena;
	struct span *new_text;	/* for filters: found when the first one asks */
};
void guard_view(struct arena *a, const struct guard_case *c, struct guard_view *v);
struct interlock {
	const char *id;		/* also the name of its file in interlock/ */
	const char *meaning;	/* for `filter test` and the manual, with the RFC section */
	/* true if it speaks; then *out has verdict, text, evidence. */
	bool (*look)(const struct guard_view *v, struct reason *out);
};
extern const struct interlock *const guard_interlocks[];
extern const uint32_t guard_interlock_count;

/* The case without the message's facts and bytes, which the ledger keeps elsewhere; `facts_hash` and
 * `bytes_hash` tie them (all zero where there are none). Decoding gives a case whose facts and bytes the
 * caller fills in after checking the hashes; its other texts are views into `in`. */
void guard_case_encode(const struct guard_case *c, const uint8_t facts_hash[32],
		       const uint8_t bytes_hash[32], struct buf *out);
bool guard_case_decode(struct arena *a, struct span in, struct guard_case *out, uint8_t facts_hash[32],
		       uint8_t bytes_hash[32]);
