// SPDX-License-Identifier: Apache-2.0
/* Which Authentication-Results may be believed in a mailbox nobody has described yet: a proposal out of the
 * mail in it, for a person to confirm. Strangers have written some of that mail, so a name counts only where
 * it stands below the same number of Received fields in nearly all of it, and only as deep as our own
 * servers' Received fields go: those that hosts of one domain have written in nearly all of it. Pure. */
#pragma once
#include "reading/reading.h"

enum {
	SURVEY_DEPTH = 8, /* Received fields that are looked at */
	SURVEY_NAMES = 64,
	SURVEY_HOSTS = 16,
	SURVEY_DOMAINS = 4, /* of senders remembered with a name; more are not counted */
	SURVEY_LEAST = 5,   /* messages without which nothing is proposed */
	SURVEY_NEARLY = 95, /* percent of them */
};

struct survey_name {
	struct span id; /* "microsoft365" for a field without one */
	uint16_t hops;	/* Received fields above it */
	uint32_t messages;
	struct span domains[SURVEY_DOMAINS];
	uint32_t ndomains;
};
struct survey_host {
	struct span name;
	uint32_t messages;
};
struct authentication_survey {
	uint32_t messages; /* that came over a network: they have a Received field */
	uint32_t with_results;
	struct survey_name names[SURVEY_NAMES];
	uint32_t nnames;
	struct survey_host hosts[SURVEY_DEPTH]
				[SURVEY_HOSTS]; /* who wrote the first Received, the second, ... */
	uint32_t nhosts[SURVEY_DEPTH];
};
/* Takes one message in. `a` keeps names and must live as long as the survey; `work` is for this call. */
void authentication_survey_add(struct arena *a, struct arena *work, const struct facts *f,
			       struct authentication_survey *s);

struct authentication_proposal {
	struct span authserv_id; /* "none" where no message has results; empty: no proposal can be made */
	uint16_t hops;
	uint32_t messages; /* that bear it there */
	uint32_t domains;  /* of their senders, at most SURVEY_DOMAINS */
	bool above_border; /* it stands above the last Received field that is ours, or only the topmost one
			      counts */
	bool related; /* it is a name of our own: below the domain of the address or server, or what such a
			 server writes */
};
/* `domain`: of our address; `host`: of our IMAP server. Only with `above_border`, `related` and several
 * domains is it more than a guess. */
void authentication_survey_propose(const struct authentication_survey *s, struct span domain,
				   struct span host, struct authentication_proposal *out);

/* The authserv-id of an Authentication-Results field (RFC 8601 section 2.2), empty where it has none, as
 * Microsoft 365 writes it. False for what is no such value. */
bool authentication_id(struct arena *a, struct span value, struct span *id);
/* Services that write all they have to say into one field. Gmail's stands below its own Received field, where
 * what comes next may be the sender's. */
bool authentication_writes_one_field(struct span authserv_id);
