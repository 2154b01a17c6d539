// SPDX-License-Identifier: Apache-2.0
/* A whole message: bytes to facts, there and back as they travel, and every judgement over them. */
#include "base/text.h"
#include "fuzz.h"
#include "html/html_text.h"
#include "mail/limits.h"
#include "mime/mime.h"
#include "reading/reading.h"

static void judge(struct arena *a, const struct facts *f)
{
	const struct reading_account nobody = { 0 };
	struct kind_found kind;
	struct voice_found voice;
	struct bounce_recipient *at;

	reading_kind(a, f, &nobody, false, &kind);
	must(kind.kind == (kind.n ? kind.signs[0].kind : KIND_HUMAN));
	reading_voice(a, f, &nobody, kind.kind, false, &voice);
	must(reading_bounce(a, f, &at) <= LIMIT_REPORT_RECIPIENTS);
	reading_returned_id(a, f);
	must(span_trim(f->text).n == 0 || reading_excerpt(a, f, LIMIT_TEXT).n > 0);
	must(reading_own_language(a, f, reading_own_words(a, f)).n <= 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mime *mime;
	struct arena *a = arena_new();
	const struct mime_message message = { .bytes = span_sub(span_make(data, size), 0, LIMIT_FETCH_MAX) };
	struct buf wire = BUF_CAPPED(LIMIT_FACTS * 2);
	struct facts f, again;

	if (!mime) {
		mime_start();
		html_start();
		mime = mime_new(html_to_text);
	}
	mime_read(mime, a, &message, &f);
	must(utf8_valid(f.text) && utf8_valid(f.html_text));
	facts_encode(&f, &wire);
	must(facts_decode(a, buf_span(&wire), &again) || wire.n > LIMIT_FACTS);
	judge(a, &f);
	buf_free(&wire);
	arena_free(&a);
	return 0;
}
