// SPDX-License-Identifier: Apache-2.0
#include "daemon/keeper/keeper.h"
#include "mustache/mustache.h"
#include "reply/reply.h"
#include <errno.h>

/* What a template of an answer may say: nothing of the mail, unless its sender is proven. */
static const struct mustache_value *answer_values(struct turn *t, const struct proposal *p)
{
	struct voice_found voice;
	struct reply_acknowledgement in = {
		.conversation = span_of(arena_printf(t->a, "C-%llu", (unsigned long long)p->conversation)),
		.team = p->account->c->display_name.n ? p->account->c->display_name : p->account->c->address,
	};

	reading_voice(t->a, p->facts, &p->account->reading, KIND_HUMAN, p->in_sent, &voice);
	if (voice.proof == PROOF_PROVEN) {
		in.name = voice.author.name;
		in.subject = p->facts->subject;
	}
	return reply_acknowledgement_data(t->a, &in);
}

bool compose(struct turn *t, const struct proposal *p, struct span message_id, struct buf *out, struct err *err)
{
	const struct config_account *c = p->account->c;
	struct audit_head head;
	BUF_CLEANUP struct buf head_text = BUF_CAPPED(REPLY_AUDIT_MAX);
	struct span language = reply_language(&t->k->templates.all, p->template_name, p->language, c->language);
	const struct reply_template *template = reply_template_find(&t->k->templates.all, language, p->template_name);
	const struct mustache_value *values = p->values ? p->values : answer_values(t, p);
	struct span subject, text;

	if (!template) {
		err_set(err, -ENOENT, "there is no template %.*s: see templates = in the configuration", SPAN_ARG(p->template_name));
		return false;
	}
	if (reply_template_render(t->a, template, values, &subject, &text, err))
		return false;
	if (audit_carry_head(t, &head))
		audit_head_put_text(&head, &head_text);
	ptrdiff_t at = span_chr(message_id, '@');
	struct reply_input in = {
		.from_name = c->display_name,
		.from_address = c->address,
		.to_address = p->recipient,
		.answers = purpose_rule(p->purpose)->audience == AUDIENCE_REQUESTER,
		.subject = subject,
		.text = text,
		.language = template->language,
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
