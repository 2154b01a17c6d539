// SPDX-License-Identifier: Apache-2.0
#include "command/inspect_show.h"
#include "base/date.h"
#include <stdio.h>

enum {
	SHOWN = 5,	   /* addresses of one field */
	SHOWN_REASONS = 3, /* the strongest come first */
};

static const struct inspect_note notes[] = {
	{ FACT_ENCRYPTED, "encrypted", "encrypted: nobody can read it here" },
	{ FACT_SIGNED, "signed", "signed; the signature was not checked" },
	{ FACT_TNEF, "tnef", "winmail.dat of Outlook (TNEF): what is in it was not read" },
	{ FACT_CALENDAR, "calendar", "an invitation or another entry of a calendar" },
	{ FACT_BAD_CHARSET, "bad-charset", "some letters had to be guessed: no charset, or a wrong one, was told" },
	{ FACT_PARTIAL, "partial", "longer than what was read" },
	{ FACT_TRUNCATED, "truncated", "beyond a limit: something is missing here" },
	{ FACT_HEADER_BROKEN, "header-broken", "a line of the header is no field" },
	{ FACT_NO_HEADER, "no-header", "there is no header" },
	{ FACT_HTML_ONLY, "html-only", "there is HTML only; the text was made from it" },
};

const struct inspect_note *inspect_notes(size_t *n)
{
	*n = sizeof(notes) / sizeof(notes[0]);
	return notes;
}

/* Of what this person wrote; where that says nothing, of all there is. */
struct span inspect_language(struct arena *a, const struct facts *f)
{
	struct span language = reading_own_language(a, f, reading_own_words(a, f));

	return language.n ? language : reading_language(a, f->text);
}

/* -- fields ------------------------------------------------------------------------------------- */

static struct span mailbox(struct arena *a, struct address who)
{
	struct span text = address_text(a, who);

	/* "moderator" is no address for mail, but it is what stands there. */
	text = text.n ? text : who.local;
	return who.name.n ? span_of(arena_printf(a, "%.*s <%.*s>", SPAN_ARG(who.name), SPAN_ARG(text))) : text;
}

static void show_addresses(const struct page *p, struct arena *a, const char *name, const struct address_list *list)
{
	for (uint32_t i = 0; i < list->n && i < SHOWN; i++)
		page_field(p, i ? "" : name, mailbox(a, list->at[i]));
	if (list->n && list->seen > SHOWN)
		page_field(p, "", span_of(arena_printf(a, "and %u more", list->seen - SHOWN)));
}

static void show_kind(const struct page *p, struct arena *a, const struct kind_found *k)
{
	const char *silence = k->asks_silence ? ", asks for no automatic answer" : "";

	page_field(p, "kind", span_of(arena_printf(a, "%s%s", kind_name(k->kind), silence)));
	for (uint32_t i = 0; i < k->n && i < SHOWN_REASONS; i++)
		page_field(p, i ? "" : "because of", k->signs[i].evidence);
	if (k->n > SHOWN_REASONS)
		page_field(p, "", span_of(arena_printf(a, "and %u more", k->n - SHOWN_REASONS)));
	if (k->asks_silence)
		page_field(p, k->n ? "" : "because of", k->silence.evidence);
}

static bool mentions(const struct facts *f, struct span word)
{
	for (uint32_t i = 0; i < f->nparts; i++)
		if (span_find(f->parts[i].type, word) >= 0)
			return true;
	return span_find(f->content_type, word) >= 0;
}

/* Who encrypts or signs: nothing where neither way is told. */
static const char *scheme(const struct facts *f)
{
	if (mentions(f, SPAN("pgp")) || span_find(f->text, SPAN("-----BEGIN PGP ")) >= 0)
		return " (OpenPGP)";
	return mentions(f, SPAN("pkcs7")) ? " (S/MIME)" : "";
}

static void show_notes(const struct page *p, struct arena *a, const struct facts *f)
{
	const char *name = "note";

	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		bool secret = notes[i].flag == FACT_ENCRYPTED || notes[i].flag == FACT_SIGNED;
		if (!(f->flags & (uint32_t)notes[i].flag))
			continue;
		page_field(p, name, span_of(arena_printf(a, "%s%s", notes[i].meaning, secret ? scheme(f) : "")));
		name = "";
	}
}

static void put_size(struct buf *b, uint64_t bytes)
{
	if (bytes < 1024)
		buf_printf(b, "%llu bytes", (unsigned long long)bytes);
	else if (bytes < 1024 * 1024)
		buf_printf(b, "%llu KB", (unsigned long long)(bytes + 512) / 1024);
	else
		buf_printf(b, "%llu.%llu MB", (unsigned long long)(bytes >> 20),
			   (unsigned long long)((bytes & 0xfffff) * 10 >> 20));
}

static void show_files(const struct page *p, struct arena *a, const struct facts *f)
{
	for (uint32_t i = 0; i < f->nparts; i++) {
		const struct fact_part *part = &f->parts[i];
		BUF_CLEANUP struct buf size = BUF_CAPPED(40);
		put_size(&size, part->size);
		page_field(p, i ? "" : "attached",
			   span_of(arena_printf(a, "%.*s%s%.*s, %s", SPAN_ARG(part->name), part->name.n ? ", " : "",
						SPAN_ARG(part->type), buf_cstr(&size))));
	}
}

static const char *outcome(enum bounce_action action)
{
	switch (action) {
	case BOUNCE_FAILED:
		return "not delivered";
	case BOUNCE_DELAYED:
		return "not delivered yet";
	case BOUNCE_WAITING:
		return "late";
	case BOUNCE_DELIVERED:
		return "delivered";
	case BOUNCE_OTHER:
		break;
	}
	return "passed on";
}

static void show_bounce(const struct page *p, struct arena *a, const struct facts *f)
{
	struct bounce_recipient *at = NULL;
	uint32_t n = reading_bounce(a, f, &at);

	for (uint32_t i = 0; i < n; i++) {
		page_field(p, i ? "" : "recipient",
			   span_of(arena_printf(a, "%.*s: %s%s%s%.*s", SPAN_ARG(at[i].address), outcome(at[i].action),
						at[i].permanent ? ", for good" : "", at[i].status.n ? ", " : "",
						SPAN_ARG(at[i].status))));
		page_field(p, "", at[i].diagnostic);
	}
	page_field(p, "returned", reading_returned_id(a, f));
}

/* -- the text ----------------------------------------------------------------------------------- */

/* What stands in front of each line of it. */
static const char *margin(enum stretch_kind k)
{
	switch (k) {
	case STRETCH_NEW:
		return "  | ";
	case STRETCH_CONTEXT:
		return "  : ";
	case STRETCH_QUOTE:
	case STRETCH_FORWARDED:
	case STRETCH_SIGNATURE:
	case STRETCH_DISCLAIMER:
	case STRETCH_ATTACHED:
	case STRETCH_COUNT:
		break;
	}
	return "    ";
}

/* The first byte of the first line that is not empty. */
static size_t beginning(struct span text)
{
	size_t at = 0;

	for (size_t i = 0; i < text.n && ascii_blank(text.p[i]); i++)
		at = text.p[i] == '\n' ? i + 1 : at;
	return at;
}

/* The whole text: what is new is marked at the margin, the rest dimmed on a terminal. Files are only named. */
static void show_body(const struct page *p, struct arena *a, const struct facts *f)
{
	struct span text;
	struct stretch *at;
	uint32_t n = reading_whole_text(a, f, &text, &at);
	size_t first = beginning(text);

	putchar('\n');
	while (text.n && ascii_blank(text.p[text.n - 1]))
		text.n--;
	if (!text.n)
		page_text(p, "    ", PAGE_DIM, SPAN("(no text)"));
	for (uint32_t i = 0; i < n && at[i].from < text.n; i++) {
		bool own = at[i].kind == STRETCH_NEW || at[i].kind == STRETCH_CONTEXT;
		size_t skip = first > at[i].from ? first - at[i].from : 0;
		if (at[i].kind != STRETCH_ATTACHED && skip < at[i].n)
			page_text(p, margin(at[i].kind), own ? PAGE_PLAIN : PAGE_DIM,
				  span_sub(text, at[i].from + skip, at[i].n - skip));
	}
	putchar('\n');
}

void inspect_show(const struct page *p, struct arena *a, const char *path, const struct facts *f,
		  const struct kind_found *k)
{
	static const char *const depths[] = { [FACTS_WHOLE] = "", [FACTS_HEADER_ONLY] = "only its header could be read",
					      [FACTS_NONE] = "could not be read" };
	BUF_CLEANUP struct buf date = BUF_CAPPED(40);

	page_title(p, span_of(path), span_of(depths[f->depth]));
	show_kind(p, a, k);
	show_addresses(p, a, "from", &f->from);
	show_addresses(p, a, "reply to", &f->reply_to);
	show_addresses(p, a, "to", &f->to);
	show_addresses(p, a, "cc", &f->cc);
	if (f->date_at)
		put_iso(&date, f->date_at);
	page_field(p, "date", buf_span(&date));
	page_field(p, "subject", f->subject);
	page_field(p, "message id", f->message_id);
	if (f->in_reply_to.n)
		page_field(p, "answers", f->in_reply_to.at[f->in_reply_to.n - 1]);
	page_field(p, "language", inspect_language(a, f));
	show_notes(p, a, f);
	show_files(p, a, f);
	if (k->kind == KIND_BOUNCE)
		show_bounce(p, a, f);
	show_body(p, a, f);
}
