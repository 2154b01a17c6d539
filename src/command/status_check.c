// SPDX-License-Identifier: Apache-2.0
/* hearback status --check: from the rows of `status` to one word for monitoring. */
#include "base/io.h"
#include "command/ask.h"
#include "command/status.h"
#include <stdio.h>
#include <sysexits.h>

enum { WELL, WARNING, CRITICAL };
enum {
	AWAY_MOST = 300, /* seconds a mailbox may not be looked at, and an automated message may be late */
};

struct verdict {
	int64_t now;
	int64_t started;
	int64_t overdue;
	int worst;
	unsigned accounts;
};

static void note(struct verdict *v, int grave, const struct row *r, const char *what)
{
	const struct cell *account = row_cell(r, "account");

	v->worst = grave > v->worst ? grave : v->worst;
	printf("%s: ", grave == CRITICAL ? "CRITICAL" : "WARNING");
	if (account && account->text.n)
		printf("%s: ", cell_show(r, "account"));
	printf("%s", what);
}

static void check_keeper(struct verdict *v, const struct row *r)
{
	v->started = cell_number(r, "started");
	v->overdue = cell_number(r, "overdue");
	if (!cell_number(r, "disk_low"))
		return;
	note(v, CRITICAL, r, "the disk is nearly full: nothing automatic is sent\n");
}

static void check_account(struct verdict *v, const struct row *r)
{
	int64_t due = cell_number(r, "oldest_due");

	v->accounts++;
	if (due && v->now - due > AWAY_MOST) {
		note(v, CRITICAL, r, "automated mail does not leave: ");
		printf("%s queued, %s in flight, due since %s; connections failed in a row: %s\n", cell_show(r, "queued"),
		       cell_show(r, "in_flight"), cell_show(r, "oldest_due"), cell_show(r, "sender_failures"));
	} else if (cell_number(r, "sender_failures")) {
		note(v, WARNING, r, "no connection to the SMTP server: ");
		printf("%s; tried again at %s\n", cell_show(r, "sender_trouble"), cell_show(r, "sender_again"));
	}
	if (v->overdue && !cell_number(r, "answers_seen"))
		note(v, WARNING, r, "answers seem to be late, but none was ever seen here (hearback check --answers)\n");
	if (cell_number(r, "uncertain")) {
		note(v, WARNING, r, "");
		printf("%s uncertain: sent or not, a person must find out (hearback held)\n", cell_show(r, "uncertain"));
	}
}

static void check_mailbox(struct verdict *v, const struct row *r)
{
	const struct cell *trouble = row_cell(r, "trouble");
	int64_t looked = cell_number(r, "looked");
	bool late = v->now - (looked > v->started ? looked : v->started) > AWAY_MOST;

	if (cell_number(r, "connected") && !late && !(trouble && trouble->text.n))
		return;
	note(v, late ? CRITICAL : WARNING, r, "");
	printf("%s: %s, last looked at %s, next login at %s: %s\n", cell_show(r, "mailbox"),
	       cell_number(r, "connected") ? "connected" : "not connected", cell_show(r, "looked"), cell_show(r, "again"),
	       cell_show(r, "trouble"));
}

static void check_room(struct verdict *v, const struct row *r)
{
	const struct cell *missing = row_cell(r, "walls_missing");

	if (!missing || !missing->text.n)
		return;
	note(v, WARNING, r, "");
	printf("walls missing around %s: %s\n", cell_show(r, "room"), cell_show(r, "walls_missing"));
}

static void check_row(void *context, const struct row *r)
{
	static const struct {
		const char *kind;
		void (*check)(struct verdict *v, const struct row *r);
	} kinds[] = {
		{ "keeper", check_keeper },
		{ "account", check_account },
		{ "mailbox", check_mailbox },
		{ "room", check_room },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (span_eq(r->kind, span_of(kinds[i].kind)))
			kinds[i].check(context, r);
}

int status_check(const struct control_request *r)
{
	struct verdict v = { .now = clock_now() };
	int status = ask_daemon(r, check_row, &v);

	if (status) {
		printf("CRITICAL: hearback %s\n", status == EX_NOPERM ? "does not answer you: you may not ask it" : "does not answer");
		return CRITICAL;
	}
	if (v.worst == WELL)
		printf("OK: %u account%s\n", v.accounts, v.accounts == 1 ? "" : "s");
	return v.worst;
}
