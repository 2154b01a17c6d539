// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "sieve/sieve.h"

/* -- tokens (lex.c) -------------------------------------------------------------------------------------------- */

enum sieve_token_type {
	TOKEN_END,
	TOKEN_NAME,   /* identifier */
	TOKEN_TAG,    /* ":" identifier; text without the colon */
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_MARK,   /* one of ( ) { } [ ] , ; */
	TOKEN_BROKEN, /* `text` says why */
};

struct sieve_token {
	enum sieve_token_type type;
	struct sieve_place place;
	struct span text;
	uint64_t number;
	char mark;
};

struct sieve_lexer {
	struct arena *a;
	struct span source;
	size_t at;
	size_t line_start;
	uint32_t line;
	struct sieve_token token; /* the one in hand */
};

void sieve_lexer_start(struct sieve_lexer *l, struct arena *a, struct span source);
void sieve_lexer_next(struct sieve_lexer *l);

/* -- compiling -------------------------------------------------------------------------------------------------- */

enum { SIEVE_REQUIRED = 40 };

struct sieve_compiler {
	struct sieve_lexer lexer;
	struct arena *a;
	const struct sieve_dialect *dialect;
	struct sieve_errors *errors;
	struct span required[SIEVE_REQUIRED];
	uint32_t nrequired;
	uint32_t depth;
	bool lost; /* the form is broken: nothing behind can be understood */
};

void sieve_complain(struct sieve_compiler *c, struct sieve_place where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* words.c: which words there are, and which the script has asked for */
const struct sieve_command *sieve_find(const struct sieve_compiler *c, struct span name, bool test);
bool sieve_required(const struct sieve_compiler *c, const char *capability);
void sieve_require(struct sieve_compiler *c, struct sieve_place where, struct span capability);

/* What stood behind the name of a command or test. */
struct sieve_given {
	char form[SIEVE_ARGUMENTS + 4]; /* S strings, n a number, in order; what does not fit in is counted by n */
	uint32_t n;
	uint32_t nstrings;
	unsigned tags;
	bool bad; /* was complained of */
	bool list, one, block;
};
/* tags.c: takes the tag in hand and what belongs to it. */
void sieve_take_tag(struct sieve_compiler *c, const struct sieve_command *command, struct sieve_node *node, struct sieve_given *given);
/* compile.c: the string in hand, decoded; the lexer goes on. False (and a complaint that names `what`) for anything else. */
bool sieve_take_string(struct sieve_compiler *c, const char *what, struct span *out);
/* encoded.c: RFC 5228 section 2.4.2.4 */
struct span sieve_decode_characters(struct sieve_compiler *c, struct sieve_place where, struct span text);

/* -- the table of the language (tests.c) -------------------------------------------------------------------------- */

extern const struct sieve_command sieve_commands[];
extern const uint32_t sieve_command_count;
const char *sieve_check_date(struct arena *a, const struct sieve_node *node);
/* "+0130" (RFC 5260 section 4.1) */
bool sieve_get_zone(struct span text, int32_t *seconds);
enum sieve_branch { BRANCH_NONE, BRANCH_IF, BRANCH_ELSIF, BRANCH_ELSE };
enum sieve_branch sieve_branch_of(const struct sieve_command *command);

/* -- running -------------------------------------------------------------------------------------------------------- */

/* Counts; false once the budget is used up. */
bool sieve_step(struct sieve_run *run, uint64_t bytes);
/* A line where the comparator cannot be used with the match type, else NULL. */
const char *sieve_check_match(const struct sieve_node *node);

/* date.c */
bool sieve_look_date(struct sieve_run *run, const struct sieve_node *n);
bool sieve_look_currentdate(struct sieve_run *run, const struct sieve_node *n);

struct sieve_list { /* grows while a test collects */
	struct sieve_strings s;
	uint32_t room;
};
bool sieve_collect(struct sieve_run *run, struct sieve_list *list, struct span value);
