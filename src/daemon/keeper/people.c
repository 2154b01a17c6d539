// SPDX-License-Identifier: Apache-2.0
/* What people ask over the control socket: who may, which verb, slice by slice. */
#include "daemon/keeper/erase.h"
#include "daemon/keeper/people.h"
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

static const struct verb verbs[] = {
	{ "list", false, MAY_READ | MAY_LEAD, verb_list },
	{ "show", false, MAY_READ | MAY_LEAD, verb_show },
	{ "why", false, MAY_READ | MAY_LEAD | MAY_AUDIT, verb_why },
	{ "held", false, MAY_READ | MAY_LEAD, verb_held },
	{ "release", true, MAY_LEAD, verb_release },
	{ "drop", true, MAY_LEAD, verb_drop },
	{ "act", true, MAY_LEAD, verb_act },
	{ "mode", true, MAY_LEAD, verb_mode },
	{ "erase", true, MAY_ALL, verb_erase },
	{ "audit-list", false, MAY_AUDIT, verb_audit_list },
	{ "audit-verify", false, MAY_AUDIT, verb_audit_verify },
	{ "answers", false, MAY_READ | MAY_LEAD, verb_answers },
	{ "answers-ask", true, MAY_LEAD, verb_answers_ask },
	{ "status", false, MAY_READ | MAY_LEAD | MAY_AUDIT, verb_status },
	{ "suppression-list", false, MAY_READ | MAY_LEAD, verb_suppression_list },
	{ "suppression-add", true, MAY_LEAD, verb_suppression_add },
	{ "suppression-remove", true, MAY_LEAD, verb_suppression_remove },
	{ "trial", false, MAY_READ | MAY_LEAD, verb_trial },
};

static const struct verb *find_verb(struct span name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_eq(name, span_of(verbs[i].name)))
			return &verbs[i];
	return NULL;
}

bool people_waiting(const struct keeper *k, bool writes)
{
	for (int i = 0; i < KEEPER_CLIENTS; i++) {
		const struct client *c = &k->clients[i];
		if (c->peer.fd < 0 || !c->busy || c->peer.first)
			continue;
		const struct verb *v = find_verb(c->request.verb);
		if (writes == (v && v->writes))
			return true;
	}
	return false;
}

void people_row(struct turn *t, struct client *c, const struct row *r)
{
	struct buf f = BUF_CAPPED(FRAME_MAX);

	frame_begin(&f, FRAME_ROW);
	row_put(&f, r);
	turn_say(t, &c->peer, &f, -1);
	buf_free(&f);
}

bool people_refuse(struct control_end *end, uint32_t status, struct turn *t, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	*end = (struct control_end){ .status = status, .text = arena_span(t->a, span_of(line)) };
	return true;
}

bool people_tell_erased(struct turn *t, struct control_end *end, uint64_t conversation, int64_t at)
{
	BUF_CLEANUP struct buf when = BUF_CAPPED(40);

	put_iso(&when, at);
	return people_refuse(end, EX_NOINPUT, t, "C-%llu was erased at %s: hearback audit list says who asked for it", (unsigned long long)conversation,
			     buf_cstr(&when));
}

bool people_conversation(struct turn *t, struct client *c, struct control_end *end, uint64_t *number, struct rec_conversation *out)
{
	struct span given = control_arg(&c->request, "conversation");
	struct span digits = span_istarts(given, SPAN("C-")) ? span_sub(given, 2, SIZE_MAX) : given;

	int64_t at;

	if (span_to_u64(digits, UINT64_MAX / 2, number) && get_conversation(t, *number, out) == 0)
		return !conversation_erased(t, *number, &at) || !people_tell_erased(t, end, *number, at);
	people_refuse(end, EX_NOINPUT, t, "there is no conversation %.*s: hearback list --all shows them", SPAN_ARG(given));
	return false;
}

static void forget_erasure(struct client *c)
{
	if (c->erasure)
		erasure_free(c->erasure);
	free(c->erasure);
	c->erasure = NULL;
}

void people_gone(struct client *c)
{
	peer_close(&c->peer);
	arena_free(&c->a);
	if (c->check) {
		audit_check_free(c->check);
		free(c->check);
		c->check = NULL;
	}
	forget_erasure(c);
	c->busy = false;
}

void people_slice(struct turn *t, struct client *c)
{
	const struct verb *v = find_verb(c->request.verb);
	struct control_end end = { 0 };
	bool done;

	if (c->peer.first || c->peer.fd < 0)
		return;
	done = people_forbid(t, c, v ? v->may : 0, &end);
	if (!done && !v)
		done = people_refuse(&end, EX_USAGE, t, "this keeper knows no request %.*s", SPAN_ARG(c->request.verb));
	else if (!done)
		done = v->run(t, c, &end);
	if (!done)
		return;
	struct buf f = BUF_CAPPED(FRAME_MAX);
	frame_begin(&f, FRAME_END);
	control_end_put(&f, &end);
	turn_say(t, &c->peer, &f, -1);
	buf_free(&f);
	forget_erasure(c);
	c->busy = false;
}
