// SPDX-License-Identifier: Apache-2.0
#include "command/json.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

json_t *json_span(struct span s)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(s.n * 3 + 1);

	utf8_repair(&b, s);
	return json_stringn(buf_span(&b).p, b.n);
}

/* What some programs take for the end of a line, too: U+0085, U+2028, U+2029. */
static size_t line_end(const char *p)
{
	if (!strncmp(p, "\xc2\x85", 2))
		return 2;
	return !strncmp(p, "\xe2\x80\xa8", 3) || !strncmp(p, "\xe2\x80\xa9", 3) ? 3 : 0;
}

static void put_line(const char *p)
{
	while (*p) {
		size_t n = strcspn(p, "\xc2\xe2");
		fwrite(p, 1, n, stdout);
		p += n;
		n = line_end(p);
		if (n)
			printf("\\u%s", n == 2 ? "0085" : p[2] == '\xa8' ? "2028" : "2029");
		else if (*p)
			putchar(*p++);
		p += n;
	}
	putchar('\n');
}

void json_line(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	if (text)
		put_line(text);
	free(text);
	json_decref(object);
}
