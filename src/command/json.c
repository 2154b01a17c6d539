// SPDX-License-Identifier: Apache-2.0
#include "command/json.h"
#include "base/text.h"
#include <stdio.h>

json_t *json_span(struct span s)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(s.n * 3 + 1);

	utf8_repair(&b, s);
	return json_stringn(buf_span(&b).p, b.n);
}

void json_line(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}
