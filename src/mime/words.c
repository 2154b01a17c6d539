// SPDX-License-Identifier: Apache-2.0
#include "mime/words.h"
#include "base/text.h"
#include "mail/limits.h"
#include "mime/charset.h"
#include <gmime/gmime.h>

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

struct span words_decode_tell(struct arena *a, struct span raw, bool *repaired)
{
	if (plain(raw))
		return raw;
	BUF_CLEANUP struct buf text = BUF_CAPPED(raw.n * 3 + 64);
	bool good = charset_to_utf8(SPAN_NONE, raw, false, &text) || utf8_valid(raw);
	struct span s = buf_span(&text);
	if (span_find(s, SPAN("=?")) >= 0) {
		char *decoded = g_mime_utils_header_decode_text(NULL, buf_cstr(&text));
		BUF_CLEANUP struct buf clean = BUF_CAPPED(strlen(decoded) * 3 + 1);
		good = good && utf8_valid(span_of(decoded));
		utf8_repair(&clean, span_of(decoded));
		g_free(decoded);
		s = without_controls(a, buf_span(&clean));
	} else {
		s = without_controls(a, s);
	}
	if (!good && repaired)
		*repaired = true;
	return s;
}

struct span words_decode(struct arena *a, struct span raw)
{
	return words_decode_tell(a, raw, NULL);
}
