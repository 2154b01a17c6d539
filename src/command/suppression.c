// SPDX-License-Identifier: Apache-2.0
/* hearback suppression list, add, remove, import, export: addresses that get no automated mail. */
#include "base/io.h"
#include "base/text.h"
#include "command/ask.h"
#include "command/command.h"
#include "command/options.h"
#include "mail/address.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { LINE_BYTES = 1000, BLOCK = 64 * 1024, BAD_LINES = 20 };

static void print_row(void *context, const struct row *r)
{
	unsigned long *n = context;

	if (!(*n)++)
		printf("%-40s %-11s %-22s %-22s %s\n", "ADDRESS", "REASON", "SINCE", "EXPIRES", "SOURCE");
	printf("%-40s %-11s %-22s %-22s %s\n", cell_show(r, "address"), cell_show(r, "reason"), cell_show(r, "since"),
	       cell_show(r, "expires"), cell_show(r, "source"));
}

static void print_removed(void *context, const struct row *r)
{
	(void)context;
	printf("%s is no longer on the suppression list\n", cell_show(r, "address"));
}

/* As import reads it: an address a line. */
static void print_address(void *context, const struct row *r)
{
	(void)context;
	printf("%s\n", cell_show(r, "address"));
}

static void count_added(void *context, const struct row *r)
{
	*(int64_t *)context += cell_number(r, "added");
}

struct addition {
	const char *reason, *span, *source;
	int64_t added;
	unsigned long lines, bad;
};

static bool is_address(struct span line)
{
	struct address who;

	return address_split(line, &who) && address_may_send(line);
}

static int send_block(struct addition *w, struct buf *block)
{
	struct control_request r = { .verb = SPAN("suppression-add") };

	if (!block->n)
		return EX_OK;
	control_add(&r, "addresses", span_sub(buf_span(block), 0, block->n - 1));
	if (w->reason)
		control_add(&r, "reason", span_of(w->reason));
	if (w->span)
		control_add(&r, "for", span_of(w->span));
	if (w->source)
		control_add(&r, "source", span_of(w->source));
	int status = ask(&r, count_added, &w->added);
	buf_reset(block);
	return status;
}

/* The first column of a line that has several. */
static struct span first_column(struct span line)
{
	struct span head;

	span_split(&line, ',', &head);
	head = span_trim(head);
	if (head.n >= 2 && head.p[0] == '"' && head.p[head.n - 1] == '"')
		head = span_sub(head, 1, head.n - 2);
	return head;
}

static int import(struct addition *w, const char *path)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	BUF_CLEANUP struct buf block = BUF_CAPPED(BLOCK + LINE_BYTES);
	char line[LINE_BYTES];
	int status = EX_OK;

	if (!f) {
		fprintf(stderr, "hearback: %s: %s\n", path, strerror(errno));
		return EX_NOINPUT;
	}
	while (!status && fgets(line, sizeof(line), f)) {
		struct span address = first_column(span_of(line));
		w->lines++;
		if (!address.n || address.p[0] == '#')
			continue;
		if (!is_address(address)) {
			/* A title above a column is no mistake worth a line. */
			if (w->lines > 1) {
				BUF_CLEANUP struct buf shown = BUF_CAPPED(8 * LINE_BYTES);
				text_escape(&shown, utf8_cut(address, 100));
				fprintf(stderr, "hearback: %s:%lu: %s is no address, it is left out\n", path, w->lines, buf_cstr(&shown));
				w->bad++;
			}
			if (w->bad == BAD_LINES) {
				fprintf(stderr, "hearback: %s: %d lines are no addresses: nothing more of it is read\n", path, BAD_LINES);
				break;
			}
			continue;
		}
		buf_put_span(&block, address);
		buf_putc(&block, '\n');
		if (block.n >= BLOCK)
			status = send_block(w, &block);
	}
	if (!status && ferror(f)) {
		fprintf(stderr, "hearback: %s: %s\n", path, strerror(errno));
		status = EX_NOINPUT;
	}
	if (!status)
		status = send_block(w, &block);
	if (f != stdin)
		fclose(f);
	return status;
}

static int add(struct addition *w, char **words, int n)
{
	BUF_CLEANUP struct buf block = BUF_CAPPED(BLOCK + LINE_BYTES);

	for (int i = 0; i < n; i++) {
		if (!is_address(span_of(words[i]))) {
			fprintf(stderr, "hearback: %s: no address that mail can be sent to, write local@domain\n", words[i]);
			return EX_USAGE;
		}
		buf_puts(&block, words[i]);
		buf_putc(&block, '\n');
	}
	return block.full ? EX_USAGE : send_block(w, &block);
}

static int show(const char *what, bool json)
{
	struct control_request r = { .verb = SPAN("suppression-list") };
	unsigned long n = 0;
	bool export = strcmp(what, "export") == 0;
	int status = ask(&r, json ? print_json_row : export ? print_address : print_row, &n);

	if (!status && !json && !export && !n)
		printf("nobody is on the suppression list\n");
	return status;
}

static int told(struct addition *w, int status)
{
	if (!status)
		printf("%lld address%s on the suppression list by this\n", (long long)w->added, w->added == 1 ? " is" : "es are");
	return !status && w->bad ? EX_DATAERR : status;
}

int command_suppression(int argc, char **argv)
{
	struct addition w = { .added = 0 };
	const struct option_spec options[] = {
		{ "reason", "REASON", "asked, bounced, complained or by-hand (the default)", &w.reason, NULL },
		{ "for", "SPAN", "how long, 90d; without it for ever", &w.span, NULL },
		{ "source", "TEXT", "where this comes from, for whoever reads the list", &w.source, NULL },
	};
	const struct command_spec spec = {
		"suppression list | add ADDRESS... | remove ADDRESS | import FILE | export",
		"Addresses that get no automated mail. A delivery that fails for good puts an address there for 90 days, a complaint\n"
		"for ever, both only if they carry the keyed id of what we sent. import reads an address a line, or the first\n"
		"column of a CSV file; - is standard input.",
		options, sizeof(options) / sizeof(options[0]), 1, 1000,
	};
	bool json = false;
	char **words;
	int n, e = options_read(&spec, argc, argv, &json, &words, &n);

	if (e)
		return e - 1;
	if (n == 1 && (!strcmp(words[0], "list") || !strcmp(words[0], "export")))
		return show(words[0], json);
	if (n >= 2 && !strcmp(words[0], "add"))
		return told(&w, add(&w, words + 1, n - 1));
	if (n == 2 && !strcmp(words[0], "import"))
		return told(&w, import(&w, words[1]));
	if (n == 2 && !strcmp(words[0], "remove")) {
		struct control_request r = { .verb = SPAN("suppression-remove") };
		control_add(&r, "address", span_of(words[1]));
		return ask(&r, json ? print_json_row : print_removed, NULL);
	}
	fprintf(stderr, "hearback: usage: hearback %s\n", spec.synopsis);
	return EX_USAGE;
}
