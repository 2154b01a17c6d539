// SPDX-License-Identifier: Apache-2.0
/* What a message is and who speaks in it: judgements over facts. Pure. */
#pragma once
#include "mail/facts.h"

/* What reading knows of the account. Addresses are keys: own and agents with the subaddress cut off, form
 * and group whole. */
struct reading_account {
	struct span *own;	 /* our addresses, the account's first */
	uint32_t nown;
	struct span *agents;
	uint32_t nagents;
	struct span *form;	 /* our web forms */
	uint32_t nform;
	struct span group;	 /* our own list in front of the mailbox, empty: none */
	struct span authserv_id; /* "none", "" (not set), or a name */
	uint16_t hops;
	char subaddress;	 /* '+' or 0 */
};

/* -- kind ------------------------------------------------------------------------------------ */
enum kind {
	KIND_HUMAN,
	KIND_AUTO_REPLY,
	KIND_AUTO_GENERATED,
	KIND_BOUNCE,
	KIND_REPORT,
	KIND_LIST,
	KIND_BULK,
	KIND_OWN,
	KIND_COUNT
};
const char *kind_name(enum kind k);

/* One sign that was found: which rule, and the field (name: value) it rests on. */
struct sign {
	enum kind kind;
	struct span rule;     /* "auto-submitted", "precedence", ... */
	struct span evidence; /* "Auto-Submitted: auto-replied", at most 200 bytes */
};
enum { SIGNS_MAX = 24 };
struct kind_found {
	enum kind kind;
	struct sign signs[SIGNS_MAX]; /* the deciding one first; none: human */
	uint32_t n;
	/* The sender asks for silence without being a machine: X-Auto-Response-Suppress, X-No-Loop, an
	 * invitation, a reaction. */
	struct sign silence;
	bool asks_silence;
};
/* `own_automated`: the message carries a valid keyed identity of ours. The kind that says most wins:
 * own, bounce, report, auto-reply, auto-generated, list (not our own group), bulk; among signs of one
 * kind structure and fields stand before the sender's name, and the subject is last; what a server says in
 * its text counts where there is no other sign. */
void reading_kind(struct arena *a, const struct facts *f, const struct reading_account *acc,
		  bool own_automated, struct kind_found *out);
/* Is this an address that machines write under (RFC 3834 section 2)? KIND_HUMAN in the sign means that
 * people write under it, too (root, postmaster); reading_kind() leaves those out. */
bool reading_sender_name(struct arena *a, struct address who, struct sign *out);
/* "Name: value" as evidence, at most 200 bytes, not escaped. */
struct span reading_evidence(struct arena *a, struct span name, struct span value);

/* -- bounces ----------------------------------------------------------------------------------- */
enum bounce_action {
	BOUNCE_FAILED,
	BOUNCE_DELAYED,	  /* not yet, and it says why */
	BOUNCE_DELIVERED,
	BOUNCE_OTHER,
	BOUNCE_WAITING,	  /* nothing has failed: merely late, or the server says until when it will try */
};
struct bounce_recipient {
	struct span address;
	enum bounce_action action;
	struct span status;	 /* "5.1.1" or empty */
	struct span diagnostic;
	bool permanent;
};
/* For what is a bounce: the recipients in its RFC 3464 report or X-Failed-Recipients, else those that its
 * words or the returned message name. Of a report's two addresses the original one, to which we wrote;
 * another one in the words stands beside it. Words give the status and diagnostic that a report does not.
 * Number of recipients written to *out (in the arena), at most LIMIT_REPORT_RECIPIENTS. */
uint32_t reading_bounce(struct arena *a, const struct facts *f, struct bounce_recipient **out);
/* For what is a bounce: the Message-ID of the returned message (RFC 3462), empty if not told. Anybody can
 * write one: only a keyed id of ours proves anything. */
struct span reading_returned_id(struct arena *a, const struct facts *f);

/* -- authentication (RFC 8601) ------------------------------------------------------------------ */
enum proof { PROOF_UNVERIFIED, PROOF_PROVEN, PROOF_FAILED, PROOF_COUNT };
const char *proof_name(enum proof p);
/* A result counts only in an Authentication-Results field with our authserv-id and at most `hops`
 * Received fields above it (those our own servers add), between the same two Received fields as the
 * topmost such one; of each method the topmost field decides. Of mx.google.com and microsoft365, which write
 * one field, only the topmost counts; that of microsoft365 has no id. The message must have exactly one From
 * address. proven: dmarc=pass, or spf/dkim pass for a domain aligned with From's (equal, or one a subdomain of
 * the other with at least two labels shared and no public-suffix guess); failed: dmarc=fail. Without From,
 * authserv_id "none" or "": unverified. */
enum proof reading_proof(struct arena *a, const struct facts *f, const struct reading_account *acc);

/* -- whose voice --------------------------------------------------------------------------------- */
enum voice { VOICE_REQUESTER, VOICE_AGENT, VOICE_CLAIMED_AGENT, VOICE_MACHINE, VOICE_NOBODY, VOICE_COUNT };
const char *voice_name(enum voice v);
struct voice_found {
	enum voice voice;
	enum proof proof;
	struct address author;	/* behind form and group: who really wrote; empty for VOICE_NOBODY */
	struct span author_key;	/* address_key with no subaddress cut off; empty for VOICE_NOBODY */
	struct span author_field; /* he must stand in it literally: raw From, or the form's Reply-To */
	bool by_form;
	bool doubtful;		/* the form or group he is said to stand behind is not proved: anybody may have named him */
};
/* `in_sent`: the message lies in a Sent mailbox of the account, which proves an agent. Own addresses
 * in From outside Sent are a claimed agent unless proven; machines (kind other than human) are
 * VOICE_MACHINE whoever they say they are; from_fields != 1 or several From addresses: nobody. Behind
 * our form stands the one address of its Reply-To, behind our group that of X-Original-From or
 * Reply-To; such an author is never proven, for the proof speaks of the form or group. These are proved by
 * trusted authentication, or by having been handed over on our own server by somebody who logged in. */
void reading_voice(struct arena *a, const struct facts *f, const struct reading_account *acc, enum kind kind,
		   bool in_sent, struct voice_found *out);
/* Is one of our addresses (or the group) in To, Cc, Bcc or Resent-*? (RFC 3834 section 2) */
bool reading_addressed(struct arena *a, const struct facts *f, const struct reading_account *acc);

/* -- new text ------------------------------------------------------------------------------------- */
enum stretch_kind {
	STRETCH_NEW,	    /* what this person wrote now */
	STRETCH_CONTEXT,    /* a quote that is answered in place */
	STRETCH_QUOTE,	    /* what others wrote, and what introduces it */
	STRETCH_FORWARDED,
	STRETCH_SIGNATURE,
	STRETCH_DISCLAIMER,
	STRETCH_ATTACHED,   /* what a file says that came with the message */
	STRETCH_COUNT
};
const char *stretch_kind_name(enum stretch_kind k);

/* Bytes `from` to `from + n` of a text, whole lines but where two things share one. */
struct stretch {
	enum stretch_kind kind;
	size_t from, n;
};
/* Takes a text (UTF-8, LF line ends) apart: *out (in the arena) gets its stretches in order and without
 * gaps; their number. Some of it is always new: a text that is nothing but quotes, or a message passed on
 * without a word, is what its sender had to say. Time is linear in its length. */
uint32_t reading_new_text(struct arena *a, struct span text, struct stretch **out);
/* The same of all that a message says and carries: behind its text, in *text (in the arena), stands what
 * the messages within it say, as forwarded, and its files of text, as attached. */
uint32_t reading_whole_text(struct arena *a, const struct facts *f, struct span *text, struct stretch **out);
/* The new text and the quotes it answers in place, trimmed, at most `max` bytes, for fingerprints and
 * listings: never empty if the text is not. */
struct span reading_excerpt(struct arena *a, const struct facts *f, size_t max);

/* What its author wrote now, and nothing else: not even the quotes he answers in place. */
struct span reading_own_words(struct arena *a, const struct facts *f);
/* What tells these own words from those of others: the letters of their longest line, in lower case, so that names in
 * greeting and signature do not count. Empty if that is too short to tell. */
struct span reading_gist(struct arena *a, struct span own);

/* -- language ------------------------------------------------------------------------------------- */
/* The language that most of the text is in (ISO 639-1, "de"; Chinese in traditional signs is "zh-hant"), told by its
 * script and by frequent words;
 * empty where neither tells. A few words are enough; 8 KiB are looked at. */
struct span reading_language(struct arena *a, struct span text);
/* The language that the author of a message writes in: that of the new text without the quotes it answers, else of
 * the subject and that text; empty where nobody knows. */
struct span reading_own_language(struct arena *a, const struct facts *f, struct span own);
