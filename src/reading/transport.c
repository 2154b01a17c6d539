// SPDX-License-Identifier: Apache-2.0
#include "reading/transport.h"
#include "mail/header.h"

/* A literal for tables: { .p, .n }. */
#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

const struct address *transport_only_from(const struct facts *f)
{
	return f->from_fields == 1 && f->from.seen == 1 && f->from.n == 1 ? &f->from.at[0] : NULL;
}

bool key_listed(struct span key, const struct span *at, uint32_t n)
{
	if (key.n == 0)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (span_eq(key, at[i]))
			return true;
	return false;
}

bool transport_by_form(struct arena *a, const struct facts *f, const struct reading_account *acc)
{
	const struct address *from = transport_only_from(f);

	return acc->nform && from && key_listed(address_key(a, *from, 0), acc->form, acc->nform);
}

/* "Our list <support.example.com>" for support@example.com: text outside the brackets is ignored. */
static bool list_id_names(struct span value, struct span group)
{
	ptrdiff_t open = span_chr(value, '<');
	ptrdiff_t close = span_chr(value, '>');
	struct span id = open >= 0 && close > open
				 ? span_sub(value, (size_t)open + 1, (size_t)(close - open - 1))
				 : value;

	id = span_trim(id);
	if (id.n != group.n)
		return false;
	for (size_t i = 0; i < id.n; i++) {
		char want = group.p[i] == '@' ? '.' : ascii_lower(group.p[i]);
		if (ascii_lower(id.p[i]) != want)
			return false;
	}
	return true;
}

/* Google Groups: "Mailing-list: list support@example.com; contact support+owners@example.com" */
static bool mailing_list_names(struct span value, struct span group)
{
	struct span first;

	if (!span_split(&value, ';', &first) || !span_istarts(first, SPAN("list ")))
		return false;
	return span_ieq(span_trim(span_sub(first, 5, SIZE_MAX)), group);
}

bool transport_by_group(const struct facts *f, const struct reading_account *acc)
{
	if (acc->group.n == 0 || facts_count(f, "List-Id") > 1)
		return false;
	const struct fact_field *id = facts_field(f, "List-Id", 0);
	if (id)
		return list_id_names(id->value, acc->group);
	const struct fact_field *list = facts_field(f, "Mailing-list", 0);
	return list && mailing_list_names(list->value, acc->group);
}

static struct span take_word(struct span *rest)
{
	size_t n = 0;

	*rest = span_trim(*rest);
	while (n < rest->n && !ascii_blank(rest->p[n]) && rest->p[n] != ';')
		n++;
	struct span word = span_sub(*rest, 0, n);
	*rest = span_sub(*rest, n, SIZE_MAX);
	return word;
}

/* "from X by Y via Z with PROTOCOL ..." (RFC 5321 section 4.4), each part at its place only: a client chooses the words
 * behind `from`. The protocol, empty if there is none. */
static struct span received_with(struct span value, bool *from)
{
	struct span word = take_word(&value);

	*from = span_ieq(word, SPAN("from"));
	if (*from) {
		take_word(&value);
		word = take_word(&value);
	}
	if (!span_ieq(word, SPAN("by")))
		return SPAN("?");
	take_word(&value);
	word = take_word(&value);
	if (span_ieq(word, SPAN("via"))) {
		take_word(&value);
		word = take_word(&value);
	}
	return span_ieq(word, SPAN("with")) ? take_word(&value) : SPAN_NONE;
}

bool transport_submitted(struct arena *a, const struct facts *f)
{
	static const struct span logged_in[] = { WORD("ESMTPA"), WORD("ESMTPSA"), WORD("UTF8SMTPA"), WORD("UTF8SMTPSA"),
						 WORD("local") };
	const struct fact_field *field;

	for (uint32_t i = 0; (field = facts_field(f, "Received", i)); i++) {
		bool from;
		struct span with = received_with(header_strip_comments(a, field->value), &from);
		if (span_istarts(with, SPAN("LMTP")))
			continue;
		for (size_t k = 0; k < sizeof(logged_in) / sizeof(logged_in[0]); k++)
			if (span_ieq(with, logged_in[k]))
				return true;
		return !with.n && !from;
	}
	return false;
}
