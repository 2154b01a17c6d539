// SPDX-License-Identifier: Apache-2.0
/* What a filter looks at: the facts of the message that came, or what the finished one shows. */
#include "guard/filter_words.h"
#include "reply/reply.h"
#include "reading/transport.h"

enum { NEW_TEXT_MAX = 16 * 1024 };

/* -- the message that came -------------------------------------------------------------------------------------- */

static bool find(const struct fact_field *fields, uint32_t n, struct span name, uint32_t nth, struct span *value)
{
	for (uint32_t i = 0; i < n; i++)
		if (span_ieq(fields[i].name, name) && nth-- == 0) {
			*value = fields[i].value;
			return true;
		}
	return false;
}

static bool message_field(const void *context, struct span name, uint32_t nth, struct span *value)
{
	const struct facts *f = context;

	return find(f->fields, f->nfields, name, nth, value);
}

/* Those that were read from the raw field: in a decoded one a comma of a name would part addresses. */
static const struct address_list *message_list(const struct facts *f, struct span name)
{
	const struct {
		const char *name;
		const struct address_list *list;
	} lists[] = { { "from", &f->from }, { "sender", &f->sender }, { "reply-to", &f->reply_to },
		      { "to", &f->to },	    { "cc", &f->cc },	      { "bcc", &f->bcc } };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (span_ieq(name, span_of(lists[i].name)))
			return lists[i].list;
	return NULL;
}

static bool message_addresses(const void *context, struct arena *a, struct span name, uint32_t nth, struct address_list *out)
{
	const struct address_list *list = message_list(context, name);
	struct span value;

	if (list) {
		*out = *list;
		return nth == 0 && list->n;
	}
	if (!message_field(context, name, nth, &value))
		return false;
	address_list_parse(a, value, NULL, out);
	return true;
}

bool filter_mail_of_message(const struct guard_view *v, struct sieve_mail *out)
{
	if (!v->message)
		return false;
	*out = (struct sieve_mail){
		.context = v->message,
		.field = message_field,
		.addresses = message_addresses,
		.text = v->message->text,
		.size = v->message->size,
		.now = v->c->now,
		.subaddress = v->c->account.subaddress,
	};
	return true;
}

/* -- the finished message ----------------------------------------------------------------------------------------- */

static bool shown_field(const void *context, struct span name, uint32_t nth, struct span *value)
{
	const struct reply_shown *s = context;

	return find(s->fields, s->n, name, nth, value);
}

static bool shown_addresses(const void *context, struct arena *a, struct span name, uint32_t nth, struct address_list *out)
{
	struct span value;

	if (!shown_field(context, name, nth, &value))
		return false;
	address_list_parse(a, value, NULL, out);
	return true;
}

bool filter_mail_of_bytes(const struct guard_view *v, struct sieve_mail *out)
{
	struct reply_shown *shown = arena_one(v->arena, struct reply_shown);

	/* What is not in our form is stopped by the interlock that looks at the bytes. */
	if (!v->c->has_bytes || !reply_shows(v->arena, v->c->bytes, shown))
		return false;
	*out = (struct sieve_mail){
		.context = shown,
		.field = shown_field,
		.addresses = shown_addresses,
		.text = shown->text,
		.size = v->c->bytes.n,
		.now = v->c->now,
		.subaddress = v->c->account.subaddress,
	};
	return true;
}

/* -- facts ---------------------------------------------------------------------------------------------------------- */

static struct span number(const struct guard_view *v, uint64_t n)
{
	return span_of(arena_printf(v->arena, "%llu", (unsigned long long)n));
}

static struct span return_path_of(const struct facts *f)
{
	switch (f->return_path_kind) {
	case RETURN_PATH_MISSING:
		return SPAN("missing");
	case RETURN_PATH_NULL:
		return SPAN("null");
	case RETURN_PATH_ADDRESS:
		return SPAN("address");
	case RETURN_PATH_BROKEN:
		break;
	}
	return SPAN("broken");
}

/* Where an answer by a mail program would go. */
static struct span reply_to_of(const struct guard_view *v, const struct facts *f)
{
	if (!f->reply_to.n || !f->from.n)
		return SPAN("none");
	/* Behind our form or group stands somebody else than From says. */
	struct address author = v->voice.author_key.n ? v->voice.author : f->from.at[0];
	if (address_same(f->reply_to.at[0], author))
		return SPAN("author");
	return span_ieq(f->reply_to.at[0].domain, author.domain) ? SPAN("domain") : SPAN("elsewhere");
}

static struct span through_of(const struct guard_view *v, const struct facts *f)
{
	return v->voice.by_form ? SPAN("form") : transport_by_group(f, &v->c->account) ? SPAN("group") : SPAN("none");
}

static struct span new_text_of(const struct guard_view *v)
{
	if (v->new_text && !v->new_text->p)
		*v->new_text = reading_excerpt(v->arena, v->message, NEW_TEXT_MAX);
	return v->new_text ? *v->new_text : SPAN("");
}

static struct span yes(bool b)
{
	return b ? SPAN("yes") : SPAN("no");
}

static struct span fact_of_message(const struct guard_view *v, struct span name, bool *known)
{
	const struct facts *f = v->message;
	struct facts none = facts_none();

	if (!f)
		f = &none;
	*known = true;
	if (span_eq(name, SPAN("recipients")))
		return number(v, (uint64_t)f->to.seen + f->cc.seen + f->bcc.seen);
	if (span_eq(name, SPAN("attachments")))
		return number(v, f->nparts);
	if (span_eq(name, SPAN("return-path")))
		return return_path_of(f);
	if (span_eq(name, SPAN("reply-to")))
		return reply_to_of(v, f);
	if (span_eq(name, SPAN("through")))
		return through_of(v, f);
	if (span_eq(name, SPAN("is-reply")))
		return yes(f->in_reply_to.n || f->references.n);
	if (span_eq(name, SPAN("addressed")))
		return v->c->ask_addressed ? yes(reading_addressed(v->arena, f, &v->c->account)) : SPAN("unknown");
	if (span_eq(name, SPAN("new-text")))
		return v->message ? new_text_of(v) : SPAN("");
	if (span_eq(name, SPAN("new-text-size")))
		return number(v, v->message ? new_text_of(v).n : 0);
	if (span_eq(name, SPAN("language")))
		return v->message ? reading_language(v->arena, new_text_of(v)) : SPAN("");
	*known = false;
	return SPAN("");
}

struct span filter_fact(const struct guard_view *v, struct span name, bool *known)
{
	*known = true;
	if (span_eq(name, SPAN("purpose")))
		return span_of(purpose_name(v->c->purpose));
	if (span_eq(name, SPAN("recipient")))
		return v->c->recipient;
	if (span_eq(name, SPAN("alike")))
		return number(v, v->c->history.alike);
	if (span_eq(name, SPAN("kind")))
		return span_of(kind_name(v->kind.kind));
	if (span_eq(name, SPAN("voice")))
		return span_of(voice_name(v->voice.voice));
	if (span_eq(name, SPAN("authentication")))
		return span_of(proof_name(v->voice.proof));
	return fact_of_message(v, name, known);
}
