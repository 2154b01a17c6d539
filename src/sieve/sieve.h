// SPDX-License-Identifier: Apache-2.0
/* Sieve (RFC 5228): scripts that look at a message. With relational (RFC 5231), subaddress (RFC 5233), body :text
 * (RFC 5173), date and currentdate (RFC 5260), encoded-character and comparator-i;ascii-numeric. What a script
 * finds belongs to the host, who brings commands of his own under a capability. Pure and bounded: a script
 * is checked whole when it is compiled, and its budget is counted in steps, so that the same script and
 * message always end the same way. */
#pragma once
#include "base/arena.h"
#include "mail/address.h"

enum {
	SIEVE_SIZE = 256 * 1024,   /* bytes of one script */
	SIEVE_NESTING = 32,	   /* blocks and tests within one another */
	SIEVE_STRINGS = 5000,	   /* in one list */
	SIEVE_ARGUMENTS = 3,	   /* positional, of one command */
	SIEVE_ERRORS = 20,	   /* told at once */
	SIEVE_STEPS = 2000 * 1000, /* of one run; a step is a test, or 64 bytes looked at */
	SIEVE_VALUES = 10000,	   /* values one test looks at */
};

/* -- what a script may look at ------------------------------------------------------------------------- */

struct sieve_mail {
	const void *context;
	/* The nth (from 0) field of that name, unfolded, decoded, UTF-8; false where there is none. */
	bool (*field)(const void *context, struct span name, uint32_t nth, struct span *value);
	/* Its addresses. */
	bool (*addresses)(const void *context, struct arena *a, struct span name, uint32_t nth, struct address_list *out);
	struct span text; /* of the body, UTF-8 */
	uint64_t size;	  /* bytes of the message */
	int64_t now;	  /* Unix seconds */
	int32_t zone;	  /* of the place, seconds east of UTC */
	char subaddress;  /* separator of user and detail, 0: '+' */
};

/* -- a script ------------------------------------------------------------------------------------------- */

struct sieve_place {
	uint32_t line, column; /* from 1 */
};

enum sieve_match_type { SIEVE_IS, SIEVE_CONTAINS, SIEVE_MATCHES, SIEVE_VALUE, SIEVE_COUNT };
enum sieve_comparator { SIEVE_CASEMAP, SIEVE_OCTET, SIEVE_NUMERIC };
enum sieve_relation { SIEVE_GT, SIEVE_GE, SIEVE_LT, SIEVE_LE, SIEVE_EQ, SIEVE_NE };
enum sieve_part { SIEVE_ALL, SIEVE_LOCALPART, SIEVE_DOMAIN, SIEVE_USER, SIEVE_DETAIL };

struct sieve_strings {
	struct span *at;
	uint32_t n;
};

struct sieve_command;
/* A command or a test of a compiled script. */
struct sieve_node {
	const struct sieve_command *command;
	struct sieve_place place;
	enum sieve_match_type match;
	enum sieve_comparator comparator;
	enum sieve_relation relation;
	enum sieve_part part;
	bool over;			  /* size :over, not :under */
	bool original_zone;
	bool has_zone;
	int32_t zone;			  /* :zone, seconds east */
	struct sieve_strings strings[SIEVE_ARGUMENTS];
	uint64_t number;
	struct sieve_node *tests;	  /* by next */
	struct sieve_node *block;	  /* by next */
	struct sieve_node *next;
};

enum sieve_tags {
	SIEVE_TAG_MATCH = 1 << 0, /* :is :contains :matches :value :count, and :comparator */
	SIEVE_TAG_PART = 1 << 1,
	SIEVE_TAG_SIZE = 1 << 2,
	SIEVE_TAG_BODY = 1 << 3,
	SIEVE_TAG_ZONE = 1 << 4,
	SIEVE_TAG_ORIGINAL_ZONE = 1 << 5,
};

struct sieve_run;
/* What a word of the language means. The engine's own stand in its table, the host brings more. */
struct sieve_command {
	const char *name;
	const char *capability;	/* that must be required; NULL: none */
	const char *arguments;	/* in order: s a string, S strings, n a number, t a test, T tests, b a block */
	unsigned tags;		/* enum sieve_tags */
	bool is_test;
	const char *refused;	/* not in this house: why, and what to write instead; NULL: it is */
	bool (*look)(struct sieve_run *run, const struct sieve_node *test);
	void (*act)(struct sieve_run *run, const struct sieve_node *command);
	/* More to check than the form; NULL or the line that says what to write. */
	const char *(*check)(struct arena *a, const struct sieve_node *node);
};
struct sieve_dialect {
	const struct sieve_command *commands; /* looked at before the engine's own */
	uint32_t n;
};

struct sieve_error {
	struct sieve_place place;
	const char *text; /* what, and what to write instead */
};
struct sieve_errors {
	struct sieve_error at[SIEVE_ERRORS];
	uint32_t n;
};

/* The first command of the script (NULL: an empty one) in *out; `source` must live as long as it. False with at
 * least one error: then nothing of it can be run. */
bool sieve_compile(struct arena *a, struct span source, const struct sieve_dialect *dialect, struct sieve_node **out,
		   struct sieve_errors *errors);

/* -- a run ----------------------------------------------------------------------------------------------- */

enum sieve_end {
	SIEVE_FINISHED, /* fell off the end */
	SIEVE_STOPPED,	/* said stop */
	SIEVE_OVERRUN,	/* SIEVE_STEPS or SIEVE_VALUES */
};

struct sieve_run {
	const struct sieve_mail *mail;
	struct arena *arena;
	void *context; /* the host's */
	uint64_t steps; /* taken */
	bool stopped, overrun;
};

/* Runs the script; the host's commands are called with `context` in the run. */
enum sieve_end sieve_run_script(struct arena *a, const struct sieve_node *script, const struct sieve_mail *mail,
				void *context, uint64_t *steps);

/* -- for commands of a host -------------------------------------------------------------------------------- */

/* Runs a block of a command that has one. */
void sieve_run_block(struct sieve_run *run, const struct sieve_node *block);
bool sieve_run_test(struct sieve_run *run, const struct sieve_node *test);
/* The part of an address that the test's tags ask for; false where it has none (RFC 5233 section 4: without separator
 * there is no detail). */
bool sieve_address_part(struct sieve_run *run, const struct sieve_node *test, struct address who, struct span *out);
/* Does one of the values match one of the keys, as the test's tags say? */
bool sieve_match(struct sieve_run *run, const struct sieve_node *test, const struct sieve_strings *values,
		 const struct sieve_strings *keys);
