// SPDX-License-Identifier: Apache-2.0
/* Mustache (https://mustache.github.io, required modules of specification 1.4): templates that run
 * no code. Pure and bounded: the budget is counted in steps, so that the same template and data
 * always end the same way. */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum {
	MUSTACHE_SIZE = 256 * 1024,	  /* bytes of one template */
	MUSTACHE_SECTIONS = 32,		  /* nested sections in one template */
	MUSTACHE_PARTIALS = 16,		  /* nested partials */
	MUSTACHE_STEPS = 1000 * 1000,	  /* pieces put out in one rendering */
};

/* ---- data ---- */

enum mustache_type { MUSTACHE_NULL, MUSTACHE_BOOL, MUSTACHE_STRING, MUSTACHE_LIST, MUSTACHE_MAP };

/* A tree in an arena. Numbers are strings of their decimal form. */
struct mustache_value {
	enum mustache_type type;
	bool truth;	  /* MUSTACHE_BOOL */
	struct span text; /* MUSTACHE_STRING */
	struct span name; /* of a member of a map */
	struct mustache_value *first, *last; /* members of a map, items of a list, in order */
	struct mustache_value *next;
};

struct mustache_value *mustache_new(struct arena *a, enum mustache_type type);
/* Appends to a list (the name is ignored) or a map; returns the new value. The views must live as
 * long as the tree. A name that is set twice keeps its first value. */
struct mustache_value *mustache_add(struct arena *a, struct mustache_value *parent, struct span name,
				    enum mustache_type type);
void mustache_add_string(struct arena *a, struct mustache_value *parent, const char *name, struct span text);
void mustache_add_bool(struct arena *a, struct mustache_value *parent, const char *name, bool truth);

/* ---- templates ---- */

struct mustache;

enum mustache_rule {
	MUSTACHE_ESCAPED_ONLY = 1 << 0, /* {{{name}}} and {{&name}} are errors */
};

/* `text` must live as long as the result, which lies in the arena; `line` is the number of its first
 * line, for messages. 0 or -EINVAL with "line 3, column 5: what, what to write" in err. */
int mustache_compile(struct arena *a, struct span text, unsigned line, unsigned rules, struct mustache **out,
		     struct err *err);

enum mustache_use { MUSTACHE_VARIABLE, MUSTACHE_SECTION, MUSTACHE_PARTIAL };
struct mustache_name {
	enum mustache_use use;
	struct span name;
	unsigned line;
};
/* Calls `each` for every name in the template, in order, until it returns false; what the last call
 * returned. */
bool mustache_names(const struct mustache *t, bool (*each)(void *context, struct mustache_name name),
		    void *context);

struct mustache_options {
	/* Makes a value safe for the content type; NULL for HTML. */
	void (*escape)(struct buf *out, struct span text);
	/* Finds a partial: 0 with *out (NULL where there is none), or -errno with a line in err. May be
	 * NULL. */
	int (*partial)(void *context, struct span name, const struct mustache **out, struct err *err);
	void *context;
	/* For sending: a variable that is missing, empty, a list or a map, and a missing partial, are
	 * errors that name it. Sections may miss: asking is what they are for. */
	bool strict;
};

/* & " < > as character references. */
void mustache_escape_html(struct buf *out, struct span text);
/* text/plain: as it is. */
void mustache_escape_none(struct buf *out, struct span text);

/* Appends to `out`. 0; -EINVAL (strict), -ELOOP (partials too deep), -E2BIG (cap of `out` or
 * MUSTACHE_STEPS), or what `partial` said, with a line in err. */
int mustache_render(const struct mustache *t, const struct mustache_value *data,
		    const struct mustache_options *how, struct buf *out, struct err *err);
