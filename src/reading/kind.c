// SPDX-License-Identifier: Apache-2.0
#include "reading/signs.h"
#include "base/text.h"
#include "reading/transport.h"

const char *kind_name(enum kind k)
{
	static const char *const names[KIND_COUNT] = {
		[KIND_HUMAN] = "human",
		[KIND_AUTO_REPLY] = "auto-reply",
		[KIND_AUTO_GENERATED] = "auto-generated",
		[KIND_BOUNCE] = "bounce",
		[KIND_REPORT] = "report",
		[KIND_LIST] = "list",
		[KIND_BULK] = "bulk",
		[KIND_OWN] = "own",
	};
	return names[k];
}

/* Which of two signs says more about what the message is. */
static int strength(enum kind k)
{
	static const int order[KIND_COUNT] = {
		[KIND_OWN] = 7,
		[KIND_BOUNCE] = 6,
		[KIND_REPORT] = 5,
		[KIND_AUTO_REPLY] = 4,
		[KIND_AUTO_GENERATED] = 3,
		[KIND_LIST] = 2,
		[KIND_BULK] = 1,
		[KIND_HUMAN] = 0,
	};
	return order[k];
}

/* Our own form is transport: that a program wrote the message says nothing about who asks. */
static bool form_may(enum kind k)
{
	return k == KIND_AUTO_GENERATED || k == KIND_BULK || k == KIND_HUMAN;
}

void signs_add(struct signs *s, enum kind kind, struct span rule, struct span name, struct span value)
{
	struct kind_found *found = s->found;
	uint32_t at = 0;

	if (s->by_form && form_may(kind))
		return;
	struct sign sign = { .kind = kind, .rule = rule };
	if (kind == KIND_HUMAN) {
		if (found->asks_silence)
			return;
		found->asks_silence = true;
		sign.evidence = reading_evidence(s->arena, name, value);
		found->silence = sign;
		return;
	}
	for (uint32_t i = 0; i < found->n; i++)
		if (found->signs[i].kind == kind && span_eq(found->signs[i].rule, rule))
			return;
	while (at < found->n && strength(found->signs[at].kind) >= strength(kind))
		at++;
	if (at == SIGNS_MAX)
		return;
	if (found->n < SIGNS_MAX)
		found->n++;
	memmove(&found->signs[at + 1], &found->signs[at], (found->n - at - 1) * sizeof(sign));
	sign.evidence = reading_evidence(s->arena, name, value);
	found->signs[at] = sign;
}

void reading_kind(struct arena *a, const struct facts *f, const struct reading_account *acc,
		  bool own_automated, struct kind_found *out)
{
	struct signs s = {
		.arena = a,
		.facts = f,
		.account = acc,
		.by_form = transport_by_form(a, f, acc),
		.by_group = transport_by_group(f, acc),
		.found = out,
	};

	*out = (struct kind_found){ .kind = KIND_HUMAN };
	if (own_automated)
		signs_add(&s, KIND_OWN, SPAN("own-identity"), SPAN("Message-ID"), f->message_id);
	signs_of_structure(&s);
	signs_of_fields(&s);
	signs_of_sender(&s);
	/* What a subject says counts where nothing better was found. */
	if (!out->n || strength(out->signs[0].kind) <= strength(KIND_AUTO_GENERATED))
		signs_of_subject(&s);
	if (!out->n)
		signs_of_words(&s);
	if (out->n)
		out->kind = out->signs[0].kind;
}

struct span reading_evidence(struct arena *a, struct span name, struct span value)
{
	enum { EVIDENCE_MAX = 200 };
	struct span field = span_of(arena_printf(a, "%.*s: %.*s", SPAN_ARG(span_sub(name, 0, 80)),
						 SPAN_ARG(utf8_cut(value, EVIDENCE_MAX))));

	return utf8_cut(field, EVIDENCE_MAX);
}
