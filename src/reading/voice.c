// SPDX-License-Identifier: Apache-2.0
/* Who speaks: whether the author is proven, and behind forms and groups who really wrote. */
#include "reading/reading.h"
#include "reading/transport.h"

const char *voice_name(enum voice v)
{
	static const char *const names[VOICE_COUNT] = {
		[VOICE_REQUESTER] = "requester",
		[VOICE_AGENT] = "agent",
		[VOICE_CLAIMED_AGENT] = "claimed-agent",
		[VOICE_MACHINE] = "machine",
		[VOICE_NOBODY] = "nobody",
	};
	return names[v];
}

/* The one address of a list whose field stands there once. */
static bool only_address(const struct facts *f, const char *name, const struct address_list *list,
			 struct voice_found *out)
{
	if (facts_count(f, name) != 1 || list->n != 1 || list->seen != 1)
		return false;
	out->author = list->at[0];
	out->author_field = facts_field(f, name, 0)->value;
	return true;
}

static bool original_from(struct arena *a, const struct facts *f, struct voice_found *out)
{
	const struct fact_field *field = facts_field(f, "X-Original-From", 0);
	struct address_list list;

	if (!field)
		return false;
	address_list_parse(a, field->value, NULL, &list);
	if (!only_address(f, "X-Original-From", &list, out))
		return false;
	/* It stands there as it was written (facts.h), and a name that nobody can read is none. */
	if (span_find(out->author.name, SPAN("=?")) >= 0)
		out->author.name = SPAN_NONE;
	return true;
}

static bool is_group(struct arena *a, const struct facts *f, const struct reading_account *acc,
		     struct address from)
{
	return transport_by_group(f, acc) && span_eq(address_key(a, from, 0), acc->group);
}

/* The author and the text he stands in; false where there is not exactly one. */
static bool find_author(struct arena *a, const struct facts *f, const struct reading_account *acc,
			struct voice_found *out, bool *carried)
{
	const struct address *from = transport_only_from(f);

	*carried = false;
	if (!from)
		return false;
	out->by_form = transport_by_form(a, f, acc);
	if (out->by_form) {
		*carried = true;
		return only_address(f, "Reply-To", &f->reply_to, out);
	}
	if (is_group(a, f, acc, *from)) {
		*carried = true;
		return original_from(a, f, out) || only_address(f, "Reply-To", &f->reply_to, out);
	}
	out->author = *from;
	out->author_field = span_trim(f->from_raw);
	return true;
}

static enum voice who(struct arena *a, const struct reading_account *acc, const struct voice_found *v,
		      bool in_sent)
{
	struct span key = address_key(a, v->author, acc->subaddress);
	bool ours = key_listed(key, acc->own, acc->nown) || key_listed(key, acc->agents, acc->nagents);

	if (in_sent || (ours && v->proof == PROOF_PROVEN))
		return VOICE_AGENT;
	return ours ? VOICE_CLAIMED_AGENT : VOICE_REQUESTER;
}

void reading_voice(struct arena *a, const struct facts *f, const struct reading_account *acc, enum kind kind,
		   bool in_sent, struct voice_found *out)
{
	bool carried;

	*out = (struct voice_found){ .voice = VOICE_NOBODY, .proof = reading_proof(a, f, acc) };
	bool found = find_author(a, f, acc, out, &carried) && out->author.local.n && out->author.domain.n;
	out->doubtful = carried && out->proof != PROOF_PROVEN && !transport_submitted(a, f);
	if (carried && out->proof == PROOF_PROVEN)
		out->proof = PROOF_UNVERIFIED;
	if (found) {
		out->author_key = address_key(a, out->author, 0);
		out->voice = who(a, acc, out, in_sent);
	} else {
		out->author = (struct address){ .name = SPAN_NONE };
		out->author_field = SPAN_NONE;
	}
	if (kind != KIND_HUMAN)
		out->voice = VOICE_MACHINE;
}
