// SPDX-License-Identifier: Apache-2.0
/* The look of the file: lines, quotes, comments, blocks, includes. What keys and values mean stands
 * in table.c, value.c and check.c. */
#include "base/text.h"
#include "config/internal.h"
#include <stdarg.h>
#include <stdio.h>

enum { NAME_LENGTH = 64 };

void config_error(struct parser *p, struct where at, const char *fmt, ...)
{
	char what[1024];
	va_list ap;

	if (p->errors->n == CONFIG_ERRORS) {
		p->unlisted++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	p->errors->lines[p->errors->n++] =
		span_of(arena_printf(p->a, "%.*s:%u: %s", SPAN_ARG(at.file), at.line, what));
}

const char *config_quoted(struct parser *p, struct span s)
{
	BUF_CLEANUP struct buf shown = BUF_CAPPED(1000);

	text_escape(&shown, utf8_cut(s, 80));
	return arena_str(p->a, buf_span(&shown));
}

/* A comment starts at '#' where a word could start. */
static struct span without_comment(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '#' && (i == 0 || ascii_blank(s.p[i - 1])))
			return span_trim(span_sub(s, 0, i));
	return span_trim(s);
}

/* The value at the front of `s`, which must be all of it but for a comment. */
static bool take_value(struct parser *p, struct where at, struct span s, struct span *out)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(CONFIG_LINE);
	size_t i = 1;

	s = span_trim(s);
	if (!s.n || s.p[0] != '"') {
		*out = without_comment(s);
		if (span_chr(*out, '"') < 0)
			return true;
		config_error(p, at,
			     "a quote inside a value, put the whole value in quotes and write \\\" inside");
		return false;
	}
	for (; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		buf_putc(&text, s.p[i]);
	}
	if (i >= s.n) {
		config_error(p, at, "the quote is not closed, write \" at the end of the value");
		return false;
	}
	struct span rest = span_sub(s, i + 1, SIZE_MAX);
	if (without_comment(rest).n) {
		config_error(p, at,
			     "'%s' after the closing quote, write one quoted value and nothing behind it",
			     config_quoted(p, span_trim(rest)));
		return false;
	}
	*out = arena_span(p->a, buf_span(&text));
	return true;
}

static size_t word_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && !ascii_blank(s.p[n]) && !strchr("={}#\"", s.p[n]))
		n++;
	return n;
}

static bool name_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return s.n && s.n <= NAME_LENGTH;
}

static void close_account(struct parser *p)
{
	if (p->open)
		config_check_account(p);
	p->open = NULL;
	p->skipping = false;
}

static void open_account(struct parser *p, struct where at, uint32_t depth, struct span name)
{
	struct config *c = p->config;
	uint32_t nkeys;

	config_keys(&nkeys);
	if (p->open) {
		config_error(p, at, "account %s begins inside account %s of line %u, write } before it",
			     config_quoted(p, name), config_quoted(p, p->open->name), p->opened.line);
		close_account(p);
	}
	p->opened = at;
	p->opened_depth = depth;
	p->skipping = true;
	if (!name_plain(name)) {
		config_error(p, at,
			     "'%s' is no account name, write letters, digits, '-' and '_' as in: account "
			     "support {",
			     config_quoted(p, name));
		return;
	}
	for (uint32_t i = 0; i < c->n; i++)
		if (span_eq(c->accounts[i].name, name)) {
			config_error(p, at,
				     "account %s is already there in %.*s:%u, give this one another name",
				     config_quoted(p, name), SPAN_ARG(p->begins[i].file), p->begins[i].line);
			return;
		}
	if (c->n == CONFIG_ACCOUNTS) {
		config_error(p, at, "one account too many, at most %d fit", CONFIG_ACCOUNTS);
		return;
	}
	p->skipping = false;
	p->begins[c->n] = at;
	p->open = &c->accounts[c->n++];
	p->open->name = arena_span(p->a, name);
	config_defaults(p->a, true, p->open);
	memset(p->account, 0, nkeys * sizeof(*p->account));
}

static void take_block(struct parser *p, struct where at, uint32_t depth, struct span line)
{
	struct span word = span_sub(line, 0, word_length(line));
	ptrdiff_t brace = span_chr(line, '{');
	struct span name = span_trim(span_sub(line, word.n, (size_t)brace - word.n));
	struct span rest = without_comment(span_sub(line, (size_t)brace + 1, SIZE_MAX));

	if (rest.n)
		config_error(p, at, "'%s' after {, write one setting on each line below it",
			     config_quoted(p, rest));
	if (span_eq(word, SPAN("account"))) {
		open_account(p, at, depth, name);
		return;
	}
	config_error(p, at, "unknown block '%s', write: account NAME {", config_quoted(p, word));
	close_account(p);
	p->opened = at;
	p->opened_depth = depth;
	p->skipping = true;
}

static void take_close(struct parser *p, struct where at, uint32_t depth, struct span line)
{
	struct span rest = without_comment(span_sub(line, 1, SIZE_MAX));

	if (rest.n)
		config_error(p, at, "'%s' after }, write it on a line of its own", config_quoted(p, rest));
	if ((!p->open && !p->skipping) || depth != p->opened_depth)
		config_error(p, at, "} closes nothing that was opened in this file, remove it");
	else
		close_account(p);
}

static void unknown_key(struct parser *p, struct where at, struct span name)
{
	bool inside = p->open != NULL;

	if (config_find(name, !inside))
		config_error(p, at,
			     inside ? "%s is no setting of an account, write it above the accounts"
				    : "%s is a setting of an account, write it inside account NAME { }",
			     config_quoted(p, name));
	else
		config_error(p, at, "unknown key '%s'%s, see hearback check --defaults",
			     config_quoted(p, name), config_guess(p, name, inside));
}

static void take_setting(struct parser *p, struct where at, struct span name, struct span rest)
{
	const struct config_key *key = config_find(name, p->open != NULL);
	uint32_t nkeys;
	struct span value;
	struct err err;

	if (!take_value(p, at, rest, &value))
		return;
	if (!key) {
		unknown_key(p, at, name);
		return;
	}
	struct where *set = (p->open ? p->account : p->global) + (key - config_keys(&nkeys));
	if (set->line) {
		config_error(p, at, "%s is already set in %.*s:%u, keep one of the two", key->name,
			     SPAN_ARG(set->file), set->line);
		return;
	}
	*set = at;
	if (!config_value_read(p->a, key, value, p->open ? (void *)p->open : p->config, &err))
		config_error(p, at, "%s: %s", key->name, err.text);
}

static void take_file(struct parser *p, struct config_file file, uint32_t depth);

/* A relative pattern starts where the including file lies. */
static void take_include(struct parser *p, struct where at, uint32_t depth, struct span rest)
{
	struct span pattern;
	struct config_file *files = NULL;
	uint32_t n = 0;
	struct err err = { "" };
	size_t folder = at.file.n;

	if (!take_value(p, at, rest, &pattern))
		return;
	if (!pattern.n || depth + 1 > CONFIG_DEPTH) {
		config_error(p, at,
			     pattern.n ? "!include is nested deeper than 8 files, does a file include itself?"
				       : "!include without a file, write for example !include conf.d/*.conf");
		return;
	}
	while (folder && at.file.p[folder - 1] != '/')
		folder--;
	if (pattern.p[0] != '/')
		pattern = span_of(arena_printf(p->a, "%.*s%.*s", SPAN_ARG(span_sub(at.file, 0, folder)),
					       SPAN_ARG(pattern)));
	if (!p->includes || !p->includes->find(p->includes->context, p->a, pattern, &files, &n, &err)) {
		config_error(p, at, "%s",
			     p->includes ? err.text
					 : "!include is not possible here, write the settings out");
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (p->files >= CONFIG_FILES) {
			config_error(p, at, "more than %d files are included, put settings together",
				     CONFIG_FILES);
			return;
		}
		take_file(p, files[i], depth + 1);
	}
}

static void take_line(struct parser *p, struct where at, uint32_t depth, struct span line)
{
	line = span_trim(line);
	size_t n = word_length(line);
	struct span name = span_sub(line, 0, n);
	struct span rest = span_trim(span_sub(line, n, SIZE_MAX));

	if (!line.n || line.p[0] == '#')
		return;
	if (line.p[0] == '}')
		take_close(p, at, depth, line);
	else if (name.n && rest.n && rest.p[0] == '=') {
		if (!p->skipping)
			take_setting(p, at, name, span_sub(rest, 1, SIZE_MAX));
	} else if (span_eq(name, SPAN("!include")))
		take_include(p, at, depth, rest);
	else if (name.n && span_chr(without_comment(line), '{') >= 0)
		take_block(p, at, depth, line);
	else if (span_eq(name, SPAN("account")))
		config_error(p, at, "{ is missing, write: account NAME {");
	else
		config_error(p, at, "'%s' is no setting, write: key = value",
			     config_quoted(p, without_comment(line)));
}

static bool file_fits(struct parser *p, struct config_file file)
{
	struct where top = { .file = file.name, .line = 1 };
	ptrdiff_t nul = file.text.n ? span_chr(file.text, '\0') : -1;

	p->files++;
	p->bytes += file.text.n;
	if (p->bytes > CONFIG_BYTES) {
		config_error(p, top, "the configuration is larger than 1 MB, is this the right file?");
		return false;
	}
	if (nul >= 0) {
		for (ptrdiff_t i = 0; i < nul; i++)
			top.line += file.text.p[i] == '\n';
		config_error(p, top, "a NUL byte, save the file as plain UTF-8 text");
		return false;
	}
	return true;
}

static void take_file(struct parser *p, struct config_file file, uint32_t depth)
{
	struct where at = { .file = file.name };
	struct span rest = file.text, line;

	if (!file_fits(p, file))
		return;
	if (span_starts(rest, SPAN("\xef\xbb\xbf")))
		rest = span_sub(rest, 3, SIZE_MAX);
	while (span_split(&rest, '\n', &line)) {
		at.line++;
		if (line.n > CONFIG_LINE)
			config_error(p, at, "the line is longer than %d bytes, split it up", CONFIG_LINE);
		else
			take_line(p, at, depth, line);
	}
	if ((p->open || p->skipping) && p->opened_depth == depth) {
		config_error(p, p->opened, "the block that begins here is not closed, write } at its end");
		close_account(p);
	}
}

bool config_parse(struct arena *a, struct config_file file, const struct config_source *includes,
		  struct config *out, struct config_errors *errors)
{
	uint32_t nkeys;
	struct parser p = { .a = a, .includes = includes, .config = out, .errors = errors };

	config_keys(&nkeys);
	*out = (struct config){ .accounts = arena_many(a, CONFIG_ACCOUNTS, struct config_account) };
	*errors = (struct config_errors){ .lines = arena_many(a, CONFIG_ERRORS + 1, struct span) };
	p.global = arena_many(a, nkeys, struct where);
	p.account = arena_many(a, nkeys, struct where);
	p.begins = arena_many(a, CONFIG_ACCOUNTS, struct where);
	config_defaults(a, false, out);
	take_file(&p, file, 0);
	if (!out->n && !errors->n)
		config_error(&p, (struct where){ file.name, 1 },
			     "no account, write: account NAME { with address, host and password_file }");
	config_check_all(&p);
	if (p.unlisted)
		errors->lines[errors->n++] =
			span_of(arena_printf(a, "%u more errors are not listed", p.unlisted));
	return errors->n == 0;
}
