// SPDX-License-Identifier: Apache-2.0
#include "command/check_answers.h"
#include "command/ask.h"
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { LOOK_SECONDS = 3 };

struct listing {
	bool json, silent;
	unsigned agents, unseen; /* of all accounts */
	int64_t changed;	 /* differs where something has changed */
	/* of the account that is being listed */
	unsigned missing;
	bool observes;
	char recipe[600], address[400];
};

static void end_account(struct listing *l)
{
	if (l->missing && !l->silent && !l->json) {
		printf("  Whoever is not seen may also write by hand: to %s, with his code in the subject, in the very way he\n"
		       "  answers customers. No clock stops by an answer that is not seen.\n  %s\n", l->address, l->recipe);
	}
	l->missing = 0;
}

static void print_account(struct listing *l, const struct row *r)
{
	end_account(l);
	snprintf(l->recipe, sizeof(l->recipe), "%s", cell_show(r, "recipe"));
	snprintf(l->address, sizeof(l->address), "%s", cell_show(r, "address"));
	l->observes = strcmp(cell_show(r, "mode"), "observe") == 0;
	if (l->silent || l->json)
		return;
	printf("%s  %s  mode %s; agents' answers %s\n", cell_show(r, "account"), l->address, cell_show(r, "mode"),
	       cell_number(r, "answers_seen") ? "are seen" : "were never seen yet");
	if (!cell_number(r, "agents"))
		printf("  no agents are listed: write agents = ... into the configuration\n");
}

static void print_agent(struct listing *l, const struct row *r)
{
	bool sent = cell_number(r, "sent"), proven = cell_number(r, "inbox_proven"), inbox = cell_number(r, "inbox_unproven");

	l->agents++;
	l->unseen += !sent;
	l->missing += !sent;
	l->changed += cell_number(r, "sent") + cell_number(r, "inbox_proven") + cell_number(r, "inbox_unproven");
	if (l->silent || l->json)
		return;
	printf("  %-30s  %s  ", cell_show(r, "agent"), cell_show(r, "code"));
	if (!cell_number(r, "entry"))
		printf("not written to: %s\n", l->observes ? "the account only observes" : "hearback audit list says why");
	else
		printf("asked %s (%s)\n", cell_show(r, "asked"), cell_show(r, "entry_state"));
	if (sent)
		printf("    seen in Sent, %s\n", cell_show(r, "sent"));
	if (proven)
		printf("    seen in the mailbox, %s, proven: %s counts where he copies it to %s\n", cell_show(r, "inbox_proven"),
		       sent ? "it also" : "only then it", l->address);
	else if (inbox)
		printf("    seen in the mailbox, %s, where nothing proves him\n", cell_show(r, "inbox_unproven"));
	if (!sent)
		printf("    NOT SEEN in Sent%s\n", proven || inbox ? "" : " yet");
}

static void print_row(void *context, const struct row *r)
{
	struct listing *l = context;

	if (span_eq(r->kind, SPAN("account")))
		print_account(l, r);
	else
		print_agent(l, r);
	if (l->json && !l->silent)
		print_json_row(NULL, r);
}

static int look(struct listing *l)
{
	struct control_request r = { .verb = SPAN("answers") };
	bool json = l->json, silent = l->silent;

	*l = (struct listing){ .json = json, .silent = silent };
	int status = ask_daemon(&r, print_row, l);
	if (!status)
		end_account(l);
	fflush(stdout);
	return status;
}

int check_answers(bool json, bool again, bool wait)
{
	struct control_request r = { .verb = SPAN("answers-ask") };
	struct listing l = { .json = json };
	int status;

	if (again)
		control_add(&r, "again", SPAN("yes"));
	status = ask_daemon(&r, print_row, &l);
	if (!status)
		status = look(&l);
	while (!status && wait && l.unseen) {
		struct listing now = { .json = json, .silent = true };
		sleep(LOOK_SECONDS);
		status = look(&now);
		if (!status && now.changed != l.changed)
			status = look(&l);
	}
	return status ? status : l.unseen ? EX_TEMPFAIL : EX_OK;
}
