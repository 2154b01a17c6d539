// SPDX-License-Identifier: Apache-2.0
/* The messages of tests/cases/authentication/table.txt, which says how it is written. */
#include "unit.h"
#include "base/io.h"
#include "eml.h"
#include "reading/reading.h"
#include <stdlib.h>

static const struct {
	const char *word, *field;
} known[] = {
	{ "@LMTP", "Received: from mail.example.com by mail.example.com with LMTP; Fri, 20 Nov 2026 09:00:02 +0000" },
	{ "@BORDER", "Received: from out.example.net ([192.0.2.7]) by mail.example.com with ESMTP; Fri, 20 Nov 2026 09:00:01 +0000" },
	{ "@SENDER", "Received: from home by out.example.net with ESMTPSA; Fri, 20 Nov 2026 09:00:00 +0000" },
};

static unsigned digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static void put_line(struct buf *b, struct span line)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(line, span_of(known[i].word)))
			line = span_of(known[i].field);
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '\\' && i + 3 < line.n && line.p[i + 1] == 'x') {
			buf_putc(b, (char)(digit(line.p[i + 2]) << 4 | digit(line.p[i + 3])));
			i += 3;
		} else {
			buf_putc(b, line.p[i]);
		}
	}
	buf_putc(b, '\n');
}

struct block {
	struct reading_account account;
	const char *want, *name;
	struct buf fields;
};

/* "[mx.example.com 1 proven] what it is" */
static void begin_block(struct arena *a, struct span line, struct block *b)
{
	struct span rest = span_sub(line, 1, SIZE_MAX), inside, id = SPAN_NONE, hops = SPAN_NONE, want = SPAN_NONE;

	assert_true(span_split(&rest, ']', &inside) && span_split(&inside, ' ', &id) && span_split(&inside, ' ', &hops) &&
		    span_split(&inside, ' ', &want));
	b->account = (struct reading_account){ .authserv_id = id, .hops = (uint16_t)digit(hops.p[0]) };
	b->want = arena_str(a, want);
	b->name = arena_str(a, span_trim(rest));
	b->fields.n = 0;
}

static bool holds(struct arena *a, struct block *b)
{
	if (!span_starts(buf_span(&b->fields), SPAN("From:")) && span_find(buf_span(&b->fields), SPAN("\nFrom:")) < 0)
		buf_puts(&b->fields, "From: Alice <alice@mail.example.org>\n");
	buf_puts(&b->fields, "Subject: hello\n\nHello\n");
	struct facts f = eml_facts(a, buf_span(&b->fields));
	const char *got = proof_name(reading_proof(a, &f, &b->account));
	if (strcmp(got, b->want) == 0)
		return true;
	print_error("%s: %s, not %s\n", b->name, got, b->want);
	return false;
}

static void each_message_is_proven_or_not(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf file = BUF_CAPPED(1 << 20);
	struct block b = { .fields = BUF_CAPPED(1 << 16) };
	const char *top = getenv("top_srcdir");
	uint32_t n = 0, good = 0;
	struct err err;

	if (io_read_file(arena_printf(a, "%s/tests/cases/authentication/table.txt", top ? top : "."), 1 << 20, &file, &err))
		fail_msg("%s", err.text);
	struct span rest = buf_span(&file), line;
	while (span_split(&rest, '\n', &line)) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (line.p[0] != '[') {
			put_line(&b.fields, line);
			continue;
		}
		good += n && holds(a, &b);
		n++;
		begin_block(a, line, &b);
	}
	good += n && holds(a, &b);
	buf_free(&b.fields);
	assert_true(n > 50);
	assert_int_equal(good, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_message_is_proven_or_not) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
