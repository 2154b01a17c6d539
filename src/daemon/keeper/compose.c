// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/keeper.h"
#include "mustache/mustache.h"
#include "reply/reply.h"
#include <errno.h>

static const struct template *find_template(const struct keeper *k, struct span name)
{
	for (uint32_t i = 0; i < k->templates.n; i++)
		if (span_eq(template_name(k->templates.at[i]), name))
			return k->templates.at[i];
	return NULL;
}

/* What a template of an answer may say. Nothing of the mail: its sender is not proven. */
static struct mustache_value *answer_values(struct turn *t, const struct proposal *p)
{
	struct mustache_value *v = mustache_new(t->a, MUSTACHE_MAP);
	const struct config_account *c = p->account->c;

	mustache_add_string(t->a, v, "conversation", span_of(arena_printf(t->a, "C-%llu", (unsigned long long)p->conversation)));
	mustache_add_string(t->a, v, "account", c->display_name.n ? c->display_name : c->address);
	mustache_add_string(t->a, v, "address", c->address);
	return v;
}

bool compose(struct turn *t, const struct proposal *p, struct span message_id, struct buf *out, struct err *err)
{
	const struct config_account *c = p->account->c;
	struct audit_head head;
	BUF_CLEANUP struct buf subject = BUF_CAPPED(REPLY_SUBJECT_MAX * 4);
	BUF_CLEANUP struct buf text = BUF_CAPPED(REPLY_TEXT_MAX);
	BUF_CLEANUP struct buf head_text = BUF_CAPPED(REPLY_AUDIT_MAX);
	const struct template *template = find_template(t->k, p->template_name);
	const struct mustache_value *values = p->values ? p->values : answer_values(t, p);

	if (!template) {
		err_set(err, -ENOENT, "there is no template %.*s: see templates = in the configuration", SPAN_ARG(p->template_name));
		return false;
	}
	if (template_render(template, values, &subject, &text, err))
		return false;
	if (audit_carry_head(t, &head))
		audit_head_put_text(&head, &head_text);
	ptrdiff_t at = span_chr(message_id, '@');
	struct reply_input in = {
		.from_name = c->display_name,
		.from_address = c->address,
		.to_address = p->recipient,
		.answers = purpose_rule(p->purpose)->answers,
		.subject = buf_span(&subject),
		.text = buf_span(&text),
		.language = c->language,
		.date_at = t->now,
		.message_id = message_id,
		.hearback_id = span_sub(message_id, 0, at < 0 ? message_id.n : (size_t)at),
		.audit_head = buf_span(&head_text),
	};
	if (p->facts) {
		in.parent_id = p->facts->message_id;
		in.parent_references = p->facts->references;
		in.parent_in_reply_to = p->facts->in_reply_to;
	}
	return reply_compose(&in, out, err) == 0;
}
