// SPDX-License-Identifier: Apache-2.0
#include "reply/template.h"
#include "base/text.h"
#include "reply/reply.h"
#include <errno.h>

static const char *const requester_names[] = { "conversation", "team", "due", "name", "subject", NULL };
static const char *const staff_names[] = { "conversation", "team",     "due",	"requester",
					   "subject",	   "span",     "entry", "reason",
					   "due_soon",	   "breached", "held",	"more",
					   "unseen",	   "address",  "code",
					   NULL };

struct name_check {
	const char *const *known;
	struct err *err;
};

static bool known_name(void *context, struct mustache_name name)
{
	const struct name_check *c = context;

	if (name.use == MUSTACHE_PARTIAL) {
		err_set(c->err, -EINVAL,
			"line %u: {{>%.*s}}: templates of mail have no partials, write the text here",
			name.line, SPAN_ARG(name.name));
		return false;
	}
	for (const char *const *k = c->known; *k; k++)
		if (span_eq(name.name, span_of(*k)))
			return true;
	if (span_eq(name.name, SPAN(".")))
		return true;
	err_set(c->err, -EINVAL, "line %u: {{%.*s}} is not known for this audience, write one that is",
		name.line, SPAN_ARG(name.name));
	return false;
}

static int compile_part(struct arena *a, struct span text, enum template_audience audience, unsigned line,
			const struct mustache **out, struct err *err)
{
	struct name_check check = { audience == TEMPLATE_REQUESTER ? requester_names : staff_names, err };
	struct mustache *t;
	int r = mustache_compile(a, text, line, MUSTACHE_ESCAPED_ONLY, &t, err);

	if (r)
		return r;
	if (!mustache_names(t, known_name, &check))
		return -EINVAL;
	*out = t;
	return 0;
}

struct head {
	struct span subject, audience;
	unsigned subject_line;
};

static int take_head_line(struct head *h, unsigned number, struct span line, struct err *err)
{
	ptrdiff_t colon = span_chr(line, ':');
	struct span name = span_trim(span_sub(line, 0, colon < 0 ? 0 : (size_t)colon));
	struct span value = span_trim(span_sub(line, (size_t)(colon + 1), SIZE_MAX));
	struct span *place = span_eq(name, SPAN("subject"))    ? &h->subject
			     : span_eq(name, SPAN("audience")) ? &h->audience
							       : NULL;

	if (!place)
		return err_set(err, -EINVAL,
			       "line %u: write subject: or audience: here, then an empty line, then the text",
			       number);
	if (place->n || !value.n)
		return err_set(err, -EINVAL, "line %u: %.*s: %s", number, SPAN_ARG(name),
			       value.n ? "stands there twice, keep one" : "has no value, write one");
	*place = value;
	if (place == &h->subject)
		h->subject_line = number;
	return 0;
}

int reply_template_parse(struct arena *a, struct span bytes, struct reply_template *out, struct err *err)
{
	struct span rest = bytes, line = SPAN_NONE;
	struct head head = { .subject = SPAN_NONE };
	unsigned number = 0;

	if (bytes.n > REPLY_TEMPLATE_MAX || !utf8_valid(bytes) ||
	    memchr(bytes.p ? bytes.p : "", '\0', bytes.n))
		return err_set(err, -EINVAL, "line 1: larger than 64 KB or no UTF-8 text, save it as UTF-8");
	while (span_split(&rest, '\n', &line) && span_trim(line).n) {
		int r = take_head_line(&head, ++number, line, err);
		if (r)
			return r;
	}
	number++;
	if (!head.subject.n || !head.audience.n)
		return err_set(err, -EINVAL, "line %u: %s: is missing, write it above the empty line", number,
			       head.subject.n ? "audience" : "subject");
	if (span_eq(head.audience, SPAN("requester")))
		out->audience = TEMPLATE_REQUESTER;
	else if (span_eq(head.audience, SPAN("staff")))
		out->audience = TEMPLATE_STAFF;
	else
		return err_set(err, -EINVAL,
			       "line %u: audience: is neither requester nor staff, write one of them",
			       number);
	if (!span_trim(rest).n)
		return err_set(err, -EINVAL, "line %u: no text, write it below an empty line", number);
	int r = compile_part(a, head.subject, out->audience, head.subject_line, &out->subject, err);
	return r ? r : compile_part(a, rest, out->audience, number + 1, &out->text, err);
}

int reply_template_render(struct arena *a, const struct reply_template *t, const struct mustache_value *data,
			  struct span *subject, struct span *text, struct err *err)
{
	BUF_CLEANUP struct buf raw = BUF_CAPPED(REPLY_TEXT_MAX);
	BUF_CLEANUP struct buf line = BUF_CAPPED(REPLY_TEXT_MAX);
	struct mustache_options how = { .escape = mustache_escape_none, .strict = true };
	struct err inner;

	if (mustache_render(t->subject, data, &how, &line, &inner))
		return err_set(err, -EINVAL, "template %.*s/%.*s: subject: %.300s", SPAN_ARG(t->language),
			       SPAN_ARG(t->name), inner.text);
	if (mustache_render(t->text, data, &how, &raw, &inner))
		return err_set(err, -EINVAL, "template %.*s/%.*s: text: %.300s", SPAN_ARG(t->language),
			       SPAN_ARG(t->name), inner.text);
	*text = arena_span(a, buf_span(&raw));
	buf_reset(&raw);
	text_squeeze(&raw, buf_span(&line));
	*subject = arena_span(a, buf_span(&raw));
	return 0;
}
