// SPDX-License-Identifier: Apache-2.0
#include "imap/words.h"
#include <inttypes.h>

enum { RETRY_MAX = 3600, RETRY_WITHOUT_NUMBER = 60 };

static struct span first_word(struct span *line)
{
	struct span word = SPAN_NONE;

	span_split(line, ' ', &word);
	return word;
}

struct span words_of_tagged(struct span answer)
{
	struct span found = SPAN_NONE;
	struct span line;

	while (span_split(&answer, '\n', &line)) {
		line = span_trim(line);
		struct span tag = first_word(&line);
		struct span state = first_word(&line);
		if (!tag.n || tag.p[0] == '*' || tag.p[0] == '+')
			continue;
		if (span_ieq(state, SPAN("NO")) || span_ieq(state, SPAN("BAD")) ||
		    span_ieq(state, SPAN("OK")))
			found = line;
	}
	return found;
}

struct span words_of_bye(struct span answer)
{
	struct span line;

	while (span_split(&answer, '\n', &line))
		if (span_istarts(line, SPAN("* BYE ")))
			return span_trim(span_sub(line, 6, line.n));
	return SPAN_NONE;
}

int64_t words_retry_after(struct span words)
{
	const struct span suggestion = SPAN("Suggested Backoff Time: ");
	ptrdiff_t at = span_ifind(words, suggestion);
	uint64_t milliseconds = 0;

	if (at >= 0) {
		struct span rest = span_sub(words, (size_t)at + suggestion.n, words.n);
		if (span_to_u64(first_word(&rest), INT32_MAX, &milliseconds) && milliseconds)
			return milliseconds >= RETRY_MAX * 1000 ? RETRY_MAX
								: (int64_t)(milliseconds + 999) / 1000;
	}
	return span_ifind(words, SPAN("[THROTTLED]")) >= 0 ? RETRY_WITHOUT_NUMBER : 0;
}

bool words_are_transient(struct span words)
{
	const struct span codes[] = { SPAN("[UNAVAILABLE]"), SPAN("[THROTTLED]"), SPAN("[INUSE]"),
				      SPAN("[LIMIT]"), SPAN("[OVERQUOTA]"), SPAN("[SERVERBUG]") };

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++)
		if (span_istarts(words, codes[i]))
			return true;
	return words_retry_after(words) > 0 ||
	       (span_ifind(words, SPAN("too many")) >= 0 && span_ifind(words, SPAN("connection")) >= 0);
}

bool words_are_expiry(struct span words)
{
	return span_ifind(words, SPAN("AccessTokenExpired")) >= 0 || span_istarts(words, SPAN("[EXPIRED]"));
}

bool words_confirm_uidvalidity(struct span answer, uint32_t uidvalidity)
{
	const struct span code = SPAN("[UIDVALIDITY ");
	bool found = false;

	for (;;) {
		ptrdiff_t at = span_ifind(answer, code);
		if (at < 0)
			return found;
		answer = span_sub(answer, (size_t)at + code.n, answer.n);
		ptrdiff_t end = span_chr(answer, ']');
		uint64_t value = 0;
		if (end < 0 ||
		    !span_to_u64(span_trim(span_sub(answer, 0, (size_t)end)), UINT32_MAX, &value) ||
		    value != uidvalidity)
			return false;
		found = true;
	}
}
