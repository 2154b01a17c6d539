// SPDX-License-Identifier: Apache-2.0
#include "mime/content_type.h"
#include "mail/header.h"
#include "mail/limits.h"

static bool is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"[]?=", c);
}

struct span content_type_clean(struct arena *a, struct span type)
{
	type = span_sub(type, 0, LIMIT_MEDIA_TYPE);
	char *out = arena_str(a, type);
	for (size_t i = 0; i < type.n; i++)
		out[i] = is_token(out[i]) ? ascii_lower(out[i]) : '_';
	return span_make(out, type.n);
}

struct span content_type_parse(struct arena *a, struct span value)
{
	struct span rest = header_strip_comments(a, header_unfold(a, value));
	struct span type = SPAN_NONE;

	span_split(&rest, ';', &type);
	type = span_trim(type);
	ptrdiff_t slash = span_chr(type, '/');
	if (slash <= 0 || (size_t)slash + 1 == type.n)
		return SPAN("text/plain");
	return content_type_clean(a, type);
}

struct span content_type_parameter(struct arena *a, struct span value, const char *name)
{
	struct span rest = header_strip_comments(a, header_unfold(a, value));
	struct span one = SPAN_NONE;

	span_split(&rest, ';', &one);
	while (rest.p && span_split(&rest, ';', &one)) {
		struct span key = SPAN_NONE;
		span_split(&one, '=', &key);
		if (!one.p || !span_ieq(span_trim(key), span_of(name)))
			continue;
		one = span_trim(one);
		if (one.n > 1 && one.p[0] == '"')
			one = span_sub(one, 1, (size_t)(one.p[one.n - 1] == '"' ? one.n - 2 : one.n - 1));
		return content_type_clean(a, one);
	}
	return SPAN_NONE;
}
