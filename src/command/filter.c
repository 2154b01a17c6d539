// SPDX-License-Identifier: Apache-2.0
/* hearback filter test: may this be acknowledged? Judged as if it had just arrived, with no history. */
#include "base/io.h"
#include "base/text.h"
#include "command/command.h"
#include "command/filter.h"
#include "command/json.h"
#include "command/message_files.h"
#include "command/options.h"
#include "daemon/settings.h"
#include "guard/filter.h"
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

struct filter_test {
	struct arena *arena;
	struct reading_account account;
	struct filters filters;
	bool json;
	int64_t now;
};

struct guard_case filter_case(const struct reading_account *account, const struct facts *f, int64_t now)
{
	return (struct guard_case){
		.purpose = PURPOSE_ACKNOWLEDGEMENT,
		.mode = MODE_SEND,
		.now = now,
		.ack_age = 6 * 3600,
		.account = *account,
		.ask_addressed = account->nown > 0,
		.has_message = true,
		.facts = *f,
		.internal_at = now,
		.history = { .opens = true },
	};
}

struct span filter_author(struct arena *a, const struct guard_case *c)
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
	printf("  %-9s %-26.*s %.*s\n", verdict_name(r->verdict), SPAN_ARG(r->rule), SPAN_ARG(r->text));
	if (b.n)
		printf("  %-9s %-26s %s\n", "", "", buf_cstr(&b));
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
			printf("  %-9s %-26s %s\n", "-", guard_interlocks[i]->id,
			       guard_interlocks[i]->meaning);
}

static void show(void *context, struct arena *a, const char *path, const struct facts *f)
{
	const struct filter_test *t = context;
	struct guard_case c = filter_case(&t->account, f, t->now);
	struct judgement j;

	c.filters = &t->filters;
	c.recipient = filter_author(a, &c);
	guard_judge(a, &c, &j);
	if (t->json)
		show_json(path, &j);
	else
		show_text(path, &j);
}

static int usage(void)
{
	fprintf(stderr, "usage: hearback filter test [--json] [--own ADDRESS]... [--filters DIR] FILE...\n"
			"       hearback filter check [--own ADDRESS]... [PATH]...\n");
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

/* All filters of a folder; mistakes are told. */
static bool load(struct filter_test *t, const char *folder)
{
	struct config c = { .filters = span_of(folder) };
	struct config_errors errors = { .n = 0 };
	struct span bundle;
	struct err err;
	bool good = settings_read_filters("--filters", &c, t->arena, &bundle, &errors);

	for (uint32_t i = 0; i < errors.n; i++)
		fprintf(stderr, "hearback: %.*s\n", SPAN_ARG(errors.lines[i]));
	return good && filter_bundle_parse(t->arena, bundle, &t->filters, &err) == 0;
}

/* Both take the same options; the words that follow in *words. */
static int options(struct filter_test *t, int argc, char **argv, const char **folder)
{
	static const struct option known[] = { { "json", no_argument, NULL, 'j' },
					       { "own", required_argument, NULL, 'o' },
					       { "filters", required_argument, NULL, 'f' },
					       { 0 } };
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (c == 'j')
			t->json = true;
		else if (c == 'f')
			*folder = optarg;
		else if (c != 'o')
			return usage();
		else if (!add_own(t, optarg))
			return EX_USAGE;
	}
	return EX_OK;
}

int command_filter(int argc, char **argv)
{
	struct arena *a ARENA_CLEANUP = arena_new();
	struct filter_test t = { .arena = a,
				 .account = { .own = arena_many(a, (size_t)argc + 1, struct span), .subaddress = '+' },
				 .now = clock_now() };
	const char *folder = HEARBACK_DATADIR "/filters";
	char *everything[] = { NULL };

	if (options_want_help(argc, argv)) {
		printf("usage: hearback filter test [--json] [--own ADDRESS]... [--filters DIR] FILE...\n"
		       "       hearback filter check [--own ADDRESS]... [PATH]...\n\n"
		       "test: would this be acknowledged, if it came in now and nobody had written before? Every interlock and filter that\n"
		       "speaks, and what it rests on. Without --own nobody asks whether we are addressed.\n\n"
		       "check: does every filter load, and does it say of its examples what their names say? PATH is a folder with\n"
		       "intake/NAME.sieve and outbound/NAME.sieve (examples lie beside, in intake/NAME/, named send-..., hold-... or\n"
		       "suppress-...), a .sieve file, or a .svtest file in the form of Pigeonhole's testsuite. The examples are addressed to\n"
		       "support@hearback.example, or to --own.\n\n"
		       "Without --filters or PATH it is " HEARBACK_DATADIR "/filters.\n");
		return EX_OK;
	}
	if (argc < 2 || (strcmp(argv[1], "test") && strcmp(argv[1], "check")))
		return usage();
	bool test = strcmp(argv[1], "test") == 0;
	int r = options(&t, argc - 1, argv + 1, &folder);
	if (r)
		return r;
	/* To whom the examples of the shipped filters are addressed. */
	if (!test && !t.account.nown)
		add_own(&t, "support@hearback.example");
	char **words = argv + 1 + optind;
	int n = argc - 1 - optind;
	everything[0] = arena_str(a, span_of(folder));
	if (!test)
		return n ? filter_check(words, n, &t.account) : filter_check(everything, 1, &t.account);
	if (!n)
		return usage();
	return load(&t, folder) ? message_files_show(words, n, show, &t) : EX_CONFIG;
}
