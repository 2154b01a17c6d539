// SPDX-License-Identifier: Apache-2.0
#include "mime/mime.h"
#include "mime/charset.h"
#include "mime/collector.h"
#include "mime/fields.h"
#include "mime/tree.h"
#include <stdlib.h>

struct mime {
	struct collector collector;
};

void mime_start(void)
{
	charset_start();
	tree_start();
}

struct mime *mime_new(mime_html html)
{
	struct mime *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->collector.html = html;
	return m;
}

void mime_free(struct mime **m)
{
	if (!*m)
		return;
	collector_release(&(*m)->collector);
	free(*m);
	*m = NULL;
}

void mime_read(struct mime *m, struct arena *a, const struct mime_message *message, struct facts *out)
{
	struct raw_header h;

	*out = facts_none();
	out->size = message->bytes.n;
	if (message->partial)
		out->flags |= FACT_PARTIAL;
	if (!message->bytes.n) {
		out->flags |= FACT_NO_HEADER;
		return;
	}
	raw_header_parse(a, message->bytes, &h);
	fields_read(a, &h, out);
	out->depth = FACTS_HEADER_ONLY;
	if (message->header_only)
		return;
	collector_start(&m->collector, a, out, message->partial);
	tree_read(&m->collector, &h, h.body);
	collector_finish(&m->collector);
	out->depth = FACTS_WHOLE;
}
