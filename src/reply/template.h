// SPDX-License-Identifier: Apache-2.0
/* Mail templates: a file starts with "name: value" lines, then an empty line, then the text, both
 * subject and text in Mustache.
 *
 *	subject: We have your message ({{conversation}})
 *	audience: requester
 *
 *	Hello, ...
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "mustache/mustache.h"

enum {
	REPLY_TEMPLATES = 500,		/* templates in one set */
	REPLY_TEMPLATE_MAX = 64 * 1024,	/* bytes of one file */
	REPLY_BUNDLE_MAX = 4 * 1024 * 1024,
};

/* For whom it was written; the guard compares it with the purpose. It also fixes which names may
 * stand in it, so that a misspelt one is found when it is loaded. */
enum template_audience { TEMPLATE_REQUESTER, TEMPLATE_STAFF };

struct reply_template {
	struct span language; /* folder: "en" */
	struct span name;     /* file without .mustache: "acknowledgement" */
	enum template_audience audience;
	const struct mustache *subject, *text;
};

/* `bytes` must live as long as the result, which lies in the arena. 0 or -EINVAL with "line 3: what,
 * what to write" in err. */
int reply_template_parse(struct arena *a, struct span bytes, struct reply_template *out, struct err *err);

/* Subject (one line) and text in the arena. Strict: what is missing or empty is an error that names it. */
int reply_template_render(struct arena *a, const struct reply_template *t, const struct mustache_value *data,
			  struct span *subject, struct span *text, struct err *err);

/* All templates in force, as the supervisor reads them and the keeper gets them. */
struct reply_templates {
	struct reply_template *at;
	uint32_t n;
};

/* One file more in a bundle (the canonical bytes whose hash the audit names). */
void reply_bundle_put(struct buf *bundle, struct span language, struct span name, struct span bytes);
/* Views into `bundle`. 0, -EBADMSG for what is no bundle, or -EINVAL for the first bad template, with
 * "en/notice.mustache: line 3: ..." in err. */
int reply_bundle_parse(struct arena *a, struct span bundle, struct reply_templates *out, struct err *err);
/* In that language, else in English; NULL if there is none. */
const struct reply_template *reply_template_find(const struct reply_templates *set, struct span language,
						 struct span name);
/* In that language, or NULL. */
const struct reply_template *reply_template_exactly(const struct reply_templates *set, struct span language,
						    struct span name);
/* The language to write in, of those that have the template `name`: `told` (what the requester writes in, empty:
 * nobody knows) in whatever form there is, the account's first ("pt-br" for "pt"); else the account's. */
struct span reply_language(const struct reply_templates *set, struct span name, struct span told,
			   struct span account);
/* Do the languages agree? Every folder is named by a language tag and has the templates for requesters that English
 * has (the first language, if there is no English), with the same audience and the same names in subject and text;
 * none has others. Writes at most `max` lines, each a fault, and returns their number. The set must be in the order
 * of the languages. */
uint32_t reply_templates_check(struct arena *a, const struct reply_templates *set, struct span *lines, uint32_t max);

/* ---- the data of our templates; views must live as long as the result ---- */

/* acknowledgement: conversation, team, due, name, subject. The last two come from the mail, squeezed to one short
 * printable line, and are for proven senders alone. */
struct reply_acknowledgement {
	struct span conversation; /* C-1042 */
	struct span team;	  /* display name or address of the account */
	struct span due;	  /* by when, in words, or empty */
	struct span name;	  /* display name of the requester, or empty */
	struct span subject;	  /* of the message, or empty */
};
struct mustache_value *reply_acknowledgement_data(struct arena *a, const struct reply_acknowledgement *in);

/* One line of a mail to the lead. What comes from mail is squeezed to one short printable line. */
struct reply_line {
	struct span conversation;
	struct span requester; /* address */
	struct span subject;
	struct span due;       /* when, in words; for held ones: when it expires */
	struct span span;      /* how long until or since then: "1 h 30 min" */
	struct span entry;     /* number of the outbox entry, for held ones */
	struct span reason;    /* why it is held */
};
/* notice: team, due_soon (list), breached (list), more (how many lines are left out, empty for 0), unseen (where no
 * answer was ever seen: how to make them visible). */
struct mustache_value *reply_notice_data(struct arena *a, struct span team, const struct reply_line *due_soon,
					 uint32_t nsoon, const struct reply_line *breached,
					 uint32_t nbreached, uint32_t more, struct span unseen);
/* check: team, address, code. */
struct mustache_value *reply_check_data(struct arena *a, struct span team, struct span address, struct span code);
/* held: team, held (list). */
struct mustache_value *reply_held_data(struct arena *a, struct span team, const struct reply_line *held,
				       uint32_t n);
