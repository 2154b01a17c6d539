// SPDX-License-Identifier: Apache-2.0
/* What people ask over the control socket, by people*.c unless another file is named. */
#pragma once
#include "daemon/keeper/keeper.h"

struct verb {
	const char *name;
	bool writes;
	unsigned may;		/* MAY_*: members of any of these groups, besides those with MAY_ALL */
	/* Makes up to CONTROL_SLICE rows; true when the answer is complete. On failure sets status and line. */
	bool (*run)(struct turn *t, struct client *c, struct control_end *end);
};
bool verb_answers(struct turn *t, struct client *c, struct control_end *end); /* answers.c */
bool verb_answers_ask(struct turn *t, struct client *c, struct control_end *end);
bool verb_list(struct turn *t, struct client *c, struct control_end *end);
bool verb_show(struct turn *t, struct client *c, struct control_end *end);
bool verb_why(struct turn *t, struct client *c, struct control_end *end);
bool verb_held(struct turn *t, struct client *c, struct control_end *end);
bool verb_release(struct turn *t, struct client *c, struct control_end *end);
bool verb_drop(struct turn *t, struct client *c, struct control_end *end);
bool verb_act(struct turn *t, struct client *c, struct control_end *end);
bool verb_mode(struct turn *t, struct client *c, struct control_end *end);
bool verb_audit_list(struct turn *t, struct client *c, struct control_end *end);
bool verb_audit_verify(struct turn *t, struct client *c, struct control_end *end);
bool verb_suppression_list(struct turn *t, struct client *c, struct control_end *end); /* suppression.c */
bool verb_suppression_add(struct turn *t, struct client *c, struct control_end *end);
bool verb_suppression_remove(struct turn *t, struct client *c, struct control_end *end);
bool verb_erase(struct turn *t, struct client *c, struct control_end *end);
bool verb_status(struct turn *t, struct client *c, struct control_end *end);
bool verb_trial(struct turn *t, struct client *c, struct control_end *end);
/* Who that is, and what it may (people_rights.c). */
void people_meet(struct keeper *k, struct client *c);
/* FRAME_PEOPLE */
void people_learn(struct keeper *k, struct span payload);
/* True, with a line, if it has none of these rights. */
bool people_forbid(struct turn *t, const struct client *c, unsigned wanted, struct control_end *end);
void people_slice(struct turn *t, struct client *c);
void people_gone(struct client *c);
bool people_waiting(const struct keeper *k, bool writes);
void people_row(struct turn *t, struct client *c, const struct row *r);
bool people_refuse(struct control_end *end, uint32_t status, struct turn *t, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
struct span people_actor(struct turn *t, const struct client *c);
/* Always true, like people_refuse. */
bool people_tell_erased(struct turn *t, struct control_end *end, uint64_t conversation, int64_t at);
bool people_conversation(struct turn *t, struct client *c, struct control_end *end, uint64_t *number, struct rec_conversation *out);
