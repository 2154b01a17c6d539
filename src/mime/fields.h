// SPDX-License-Identifier: Apache-2.0
/* Header block -> facts. */
#pragma once
#include "mail/facts.h"
#include "mail/header.h"

/* Fills in everything of the facts that comes from the header. */
void fields_read(struct arena *a, const struct raw_header *h, struct facts *f);
/* Decodes the fields of a block; *flags gets FACT_BAD_CHARSET where it applies. */
struct fact_field *fields_decode(struct arena *a, const struct raw_header *h, uint32_t *flags);
