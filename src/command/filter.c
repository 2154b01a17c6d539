// SPDX-License-Identifier: Apache-2.0
/* hearback filter test: may this be acknowledged? Judged as if it had just arrived, with no history. */
#include "base/io.h"
#include "base/text.h"
#include "command/command.h"
#include "command/json.h"
#include "command/message_files.h"
#include "command/options.h"
#include "guard/guard.h"
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

struct filter_test {
	struct arena *arena;
	struct reading_account account;
	bool json;
	int64_t now;
};

static struct guard_case case_of(const struct filter_test *t, const struct facts *f)
{
	return (struct guard_case){
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.mode = MODE_SEND,
		.now = t->now,
		.ack_age = 6 * 3600,
		.account = t->account,
		.ask_addressed = t->account.nown > 0,
		.has_message = true,
		.facts = *f,
		.internal_at = t->now,
		.history = { .opens = true },
	};
}

/* An acknowledgement would go to the author. */
static struct span author(struct arena *a, const struct guard_case *c)
{
	struct kind_found kind;
	struct voice_found voice;

	reading_kind(a, &c->facts, &c->account, false, &kind);
	reading_voice(a, &c->facts, &c->account, kind.kind, false, &voice);
	return address_text(a, voice.author);
}

static void show_json(const char *path, const struct judgement *j)
{
	json_t *reasons = json_array();

	for (uint32_t i = 0; i < j->n; i++)
		json_array_append_new(reasons,
				      json_pack("{s:o, s:s, s:o, s:o}", "rule", json_span(j->at[i].rule),
						"verdict", verdict_name(j->at[i].verdict), "text",
						json_span(j->at[i].text), "evidence",
						json_span(j->at[i].evidence)));
	json_line(json_pack("{s:o, s:s, s:s, s:s, s:o}", "file", json_span(span_of(path)), "verdict",
			    verdict_name(j->verdict), "kind", kind_name(j->kind), "voice",
			    voice_name(j->voice), "reasons", reasons));
}

static void show_reason(const struct reason *r)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(4096);

	text_escape(&b, r->evidence);
	printf("  %-9s %-17.*s %.*s\n", verdict_name(r->verdict), SPAN_ARG(r->rule), SPAN_ARG(r->text));
	if (b.n)
		printf("  %-9s %-17s %s\n", "", "", buf_cstr(&b));
}

static bool spoke(const struct judgement *j, const char *id)
{
	for (uint32_t i = 0; i < j->n; i++)
		if (span_eq(j->at[i].rule, span_of(id)))
			return true;
	return false;
}

/* Those that spoke with what they saw, then those that were silent with what they look for. */
static void show_text(const char *path, const struct judgement *j)
{
	printf("%s: %s (%s)\n", path, verdict_name(j->verdict), kind_name(j->kind));
	for (uint32_t i = 0; i < j->n; i++)
		show_reason(&j->at[i]);
	for (uint32_t i = 0; i < guard_interlock_count; i++)
		if (!spoke(j, guard_interlocks[i]->id))
			printf("  %-9s %-17s %s\n", "-", guard_interlocks[i]->id,
			       guard_interlocks[i]->meaning);
}

static void show(void *context, struct arena *a, const char *path, const struct facts *f)
{
	const struct filter_test *t = context;
	struct guard_case c = case_of(t, f);
	struct judgement j;

	c.recipient = author(a, &c);
	guard_judge(a, &c, &j);
	if (t->json)
		show_json(path, &j);
	else
		show_text(path, &j);
}

static int usage(void)
{
	fprintf(stderr, "usage: hearback filter test [--json] [--own ADDRESS]... FILE...\n");
	return EX_USAGE;
}

static bool add_own(struct filter_test *t, const char *text)
{
	struct address addr;

	if (!address_split(span_of(text), &addr)) {
		fprintf(stderr, "hearback: --own %s: no address, write local@domain\n", text);
		return false;
	}
	t->account.own[t->account.nown++] = address_key(t->arena, addr, t->account.subaddress);
	return true;
}

static int test(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' },
						 { "own", required_argument, NULL, 'o' },
						 { 0 } };
	struct arena *a ARENA_CLEANUP = arena_new();
	struct filter_test t = { .arena = a,
				 .account = { .own = arena_many(a, (size_t)argc, struct span),
					      .subaddress = '+' },
				 .now = clock_now() };
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'j')
			t.json = true;
		else if (c != 'o')
			return usage();
		else if (!add_own(&t, optarg))
			return EX_USAGE;
	}
	return optind == argc ? usage() : message_files_show(argv + optind, argc - optind, show, &t);
}

int command_filter(int argc, char **argv)
{
	if (options_want_help(argc, argv)) {
		printf("usage: hearback filter test [--json] [--own ADDRESS]... FILE...\n\n"
		       "Would this be acknowledged, if it came in now and nobody had written before? Every interlock that speaks, and the\n"
		       "field it rests on. Without --own nobody asks whether we are addressed.\n");
		return EX_OK;
	}
	if (argc < 2 || !span_eq(span_of(argv[1]), SPAN("test")))
		return usage();
	return test(argc - 1, argv + 1);
}
