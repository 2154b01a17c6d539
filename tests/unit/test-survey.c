// SPDX-License-Identifier: Apache-2.0
/* What may be believed in a mailbox nobody has described: never what strangers have written. */
#include "unit.h"
#include "eml.h"
#include "reading/authentication_survey.h"

#define BY_LMTP "Received: from mx.example.com by mail.example.com; Fri, 20 Nov 2026 09:00:02 +0000\n"
#define BY_BORDER                                                                                            \
	"Received: from (helo by forged.example) [192.0.2.1]\n\tby mx.example.com (Postfix) with ESMTP; "    \
	"Fri, 20 Nov 2026 09:00:01 +0000\n"
#define FORGED "Authentication-Results: mx.example.com; dmarc=pass header.from=bank.example\n"

struct mailbox {
	struct arena *a;
	struct authentication_survey *s;
	unsigned n;
};

static struct mailbox mailbox(void)
{
	struct mailbox m = { .a = arena_new() };

	m.s = arena_one(m.a, struct authentication_survey);
	return m;
}

/* `n` messages whose header begins like that, each from another domain, over a server of its own. */
static void come(struct mailbox *m, unsigned n, const char *top)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned k = m->n++;
		const char *mail = arena_printf(
			m->a,
			"%sReceived: from pc%u by out.sender%u.example; Fri, 20 Nov 2026 09:00:00 +0000\n"
			"From: someone@sender%u.example\n\n",
			top, k, k, k);
		struct facts f = eml_facts(m->a, span_of(mail));
		authentication_survey_add(m->a, m->a, &f, m->s);
	}
}

static struct authentication_proposal propose(const struct mailbox *m)
{
	struct authentication_proposal p;

	authentication_survey_propose(m->s, SPAN("example.com"), SPAN("mail.example.com"), &p);
	return p;
}

static void is(struct mailbox *m, const char *id, unsigned hops, bool above, bool related)
{
	struct authentication_proposal p = propose(m);

	if (!span_eq(p.authserv_id, span_of(id)))
		fail_msg("proposed '%.*s', wanted '%s'", SPAN_ARG(p.authserv_id), id);
	assert_int_equal(p.hops, hops);
	assert_int_equal(p.above_border, above);
	assert_int_equal(p.related, related);
	arena_free(&m->a);
}

static void what_our_border_wrote_is_proposed(void **state)
{
	(void)state;
	struct mailbox m = mailbox();

	come(&m, 20, BY_LMTP "Authentication-Results: MX.Example.com 1 (ours);\n\tspf=none\n" BY_BORDER);
	assert_int_equal(propose(&m).messages, 20);
	assert_int_equal(propose(&m).domains, SURVEY_DOMAINS);
	is(&m, "MX.Example.com", 1, true, true);
	m = mailbox();
	come(&m, 20, "Authentication-Results: mx.example.com; none\n" BY_LMTP BY_BORDER);
	is(&m, "mx.example.com", 0, true, true);
	/* One of many was sent from the inside and met no border. */
	m = mailbox();
	come(&m, 30, BY_LMTP "Authentication-Results: mx.example.com; none\n" BY_BORDER);
	come(&m, 1, BY_LMTP);
	is(&m, "mx.example.com", 1, true, true);
}

static void what_strangers_wrote_is_not(void **state)
{
	(void)state;
	struct mailbox m = mailbox();

	/* Our border writes nothing; half of the mail is forged. */
	come(&m, 50, BY_LMTP BY_BORDER);
	come(&m, 50, BY_LMTP BY_BORDER FORGED);
	is(&m, "", 0, false, false);
	m = mailbox();
	come(&m, 10, BY_LMTP BY_BORDER);
	come(&m, 90, BY_LMTP BY_BORDER FORGED);
	is(&m, "", 0, false, false);
	/* All of it, deeper than any Received field of ours. */
	m = mailbox();
	for (unsigned i = 0; i < 100; i++)
		come(&m, 1, arena_printf(m.a, BY_LMTP BY_BORDER "Received: from a by relay%u\n" FORGED, i));
	is(&m, "", 0, false, false);
	/* The genuine one stands above theirs. */
	m = mailbox();
	come(&m, 50, BY_LMTP "Authentication-Results: border.example.com; none\n" BY_BORDER FORGED);
	is(&m, "border.example.com", 1, true, true);
}

static void what_cannot_be_told_is_called_so(void **state)
{
	(void)state;
	struct mailbox m = mailbox();

	/* The border writes below its own Received field, where theirs would stand, too. */
	come(&m, 20, BY_LMTP BY_BORDER "Authentication-Results: mx.example.com; none\n");
	is(&m, "mx.example.com", 2, false, true);
	/* All mail comes by way of somebody else. */
	m = mailbox();
	come(&m, 20,
	     BY_LMTP BY_BORDER "Authentication-Results: mx.google.com; none\n"
			       "Received: from a by mx.google.com; x\n");
	is(&m, "mx.google.com", 2, true, false);
	m = mailbox();
	come(&m, SURVEY_LEAST - 1, BY_LMTP "Authentication-Results: mx.example.com; none\n" BY_BORDER);
	is(&m, "", 0, false, false);
	m = mailbox();
	come(&m, SURVEY_LEAST, BY_LMTP BY_BORDER);
	is(&m, "none", 0, false, false);
}

static void a_house_has_many_hosts(void **state)
{
	(void)state;
	struct mailbox m = mailbox();

	for (unsigned i = 0; i < 20; i++)
		come(&m, 1,
		     arena_printf(m.a,
				  "Received: from x by AM%uPR01.eurprd%u.prod.outlook.com; y\n"
				  "Received: from y by DB%u.eurprd03.prod.outlook.com; y\n"
				  "Authentication-Results: spf=pass (sender IP is 192.0.2.1)\n "
				  "smtp.mailfrom=a.example;\n"
				  "Received: from z by VI%u.mail.protection.outlook.com; y\n",
				  i, i, i, i));
	struct authentication_proposal p;
	authentication_survey_propose(m.s, SPAN("example.com"), SPAN("outlook.office365.com"), &p);
	assert_true(p.related);
	is(&m, "microsoft365", 2, true, false);
}

static void a_flood_of_names_hides_nothing(void **state)
{
	(void)state;
	struct mailbox m = mailbox();

	for (unsigned i = 0; i < 100; i++) {
		struct buf forged = BUF_CAPPED(65536);
		buf_puts(&forged, BY_LMTP "Authentication-Results: mx.example.com; none\n" BY_BORDER);
		for (unsigned j = 0; j < 30; j++)
			buf_printf(&forged, "Authentication-Results: mx%u.example; none\n", i * 30 + j);
		come(&m, 1, buf_cstr(&forged));
		buf_free(&forged);
	}
	is(&m, "mx.example.com", 1, true, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_our_border_wrote_is_proposed),
		cmocka_unit_test(what_strangers_wrote_is_not),
		cmocka_unit_test(what_cannot_be_told_is_called_so),
		cmocka_unit_test(a_house_has_many_hosts),
		cmocka_unit_test(a_flood_of_names_hides_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
