// SPDX-License-Identifier: Apache-2.0
/* Who did not get a message, and for how long: the table of dialects. */
#include "base/text.h"
#include "mail/header.h"
#include "mail/limits.h"
#include "reading/bounce/dialect.h"

enum { WORDS_MAX = 32 * 1024 }; /* bytes of text in which recipients are looked for */

/* In this order: what is written for machines before what is written for people. */
static const struct dialect {
	void (*read)(struct telling *t);
	bool adds; /* asked even if others have found recipients */
} dialects[] = {
	{ report_dialect, true },
	{ failed_field_dialect, true },
	{ fields_dialect, false },
	{ notification_dialect, false },
	{ name_dialect, false },
	{ list_dialect, true },
	{ session_dialect, false },
	{ sentence_dialect, false },
	{ anywhere_dialect, false },
	{ returned_dialect, false },
};

/* Google Groups and web archives show "davi...@example.com" to those who must not see more of it. */
static bool is_masked(struct span address)
{
	ptrdiff_t at = span_chr(address, '@');

	return at >= 0 && span_iends(span_sub(address, 0, (size_t)at), SPAN("..."));
}

void telling_add(struct telling *t, struct bounce_recipient one)
{
	struct span address = one.address;

	if (is_masked(address))
		return;
	if (t->nameless && one.status.n == 0)
		one = t->whoever;
	one.address = address;
	for (uint32_t i = 0; i < t->n; i++)
		if (span_ieq(t->at[i].address, one.address))
			return;
	if (t->n < LIMIT_REPORT_RECIPIENTS)
		t->at[t->n++] = one;
}

void telling_add_address(struct telling *t, struct span address)
{
	struct bounce_recipient one = {
		.action = t->late ? BOUNCE_DELAYED : BOUNCE_FAILED,
		.permanent = !t->late,
	};

	/* Beside a report the words only know a recipient under another name. */
	if (t->reported)
		one = t->at[0];
	one.address = address;
	telling_add(t, one);
}

/* Words of lateness that tell of nobody why he waits. */
static void note_the_merely_late(struct telling *t)
{
	for (uint32_t i = 0; i < t->n && !t->reported; i++) {
		struct bounce_recipient *r = &t->at[i];
		if (r->action == BOUNCE_DELAYED && !r->status.n && !r->diagnostic.n)
			r->action = BOUNCE_WAITING;
	}
}

uint32_t reading_bounce(struct arena *a, const struct facts *f, struct bounce_recipient **out)
{
	struct telling t = {
		.arena = a,
		.facts = f,
		.text = own_words(utf8_cut(f->text, WORDS_MAX)),
		.at = arena_many(a, LIMIT_REPORT_RECIPIENTS, struct bounce_recipient),
	};

	t.late = is_warning(f->subject, t.text);
	t.returned = returned_block(f, t.text);
	returned_senders(&t);
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++)
		if (t.n == 0 || dialects[i].adds)
			dialects[i].read(&t);
	describe_recipients(&t);
	note_the_merely_late(&t);
	*out = t.at;
	return t.n;
}

/* Old servers put the returned message into the text. */
static struct span id_in_text(struct arena *a, struct span text)
{
	const struct span name = SPAN("Message-ID:");
	struct span line;

	while (span_split(&text, '\n', &line))
		if (span_istarts(line, name))
			return message_id_parse(a, span_sub(line, name.n, SIZE_MAX));
	return SPAN_NONE;
}

struct span reading_returned_id(struct arena *a, const struct facts *f)
{
	struct raw_header header;

	if (f->returned_header.n == 0)
		return id_in_text(a, f->text);
	raw_header_parse(a, f->returned_header, &header);
	const struct raw_field *id = raw_header_find(&header, "Message-ID", 0);
	return id ? message_id_parse(a, id->value) : SPAN_NONE;
}
