// SPDX-License-Identifier: Apache-2.0
/* How reading_kind() collects its signs. Each source is a readable table in a file of its own. */
#pragma once
#include "reading/reading.h"

/* A literal for tables: { .p, .n }. */
#define WORD(s) { .p = (s), .n = sizeof(s) - 1 }

struct signs {
	struct arena *arena;
	const struct facts *facts;
	const struct reading_account *account;
	bool by_form;	/* our own web form wrote it for somebody */
	bool by_group;	/* our own list passed it on */
	struct kind_found *found;
};

/* KIND_HUMAN for what asks for silence without being a machine. A rule is noted once. */
void signs_add(struct signs *s, enum kind kind, struct span rule, struct span name, struct span value);

void signs_of_structure(struct signs *s); /* kind_structure.c: reports, invitations */
void signs_of_fields(struct signs *s);	  /* kind_fields.c: Auto-Submitted, Precedence, List-* ... */
void signs_of_sender(struct signs *s);	  /* kind_sender.c: MAILER-DAEMON, no-reply ... */
void signs_of_words(struct signs *s);	  /* kind_words.c: "Your message could not be delivered" */
/* The text begins as servers do that could not deliver a message to an address. */
bool words_begin_with_failure(struct span text);
void signs_of_subject(struct signs *s);	  /* kind_subject.c: "Automatic reply: ..." */
