// SPDX-License-Identifier: Apache-2.0
/* Which conversation does a message belong to? The gate of promise P8: no stranger inside. Pure: the
 * keeper gathers the candidates, in order of evidence, and asks here. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* How a candidate was found. The numbers are part of the ledger's format. */
enum join_rule {
	JOIN_NONE,	  /* opened its own conversation */
	JOIN_OUR_ID,	  /* names a keyed Message-ID of ours */
	JOIN_REFERENCE,	  /* names a message of the conversation in In-Reply-To or References */
	JOIN_LATE_PARENT, /* a message of the conversation names this one */
	JOIN_SHARED_ROOT, /* both name a message that nobody has seen */
	JOIN_RETURNED,	  /* a report returns a message of ours */
	JOIN_RULE_COUNT
};
const char *join_rule_name(enum join_rule r);

struct join_candidate {
	uint64_t conversation;
	enum join_rule rule;
	bool sender_known;  /* the author took part in it, or was addressed in it */
};

struct join_sender {
	bool proven;	    /* by trusted authentication */
	bool failed;	    /* the sender's domain disowns the message: who it says it is counts for nothing */
	bool proven_agent;  /* an agent whose message lies in Sent, or who is proven */
	bool collision;	    /* Message-ID known with other content: joins nothing */
};

struct joined {
	uint64_t conversation; /* 0: open a new one */
	enum join_rule rule;
	uint64_t linked;       /* a conversation it points to but may not enter, 0: none */
};

/* The first candidate that lets the sender in; else a new conversation, linked to the first one. */
struct joined join_decide(const struct join_candidate *at, uint32_t n, const struct join_sender *sender);
