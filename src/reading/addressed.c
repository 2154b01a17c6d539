// SPDX-License-Identifier: Apache-2.0
#include "reading/reading.h"
#include "reading/transport.h"

static bool list_names_us(struct arena *a, const struct address_list *list, const struct reading_account *acc)
{
	for (uint32_t i = 0; i < list->n; i++) {
		struct span key = address_key(a, list->at[i], acc->subaddress);
		if (key_listed(key, acc->own, acc->nown) || key_listed(key, &acc->group, 1))
			return true;
	}
	return false;
}

static bool field_names_us(struct arena *a, const struct facts *f, const char *name,
			   const struct reading_account *acc)
{
	enum { RESENT_MAX = 8 };
	const struct fact_field *field;

	for (uint32_t i = 0; i < RESENT_MAX && (field = facts_field(f, name, i)); i++) {
		struct address_list list;
		address_list_parse(a, field->value, NULL, &list);
		if (list_names_us(a, &list, acc))
			return true;
	}
	return false;
}

bool reading_addressed(struct arena *a, const struct facts *f, const struct reading_account *acc)
{
	return list_names_us(a, &f->to, acc) || list_names_us(a, &f->cc, acc) ||
	       list_names_us(a, &f->bcc, acc) || field_names_us(a, f, "Resent-To", acc) ||
	       field_names_us(a, f, "Resent-Cc", acc) || field_names_us(a, f, "Resent-Bcc", acc);
}
