// SPDX-License-Identifier: Apache-2.0
#include "mime/words.h"
#include "base/text.h"
#include "mail/limits.h"
#include "mime/charset.h"
#include <gmime/gmime.h>

/* UTF-8 takes at most three bytes for one of another charset; escapes of words take more than they give. */
enum { WORDS_MAX = 4 * LIMIT_FIELD_VALUE };

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

static bool plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80 || is_control(c) || (c == '=' && i + 1 < s.n && s.p[i + 1] == '?'))
			return false;
	}
	return true;
}

/* What an encoded word brought in must not end a line or a string. */
static struct span without_controls(struct arena *a, struct span s)
{
	char *copy = arena_str(a, s);

	for (size_t i = 0; i < s.n; i++) {
		if (is_control((unsigned char)copy[i]))
			copy[i] = ' ';
	}
	return span_trim(span_make(copy, s.n));
}

/* Words first, then what was not encoded: eight-bit text inside a word is in the charset of the word. */
static void decode(struct span raw, bool keep, struct buf *out, bool *good)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(raw.n + 1);

	*good = utf8_valid(raw);
	if (keep || span_find(raw, SPAN("=?")) < 0) {
		charset_to_utf8(SPAN_NONE, raw, false, out);
		return;
	}
	buf_put_span(&text, raw);
	char *decoded = g_mime_utils_header_decode_text(NULL, buf_cstr(&text));
	*good = *good && utf8_valid(span_of(decoded));
	charset_to_utf8(SPAN_NONE, span_of(decoded), false, out);
	g_free(decoded);
}

static struct span clean(struct arena *a, struct span raw, bool keep, bool *repaired)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(WORDS_MAX);
	bool good;

	if (plain(raw))
		return raw;
	decode(raw, keep, &text, &good);
	if (!good && repaired)
		*repaired = true;
	return without_controls(a, buf_span(&text));
}

struct span words_decode_tell(struct arena *a, struct span raw, bool *repaired)
{
	return clean(a, raw, false, repaired);
}

struct span words_keep_tell(struct arena *a, struct span raw, bool *repaired)
{
	return clean(a, raw, true, repaired);
}

struct span words_decode(struct arena *a, struct span raw)
{
	return words_decode_tell(a, raw, NULL);
}
