// SPDX-License-Identifier: Apache-2.0
/* Tagged arguments: how to match, what part, which zone. */
#include "sieve/internal.h"

enum effect { MATCH, RELATION, COMPARATOR, PART, SIZE_IS, BODY_TEXT, BODY_OTHER, ZONE, ORIGINAL_ZONE };

static const struct tag {
	const char *name;
	enum effect effect;
	unsigned group; /* enum sieve_tags: at most one of a group */
	unsigned value;
	const char *capability;
} tags[] = {
	{ "is", MATCH, SIEVE_TAG_MATCH, SIEVE_IS, NULL },
	{ "contains", MATCH, SIEVE_TAG_MATCH, SIEVE_CONTAINS, NULL },
	{ "matches", MATCH, SIEVE_TAG_MATCH, SIEVE_MATCHES, NULL },
	{ "value", RELATION, SIEVE_TAG_MATCH, SIEVE_VALUE, "relational" },
	{ "count", RELATION, SIEVE_TAG_MATCH, SIEVE_COUNT, "relational" },
	{ "comparator", COMPARATOR, SIEVE_TAG_MATCH, 0, NULL },
	{ "all", PART, SIEVE_TAG_PART, SIEVE_ALL, NULL },
	{ "localpart", PART, SIEVE_TAG_PART, SIEVE_LOCALPART, NULL },
	{ "domain", PART, SIEVE_TAG_PART, SIEVE_DOMAIN, NULL },
	{ "user", PART, SIEVE_TAG_PART, SIEVE_USER, "subaddress" },
	{ "detail", PART, SIEVE_TAG_PART, SIEVE_DETAIL, "subaddress" },
	{ "over", SIZE_IS, SIEVE_TAG_SIZE, true, NULL },
	{ "under", SIZE_IS, SIEVE_TAG_SIZE, false, NULL },
	{ "text", BODY_TEXT, SIEVE_TAG_BODY, 0, NULL },
	{ "raw", BODY_OTHER, SIEVE_TAG_BODY, 0, NULL },
	{ "content", BODY_OTHER, SIEVE_TAG_BODY, 0, NULL },
	{ "zone", ZONE, SIEVE_TAG_ZONE, 0, NULL },
	{ "originalzone", ORIGINAL_ZONE, SIEVE_TAG_ORIGINAL_ZONE, 0, NULL },
};

/* A bit of sieve_given.tags apart from the groups: :comparator may stand beside one of the match types. */
enum { GIVEN_COMPARATOR = 1 << 16 };

static void take_relation(struct sieve_compiler *c, struct sieve_node *node)
{
	static const char *const names[] = { "gt", "ge", "lt", "le", "eq", "ne" };
	struct sieve_place place = c->lexer.token.place;
	struct span name;

	if (!sieve_take_string(c, "behind :value and :count stands \"gt\", \"ge\", \"lt\", \"le\", \"eq\" or \"ne\"", &name))
		return;
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_ieq(name, span_of(names[i]))) {
			node->relation = (enum sieve_relation)i;
			return;
		}
	sieve_complain(c, place, "\"%.*s\" compares nothing, write \"gt\", \"ge\", \"lt\", \"le\", \"eq\" or \"ne\"", SPAN_ARG(name));
}

static void take_comparator(struct sieve_compiler *c, struct sieve_node *node)
{
	struct sieve_place place = c->lexer.token.place;
	struct span name;

	if (!sieve_take_string(c, "behind :comparator stands its name, \"i;ascii-casemap\"", &name))
		return;
	if (span_eq(name, SPAN("i;ascii-casemap")))
		node->comparator = SIEVE_CASEMAP;
	else if (span_eq(name, SPAN("i;octet")))
		node->comparator = SIEVE_OCTET;
	else if (!span_eq(name, SPAN("i;ascii-numeric")))
		sieve_complain(c, place, "there is no comparator \"%.*s\", write \"i;ascii-casemap\", \"i;octet\" or \"i;ascii-numeric\"",
			       SPAN_ARG(name));
	else if (!sieve_required(c, "comparator-i;ascii-numeric"))
		sieve_complain(c, place, "this comparator needs require \"comparator-i;ascii-numeric\"; at the beginning");
	else
		node->comparator = SIEVE_NUMERIC;
}

static void take_zone(struct sieve_compiler *c, struct sieve_node *node)
{
	struct sieve_place place = c->lexer.token.place;
	struct span text;

	if (!sieve_take_string(c, "behind :zone stands an offset, \"+0100\"", &text))
		return;
	node->has_zone = true;
	if (!sieve_get_zone(text, &node->zone))
		sieve_complain(c, place, "\"%.*s\" is no offset, write for example \"+0100\"", SPAN_ARG(text));
}

static void apply(struct sieve_compiler *c, const struct tag *tag, struct sieve_place place, struct sieve_node *node)
{
	switch (tag->effect) {
	case MATCH:
		node->match = (enum sieve_match_type)tag->value;
		break;
	case RELATION:
		node->match = (enum sieve_match_type)tag->value;
		take_relation(c, node);
		break;
	case COMPARATOR:
		take_comparator(c, node);
		break;
	case PART:
		node->part = (enum sieve_part)tag->value;
		break;
	case SIZE_IS:
		node->over = tag->value;
		break;
	case BODY_TEXT:
		break;
	case BODY_OTHER:
		sieve_complain(c, place, ":%s is not here, only the text of a message can be looked at: write :text", tag->name);
		break;
	case ZONE:
		take_zone(c, node);
		break;
	case ORIGINAL_ZONE:
		node->original_zone = true;
		break;
	}
}

void sieve_take_tag(struct sieve_compiler *c, const struct sieve_command *command, struct sieve_node *node, struct sieve_given *given)
{
	struct sieve_token t = c->lexer.token;
	const struct tag *tag = NULL;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (span_ieq(t.text, span_of(tags[i].name)))
			tag = &tags[i];
	sieve_lexer_next(&c->lexer);
	if (!command) {
		given->bad = true;
		return;
	}
	if (!tag || !(command->tags & tag->group)) {
		sieve_complain(c, t.place, "%s takes no :%.*s", command->name, SPAN_ARG(t.text));
		given->bad = true;
		return;
	}
	unsigned bit = tag->effect == COMPARATOR ? GIVEN_COMPARATOR : tag->group;
	if (given->tags & bit) {
		sieve_complain(c, t.place, ":%s: another tag of this kind stands before it, keep one", tag->name);
		given->bad = true;
	}
	given->tags |= bit;
	if (tag->capability && !sieve_required(c, tag->capability))
		sieve_complain(c, t.place, ":%s needs require \"%s\"; at the beginning", tag->name, tag->capability);
	apply(c, tag, t.place, node);
}
