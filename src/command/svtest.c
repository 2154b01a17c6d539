// SPDX-License-Identifier: Apache-2.0
/* Files in the form of Pigeonhole's testsuite (vnd.dovecot.testsuite): test "name" { ... }, test_set "message" text, and
 * test_fail "why". They test our Sieve against other people's expectations. */
#include "base/io.h"
#include "command/filter.h"
#include "daemon/reader/client.h"
#include "daemon/settings_internal.h"
#include "daemon/spawn.h"
#include "guard/filter.h"
#include "guard/filter_words.h"
#include <stdio.h>
#include <sysexits.h>

struct svtest {
	struct filter_run filter; /* first: the words of filters may be used as well */
	struct guard_case of;
	struct guard_view view;
	struct sieve_mail mail;
	struct reader_client *reader;
	struct arena *a;
	const char *path;
	struct span name;
	struct span envelope[3]; /* from, to, auth */
	bool failed;
	uint32_t *tests, *failures;
};

static void set_message(struct sieve_run *run, struct span bytes)
{
	struct svtest *s = run->context;
	struct reader_message message = { .bytes = bytes };
	struct err err;

	s->of.facts = facts_none();
	if (reader_client_read(s->reader, s->a, &message, 1, &s->of.facts, &err))
		fprintf(stderr, "hearback: %s\n", err.text);
	guard_view(s->a, &s->of, &s->view);
	s->view.message = &s->of.facts;
	s->filter.view = &s->view;
	filter_mail_of_message(&s->view, &s->mail);
	/* On the wire a line ends with CRLF. */
	s->mail.size = bytes.n;
	for (size_t i = 0; i < bytes.n; i++)
		s->mail.size += bytes.p[i] == '\n' && (i == 0 || bytes.p[i - 1] != '\r');
	run->mail = &s->mail;
}

static void act_test(struct sieve_run *run, const struct sieve_node *n)
{
	struct svtest *s = run->context;

	s->name = n->strings[0].at[0];
	s->failed = false;
	++*s->tests;
	sieve_run_block(run, n->block);
	/* A test ends itself, not those behind it. */
	run->stopped = false;
}

static void act_fail(struct sieve_run *run, const struct sieve_node *n)
{
	struct svtest *s = run->context;

	printf("%s:%u: %.*s: %.*s\n", s->path, n->place.line, SPAN_ARG(s->name), SPAN_ARG(n->strings[0].at[0]));
	*s->failures += !s->failed;
	s->failed = true;
	run->stopped = true;
}

static const char *const envelope_parts[] = { "from", "to", "auth" };
enum { ENVELOPE_PARTS = 3 };

/* "envelope.from" or "from" -> 0; ENVELOPE_PARTS for what is no part. */
static size_t envelope_part(struct span name)
{
	size_t i = 0;

	if (span_istarts(name, SPAN("envelope.")))
		name = span_sub(name, 9, SIZE_MAX);
	while (i < ENVELOPE_PARTS && !span_ieq(name, span_of(envelope_parts[i])))
		i++;
	return i;
}

static void act_set(struct sieve_run *run, const struct sieve_node *n)
{
	struct svtest *s = run->context;

	if (span_eq(n->strings[0].at[0], SPAN("message")))
		set_message(run, n->strings[1].at[0]);
	else
		s->envelope[envelope_part(n->strings[0].at[0])] = n->strings[1].at[0];
}

static const char *check_set(struct arena *a, const struct sieve_node *n)
{
	struct span what = n->strings[0].at[0];

	return span_eq(what, SPAN("message")) || envelope_part(what) < ENVELOPE_PARTS ?
		       NULL : arena_printf(a, "%.*s cannot be set here", SPAN_ARG(what));
}

/* The envelope is a field to the engine: filters do not know it, these tests do. */
static bool look_envelope(struct sieve_run *run, const struct sieve_node *n)
{
	struct svtest *s = run->context;
	struct sieve_strings values = { arena_many(run->arena, n->strings[0].n, struct span), 0 };

	for (uint32_t i = 0; i < n->strings[0].n; i++) {
		size_t part = envelope_part(n->strings[0].at[i]);
		struct address_list list;
		if (part == ENVELOPE_PARTS || !s->envelope[part].p)
			continue;
		address_list_parse(run->arena, s->envelope[part], NULL, &list);
		if (part == 2)
			values.at[values.n++] = s->envelope[part];
		else if (!list.n && n->part == SIEVE_ALL)
			values.at[values.n++] = SPAN("");
		else if (list.n && sieve_address_part(run, n, list.at[0], &values.at[values.n]))
			values.n++;
	}
	return sieve_match(run, n, &values, &n->strings[1]);
}

/* Of the extension variables (RFC 5229) only the test of plain strings: the language here has no variables. */
static bool look_string(struct sieve_run *run, const struct sieve_node *n)
{
	return sieve_match(run, n, &n->strings[0], &n->strings[1]);
}

static const char *check_string(struct arena *a, const struct sieve_node *n)
{
	(void)a;
	for (int list = 0; list < 2; list++)
		for (uint32_t i = 0; i < n->strings[list].n; i++)
			if (span_find(n->strings[list].at[i], SPAN("${")) >= 0)
				return "there are no variables here";
	return NULL;
}

#define SUITE "vnd.dovecot.testsuite"
static const struct sieve_command words[] = {
	{ .name = "test", .capability = SUITE, .arguments = "sb", .act = act_test },
	{ .name = "test_fail", .capability = SUITE, .arguments = "s", .act = act_fail },
	{ .name = "test_set", .capability = SUITE, .arguments = "ss", .act = act_set, .check = check_set },
	{ .name = "envelope", .capability = "envelope", .arguments = "SS", .tags = SIEVE_TAG_MATCH | SIEVE_TAG_PART, .is_test = true,
	  .look = look_envelope },
	{ .name = "string", .capability = "variables", .arguments = "SS", .tags = SIEVE_TAG_MATCH, .is_test = true,
	  .look = look_string, .check = check_string },
	{ .name = "keep", .arguments = "" },
	{ .name = "discard", .arguments = "" },
};
static const struct sieve_dialect dialect = { words, sizeof(words) / sizeof(words[0]) };

static int run_file(struct svtest *s, struct span source)
{
	static const struct span empty = { "From: nobody@example.org\n\n", 26 };
	struct sieve_errors errors;
	struct sieve_node *script;
	struct sieve_run run = { .arena = s->a, .context = s };

	if (!sieve_compile(s->a, source, &dialect, &script, &errors)) {
		for (uint32_t i = 0; i < errors.n; i++)
			printf("%s:%u:%u: %s\n", s->path, errors.at[i].place.line, errors.at[i].place.column, errors.at[i].text);
		++*s->failures;
		return EX_OK;
	}
	set_message(&run, empty);
	sieve_run_block(&run, script);
	if (run.overrun) {
		printf("%s: the budget of steps is used up\n", s->path);
		++*s->failures;
	}
	return EX_OK;
}

int svtest_run(const char *path, uint32_t *tests, uint32_t *failed)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	struct svtest s = { .a = a, .path = path, .tests = tests, .failures = failed };
	char program[ROOM_PATH];
	struct span source;
	struct err err;

	s.of = (struct guard_case){ .purpose = PURPOSE_ACKNOWLEDGEMENT, .has_message = true, .now = clock_now() };
	if (!settings_read_text(path, a, &source, &err)) {
		fprintf(stderr, "hearback: %s\n", err.text);
		return EX_NOINPUT;
	}
	if (!room_program(ROOM_READER, program)) {
		fprintf(stderr, "hearback: hearback-reader is not installed: it belongs in %s\n", HEARBACK_LIBEXECDIR);
		return EX_OSERR;
	}
	s.reader = reader_client_new(program);
	int r = run_file(&s, source);
	reader_client_free(&s.reader);
	return r;
}
