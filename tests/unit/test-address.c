// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/limits.h"

/* "name <local|domain>" for each address, then how many there were, then what is remarkable. */
static void render(struct buf *b, const struct address_list *l)
{
	for (uint32_t i = 0; i < l->n; i++)
		buf_printf(b, "%.*s<%.*s|%.*s> ", SPAN_ARG(l->at[i].name), SPAN_ARG(l->at[i].local),
			   SPAN_ARG(l->at[i].domain));
	buf_printf(b, "%u%s%s", l->seen, l->broken ? " broken" : "", l->group ? " group" : "");
}

static struct span shout(struct arena *a, struct span raw)
{
	char *p = arena_str(a, raw);

	for (size_t i = 0; i < raw.n; i++)
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 32);
	return span_make(p, raw.n);
}

static void lists_are_read(void **state)
{
	static const struct {
		const char *value, *expected;
	} table[] = {
		{ "", "0" },
		{ " \r\n\t", "0" },
		{ ",,,;", "0" },
		{ "a@b.c", "<a|b.c> 1" },
		{ "Joe Q. Public <Joe@Example.ORG>", "Joe Q. Public<Joe|example.org> 1" },
		{ "\"Doe, J\" <a@b.c>, x@y.z", "Doe, J<a|b.c> <x|y.z> 2" },
		{ "\"a \\\"b\\\" \\\\c\" <a@b.c>", "a \"b\" \\c<a|b.c> 1" },
		{ "\"a\" \"b\" c <d@e.f>", "a b c<d|e.f> 1" },
		{ "Joe\r\n Smith\r\n\t<a@b.c>,\r\n <d@e.f>", "Joe Smith<a|b.c> <d|e.f> 2" },

		/* comments */
		{ "a@b.c (Name (nested))", "Name (nested)<a|b.c> 1" },
		{ "<a@b.c> (Name)", "Name<a|b.c> 1" },
		{ "a@b.c (one) (two)", "one<a|b.c> 1" },
		{ "Joe (x) <a@b.c> (y)", "Joe<a|b.c> 1" },
		{ "a@b.c (N), (M) x@y.z", "N<a|b.c> M<x|y.z> 2" },
		{ "<a@b.c(x)>", "<a|b.c> 1" },
		{ "a (x) @ (y) b.c", "x<a|b.c> 1" },
		{ "a@b.c (x \\) y)", "x ) y<a|b.c> 1" },
		{ "a@b.c (unclosed, d@e.f", "<a|b.c> <d|e.f> 2 broken" },
		{ "a@b.c (\"), d@e.f", "\"<a|b.c> <d|e.f> 2" },
		{ "x@y.z, <> (Name)", "<x|y.z> 2 broken" },

		/* groups and separators */
		{ "Team: a@b.c, d@e.f; h@i.j", "<a|b.c> <d|e.f> <h|i.j> 3 group" },
		{ "undisclosed-recipients:;", "0 group" },
		{ "g:g:g:a@b.c;;;", "<a|b.c> 1 group" },
		{ "a@b.c; d@e.f", "<a|b.c> <d|e.f> 2" },
		{ "a@b.c, , d@e.f,", "<a|b.c> <d|e.f> 2" },
		{ "a@b.c d@e.f", "<a|b.c> <d|e.f> 2 broken" },
		{ "<a@b.c> <d@e.f>", "<a|b.c> <d|e.f> 2 broken" },
		{ "A <a@b.c> B <d@e.f>", "A<a|b.c> B<d|e.f> 2 broken" },

		/* routes and brackets */
		{ "<@a,@b:c@d.e>, z@z.z", "<c|d.e> <z|z.z> 2" },
		{ "<@a:c@d.e>", "<c|d.e> 1" },
		{ "<@a c@d.e>", "1 broken" },
		{ "Joe <a@b.c, Bob <d@e.f>", "Joe<a|b.c> Bob<d|e.f> 2 broken" },
		{ "Joe <a@b.c; Bob <d@e.f>", "Joe<a|b.c> Bob<d|e.f> 2 broken" },
		{ "Joe <a@b.c", "Joe<a|b.c> 1 broken" },
		{ "Joe <<a@b.c>>", "Joe<a|b.c> 1 broken" },
		{ "a@b.c>", "<a|b.c> 1 broken" },
		{ "A<a@b.c>B", "A<a|b.c> 1 broken" },
		{ "<>", "1 broken" },
		{ "<", "1 broken" },
		{ "<joe smith@x.org>", "1 broken" },
		{ "< a@b.c >", "<a|b.c> 1" },

		/* local parts */
		{ "\"a b\"@c.d", "<a b|c.d> 1" },
		{ "\"a@b\"@c.d", "<a@b|c.d> 1" },
		{ "<\"a>b,\"@c.d>", "<a>b,|c.d> 1" },
		{ "\"a\".b@c.d", "<a.b|c.d> 1" },
		{ "a . b @ c . d", "<a.b|c.d> 1" },
		{ "\"a\r\nb\"@c.d, x@y.z", "<x|y.z> 2 broken" },
		{ "a@b@c.d", "<a@b|c.d> 1 broken" },
		{ "j\xc3\xb6rg@c.d", "<j\xc3\xb6rg|c.d> 1" },
		{ "j\xf6rg@c.d", "<j\xef\xbf\xbdrg|c.d> 1" },
		{ "@b.c", "1 broken" },
		{ "=?utf-8?q?a?=@b.c", "<=?utf-8?q?a?=|b.c> 1" },

		/* domains */
		{ "a@B.C.", "<a|b.c> 1" },
		{ "a@ex\xc3\xa4mple.de", "<a|xn--exmple-cua.de> 1" },
		{ "a@EX\xc3\x84MPLE.de", "<a|xn--exmple-cua.de> 1" },
		{ "a@b..c", "<a|> 1 broken" },
		{ "a@", "<a|> 1 broken" },
		{ "a@b\xff.c", "<a|> 1 broken" },
		{ "a@[192.0.2.1]", "<a|[192.0.2.1]> 1" },
		{ "a@[IPv6:2001:DB8::1], x@y.z", "<a|[ipv6:2001:db8::1]> <x|y.z> 2" },
		{ "a@my_host.local", "<a|my_host.local> 1" },

		/* what is no address, and what people write all the same */
		{ "root", "<root|> 1 broken" },
		{ "root (Cron)", "Cron<root|> 1 broken" },
		{ "Joe <root>", "Joe<root|> 1 broken" },
		{ "Joe Smith", "1 broken" },
		{ "Joe Smith joe@x.org", "Joe Smith<joe|x.org> 1 broken" },
		{ "Doe, John <a@b.c>, x@y.z", "Doe, John<a|b.c> <x|y.z> 2 broken" },
		{ "x@y.z, Doe, John, Dr. <a@b.c>", "<x|y.z> Doe, John, Dr.<a|b.c> 2 broken" },
		{ "g: x, y; <a@b.c>", "<x|> <y|> <a|b.c> 3 broken group" },
		{ "Doe, x@y.z, <a@b.c>", "<Doe|> <x|y.z> <a|b.c> 3 broken" },
		{ "a@b.c <a@b.c>", "a@b.c<a|b.c> 1" },
		{ "\"unclosed <a@b.c>, x@y.z", "\"unclosed<a|b.c> <x|y.z> 2 broken" },
		{ "\"ceo@bank.example\" <evil@x.org>", "ceo@bank.example<evil|x.org> 1" },
		{ "a@b.c\\", "<a|> 1 broken" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		BUF_CLEANUP struct buf b = BUF_CAPPED(10000);
		struct address_list l;
		address_list_parse(a, span_of(table[i].value), NULL, &l);
		render(&b, &l);
		if (strcmp(buf_cstr(&b), table[i].expected) != 0)
			print_error("# in: %s\n", table[i].value);
		assert_string_equal(buf_cstr(&b), table[i].expected);
	}
}

static void names_are_decoded_and_made_harmless(void **state)
{
	static const struct {
		const char *value, *expected;
	} table[] = {
		{ "=?utf-8?q?doe,_john?= <a@b.c>", "=?UTF-8?Q?DOE,_JOHN?=" },
		{ "\"=?utf-8?q?x?=\" <a@b.c>", "=?UTF-8?Q?X?=" },
		{ "a@b.c (=?utf-8?q?x?=)", "=?UTF-8?Q?X?=" },
		{ "j\xc3\xb6rg <a@b.c>", "J\xc3\xb6RG" },
		{ "plain <a@b.c>", "plain" },
		{ "\xff <a@b.c>", "\xef\xbf\xbd" },
		{ "\"x\r\n\ty\xe2\x80\xaez\" <a@b.c>", "X Y Z" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct address_list l;
		address_list_parse(a, span_of(table[i].value), shout, &l);
		assert_int_equal(l.n, 1);
		assert_span(l.at[0].name, table[i].expected);
	}
}

static void limits_hold(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(4000000);
	struct address_list l;

	(void)state;
	for (int i = 0; i < LIMIT_ADDRESSES + 500; i++)
		buf_printf(&b, "%d@b.c,", i);
	address_list_parse(a, buf_span(&b), NULL, &l);
	assert_int_equal(l.n, LIMIT_ADDRESSES);
	assert_int_equal(l.seen, LIMIT_ADDRESSES + 500);
	assert_span(l.at[LIMIT_ADDRESSES - 1].local, "999");
	assert_false(l.broken);

	buf_reset(&b);
	for (int i = 0; i < 400; i++)
		buf_puts(&b, "\xc3\xb6");
	buf_puts(&b, " <a@b.c>");
	address_list_parse(a, buf_span(&b), NULL, &l);
	assert_int_equal(l.at[0].name.n, LIMIT_DISPLAY_NAME);
	assert_true(utf8_valid(l.at[0].name));

	buf_reset(&b);
	for (int i = 0; i < LIMIT_ADDRESS; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "@b.c, ok@b.c");
	address_list_parse(a, buf_span(&b), NULL, &l);
	assert_int_equal(l.n, 1);
	assert_int_equal(l.seen, 2);
	assert_true(l.broken);
}

/* The bytes before, n times the middle, and the bytes after: read without recursion, in one go. */
static void hostile_fields_are_read_in_one_pass(void **state)
{
	static const struct {
		const char *before, *middle, *after;
		unsigned n;
		const char *expected;
	} table[] = {
		{ "", "g:", "a@b.c;", 100000, "<a|b.c> 1 group" },
		{ "a@b.c ", "(", "", 1000000, "<a|b.c> 1 broken" },
		{ "a@b.c (", "x", "", 1000000, NULL },
		{ "a@b.c (", "((((((((((", " Joe", 10000, NULL },
		{ "", "\"", "\" <a@b.c>", 100000, NULL },
		{ "\"", "\\\"", " <a@b.c>", 100000, NULL },
		{ "", "<", "a@b.c>", 100000, "<a|b.c> 1 broken" },
		{ "", "< ", "a@b.c>", 100000, "<a|b.c> 1 broken" },
		{ "", "<a", "@b.c>", 100000, NULL },
		{ "<", "@a,", "@b:c@d.e>", 100000, "<c|d.e> 1" },
		{ "", "=?", " <a@b.c>", 100000, NULL },
		{ "", "@[", " <a@b.c>", 100000, NULL },
		{ "", "@", "b.c", 100000, "1 broken" },
		{ "", "a ", "<a@b.c>", 100000, NULL },
		{ "", "a, ", "<a@b.c>", 100000, NULL },
		{ "", "a@b ", "", 100000, NULL },
		{ "", "(x) ", "a@b.c", 100000, "x<a|b.c> 1" },
		{ "", ";:,<>", "a@b.c", 100000, NULL },
		{ "a@b.c", ".", "c", 100000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf b = BUF_CAPPED(4000000);
		BUF_CLEANUP struct buf got = BUF_CAPPED(4000000);
		struct address_list l;
		buf_puts(&b, table[i].before);
		for (unsigned k = 0; k < table[i].n; k++)
			buf_puts(&b, table[i].middle);
		buf_puts(&b, table[i].after);
		address_list_parse(a, buf_span(&b), NULL, &l);
		render(&got, &l);
		assert_true(l.n <= LIMIT_ADDRESSES && l.n <= l.seen);
		if (table[i].expected)
			assert_string_equal(buf_cstr(&got), table[i].expected);
	}
}

/* Whatever comes, what is kept is UTF-8 within the limits and free of controls. */
static void any_bytes_give_clean_values(void **state)
{
	static const char alphabet[] = "ab@.,;:<>()\"\\ [=?]\r\n\t-_1\xc3\xa4\xff";
	uint32_t seed = 12345;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		struct address_list l;
		char in[40];
		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = alphabet[(seed >> 16) % sizeof(alphabet)];
		}
		address_list_parse(a, span_make(in, sizeof(in)), shout, &l);
		for (uint32_t i = 0; i < l.n; i++) {
			struct address at = l.at[i];
			assert_true(utf8_valid(at.name) && utf8_valid(at.local) && utf8_valid(at.domain));
			assert_true(at.local.n > 0 && at.local.n + 1 + at.domain.n <= LIMIT_ADDRESS);
			for (size_t k = 0; k < at.local.n; k++)
				assert_true((unsigned char)at.local.p[k] >= ' ');
			for (size_t k = 0; k < at.name.n; k++)
				assert_true((unsigned char)at.name.p[k] >= ' ');
		}
	}
}

static void keys_name_one_mailbox(void **state)
{
	static const struct {
		const char *text;
		char subaddress;
		const char *key;
	} table[] = {
		{ "Joe@Example.ORG", 0, "joe@example.org" },
		{ "joe@EX\xc3\x84MPLE.de", 0, "joe@xn--exmple-cua.de" },
		{ "support+x+y@a.b", '+', "support@a.b" },
		{ "support+x@a.b", 0, "support+x@a.b" },
		{ "+x@a.b", '+', "+x@a.b" },
		{ "a-b@a.b", '-', "a@a.b" },
		{ "a@b..c", 0, "" },
	};
	ARENA_CLEANUP struct arena *a = arena_new();
	struct address addr;
	struct address other;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_true(address_split(span_of(table[i].text), &addr));
		assert_span(address_key(a, addr, table[i].subaddress), table[i].key);
	}
	assert_true(address_split(SPAN("JOE@example.org"), &addr));
	assert_true(address_split(SPAN("joe@Example.Org"), &other));
	assert_true(address_same(addr, other));
	assert_span(address_text(a, addr), "JOE@example.org");
	assert_true(address_split(SPAN("joe@example.com"), &other));
	assert_false(address_same(addr, other));
	addr = other = (struct address){ 0 };
	assert_false(address_same(addr, other));
	assert_int_equal(address_text(a, addr).n, 0);
	assert_int_equal(address_key(a, addr, 0).n, 0);
}

static void splitting_wants_both_parts(void **state)
{
	static const char *const bad[] = { "", "@", "a", "a@", "@b", "a\r\n@b.c", "a@b\x7f" };
	struct address addr;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(address_split(span_of(bad[i]), &addr));
	assert_false(address_split(SPAN("a@b\0c"), &addr));
	assert_true(address_split(SPAN("a@b@c.d"), &addr));
	assert_span(addr.local, "a@b");
	assert_span(addr.domain, "c.d");
}

static void we_send_to_plain_addresses_only(void **state)
{
	static const char *const good[] = {
		"a@b.c", "Joe.Smith+tag@example.org", "o'brien@example.ie", "a/b=c@x-y.museum", "1@2.co",
		"x@xn--exmple-cua.de", "{a}@b.c", "!#%&'*+-/=?^_{}~@b.c",
	};
	static const char *const bad[] = {
		"", "a", "a@b", "@b.c", "a@", "-a@b.c", ".a@b.c", "a.@b.c", "a..b@c.d", "a b@c.d", "a@b c.d",
		"\"a\"@b.c", "a@[192.0.2.1]", "a@192.0.2.1", "a@b.99999999999999999999999", "a@b@c.d", "a|b@c.d",
		"$a@b.c", "`a`@b.c", "a;b@c.d", "a@b.c\n", "a\r\n@b.c", "a@-b.c", "a@b-.c", "a@b..c", "a@.b.c",
		"a@b.c.", "a@b_c.d", "<a@b.c>", "a@b.c,d@e.f", "j\xc3\xb6@b.c", "a@ex\xc3\xa4mple.de", "(x)a@b.c",
		"a(x)@b.c", "a\\@b.c", "a:b@c.d",
		"0123456789012345678901234567890123456789012345678901234567890123x@b.c",
		"a@0123456789012345678901234567890123456789012345678901234567890123.c",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(address_may_send(span_of(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (address_may_send(span_of(bad[i])))
			fail_msg("would send to %s", bad[i]);
	}
	assert_false(address_may_send(SPAN("a\0b@c.d")));
	assert_false(address_may_send(SPAN("a@b\0.d")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_read),
		cmocka_unit_test(names_are_decoded_and_made_harmless),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(hostile_fields_are_read_in_one_pass),
		cmocka_unit_test(any_bytes_give_clean_values),
		cmocka_unit_test(keys_name_one_mailbox),
		cmocka_unit_test(splitting_wants_both_parts),
		cmocka_unit_test(we_send_to_plain_addresses_only),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
