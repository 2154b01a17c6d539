// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "fuzz.h"
#include "html/html_text.h"
#include "mail/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool started;
	struct buf html = BUF_CAPPED(LIMIT_TEXT), out = BUF_CAPPED(LIMIT_TEXT);

	if (!started)
		html_start();
	started = true;
	utf8_repair(&html, span_sub(span_make(data, size), 0, LIMIT_TEXT / 4));
	html_to_text(buf_span(&html), &out);
	must(utf8_valid(buf_span(&out)));
	buf_free(&html);
	buf_free(&out);
	return 0;
}
