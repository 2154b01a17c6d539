// SPDX-License-Identifier: Apache-2.0
/* The interlocks: hard rules that no configuration can switch off, one a file. */
#pragma once
#include "guard/guard.h"

extern const struct interlock interlock_addressed;
extern const struct interlock interlock_age;
extern const struct interlock interlock_answered;
extern const struct interlock interlock_audience;
extern const struct interlock interlock_authentication;
extern const struct interlock interlock_author;
extern const struct interlock interlock_auto_reply;
extern const struct interlock interlock_bounce;
extern const struct interlock interlock_bytes;
extern const struct interlock interlock_list;
extern const struct interlock interlock_mass_recipients;
extern const struct interlock interlock_mode;
extern const struct interlock interlock_null_return_path;
extern const struct interlock interlock_own;
extern const struct interlock interlock_received_hops;
extern const struct interlock interlock_sender_name;
extern const struct interlock interlock_silence;
extern const struct interlock interlock_spam;
extern const struct interlock interlock_suppression;
extern const struct interlock interlock_unreadable;
extern const struct interlock interlock_window;

/* Writes the reason and is true, so that speaking is one statement. */
static inline bool speak(struct reason *out, enum verdict verdict, struct span text, struct span evidence)
{
	out->verdict = verdict;
	out->text = text;
	out->evidence = evidence;
	return true;
}

/* The first sign of one of two kinds, or NULL. A name the sender goes by is the matter of sender_name. */
static inline const struct sign *sign_of(const struct guard_view *v, enum kind one, enum kind other)
{
	for (uint32_t i = 0; i < v->kind.n; i++) {
		const struct sign *s = &v->kind.signs[i];
		if ((s->kind == one || s->kind == other) && !span_eq(s->rule, SPAN("sender-name")))
			return s;
	}
	return NULL;
}

static inline struct span field_evidence(const struct guard_view *v, const struct fact_field *field)
{
	return field ? reading_evidence(v->arena, field->name, field->value) : SPAN_NONE;
}
