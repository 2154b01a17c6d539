// SPDX-License-Identifier: Apache-2.0
/* RFC 5228 section 8.2: from tokens to commands. The form is read generically and then held against what the
 * word takes, so that one mistake does not hide the next. */
#include "sieve/internal.h"
#include <stdio.h>

void sieve_complain(struct sieve_compiler *c, struct sieve_place where, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	if (c->lost || c->errors->n == SIEVE_ERRORS)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->errors->at[c->errors->n++] = (struct sieve_error){ where, arena_str(c->a, span_of(text)) };
}

/* The form itself is broken here. */
static void lose(struct sieve_compiler *c, const char *what)
{
	struct sieve_token *t = &c->lexer.token;

	if (t->type == TOKEN_BROKEN)
		sieve_complain(c, t->place, "%.*s", SPAN_ARG(t->text));
	else
		sieve_complain(c, t->place, "%s", what);
	c->lost = true;
}

static bool at_mark(const struct sieve_compiler *c, char mark)
{
	return c->lexer.token.type == TOKEN_MARK && c->lexer.token.mark == mark;
}

static bool take_mark(struct sieve_compiler *c, char mark)
{
	if (!at_mark(c, mark))
		return false;
	sieve_lexer_next(&c->lexer);
	return true;
}

bool sieve_take_string(struct sieve_compiler *c, const char *what, struct span *out)
{
	struct sieve_token t = c->lexer.token;

	if (t.type != TOKEN_STRING) {
		lose(c, what);
		return false;
	}
	*out = sieve_required(c, "encoded-character") ? sieve_decode_characters(c, t.place, t.text) : t.text;
	sieve_lexer_next(&c->lexer);
	return true;
}

static void take_strings(struct sieve_compiler *c, struct sieve_strings *out)
{
	struct span *at = arena_many(c->a, 1, struct span);
	uint32_t n = 0, room = 1;

	if (!take_mark(c, '[')) {
		if (sieve_take_string(c, "here stands a string in double quotes", &at[0]))
			*out = (struct sieve_strings){ at, 1 };
		return;
	}
	do {
		if (n == SIEVE_STRINGS) {
			lose(c, "this list is too long, split the test");
			return;
		}
		if (n == room) {
			struct span *more = arena_many(c->a, room *= 2, struct span);
			memcpy(more, at, n * sizeof(*at));
			at = more;
		}
		if (!sieve_take_string(c, "between [ and ] stand strings with commas between them", &at[n++]))
			return;
	} while (take_mark(c, ','));
	if (!take_mark(c, ']'))
		lose(c, "write a comma between the strings of a list and ] behind the last");
	*out = (struct sieve_strings){ at, n };
}

static void take_arguments(struct sieve_compiler *c, const struct sieve_command *command, struct sieve_node *node,
			   struct sieve_given *g)
{
	for (; !c->lost; g->n++) {
		const struct sieve_token *t = &c->lexer.token;
		bool room = g->n < sizeof(g->form) - 1;
		if (t->type == TOKEN_TAG) {
			sieve_take_tag(c, command, node, g);
			g->n--;
		} else if (t->type == TOKEN_NUMBER) {
			node->number = t->number;
			if (room)
				g->form[g->n] = 'n';
			sieve_lexer_next(&c->lexer);
		} else if (t->type == TOKEN_STRING || at_mark(c, '[')) {
			struct sieve_strings s = { 0 };
			take_strings(c, &s);
			if (g->nstrings < SIEVE_ARGUMENTS)
				node->strings[g->nstrings] = s;
			g->nstrings++;
			if (room)
				g->form[g->n] = 'S';
		} else {
			return;
		}
	}
}

/* "header" takes strings, strings. */
static const char *usage(struct arena *a, const struct sieve_command *command)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(400);

	for (const char *p = command->arguments; *p; p++) {
		buf_puts(&b, p > command->arguments ? ", " : "");
		switch (*p) {
		case 's':
			buf_puts(&b, "a string");
			break;
		case 'S':
			buf_puts(&b, "a string or a list of strings");
			break;
		case 'n':
			buf_puts(&b, "a number");
			break;
		case 't':
			buf_puts(&b, "a test");
			break;
		case 'T':
			buf_puts(&b, "tests in parentheses with commas between them");
			break;
		default:
			buf_puts(&b, "a block in { }");
			break;
		}
	}
	return arena_str(a, b.n ? buf_span(&b) : SPAN("nothing"));
}

static bool fits(const struct sieve_command *command, const struct sieve_node *node, const struct sieve_given *g)
{
	uint32_t at = 0, strings = 0;
	bool one = false, list = false, block = false;

	for (const char *p = command->arguments; *p; p++) {
		one |= *p == 't';
		list |= *p == 'T';
		block |= *p == 'b';
		if (!strchr("sSn", *p))
			continue;
		if (at >= g->n || at >= sizeof(g->form) || g->form[at] != (*p == 'n' ? 'n' : 'S'))
			return false;
		if (*p == 's' && node->strings[strings].n != 1)
			return false;
		strings += *p != 'n';
		at++;
	}
	return at == g->n && one == g->one && list == g->list && block == g->block;
}

static void check_node(struct sieve_compiler *c, struct span name, struct sieve_node *node, const struct sieve_given *g)
{
	const struct sieve_command *command = node->command;
	const char *why;

	if (!command || c->lost || g->bad)
		return;
	if (!fits(command, node, g)) {
		sieve_complain(c, node->place, "%.*s takes %s", SPAN_ARG(name), usage(c->a, command));
		return;
	}
	if ((command->tags & SIEVE_TAG_SIZE) && !(g->tags & SIEVE_TAG_SIZE))
		sieve_complain(c, node->place, "%.*s needs :over or :under", SPAN_ARG(name));
	else if (command->check && (why = command->check(c->a, node)))
		sieve_complain(c, node->place, "%s", why);
}

static const struct sieve_command *find(struct sieve_compiler *c, struct sieve_place place, struct span name, bool test)
{
	const struct sieve_command *command = sieve_find(c, name, test);

	if (!command) {
		sieve_complain(c, place, "there is no %s '%.*s'%s", test ? "test" : "command", SPAN_ARG(name),
			       sieve_find(c, name, !test) ? (test ? "; it is a command" : "; it is a test, write it behind if") : "");
	} else if (command->refused) {
		sieve_complain(c, place, "'%.*s': %s", SPAN_ARG(name), command->refused);
		return NULL;
	} else if (command->capability && !sieve_required(c, command->capability)) {
		sieve_complain(c, place, "'%.*s' needs require \"%s\"; at the beginning", SPAN_ARG(name), command->capability);
	}
	return command;
}

static struct sieve_node *take_block(struct sieve_compiler *c);
static struct sieve_node *take_node(struct sieve_compiler *c, bool test);

static void take_tests(struct sieve_compiler *c, struct sieve_node *node, struct sieve_given *g)
{
	struct sieve_node **end = &node->tests;

	if (c->lexer.token.type == TOKEN_NAME) {
		g->one = true;
		node->tests = take_node(c, true);
		return;
	}
	if (!take_mark(c, '('))
		return;
	g->list = true;
	do {
		if (c->lexer.token.type != TOKEN_NAME) {
			lose(c, "between ( and ) stand tests with commas between them");
			return;
		}
		*end = take_node(c, true);
		end = &(*end)->next;
	} while (!c->lost && take_mark(c, ','));
	if (!c->lost && !take_mark(c, ')'))
		lose(c, "write a comma between tests and ) behind the last");
}

/* A command or a test, with the name in hand. */
static struct sieve_node *take_node(struct sieve_compiler *c, bool test)
{
	struct sieve_node *node = arena_one(c->a, struct sieve_node);
	struct sieve_given g = { .bad = false };
	struct span name = c->lexer.token.text;

	node->place = c->lexer.token.place;
	if (++c->depth > SIEVE_NESTING)
		lose(c, "too deep: tests and blocks may stand at most 32 levels within one another");
	node->command = find(c, node->place, name, test);
	sieve_lexer_next(&c->lexer);
	take_arguments(c, node->command, node, &g);
	if (c->lexer.token.type == TOKEN_BROKEN)
		lose(c, "");
	if (!c->lost)
		take_tests(c, node, &g);
	if (!c->lost && !test) {
		if (take_mark(c, '{')) {
			g.block = true;
			node->block = take_block(c);
			if (!c->lost && !take_mark(c, '}'))
				lose(c, "this block never ends, write } behind it");
		} else if (!take_mark(c, ';')) {
			lose(c, "write ; behind a command");
		}
	}
	check_node(c, name, node, &g);
	c->depth--;
	return node;
}

/* require stands before everything else (RFC 5228 section 3.2). */
static void take_require(struct sieve_compiler *c, bool first)
{
	struct sieve_place place = c->lexer.token.place;
	struct sieve_strings names = { 0 };

	sieve_lexer_next(&c->lexer);
	take_strings(c, &names);
	if (!c->lost && !take_mark(c, ';'))
		lose(c, "write ; behind a command");
	if (!first)
		sieve_complain(c, place, "require stands at the beginning, move it there");
	for (uint32_t i = 0; i < names.n; i++)
		sieve_require(c, place, names.at[i]);
}

static void check_branch(struct sieve_compiler *c, const struct sieve_node *before, const struct sieve_node *now)
{
	enum sieve_branch b = now->command ? sieve_branch_of(now->command) : BRANCH_NONE;
	enum sieve_branch last = before && before->command ? sieve_branch_of(before->command) : BRANCH_NONE;

	if ((b == BRANCH_ELSIF || b == BRANCH_ELSE) && last != BRANCH_IF && last != BRANCH_ELSIF &&
	    !(before && !before->command))
		sieve_complain(c, now->place, "'%s' follows an if or elsif and nothing else", now->command->name);
}

static struct sieve_node *take_block(struct sieve_compiler *c)
{
	struct sieve_node *first = NULL, *last = NULL;
	bool top = c->depth == 0, beginning = true;

	while (!c->lost && c->lexer.token.type != TOKEN_END && !at_mark(c, '}')) {
		if (c->lexer.token.type != TOKEN_NAME) {
			lose(c, "here stands a command");
		} else if (span_ieq(c->lexer.token.text, SPAN("require"))) {
			take_require(c, top && beginning);
		} else {
			struct sieve_node *node = take_node(c, false);
			beginning = false;
			check_branch(c, last, node);
			if (last)
				last->next = node;
			else
				first = node;
			last = node;
		}
	}
	return first;
}

bool sieve_compile(struct arena *a, struct span source, const struct sieve_dialect *dialect, struct sieve_node **out,
		   struct sieve_errors *errors)
{
	struct sieve_compiler c = { .a = a, .dialect = dialect, .errors = errors };

	*errors = (struct sieve_errors){ .n = 0 };
	*out = NULL;
	if (source.n > SIEVE_SIZE) {
		sieve_complain(&c, (struct sieve_place){ 1, 1 }, "larger than %d KiB, split it", SIEVE_SIZE / 1024);
		return false;
	}
	sieve_lexer_start(&c.lexer, a, source);
	*out = take_block(&c);
	if (!c.lost && c.lexer.token.type != TOKEN_END)
		lose(&c, "this } closes nothing, take it out");
	return errors->n == 0;
}
