// SPDX-License-Identifier: Apache-2.0
/* Facts of a small message, as a reader would find them. */
#pragma once
#include "html/html_text.h"
#include "mime/mime.h"

static inline struct facts eml_facts(struct arena *a, struct span bytes)
{
	static struct mime *mime;
	const struct mime_message message = { .bytes = bytes };
	struct facts f;

	if (!mime) {
		mime_start();
		html_start();
		mime = mime_new(html_to_text);
	}
	mime_read(mime, a, &message, &f);
	return f;
}
