// SPDX-License-Identifier: Apache-2.0
#include "command/try_report.h"
#include "base/date.h"
#include "base/text.h"
#include "command/ask.h"
#include <stdio.h>

enum { LATE_SHOWN = 5, WIDTH = 44 };

void try_keep_row(void *context, const struct row *r)
{
	struct try_rows *rows = context;
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct row *copy = arena_one(rows->a, struct row);

	row_put(&b, r);
	struct wire w = wire_over(arena_span(rows->a, buf_span(&b)));
	if (rows->n < TRY_ROWS && row_get(&w, copy))
		rows->at[rows->n++] = copy;
}

static struct span cell_text(const struct row *r, const char *name)
{
	const struct cell *c = r ? row_cell(r, name) : NULL;

	return c ? c->text : SPAN_NONE;
}

static int64_t number(const struct row *r, const char *name)
{
	return r ? cell_number(r, name) : 0;
}

static bool is_kind(const struct row *r, const char *kind)
{
	return span_eq(r->kind, span_of(kind));
}

const struct row *try_find_row(const struct try_rows *rows, const char *kind, const char *cell,
			       const char *text)
{
	for (uint32_t i = 0; i < rows->n; i++)
		if (is_kind(rows->at[i], kind) &&
		    (!cell || span_eq(cell_text(rows->at[i], cell), span_of(text))))
			return rows->at[i];
	return NULL;
}

static bool offers(const struct row *mailbox, const char *what)
{
	struct span rest = cell_text(mailbox, "offers");
	struct span line;

	while (span_split(&rest, '\n', &line))
		if (span_eq(line, span_of(what)))
			return true;
	return false;
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

static void heading(const char *text)
{
	printf("\n%s\n", text);
}

/* -- mail and conversations ------------------------------------------------------------------------------ */

static void print_mailbox(const struct row *box)
{
	if (!box || !number(box, "connected")) {
		printf("  %s was not read: %s\n",
		       span_eq(cell_text(box, "mailbox"), SPAN("sent")) ? "Sent" : "The mailbox",
		       box ? cell_show(box, "trouble") : "no word of it");
		return;
	}
	printf("  %s: %lld message%s there%s", cell_show(box, "name"), (long long)number(box, "exists"),
	       plural(number(box, "exists")), number(box, "read") ? "" : "; it was not read to its end");
	if (cell_text(box, "trouble").n)
		printf("; %s", cell_show(box, "trouble"));
	printf("\n");
}

static void print_kinds(const struct try_rows *rows)
{
	static const struct {
		const char *kind, *words;
	} names[] = {
		{ "human", "from people" },
		{ "auto-reply", "automatic replies" },
		{ "auto-generated", "from programs" },
		{ "bounce", "bounces" },
		{ "report", "reports" },
		{ "list", "from mailing lists" },
		{ "bulk", "bulk mail" },
		{ "own", "of hearback itself" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct row *r = try_find_row(rows, "kind", "kind", names[i].kind);
		if (r)
			printf("%s%lld %s", any ? ", " : "  ", (long long)number(r, "messages"),
			       names[i].words);
		any |= r != NULL;
	}
	printf("%s", any ? "\n" : "");
}

static void print_mail(const struct try_about *about, const struct try_rows *rows)
{
	const struct row *r = try_find_row(rows, "trial", NULL, NULL);
	int64_t messages = number(r, "messages"), sent = number(r, "sent");

	heading("MAIL");
	print_mailbox(try_find_row(rows, "mailbox", "mailbox", "inbox"));
	print_mailbox(try_find_row(rows, "mailbox", "mailbox", "sent"));
	printf("  Looked at: %lld message%s that came in, %lld that %s sent, since %s\n", (long long)messages,
	       plural(messages), (long long)sent, sent == 1 ? "was" : "were", cell_show(r, "since"));
	print_kinds(rows);
	if (number(r, "unreadable"))
		printf("  %lld could not be read; a person would be told of each\n",
		       (long long)number(r, "unreadable"));
	if (about->time_over)
		printf("  The time was up before all was read: what follows is true of the older part. Try a "
		       "shorter --since.\n");
}

static void print_late(const struct try_rows *rows)
{
	int shown = 0;

	for (uint32_t i = 0; i < rows->n && shown < LATE_SHOWN; i++) {
		const struct row *r = rows->at[i];
		BUF_CLEANUP struct buf late = BUF_CAPPED(60);
		if (!is_kind(r, "conversation") || number(r, "left") >= 0)
			continue;
		put_duration(&late, number(r, "left"));
		printf("    late %-10s %-34s %s\n", buf_cstr(&late), cell_show(r, "requester"),
		       cell_show(r, "subject"));
		shown++;
	}
}

static void print_conversations(const struct try_rows *rows)
{
	const struct row *r = try_find_row(rows, "trial", NULL, NULL);
	int64_t all = number(r, "conversations"), answered = number(r, "answered");
	BUF_CLEANUP struct buf target = BUF_CAPPED(60);
	BUF_CLEANUP struct buf median = BUF_CAPPED(60);

	put_duration(&target, number(r, "target"));
	put_duration(&median, number(r, "median"));
	heading("CONVERSATIONS AND THEIR CLOCKS");
	printf("  %lld conversation%s: %lld open, %lld waiting for the requester, %lld where only machines "
	       "spoke\n",
	       (long long)all, plural(all), (long long)number(r, "open"), (long long)number(r, "waiting"),
	       (long long)number(r, "quiet"));
	if (number(r, "open"))
		printf("  With %s to an answer, %lld of those open would be overdue now; the oldest has been "
		       "open since %s\n",
		       buf_cstr(&target), (long long)number(r, "overdue"), cell_show(r, "oldest"));
	print_late(rows);
	if (answered)
		printf("  %lld got a first answer: half of them within %s, %lld %% within %s\n",
		       (long long)answered, buf_cstr(&median),
		       (long long)(number(r, "within") * 100 / answered), buf_cstr(&target));
}

static void print_answers(const struct try_rows *rows)
{
	const struct row *box = try_find_row(rows, "mailbox", "mailbox", "sent");
	const struct row *r = try_find_row(rows, "trial", NULL, NULL);

	heading("ARE ANSWERS SEEN?");
	if (!box || !number(box, "connected"))
		printf("  No: %s\n", box ? cell_show(box, "trouble") : "no mailbox for sent mail was opened");
	else if (number(r, "answered"))
		printf("  Yes, in %s.\n", cell_show(box, "name"));
	else if (number(r, "sent"))
		printf("  No: what lies in %s answers nothing that came in. Either nobody has answered in "
		       "this time, or the\n"
		       "  agents' mail programs file their answers elsewhere.\n",
		       cell_show(box, "name"));
	else
		printf("  No: in %s nothing lies of this time. Agents who answer with their own login file "
		       "their answers in\n"
		       "  their own mailbox.\n",
		       cell_show(box, "name"));
	if (!number(r, "answered"))
		printf("  Without answers no clock stops: let the mail programs or the server put a copy of "
		       "each answer there\n"
		       "  (hearback-recipes(7) says how), or name the mailbox with --sent, later "
		       "sent_mailbox.\n");
	for (uint32_t i = 0; i < rows->n; i++)
		if (is_kind(rows->at[i], "agent"))
			printf("    %-*s %5lld message%s\n", WIDTH, cell_show(rows->at[i], "agent"),
			       (long long)number(rows->at[i], "messages"),
			       plural(number(rows->at[i], "messages")));
	if (number(r, "claimed"))
		printf("  %lld that came in claim to be from an agent or from the mailbox itself: they stop "
		       "no clock.\n",
		       (long long)number(r, "claimed"));
}

/* -- what would have been sent --------------------------------------------------------------------------- */

static void print_examples(const struct try_rows *rows, const struct row *decision)
{
	for (uint32_t i = 0; i < rows->n; i++) {
		const struct row *r = rows->at[i];
		if (is_kind(r, "example") &&
		    span_eq(cell_text(r, "verdict"), cell_text(decision, "verdict")) &&
		    span_eq(cell_text(r, "rule"), cell_text(decision, "rule")))
			printf("            %s  %-34s %s\n", cell_show(r, "at"), cell_show(r, "from"),
			       cell_show(r, "subject"));
	}
}

static void print_verdict(const struct try_rows *rows, const char *verdict, const char *words)
{
	int64_t all = 0;

	for (uint32_t i = 0; i < rows->n; i++)
		if (is_kind(rows->at[i], "decision") &&
		    span_eq(cell_text(rows->at[i], "verdict"), span_of(verdict)))
			all += number(rows->at[i], "messages");
	printf("  %lld %s%s\n", (long long)all, words, all && strcmp(verdict, "send") ? ", because" : "");
	for (uint32_t i = 0; i < rows->n; i++) {
		const struct row *r = rows->at[i];
		if (!is_kind(r, "decision") || !span_eq(cell_text(r, "verdict"), span_of(verdict)))
			continue;
		if (cell_text(r, "rule").n)
			printf("    %5lld   %s (%s)\n", (long long)number(r, "messages"),
			       cell_show(r, "reason"), cell_show(r, "rule"));
		print_examples(rows, r);
	}
}

static void print_decisions(const struct try_rows *rows)
{
	const struct row *r = try_find_row(rows, "trial", NULL, NULL);

	heading("ACKNOWLEDGEMENTS, judged as of the instant each message came (nothing was sent)");
	print_verdict(rows, "send", "would have been acknowledged");
	print_verdict(rows, "hold", "would have been held for a person to release");
	print_verdict(rows, "suppress", "would not have been acknowledged");
	if (number(r, "joined"))
		printf("  %lld more went on with a conversation that was open already\n",
		       (long long)number(r, "joined"));
}

/* -- the server ------------------------------------------------------------------------------------------ */

static bool believable(const struct row *r)
{
	return number(r, "above_border") && number(r, "related") && number(r, "domains") > 1;
}

static void print_authentication(const struct try_rows *rows)
{
	const struct row *r = try_find_row(rows, "authentication", NULL, NULL);
	struct span id = cell_text(r, "authserv_id");
	int64_t of = number(r, "of");

	heading("IS THE SENDER PROVEN? (Authentication-Results that your own server has written)");
	if (!id.n) {
		printf(of ? "  No proposal: of %lld messages that came over the network, %lld bear such a "
			    "field, but none the same one at\n"
			    "  the same place throughout. Ask who runs the server for the name it writes.\n"
			  : "  No proposal: too few messages.\n",
		       (long long)of, (long long)number(r, "with_results"));
		return;
	}
	if (span_eq(id, SPAN("none"))) {
		printf("  No: none of %lld messages bears one. Proposal: authserv_id = none; then every "
		       "sender is unverified and gets\n"
		       "  the plain acknowledgement.\n",
		       (long long)of);
		return;
	}
	printf("  Proposal: authserv_id = %s with hops = %lld: it stands there in %lld of %lld messages. "
	       "With it %lld of the\n"
	       "  messages from people are proven, %lld unverified, %lld failed.\n",
	       cell_show(r, "authserv_id"), (long long)number(r, "hops"), (long long)number(r, "messages"),
	       (long long)of, (long long)number(r, "proven"), (long long)number(r, "unverified"),
	       (long long)number(r, "failed"));
	if (!number(r, "above_border"))
		printf("  But it stands below the last Received field of your servers, where strangers can "
		       "write as well: make sure\n"
		       "  that your server removes such fields with its own name from what comes in (RFC "
		       "8601 section 5).\n");
	if (!believable(r))
		printf("  Take it only if that is the name of your own server: it cannot be told from the "
		       "mail alone.\n");
}

static void print_server(const struct try_rows *rows)
{
	const struct row *box = try_find_row(rows, "mailbox", "mailbox", "inbox");

	heading("THE SERVER");
	printf("  IDLE: %s. QRESYNC: %s. Spam: %s. Deleted mail: %s.\n",
	       offers(box, "idle") ? "yes" : "no, new mail is seen within a minute",
	       offers(box, "qresync") ? "yes" : "no",
	       cell_text(box, "junk").n ? cell_show(box, "junk") : "not found",
	       cell_text(box, "trash").n ? cell_show(box, "trash") : "not found");
	printf("  Marks: ");
	if (offers(box, "gmail-labels"))
		printf("gmail-labels.\n");
	else if (offers(box, "flags-told"))
		printf("%s%s.\n", offers(box, "keywords") ? "keywords, " : "",
		       offers(box, "flagged") ? "flag" : "none");
	else
		printf("opened read-only, it does not tell which flags it keeps; hearback status --json "
		       "does, later.\n");
}

/* -- what to do next ------------------------------------------------------------------------------------- */

static void put_setting(struct buf *out, const char *name, struct span value)
{
	bool quote = !value.n;

	for (size_t i = 0; i < value.n; i++)
		quote |= !ascii_alnum(value.p[i]) && !strchr("@.-_/+ ", value.p[i]);
	buf_printf(out, "  %s = %s", name, quote ? "\"" : "");
	for (size_t i = 0; i < value.n; i++) {
		if (strchr("\"\\", value.p[i]))
			buf_putc(out, '\\');
		buf_putc(out, value.p[i]);
	}
	buf_puts(out, quote ? "\"\n" : "\n");
}

static void put_authentication(const struct try_rows *rows, struct buf *out)
{
	const struct row *r = try_find_row(rows, "authentication", NULL, NULL);
	struct span id = cell_text(r, "authserv_id");
	BUF_CLEANUP struct buf hops = BUF_CAPPED(20);

	if (!id.n)
		return;
	if (!span_eq(id, SPAN("none")) && !believable(r))
		buf_puts(out, "  # only if this is the name of your own server:\n  #");
	put_setting(out, "authserv_id", id);
	if (!believable(r) || !number(r, "hops"))
		return;
	buf_printf(&hops, "%lld", (long long)number(r, "hops"));
	put_setting(out, "hops", buf_span(&hops));
}

void try_put_configuration(const struct try_about *about, const struct try_rows *rows, struct buf *out)
{
	const struct try_url *u = about->url;
	BUF_CLEANUP struct buf port = BUF_CAPPED(20);

	buf_puts(out, "account support {\n");
	put_setting(out, "address", about->address);
	put_setting(out, "host", u->host);
	if (about->plain || u->starttls)
		put_setting(out, "tls", about->plain ? SPAN("none") : SPAN("starttls"));
	buf_printf(&port, "%u", u->port);
	if (u->port)
		put_setting(out, "port", buf_span(&port));
	if (!span_eq(u->user, about->address))
		put_setting(out, "user", u->user);
	put_setting(out, about->token ? "token_file" : "password_file",
		    about->token ? SPAN(HEARBACK_SYSCONFDIR "/support.token")
				 : SPAN(HEARBACK_SYSCONFDIR "/support.password"));
	if (about->ca_file)
		put_setting(out, "ca_file", span_of(about->ca_file));
	if (u->mailbox.n)
		put_setting(out, "mailbox", u->mailbox);
	if (about->sent)
		put_setting(out, "sent_mailbox", span_of(about->sent));
	if (about->agents)
		put_setting(out, "agents", span_of(about->agents));
	put_authentication(rows, out);
	buf_puts(out, "}\n");
}

void try_print(const struct try_about *about, const struct try_rows *rows)
{
	BUF_CLEANUP struct buf block = BUF_CAPPED(65536);

	printf("%.*s on %.*s, the last %s, as hearback sees it. Nothing was changed and nothing was sent.\n",
	       SPAN_ARG(about->address), SPAN_ARG(about->url->host), about->since);
	if (about->address_guessed)
		printf("(The address was guessed from user and host: if it is another, name it with "
		       "--address.)\n");
	print_mail(about, rows);
	print_conversations(rows);
	print_answers(rows);
	print_decisions(rows);
	print_authentication(rows);
	print_server(rows);
	heading("TO GO ON, put this into " HEARBACK_SYSCONFDIR "/hearback.conf");
	try_put_configuration(about, rows, &block);
	printf("\n%s\nThe account starts in mode observe: it reads, counts and sends nothing until you say "
	       "so.\n",
	       buf_cstr(&block));
}
