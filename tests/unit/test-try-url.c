// SPDX-License-Identifier: Apache-2.0
/* What a mailbox's URL may look like, and what is said where it cannot be understood. */
#include "unit.h"
#include "command/try_url.h"

static void a_url_is_taken_as_people_write_it(void **state)
{
	static const struct {
		const char *url, *user, *host, *mailbox, *address;
		unsigned port;
		bool starttls;
	} table[] = {
		{ "imaps://support@mail.example.com", "support", "mail.example.com", "",
		  "support@example.com", 0, false },
		{ "imaps://support@example.com@mail.example.com", "support@example.com", "mail.example.com",
		  "", "support@example.com", 0, false },
		{ "IMAPS://support%40example.com@mail.example.com/", "support@example.com",
		  "mail.example.com", "", "support@example.com", 0, false },
		{ "support@example.com@mail.example.com:993", "support@example.com", "mail.example.com", "",
		  "support@example.com", 993, false },
		{ " imap://support@example.com:143 ", "support", "example.com", "", "support@example.com",
		  143, true },
		{ "imaps://a@[2001:db8::1]:1993/INBOX/Team%20A;UIDVALIDITY=3", "a", "2001:db8::1",
		  "INBOX/Team A", "", 1993, false },
		{ "imaps://a@[2001:db8::1]", "a", "2001:db8::1", "", "", 0, false },
		{ "imaps://a;AUTH=*@192.0.2.1", "a", "192.0.2.1", "", "", 0, false },
		{ "imaps://a@localhost/x@y", "a", "localhost", "x@y", "", 0, false },
		{ "imaps://EXAMPLE%5csupport@mail.example.com/Gesendet/%C3%84", "EXAMPLE\\support",
		  "mail.example.com", "Gesendet/\xc3\x84", "EXAMPLE\\support@example.com", 0, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct try_url u;
		struct err err;
		if (!try_url_parse(a, span_of(table[i].url), &u, &err))
			fail_msg("%s: %s", table[i].url, err.text);
		assert_string_equal(arena_str(a, u.user), table[i].user);
		assert_string_equal(arena_str(a, u.host), table[i].host);
		assert_string_equal(arena_str(a, u.mailbox), table[i].mailbox);
		assert_string_equal(arena_str(a, try_url_address(a, &u)), table[i].address);
		assert_int_equal(u.port, table[i].port);
		assert_int_equal(u.starttls, table[i].starttls);
	}
}

static void what_cannot_be_understood_is_said(void **state)
{
	static const struct {
		const char *url, *why;
	} table[] = {
		{ "", "whose mailbox" },
		{ "imaps://mail.example.com", "whose mailbox" },
		{ "imaps://mail.example.com/a@b", "whose mailbox" },
		{ "http://support@example.com", "only imaps://" },
		{ "imaps://support:secret@example.com", "password" },
		{ "imaps://@example.com", "the user" },
		{ "imaps://a%4@example.com", "the user" },
		{ "imaps://a%zz@example.com", "the user" },
		{ "imaps://a%0d%0aNOOP@example.com", "the user" },
		{ "imaps://a%00@example.com", "the user" },
		{ "imaps://a%ff@example.com", "the user" },
		{ "imaps://a@", "the host" },
		{ "imaps://a@:993", "the host" },
		{ "imaps://a@mail example.com", "the host" },
		{ "imaps://a@mail.example.com:0", "the port" },
		{ "imaps://a@mail.example.com:65536", "the port" },
		{ "imaps://a@mail.example.com:imap", "the port" },
		{ "imaps://a@[::1", "]" },
		{ "imaps://a@[::1]x:993", "]" },
		{ "imaps://a@mail.example.com/%", "the mailbox" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct try_url u;
		struct err err;
		if (try_url_parse(a, span_of(table[i].url), &u, &err))
			fail_msg("%s was taken", table[i].url);
		if (!strstr(err.text, table[i].why) || strchr(err.text, '\n') || strstr(err.text, "secret"))
			fail_msg("%s: %s", table[i].url, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_is_taken_as_people_write_it),
		cmocka_unit_test(what_cannot_be_understood_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
