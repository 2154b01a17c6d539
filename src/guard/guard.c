// SPDX-License-Identifier: Apache-2.0
#include "guard/filter.h"
#include "guard/interlock/interlock.h"

/* All are asked, always. Of those that speak equally strictly the first in this list decides, so what
 * says most about the message stands first and what only says how we are set up stands last. */
const struct interlock *const guard_interlocks[] = {
	&interlock_own,
	&interlock_bounce,
	&interlock_auto_reply,
	&interlock_list,
	&interlock_null_return_path,
	&interlock_sender_name,
	&interlock_silence,
	&interlock_spam,
	&interlock_authentication,
	&interlock_unreadable,
	&interlock_mass_recipients,
	&interlock_received_hops,
	&interlock_author,
	&interlock_audience,
	&interlock_addressed,
	&interlock_age,
	&interlock_answered,
	&interlock_window,
	&interlock_suppression,
	&interlock_bytes,
	&interlock_mode,
};
const uint32_t guard_interlock_count = sizeof(guard_interlocks) / sizeof(guard_interlocks[0]);
_Static_assert(sizeof(guard_interlocks) / sizeof(guard_interlocks[0]) + FILTER_REASONS <= REASONS_MAX,
	       "every interlock may speak, and the filters");

void guard_view(struct arena *a, const struct guard_case *c, struct guard_view *v)
{
	*v = (struct guard_view){
		.c = c,
		.purpose = purpose_rule(c->purpose),
		.kind = { .kind = KIND_HUMAN },
		.voice = { .voice = VOICE_NOBODY },
		.arena = a,
		.new_text = arena_one(a, struct span),
	};
	if (!v->purpose->answers || !c->has_message)
		return;
	v->message = &c->facts;
	reading_kind(a, &c->facts, &c->account, c->own_automated, &v->kind);
	reading_voice(a, &c->facts, &c->account, v->kind.kind, c->in_sent, &v->voice);
}

/* Behind all that are as strict: the strictest stand first, each group in the order of the list. */
static void insert(struct judgement *j, struct reason r)
{
	uint32_t at = j->n++;

	while (at && j->at[at - 1].verdict < r.verdict) {
		j->at[at] = j->at[at - 1];
		at--;
	}
	j->at[at] = r;
}

static enum verdict stricter(enum verdict a, enum verdict b)
{
	return a > b ? a : b;
}

void guard_judge(struct arena *a, const struct guard_case *c, struct judgement *out)
{
	struct reason said[FILTER_REASONS];
	struct guard_view v;

	guard_view(a, c, &v);
	*out = (struct judgement){ .verdict = VERDICT_SEND,
				   .but_for_mode = VERDICT_SEND,
				   .kind = v.kind.kind,
				   .voice = v.voice.voice };
	for (uint32_t i = 0; i < guard_interlock_count; i++) {
		const struct interlock *lock = guard_interlocks[i];
		struct reason r = { .verdict = VERDICT_SUPPRESS };
		if (!lock->look(&v, &r))
			continue;
		r.rule = span_of(lock->id);
		insert(out, r);
		out->verdict = stricter(out->verdict, r.verdict);
		if (lock != &interlock_mode)
			out->but_for_mode = stricter(out->but_for_mode, r.verdict);
	}
	uint32_t n = filters_judge(&v, said);
	for (uint32_t i = 0; i < n; i++) {
		insert(out, said[i]);
		out->verdict = stricter(out->verdict, said[i].verdict);
		out->but_for_mode = stricter(out->but_for_mode, said[i].verdict);
	}
}
