// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include <stdlib.h>
#include "mail/facts.h"
#include "mail/limits.h"

enum { ROOM = 2 * LIMIT_FACTS };

static void assert_same_span(struct span a, struct span b)
{
	assert_int_equal(a.n, b.n);
	if (a.n)
		assert_memory_equal(a.p, b.p, a.n);
}

static void assert_same_fields(const struct fact_field *a, const struct fact_field *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		assert_same_span(a[i].name, b[i].name);
		assert_same_span(a[i].value, b[i].value);
	}
}

static void assert_same_ids(const struct message_ids *a, const struct message_ids *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->seen, b->seen);
	for (uint32_t i = 0; i < a->n; i++)
		assert_same_span(a->at[i], b->at[i]);
}

static void assert_same_address(const struct address *a, const struct address *b)
{
	assert_same_span(a->name, b->name);
	assert_same_span(a->local, b->local);
	assert_same_span(a->domain, b->domain);
}

static void assert_same_list(const struct address_list *a, const struct address_list *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->seen, b->seen);
	assert_int_equal(a->broken, b->broken);
	assert_int_equal(a->group, b->group);
	for (uint32_t i = 0; i < a->n; i++)
		assert_same_address(&a->at[i], &b->at[i]);
}

static void assert_same_body(const struct facts *a, const struct facts *b)
{
	assert_same_span(a->content_type, b->content_type);
	assert_same_span(a->report_type, b->report_type);
	assert_same_span(a->text, b->text);
	assert_same_span(a->html_text, b->html_text);
	assert_same_span(a->returned_header, b->returned_header);
	assert_int_equal(a->nparts, b->nparts);
	for (uint32_t i = 0; i < a->nparts; i++) {
		assert_same_span(a->parts[i].type, b->parts[i].type);
		assert_same_span(a->parts[i].name, b->parts[i].name);
		assert_same_span(a->parts[i].disposition, b->parts[i].disposition);
		assert_int_equal(a->parts[i].size, b->parts[i].size);
		assert_same_span(a->parts[i].text, b->parts[i].text);
	}
	assert_int_equal(a->nreports, b->nreports);
	for (uint32_t i = 0; i < a->nreports; i++) {
		assert_int_equal(a->reports[i].part, b->reports[i].part);
		assert_int_equal(a->reports[i].n, b->reports[i].n);
		assert_same_fields(a->reports[i].fields, b->reports[i].fields, a->reports[i].n);
	}
}

static void assert_same_facts(const struct facts *a, const struct facts *b)
{
	assert_int_equal(a->depth, b->depth);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->nfields, b->nfields);
	assert_same_fields(a->fields, b->fields, a->nfields);
	assert_same_span(a->subject, b->subject);
	assert_same_span(a->message_id, b->message_id);
	assert_same_ids(&a->references, &b->references);
	assert_same_ids(&a->in_reply_to, &b->in_reply_to);
	assert_int_equal(a->date_at, b->date_at);
	assert_same_list(&a->from, &b->from);
	assert_same_list(&a->sender, &b->sender);
	assert_same_list(&a->reply_to, &b->reply_to);
	assert_same_list(&a->to, &b->to);
	assert_same_list(&a->cc, &b->cc);
	assert_same_list(&a->bcc, &b->bcc);
	assert_same_span(a->from_raw, b->from_raw);
	assert_int_equal(a->from_fields, b->from_fields);
	assert_int_equal(a->return_path_kind, b->return_path_kind);
	assert_same_address(&a->return_path, &b->return_path);
	assert_same_body(a, b);
}

static struct fact_field fields[] = {
	{ { "From", 4 }, { "J\xc3\xb6rg <a@b.c>", 14 } },
	{ { "Received", 8 }, { "one", 3 } },
	{ { "received", 8 }, { "two", 3 } },
};
static struct address people[] = {
	{ { "J\xc3\xb6rg", 5 }, { "a", 1 }, { "b.c", 3 } },
	{ { "", 0 }, { "root", 4 }, { "", 0 } },
};
static struct span ids[] = { { "x@y", 3 }, { "z@y", 3 } };
static struct fact_part parts[] = { { { "text/csv", 8 }, { "a.csv", 5 }, { "attachment", 10 }, 12345, { "a;b\n", 4 } } };
static struct fact_report reports[] = { { 1, fields, 2 }, { 2, fields, 0 } };

/* Every member differs from zero and from its neighbours. */
static struct facts example(void)
{
	return (struct facts){
		.depth = FACTS_HEADER_ONLY,
		.flags = FACT_PARTIAL | FACT_HTML_ONLY,
		.size = 99999,
		.fields = fields, .nfields = 3,
		.subject = SPAN("\xc3\x84rger"),
		.message_id = SPAN("m@y"),
		.references = { ids, 2, 77 },
		.in_reply_to = { ids, 1, 1 },
		.date_at = -5,
		.from = { people, 1, 1, false, false },
		.sender = { people, 1, 2, true, false },
		.reply_to = { people, 2, 3, false, true },
		.to = { people, 2, 4, true, true },
		.cc = { people + 1, 1, 5, false, false },
		.bcc = { NULL, 0, 6, true, false },
		.from_raw = SPAN(" J\xf6rg <a@b.c>\r\n"),
		.from_fields = 1,
		.return_path_kind = RETURN_PATH_ADDRESS,
		.return_path = people[0],
		.content_type = SPAN("multipart/report"),
		.report_type = SPAN("delivery-status"),
		.text = SPAN("Hello\n"),
		.html_text = SPAN("hello\n"),
		.parts = parts, .nparts = 1,
		.reports = reports, .nreports = 2,
		.returned_header = SPAN("Subject: x\n"),
	};
}

static void facts_survive_the_journey(void **state)
{
	struct facts table[] = { example(), facts_none(), { 0 } };
	struct facts got;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
		BUF_CLEANUP struct buf again = BUF_CAPPED(ROOM);
		facts_encode(&table[i], &b);
		assert_true(facts_decode(a, buf_span(&b), &got));
		assert_same_facts(&table[i], &got);
		facts_encode(&got, &again);
		assert_same_span(buf_span(&b), buf_span(&again));
	}
	assert_int_equal(facts_none().depth, FACTS_NONE);
}

static void every_truncation_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
	struct facts f = example();
	struct facts got;

	(void)state;
	facts_encode(&f, &b);
	for (size_t n = 0; n < b.n; n++) {
		/* On the heap and exact, so that a sanitizer sees a read behind the end. */
		char *copy = malloc(n ? n : 1);
		assert_non_null(copy);
		memcpy(copy, b.p, n);
		assert_false(facts_decode(a, span_make(copy, n), &got));
		free(copy);
		arena_reset(a);
	}
	buf_putc(&b, '\0');
	assert_false(facts_decode(a, buf_span(&b), &got));
}

/* A changed byte gives a refusal or facts that keep the rules: they encode to the same bytes. */
static void changed_bytes_do_no_harm(void **state)
{
	static const unsigned char values[] = { 0x00, 0x01, 0x02, 0x7f, 0x80, 0xc3, 0xff };
	BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
	ARENA_CLEANUP struct arena *a = arena_new();
	struct facts f = example();
	struct facts got;
	unsigned refused = 0;

	(void)state;
	facts_encode(&f, &b);
	for (size_t i = 0; i < b.n; i++) {
		char was = b.p[i];
		for (size_t v = 0; v < sizeof(values); v++) {
			BUF_CLEANUP struct buf again = BUF_CAPPED(ROOM);
			b.p[i] = (char)values[v];
			if (facts_decode(a, buf_span(&b), &got)) {
				facts_encode(&got, &again);
				assert_same_span(buf_span(&b), buf_span(&again));
			} else {
				refused++;
			}
			arena_reset(a);
		}
		b.p[i] = was;
	}
	assert_true(refused > b.n);
}

typedef void spoil(struct facts *f);
static void depth(struct facts *f)
{
	f->depth = FACTS_NONE + 1;
}
static void unknown_flag(struct facts *f)
{
	f->flags = FACT_HTML_ONLY << 1;
}
static void return_path(struct facts *f)
{
	f->return_path_kind = RETURN_PATH_BROKEN + 1;
}
static void subject(struct facts *f)
{
	f->subject = SPAN("\xff");
}
static void text(struct facts *f)
{
	f->text = SPAN("abcdefghijk\xc3");
}
static void local(struct facts *f)
{
	static struct address bad[] = { { { "", 0 }, { "\xed\xa0\x80", 3 }, { "b.c", 3 } } };

	f->to = (struct address_list){ bad, 1, 1, false, false };
}
static void seen(struct facts *f)
{
	f->cc.seen = 0;
}
static void seen_ids(struct facts *f)
{
	f->references.seen = 1;
}
static void file_name(struct facts *f)
{
	static struct fact_part bad[] = { { { "a/b", 3 }, { "\x80", 1 }, { "", 0 }, 1, { "", 0 } } };

	f->parts = bad;
}
static void part_text(struct facts *f)
{
	static struct fact_part bad[] = { { { "a/b", 3 }, { "", 0 }, { "", 0 }, 1, { "\xc3", 1 } } };

	f->parts = bad;
}
static void returned(struct facts *f)
{
	f->returned_header = SPAN("\xf5");
}

static void rules_are_checked(void **state)
{
	static spoil *const table[] = {
		depth, unknown_flag, return_path, subject, text, local, seen, seen_ids, file_name, part_text, returned,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
		struct facts f = example();
		struct facts got;
		table[i](&f);
		facts_encode(&f, &b);
		if (facts_decode(a, buf_span(&b), &got))
			fail_msg("case %zu was believed", i);
	}
}

static void another_version_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
	struct facts f = example();

	(void)state;
	facts_encode(&f, &b);
	assert_int_equal(b.p[0], 2);
	b.p[0] = 3;
	assert_false(facts_decode(a, buf_span(&b), &f));
	b.p[0] = 0;
	assert_false(facts_decode(a, buf_span(&b), &f));
}

/* Ledgers hold facts from before parts had a text. */
static void the_oldest_version_is_read(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
	static struct fact_part mute[] = { { { "text/csv", 8 }, { "a.csv", 5 }, { "", 0 }, 12345, { "", 0 } } };
	struct facts f = example(), got;

	(void)state;
	f.parts = mute;
	facts_encode(&f, &b);
	/* Before the flags stands the length of the one text. */
	memmove(b.p + b.n - 8, b.p + b.n - 4, 4);
	b.n -= 4;
	b.p[0] = 1;
	assert_true(facts_decode(a, buf_span(&b), &got));
	assert_same_facts(&f, &got);
}

static void what_is_over_its_limit_is_cut_and_said(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(ROOM);
	struct facts f = example();
	struct facts got;
	char *big = arena_alloc(a, LIMIT_TEXT + 10);

	(void)state;
	for (size_t i = 0; i + 1 < LIMIT_TEXT + 10; i += 2)
		memcpy(big + i, "\xc3\xa4", 2);
	f.text = span_make(big, LIMIT_TEXT + 2);
	f.subject = span_make(big, LIMIT_FIELD_VALUE + 2);
	f.from_raw = span_make(big, LIMIT_FIELD_VALUE + 2);
	f.return_path = (struct address){ span_make(big, 300), span_make(big, 400), SPAN("b.c") };
	f.nparts = LIMIT_PARTS + 1;
	f.parts = arena_many(a, f.nparts, struct fact_part);
	f.parts[1].text = f.parts[2].text = span_make(big, LIMIT_PART_TEXT - 10);
	f.nfields = LIMIT_FIELDS + 1;
	f.fields = arena_many(a, f.nfields, struct fact_field);
	facts_encode(&f, &b);
	assert_true(facts_decode(a, buf_span(&b), &got));
	assert_true(got.flags & FACT_TRUNCATED);
	assert_int_equal(got.text.n, LIMIT_TEXT);
	assert_int_equal(got.subject.n, LIMIT_FIELD_VALUE);
	assert_int_equal(got.nparts, LIMIT_PARTS);
	assert_int_equal(got.parts[1].text.n, LIMIT_PART_TEXT - 10);
	assert_int_equal(got.parts[2].text.n, 10);
	assert_int_equal(got.nfields, LIMIT_FIELDS);
	assert_int_equal(got.return_path.name.n, LIMIT_DISPLAY_NAME);
	assert_int_equal(got.return_path.local.n, LIMIT_ADDRESS - 4);
}

/* A few bytes that promise millions of items take no memory. */
static void lying_counts_allocate_nothing(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(100);
	struct facts got;

	(void)state;
	wire_put_u8(&b, 1);
	wire_put_u8(&b, FACTS_WHOLE);
	wire_put_u64(&b, 0);
	wire_put_u32(&b, 0xffffffff);
	assert_false(facts_decode(a, buf_span(&b), &got));
	b.n -= 4;
	wire_put_u32(&b, LIMIT_FIELDS);
	assert_false(facts_decode(a, buf_span(&b), &got));
}

static void fields_are_found_and_counted(void **state)
{
	struct facts f = example();

	(void)state;
	assert_span(facts_field(&f, "RECEIVED", 0)->value, "one");
	assert_span(facts_field(&f, "Received", 1)->value, "two");
	assert_null(facts_field(&f, "Received", 2));
	assert_null(facts_field(&f, "To", 0));
	assert_int_equal(facts_count(&f, "received"), 2);
	assert_int_equal(facts_count(&f, "To"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_survive_the_journey),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(rules_are_checked),
		cmocka_unit_test(another_version_is_refused),
		cmocka_unit_test(the_oldest_version_is_read),
		cmocka_unit_test(what_is_over_its_limit_is_cut_and_said),
		cmocka_unit_test(lying_counts_allocate_nothing),
		cmocka_unit_test(fields_are_found_and_counted),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}
