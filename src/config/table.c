// SPDX-License-Identifier: Apache-2.0
/* Every setting there is. Ranges and defaults stand here as people write them and are read by the
 * code that reads the file, so that what is printed is what is in force. */
#include "config/internal.h"

#define CONFIG_TEXT_NAME "text"
#define CONFIG_NAME_NAME "name"
#define CONFIG_PATH_NAME "path"
#define CONFIG_HOST_NAME "host"
#define CONFIG_ADDRESS_NAME "address"
#define CONFIG_ADDRESSES_NAME "addresses"
#define CONFIG_NUMBER_NAME "number"
#define CONFIG_DURATION_NAME "duration"
#define CONFIG_SIZE_NAME "size"
#define CONFIG_SPACE_NAME "size"
#define CONFIG_YESNO_NAME "yes or no"
#define CONFIG_CHOICE_NAME "choice"

#define GLOBAL_OF(whose, field, kind, initial, range, meaning) \
	{ #field, kind##_NAME, initial, range, meaning, false, kind, whose, offsetof(struct config, field) }
#define ACCOUNT_OF(whose, name, field, kind, initial, range, meaning) \
	{ name, kind##_NAME, initial, range, meaning, true, kind, whose, offsetof(struct config_account, field) }
/* What the keeper goes by changes everything; IMAP, SMTP and LOGIN are settings of connections. */
#define OURS(field, ...) GLOBAL_OF(0, field, __VA_ARGS__)
#define GLOBAL(field, ...) GLOBAL_OF(CONFIG_OF_KEEPER, field, __VA_ARGS__)
#define NAMED(name, field, ...) ACCOUNT_OF(CONFIG_OF_KEEPER, name, field, __VA_ARGS__)
#define ACCOUNT(field, ...) NAMED(#field, field, __VA_ARGS__)
#define IMAP(field, ...) ACCOUNT_OF(CONFIG_OF_POLLER, #field, field, __VA_ARGS__)
#define SMTP(field, ...) ACCOUNT_OF(CONFIG_OF_SENDER, #field, field, __VA_ARGS__)
#define LOGIN(field, ...) ACCOUNT_OF(CONFIG_OF_POLLER | CONFIG_OF_SENDER, #field, field, __VA_ARGS__)

static const struct config_key table[] = {
	OURS(user, CONFIG_NAME, "hearback", "", "Unix user to run as when started as root"),
	OURS(state_dir, CONFIG_PATH, HEARBACK_STATEDIR, "", "folder of ledger, keys and control socket"),
	OURS(templates, CONFIG_PATH, HEARBACK_DATADIR "/templates", "",
		"folder of the templates, one folder per language"),
	OURS(filters, CONFIG_PATH, HEARBACK_DATADIR "/filters", "",
		"folder of the filters: intake/NAME.sieve and outbound/NAME.sieve"),
	OURS(alarm_command, CONFIG_TEXT, "", "",
		"program that is told of what cannot wait, as JSON on standard input"),
	OURS(read_group, CONFIG_NAME, "hearback-read", "", "Unix group whose members may see conversations"),
	OURS(lead_group, CONFIG_NAME, "hearback-lead", "", "Unix group whose members may act, too"),
	OURS(audit_group, CONFIG_NAME, "hearback-audit", "", "Unix group whose members may read the audit"),
	GLOBAL(debug, CONFIG_YESNO, "no", "yes | no", "log what helps to find faults"),
	GLOBAL(reserve, CONFIG_SPACE, "64M", "1M..64G", "with less disk space left, nothing automatic is sent"),

	ACCOUNT(address, CONFIG_ADDRESS, "", "", "the address of the mailbox: what requesters write to"),
	ACCOUNT(display_name, CONFIG_TEXT, "", "",
		"name in From of automated messages; none: the address alone"),
	ACCOUNT(own, CONFIG_ADDRESSES, "", "", "other addresses that are this mailbox"),
	ACCOUNT(agents, CONFIG_ADDRESSES, "", "", "addresses of the people who answer"),
	ACCOUNT(lead, CONFIG_ADDRESSES, "", "", "who is told of what is held, due soon or breached"),
	ACCOUNT(form, CONFIG_ADDRESSES, "", "", "web forms of ours: the requester stands in Reply-To"),
	ACCOUNT(group, CONFIG_ADDRESS, "", "", "our own mailing list in front of the mailbox"),

	IMAP(host, CONFIG_HOST, "", "", "IMAP server"),
	IMAP(port, CONFIG_NUMBER, "993", "1..65535", "IMAP port; with tls = starttls 143"),
	IMAP(tls, CONFIG_CHOICE, "implicit", "implicit | none | starttls",
		"TLS from the first byte, or after STARTTLS; none on loopback only"),
	IMAP(tls_name, CONFIG_HOST, "", "", "name the IMAP certificate must carry; default: host"),
	IMAP(ca_file, CONFIG_PATH, "", "", "certificates to trust; default: the system's"),
	IMAP(user, CONFIG_TEXT, "", "", "IMAP login name; default: address"),
	IMAP(password_file, CONFIG_PATH, "", "", "file whose first line is the IMAP password"),
	LOGIN(token_file, CONFIG_PATH, "", "",
		"instead of a password: file that holds an OAuth2 access token"),
	LOGIN(token_command, CONFIG_TEXT, "", "",
		"the same: program, with arguments, that prints an access token"),
	IMAP(mailbox, CONFIG_TEXT, "INBOX", "", "mailbox to watch"),
	IMAP(sent_mailbox, CONFIG_TEXT, "", "", "where answers are stored; default: found on the server"),
	IMAP(poll, CONFIG_DURATION, "60s", "1s..60s", "longest time between two looks, also with IDLE"),
	IMAP(idle_renew, CONFIG_DURATION, "9min", "10s..29min", "how long one IDLE lasts"),
	IMAP(fetch_limit, CONFIG_SIZE, "64k", "4k..8M", "bytes fetched of a message"),

	SMTP(smtp_host, CONFIG_HOST, "", "", "SMTP server; default: host"),
	SMTP(smtp_port, CONFIG_NUMBER, "465", "1..65535", "SMTP port; with smtp_tls = starttls 587"),
	SMTP(smtp_tls, CONFIG_CHOICE, "implicit", "implicit | none | starttls", "as tls, for SMTP"),
	SMTP(smtp_tls_name, CONFIG_HOST, "", "",
		"name the SMTP certificate must carry; default: smtp_host"),
	SMTP(smtp_ca_file, CONFIG_PATH, "", "", "certificates to trust for SMTP; default: ca_file"),
	SMTP(smtp_user, CONFIG_TEXT, "", "", "SMTP login name; default: user"),
	SMTP(smtp_password_file, CONFIG_PATH, "", "",
		"file with the SMTP password; default: as for IMAP"),
	SMTP(smtp_auth, CONFIG_YESNO, "yes", "yes | no", "log in to the SMTP server"),
	ACCOUNT(smtp_connections, CONFIG_NUMBER, "4", "1..8", "SMTP connections at once"),
	ACCOUNT(envelope, CONFIG_CHOICE, "own", "own | null",
		"envelope sender: own is the address, so that bounces come home; null is <>"),
	ACCOUNT(witness, CONFIG_CHOICE, "auto", "auto | yes | no",
		"auto, yes or no: a copy of each automated message to our own mailbox"),
	ACCOUNT(subaddress, CONFIG_TEXT, "", "",
		"+ if the server delivers support+x@ to support@; default: it does not"),

	ACCOUNT(authserv_id, CONFIG_NAME, "", "",
		"name our border server writes into Authentication-Results, or none"),
	ACCOUNT(hops, CONFIG_NUMBER, "0", "0..20",
		"Received fields that our own servers add above it; 1 with Dovecot's LMTP"),

	ACCOUNT(first_response, CONFIG_DURATION, "6h", "1s..365d", "target of the first answer"),
	ACCOUNT(next_response, CONFIG_DURATION, "6h", "1s..365d", "target of each further answer"),
	ACCOUNT(filed_means, CONFIG_CHOICE, "done", "done | open",
		"a request moved out of the mailbox, elsewhere than to Junk or Trash: done dismisses it, with open its clock goes on"),
	ACCOUNT(marks, CONFIG_CHOICE, "none", "none | keywords | gmail-labels | flag",
		"how requests are marked as overdue and the like for mail programs; flag: \\Flagged for overdue alone"),
	ACCOUNT(silence, CONFIG_DURATION, "14d", "1s..365d", "how long we wait for the requester"),
	ACCOUNT(warn_percent, CONFIG_NUMBER, "75", "1..99",
		"the lead is told when this much of a target is used up"),
	ACCOUNT(notice_gap, CONFIG_DURATION, "10min", "0s..1d",
		"least time between two mails to the lead about deadlines"),
	ACCOUNT(ack_after, CONFIG_DURATION, "2min", "0s..1h",
		"how long an acknowledgement waits for an agent's answer"),
	ACCOUNT(ack_age, CONFIG_DURATION, "6h", "1s..6h", "older messages are never acknowledged"),
	ACCOUNT(hold_expires, CONFIG_DURATION, "30min", "1s..6h",
		"a held acknowledgement not released by then is dropped"),
	NAMED("template", template_name, CONFIG_NAME, "acknowledgement", "",
		"template of the acknowledgement"),
	ACCOUNT(language, CONFIG_NAME, "en", "",
		"language of automated messages where that of the request is not known or has no template"),
};

const struct config_key *config_keys(uint32_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct config_key *config_find(struct span name, bool in_account)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].in_account == in_account && span_eq(name, span_of(table[i].name)))
			return &table[i];
	return NULL;
}

enum { NAME_MAX_GUESSED = 40 };

/* Edits (insert, delete, replace, swap neighbours) that turn a into b. */
static unsigned distance(struct span a, struct span b)
{
	unsigned rows[3][NAME_MAX_GUESSED + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (unsigned j = 0; j <= b.n; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a.n; i++) {
		now[0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			bool same = ascii_lower(a.p[i - 1]) == b.p[j - 1];
			unsigned best = last[j - 1] + !same;
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		unsigned *spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

const char *config_guess(struct parser *p, struct span name, bool in_account)
{
	const char *best = NULL;
	unsigned least = 3;

	if (name.n > NAME_MAX_GUESSED)
		return "";
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].in_account != in_account)
			continue;
		struct span known = span_of(table[i].name);
		unsigned d = distance(name, known);
		if (d < least && d < known.n) {
			least = d;
			best = table[i].name;
		}
	}
	return best ? arena_printf(p->a, " (did you mean %s?)", best) : "";
}
