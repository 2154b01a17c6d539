// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "config/config.h"
#include <stdio.h>
#include <stdlib.h>

#define SMALL                                                                                                \
	"account support {\n address = support@example.com\n host = mail.example.com\n password_file = "     \
	"/p\n}\n"

struct shelf {
	const char *name;
	const char *text;
};

static bool shelf_find(void *context, struct arena *a, struct span pattern, struct config_file **out,
		       uint32_t *n, struct err *err)
{
	const struct shelf *s = context;

	*out = arena_many(a, 8, struct config_file);
	*n = 0;
	for (; s->name; s++)
		if (span_eq(pattern, span_of(s->name)))
			(*out)[(*n)++] = (struct config_file){ span_of(s->name), span_of(s->text) };
	if (*n)
		return true;
	err_set(err, -1, "%.*s: no such file", SPAN_ARG(pattern));
	return false;
}

static bool parse(struct arena *a, struct span text, const struct shelf *shelf, struct config *c,
		  struct config_errors *e)
{
	static const struct shelf nothing = { NULL, NULL };
	struct config_source from = { .context = (void *)(uintptr_t)(shelf ? shelf : &nothing),
				      .find = shelf_find };

	return config_parse(a, (struct config_file){ SPAN("h.conf"), text }, &from, c, e);
}

static void the_smallest_file_has_every_default(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct config_errors e;

	(void)state;
	assert_true(parse(a, SPAN(SMALL), NULL, &c, &e));
	assert_int_equal(c.n, 1);
	const struct config_account *s = config_account(&c, SPAN("support"));
	assert_ptr_equal(s, &c.accounts[0]);
	assert_null(config_account(&c, SPAN("sales")));
	assert_span(c.user, "hearback");
	assert_int_equal(c.reserve, 64 << 20);
	assert_span(s->user, "support@example.com");
	assert_span(s->smtp_user, "support@example.com");
	assert_span(s->smtp_host, "mail.example.com");
	assert_span(s->smtp_tls_name, "mail.example.com");
	assert_span(s->smtp_password_file, "/p");
	assert_span(s->mailbox, "INBOX");
	assert_span(s->template_name, "acknowledgement");
	assert_span(s->subaddress, "");
	assert_span(s->authserv_id, "");
	assert_int_equal(s->port, 993);
	assert_int_equal(s->smtp_port, 465);
	assert_int_equal(s->tls, TLS_IMPLICIT);
	assert_int_equal(s->poll, 60);
	assert_int_equal(s->fetch_limit, 65536);
	assert_int_equal(s->first_response, 6 * 3600);
	assert_int_equal(s->ack_after, 120);
	assert_int_equal(s->ack_age, 6 * 3600);
	assert_int_equal(s->hops, 0);
	assert_true(s->smtp_auth);
	assert_int_equal(s->witness, WITNESS_AUTO);
	assert_int_equal(s->envelope, ENVELOPE_OWN);
}

static void values_are_read_as_people_write_them(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct config_errors e;

	(void)state;
	assert_true(
		parse(a,
		      SPAN("\xef\xbb\xbf# a comment\r\n"
			   "state_dir = \"/var/lib/h b\" # where\r\n"
			   "reserve=1G\n"
			   "account a-1 { # first\n"
			   "\taddress = Support@EXAMPLE.com\n"
			   "\tdisplay_name = \"Say \\\"hi\\\" \\\\ # now\"\n"
			   "\town = help@example.com,info@example.com  hilfe@b\xc3\xbc"
			   "cher.example\n"
			   "\thost = 127.0.0.1\n tls = none\n smtp_tls = NONE\n"
			   "\tpassword_file = /etc/pw#1\n"
			   "\tpoll = 30s\n fetch_limit = 128k\n smtp_auth = no\n subaddress = +\n hops = 2\n"
			   "\tenvelope = null\n witness = no\n template = plain\n"
			   "}  # end\n"),
		      NULL, &c, &e));
	const struct config_account *s = &c.accounts[0];
	assert_span(c.state_dir, "/var/lib/h b");
	assert_int_equal(c.reserve, 1 << 30);
	assert_span(s->address, "support@example.com");
	assert_span(s->display_name, "Say \"hi\" \\ # now");
	assert_int_equal(s->own.n, 3);
	assert_span(s->own.at[1], "info@example.com");
	assert_span(s->own.at[2], "hilfe@xn--bcher-kva.example");
	assert_span(s->password_file, "/etc/pw#1");
	assert_int_equal(s->tls, TLS_NONE);
	assert_int_equal(s->poll, 30);
	assert_int_equal(s->fetch_limit, 128 * 1024);
	assert_false(s->smtp_auth);
	assert_span(s->subaddress, "+");
	assert_int_equal(s->hops, 2);
	assert_int_equal(s->envelope, ENVELOPE_NULL);
	assert_int_equal(s->witness, WITNESS_NO);
	assert_span(s->template_name, "plain");
}

static void starttls_has_ports_of_its_own(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct config_errors e;

	(void)state;
	assert_true(parse(a,
			  SPAN("account a {\n address = a@example.com\n host = h\n password_file = /p\n"
			       " tls = starttls\n smtp_tls = starttls\n}\n"
			       "account b {\n address = b@example.com\n host = h\n password_file = /p\n"
			       " tls = starttls\n port = 993\n}\n"),
			  NULL, &c, &e));
	assert_int_equal(c.accounts[0].tls, TLS_STARTTLS);
	assert_int_equal(c.accounts[0].port, 143);
	assert_int_equal(c.accounts[0].smtp_port, 587);
	assert_int_equal(c.accounts[1].port, 993);
	assert_int_equal(c.accounts[1].smtp_port, 465);
}

static const struct bad {
	const char *text;
	const char *errors; /* joined by line ends */
} bad[] = {
	{ "", "h.conf:1: no account, write: account NAME { with address, host and password_file }\n" },
	{ "account support {\n}\n",
	  "h.conf:1: account support has no address, write for example address = support@example.com\n"
	  "h.conf:1: account support has no host, write for example host = mail.example.com\n"
	  "h.conf:1: account support has no password_file, write for example password_file = "
	  "/etc/hearback/support.password\n" },
	{ "debgu = yes\nzzz = 1\n" SMALL,
	  "h.conf:1: unknown key 'debgu' (did you mean debug?), see hearback check --defaults\n"
	  "h.conf:2: unknown key 'zzz', see hearback check --defaults\n" },
	{ "host = x\n" SMALL,
	  "h.conf:1: host is a setting of an account, write it inside account NAME { }\n" },
	{ "debug = maybe\n" SMALL, "h.conf:1: debug: 'maybe' is none of: yes | no\n" },
	{ "debug =\n" SMALL, "h.conf:1: debug: debug has no value, write for example debug = no\n" },
	{ "debug = yes\ndebug = no\n" SMALL,
	  "h.conf:2: debug is already set in h.conf:1, keep one of the two\n" },
	{ "state_dir = lib\n" SMALL, "h.conf:1: state_dir: 'lib' is no absolute path, write it from / on\n" },
	{ "reserve = 1k\n" SMALL,
	  "h.conf:1: reserve: '1k' is no size from 1M to 64G, write for example reserve = 64M\n" },
	{ "state_dir = \"/a\" b\n" SMALL,
	  "h.conf:1: 'b' after the closing quote, write one quoted value and nothing behind it\n" },
	{ "state_dir = \"/a\n" SMALL,
	  "h.conf:1: the quote is not closed, write \" at the end of the value\n" },
	{ "state_dir = /a\"b\"\n" SMALL,
	  "h.conf:1: a quote inside a value, put the whole value in quotes and write \\\" inside\n" },
	{ "state_dir /a\n" SMALL, "h.conf:1: 'state_dir /a' is no setting, write: key = value\n" },
	{ "= /a\n" SMALL, "h.conf:1: '= /a' is no setting, write: key = value\n" },
	{ SMALL "}\n", "h.conf:6: } closes nothing that was opened in this file, remove it\n" },
	{ SMALL SMALL,
	  "h.conf:6: account support is already there in h.conf:1, give this one another name\n" },
	{ SMALL "account sales {\n address = support@example.com\n host = h\n password_file = /p\n}\n",
	  "h.conf:6: support@example.com belongs to account support already, write it in one account "
	  "only\n" },
	{ SMALL "account {\n host = ?\n}\n",
	  "h.conf:6: '' is no account name, write letters, digits, '-' and '_' as in: account support {\n" },
	{ SMALL "acount sales {\n host = ?\n}\n",
	  "h.conf:6: unknown block 'acount', write: account NAME {\n" },
	{ SMALL "account sales\n", "h.conf:6: { is missing, write: account NAME {\n" },
	{ "account a { host = x\n address = a@example.com\n host = h\n password_file = /p\n} x\n",
	  "h.conf:1: 'host = x' after {, write one setting on each line below it\n"
	  "h.conf:5: 'x' after }, write it on a line of its own\n" },
	{ "account a {\n address = a@example.com\n host = h\n password_file = /p\n",
	  "h.conf:1: the block that begins here is not closed, write } at its end\n" },
	{ "account a {\n address = a@example.com\n host = h\n password_file = /p\n" SMALL,
	  "h.conf:5: account support begins inside account a of line 1, write } before it\n" },
	{ "account a {\n debug = yes\n prot = 1\n port = 0\n smtp_port = 65536\n poll = 5min\n ack_age = 7h\n"
	  " warn_percent = ten\n address = a\n host = a b\n password_file = p\n}\n",
	  "h.conf:2: debug is no setting of an account, write it above the accounts\n"
	  "h.conf:3: unknown key 'prot' (did you mean port?), see hearback check --defaults\n"
	  "h.conf:4: port: '0' is no number from 1 to 65535, write for example port = 993\n"
	  "h.conf:5: smtp_port: '65536' is no number from 1 to 65535, write for example smtp_port = 465\n"
	  "h.conf:6: poll: '5min' is no duration from 1s to 60s, write for example poll = 60s\n"
	  "h.conf:7: ack_age: '7h' is no duration from 1s to 6h, write for example ack_age = 6h\n"
	  "h.conf:8: warn_percent: 'ten' is no number from 1 to 99, write for example warn_percent = 75\n"
	  "h.conf:9: address: 'a' is no plain mail address, write for example support@example.com\n"
	  "h.conf:10: host: 'a b' is no host name, write for example mail.example.com (the port has a key of "
	  "its own)\n"
	  "h.conf:11: password_file: 'p' is no absolute path, write it from / on\n" },
	{ "account a {\n address = a@example.com\n password_file = /p\n host = mail.example.com\n tls = "
	  "none\n"
	  " smtp_host = 127.0.0.1.example.com\n smtp_tls = none\n}\n",
	  "h.conf:5: tls = none would show the password to the network, host mail.example.com is not "
	  "loopback: write tls = implicit\n"
	  "h.conf:7: smtp_tls = none would show the password to the network, smtp_host 127.0.0.1.example.com "
	  "is not loopback: "
	  "write smtp_tls = implicit\n" },
	{ "account a {\n address = a@example.com\n password_file = /p\n host = h\n lead = a@example.com "
	  "b@example.com\n"
	  " own = c@example.com, c@example.com\n subaddress = at\n language = ../x\n display_name = a\tb\n "
	  "ack_age = 1min\n}\n",
	  "h.conf:6: own: 'c@example.com' stands twice in the list, write it once\n"
	  "h.conf:8: language: '../x' is no name, write letters, digits, '-', '_' and '.' only\n"
	  "h.conf:9: display_name: 'a\\x09b' has control characters, is no UTF-8 or is longer than 255 "
	  "bytes\n"
	  "h.conf:7: subaddress is no separator, write +, -, = or _\n"
	  "h.conf:1: ack_after is not shorter than ack_age: nothing would ever be acknowledged, write "
	  "ack_after = 2min\n"
	  "h.conf:1: lead a@example.com is a watched mailbox itself, write the address of a person\n" },
	{ "account a {\n address = a@example.com\n host = h\n password_file = /p\n token_file = /t\n}\n",
	  "h.conf:4: password_file beside a token: write only one of password_file, token_file, token_command\n" },
	{ "account a {\n address = a@example.com\n host = h\n token_command = get token\n token_file = /t\n}\n",
	  "h.conf:4: token_command beside token_file: write only one of them\n"
	  "h.conf:4: token_command: 'get token' has no absolute path, write it from / on\n" },
	{ "account a {\n address = a@example.com\n host = h\n password_file = /p\n tls = maybe\n}\n",
	  "h.conf:5: tls: 'maybe' is none of: implicit | none | starttls\n" },
	{ "account a {\n address = a+x@ex-ample.com\n password_file = /p\n host = h\n subaddress = +\n}\n",
	  "h.conf:2: address a+x@ex-ample.com has the subaddress separator in it, write the address before it\n" },
	{ "!include\n!include none.conf\n" SMALL,
	  "h.conf:1: !include without a file, write for example !include conf.d/*.conf\n"
	  "h.conf:2: none.conf: no such file\n" },
};

static struct span joined(struct arena *a, const struct config_errors *e)
{
	char *all = arena_str(a, SPAN_NONE);

	for (uint32_t i = 0; i < e->n; i++)
		all = arena_printf(a, "%s%.*s\n", all, SPAN_ARG(e->lines[i]));
	return span_of(all);
}

static void every_bad_file_says_what_to_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct config c;
		struct config_errors e;
		assert_false(parse(a, span_of(bad[i].text), NULL, &c, &e));
		assert_string_equal(joined(a, &e).p, bad[i].errors);
	}
}

static void what_is_no_text_is_refused(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct config_errors e;
	char *big = arena_alloc(a, CONFIG_BYTES + 2);

	(void)state;
	assert_false(parse(a, SPAN("debug = no\n\0"), NULL, &c, &e));
	assert_string_equal(joined(a, &e).p, "h.conf:2: a NUL byte, save the file as plain UTF-8 text\n");
	memset(big, '#', CONFIG_BYTES + 1);
	assert_false(parse(a, span_make(big, CONFIG_BYTES + 1), NULL, &c, &e));
	assert_string_equal(joined(a, &e).p,
			    "h.conf:1: the configuration is larger than 1 MB, is this the right file?\n");
	assert_false(parse(a, span_make(big, CONFIG_LINE + 1), NULL, &c, &e));
	assert_string_equal(joined(a, &e).p, "h.conf:1: the line is longer than 65536 bytes, split it up\n");
	memset(big, '}', CONFIG_BYTES);
	for (size_t i = 1; i < 400; i += 2)
		big[i] = '\n';
	assert_false(parse(a, span_make(big, 400), NULL, &c, &e));
	assert_int_equal(e.n, CONFIG_ERRORS + 1);
	assert_span(e.lines[CONFIG_ERRORS], "100 more errors are not listed");
}

static void includes_are_taken_where_they_stand(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config c;
	struct config_errors e;
	static const struct shelf good[] = { { "d/a.conf", "debug = yes\n!include b.conf\n" },
					     { "d/b.conf", SMALL },
					     { "/etc/t.conf", "hops = 3\n" },
					     { NULL, NULL } };
	static const struct shelf loop[] = { { "h.conf", "!include h.conf\n" }, { NULL, NULL } };
	static const struct shelf open[] = { { "x", "account a {\n" }, { "y", "}\n" }, { NULL, NULL } };

	(void)state;
	assert_true(parse(a,
			  SPAN("!include d/a.conf\naccount b {\n address = b@example.com\n host = h\n "
			       "password_file = /p\n"
			       " !include /etc/t.conf # shared\n}\n"),
			  good, &c, &e));
	assert_true(c.debug);
	assert_int_equal(c.n, 2);
	assert_int_equal(c.accounts[1].hops, 3);
	assert_false(parse(a, SPAN("!include h.conf\n"), loop, &c, &e));
	assert_string_equal(
		joined(a, &e).p,
		"h.conf:1: !include is nested deeper than 8 files, does a file include itself?\n");
	assert_false(parse(a, SPAN("!include x\n" SMALL), open, &c, &e));
	assert_span(e.lines[0], "x:1: the block that begins here is not closed, write } at its end");
	assert_false(parse(a,
			   SPAN("account a {\n!include y\n address = a@example.com\n host = h\n "
				"password_file = /p\n}\n"),
			   open, &c, &e));
	assert_string_equal(joined(a, &e).p,
			    "y:1: } closes nothing that was opened in this file, remove it\n");
}

/* A file with random keys, some of them with a value that is not their default. */
static struct span random_file(struct arena *a, unsigned *seed)
{
	static const char *const words[] = { "a b",	     "\"#x\"", "\"  \"",
					     "\"\\\"\\\\\"", "plain",  "\xc3\xa9t\xc3\xa9",
					     "\"\"" };
	static const char *const sizes[] = { "4k", "70000", "8M", "65537", "1M" };
	static const char *const times[] = { "1s", "59s", "30s", "11s" };
	static const char *const secrets[] = { "password_file = /p", "token_file = /t", "token_command = /c a b" };
	uint32_t n;
	const struct config_key *keys = config_keys(&n);
	char *text = arena_printf(a, "%s", rand_r(seed) % 2 ? "debug = yes\nreserve = 1025M\n" : "");

	for (int account = 0; account < 3; account++) {
		text = arena_printf(
			a, "%saccount x%d {\n address = x%d@example.com\n host = h%d\n %s\n", text, account,
			account, account, secrets[account]);
		for (uint32_t i = 0; i < n; i++) {
			unsigned r = (unsigned)rand_r(seed);
			const char *value = NULL;
			if (!keys[i].in_account || r % 3 == 0 || strcmp(keys[i].name, "subaddress") == 0 ||
			    strcmp(keys[i].name, "token_command") == 0)
				continue;
			if (keys[i].kind == CONFIG_TEXT)
				value = words[r % (*keys[i].initial ? 6 : 7)];
			else if (keys[i].kind == CONFIG_SIZE)
				value = sizes[r % 5];
			else if (keys[i].kind == CONFIG_DURATION && strncmp(keys[i].name, "ack_", 4) != 0)
				value = times[2 + r % 2];
			else if (keys[i].kind == CONFIG_NUMBER)
				value = r % 2 ? "1" : "8";
			else if (keys[i].kind == CONFIG_ADDRESSES)
				value = r % 2 ? "l@example.net, m@example.org" : "l@example.net";
			else if (keys[i].kind == CONFIG_YESNO)
				value = "no";
			else if (strcmp(keys[i].name, "ack_after") == 0)
				value = times[r % 4];
			if (value && strcmp(keys[i].name, "own") != 0)
				text = arena_printf(a, "%s %s = %s\n", text, keys[i].name, value);
		}
		text = arena_printf(a, "%s}\n", text);
	}
	return span_of(text);
}

static void the_canonical_text_means_the_same(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 300; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf once = BUF_CAPPED(CONFIG_BYTES);
		BUF_CLEANUP struct buf twice = BUF_CAPPED(CONFIG_BYTES);
		struct config c, again;
		struct config_errors e;
		struct span text = random_file(a, &seed);
		if (!parse(a, text, NULL, &c, &e))
			fail_msg("%s%s", joined(a, &e).p, text.p);
		config_write(&c, SPAN_NONE, &once);
		assert_true(parse(a, buf_span(&once), NULL, &again, &e));
		config_write(&again, SPAN_NONE, &twice);
		assert_true(span_eq(buf_span(&once), buf_span(&twice)));
		for (uint32_t k = 0; k < c.n; k++) {
			assert_true(span_eq(c.accounts[k].display_name, again.accounts[k].display_name));
			assert_int_equal(c.accounts[k].fetch_limit, again.accounts[k].fetch_limit);
			assert_int_equal(c.accounts[k].silence, again.accounts[k].silence);
		}
		buf_reset(&twice);
		config_write(&c, SPAN("x1"), &twice);
		assert_true(parse(a, buf_span(&twice), NULL, &again, &e));
		assert_int_equal(again.n, 1);
		assert_span(again.accounts[0].name, "x1");
	}
}

#define TWO(before, in_a, in_b)                                                                           \
	before "account a {\n address = a@example.com\n host = h\n password_file = /a\n" in_a "}\n"     \
	       "account b {\n address = b@example.com\n host = h\n password_file = /b\n" in_b "}\n"

/* Whether account a, then b, goes by the same settings as before: pollers, senders; and the keeper. */
static void a_change_is_somebodys(void **state)
{
	static const struct {
		const char *text;
		bool keeper, poller_a, sender_a, poller_b, sender_b;
	} cases[] = {
		{ TWO("", "", ""), true, true, true, true, true },
		{ TWO("# words\nread_group = games\nalarm_command = /bin/true\n", "", ""), true, true, true, true, true },
		{ TWO("", " poll = 30s\n", ""), true, false, true, true, true },
		{ TWO("", "", " smtp_port = 466\n"), true, true, true, true, false },
		{ TWO("", " user = c\n", ""), true, false, false, true, true },
		{ TWO("", "", " first_response = 1h\n"), false, true, true, true, true },
		{ TWO("debug = yes\n", "", ""), false, true, true, true, true },
		{ TWO("", "", "") "account c {\n address = c@example.com\n host = h\n password_file = /c\n}\n", false, true, true, true, true },
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct config before, after;
	struct config_errors e;

	(void)state;
	assert_true(parse(a, span_of(TWO("", "", "")), NULL, &before, &e));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (!parse(a, span_of(cases[i].text), NULL, &after, &e))
			fail_msg("%s", joined(a, &e).p);
		assert_int_equal(config_same(&before, &after, SPAN_NONE, 0), i == 0);
		assert_int_equal(config_same(&before, &after, SPAN_NONE, CONFIG_OF_KEEPER), cases[i].keeper);
		assert_int_equal(config_same(&before, &after, SPAN("a"), CONFIG_OF_POLLER), cases[i].poller_a);
		assert_int_equal(config_same(&before, &after, SPAN("a"), CONFIG_OF_SENDER), cases[i].sender_a);
		assert_int_equal(config_same(&before, &after, SPAN("b"), CONFIG_OF_POLLER), cases[i].poller_b);
		assert_int_equal(config_same(&before, &after, SPAN("b"), CONFIG_OF_SENDER), cases[i].sender_b);
	}
}

static void any_bytes_end_in_errors_not_in_harm(void **state)
{
	static const char bytes[] = "account a{}\n=\"\\#! incldue,host@.\0\xff\t\r{";
	unsigned seed = 3;
	char text[300];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct config c;
		struct config_errors e;
		size_t n = (size_t)rand_r(&seed) % sizeof(text);
		for (size_t k = 0; k < n; k++)
			text[k] = bytes[(size_t)rand_r(&seed) % sizeof(bytes)];
		assert_false(parse(a, span_make(text, n), NULL, &c, &e));
		assert_true(e.n > 0);
		for (uint32_t k = 0; k < e.n; k++)
			assert_true(span_chr(e.lines[k], '\n') < 0);
	}
}

static void the_table_is_sound(void **state)
{
	uint32_t n;
	const struct config_key *keys = config_keys(&n);

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		assert_true(strlen(keys[i].meaning) > 5);
		for (uint32_t k = 0; k < i; k++)
			assert_false(keys[i].in_account == keys[k].in_account &&
				     strcmp(keys[i].name, keys[k].name) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_file_has_every_default),
		cmocka_unit_test(starttls_has_ports_of_its_own),
		cmocka_unit_test(values_are_read_as_people_write_them),
		cmocka_unit_test(every_bad_file_says_what_to_write),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(includes_are_taken_where_they_stand),
		cmocka_unit_test(the_canonical_text_means_the_same),
		cmocka_unit_test(a_change_is_somebodys),
		cmocka_unit_test(any_bytes_end_in_errors_not_in_harm),
		cmocka_unit_test(the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
