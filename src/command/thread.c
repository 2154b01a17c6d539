// SPDX-License-Identifier: Apache-2.0
/* hearback thread: which messages would be one conversation, if everybody were let in. */
#include "base/date.h"
#include "base/text.h"
#include "command/command.h"
#include "command/json.h"
#include "command/message_files.h"
#include "command/options.h"
#include "conversation/thread.h"
#include "mail/limits.h"
#include "reading/reading.h"
#include <limits.h>
#include <stdio.h>
#include <sysexits.h>

static const struct reading_account nobody;

/* What is kept of a message. */
struct seen {
	struct span id;
	struct span subject;
	int64_t date_at;
	struct seen *next; /* in its conversation */
};

struct thread_command {
	struct arena *a;
	struct threads *threads;
	struct seen **messages;
	uint32_t n, room;
};

struct conversation {
	struct seen *first, *last;
	uint32_t n;
	int64_t from_at, to_at; /* 0: no message has a date */
};

static void keep(struct thread_command *c, const struct facts *f)
{
	struct seen *m = arena_one(c->a, struct seen);

	if (c->n == c->room) {
		struct seen **old = c->messages;
		c->room = c->room ? 2 * c->room : 1024;
		c->messages = arena_many(c->a, c->room, struct seen *);
		for (uint32_t i = 0; i < c->n; i++)
			c->messages[i] = old[i];
	}
	m->id = arena_span(c->a, f->message_id);
	m->subject = arena_span(c->a, utf8_cut(f->subject, LIMIT_SUBJECT_SHOWN));
	m->date_at = f->date_at;
	c->messages[c->n++] = m;
}

/* As the keeper does: besides In-Reply-To and References, the message that a bounce returns. */
static void add(void *context, struct arena *a, const char *path, const struct facts *f)
{
	struct thread_command *c = context;
	uint32_t n = f->in_reply_to.n + f->references.n;
	struct span *named = arena_many(a, n + 1, struct span);
	struct kind_found kind;

	(void)path;
	for (uint32_t i = 0; i < n; i++)
		named[i] =
			i < f->in_reply_to.n ? f->in_reply_to.at[i] : f->references.at[i - f->in_reply_to.n];
	reading_kind(a, f, &nobody, false, &kind);
	if (kind.kind == KIND_BOUNCE || kind.kind == KIND_REPORT)
		named[n++] = reading_returned_id(a, f);
	threads_add(c->threads, f->message_id, named, n);
	keep(c, f);
}

static void append(struct conversation *c, struct seen *m)
{
	if (c->last)
		c->last->next = m;
	else
		c->first = m;
	c->last = m;
	c->n++;
	if (m->date_at && (!c->from_at || m->date_at < c->from_at))
		c->from_at = m->date_at;
	if (m->date_at && (!c->to_at || m->date_at > c->to_at))
		c->to_at = m->date_at;
}

static void show_json(uint32_t number, const struct conversation *c)
{
	json_t *ids = json_array();

	for (const struct seen *m = c->first; m; m = m->next)
		if (m->id.n)
			json_array_append_new(ids, json_span(m->id));
	json_line(json_pack("{s:I, s:o}", "conversation", (json_int_t)number, "message_ids", ids));
}

/* The day of an instant, as long as ISO 8601 writes it. */
static const char *day(struct buf *b, int64_t at)
{
	put_iso(b, at);
	b->n = b->n > 10 ? 10 : b->n;
	return at ? buf_cstr(b) : "-";
}

static void show_text(uint32_t number, const struct conversation *c)
{
	BUF_CLEANUP struct buf from = BUF_CAPPED(64);
	BUF_CLEANUP struct buf to = BUF_CAPPED(64);
	BUF_CLEANUP struct buf subject = BUF_CAPPED(LIMIT_SUBJECT_SHOWN * 12);

	text_escape(&subject, c->first->subject);
	printf("%7u %8u  %-10s  %-10s  %s\n", number, c->n, day(&from, c->from_at), day(&to, c->to_at),
	       buf_cstr(&subject));
}

static void show(struct thread_command *c, bool json)
{
	uint32_t n;
	const uint32_t *of = threads_number(c->threads, &n);
	struct conversation *conversations = arena_many(c->a, n, struct conversation);

	for (uint32_t i = 0; i < c->n; i++)
		if (!threads_repeats(c->threads, i))
			append(&conversations[of[i]], c->messages[i]);
	if (!json && n)
		printf("%7s %8s  %-10s  %-10s  %s\n", "", "MESSAGES", "FROM", "TO", "SUBJECT");
	for (uint32_t i = 0; i < n; i++)
		(json ? show_json : show_text)(i + 1, &conversations[i]);
}

int command_thread(int argc, char **argv)
{
	static const struct command_spec spec = {
		.synopsis = "thread [--json] PATH...",
		.meaning = "Which messages are one conversation, by Message-ID, In-Reply-To,\n"
			   "References, and what a bounce returns. One thing that the daemon does\n"
			   "is missing: here everybody is let in. The daemon lets a message join\n"
			   "only if its sender is proven, or unverified but already known in that\n"
			   "conversation; others open a linked one.\n"
			   "PATH is a message file, an mbox, a Maildir, or a folder of these.",
		.least = 1,
		.most = INT_MAX,
	};
	struct arena *a ARENA_CLEANUP = arena_new();
	struct thread_command c = { .a = a };
	uint8_t key[KEY_SIZE];
	bool json = false;
	char **paths;
	int n, e = options_read(&spec, argc, argv, &json, &paths, &n);

	if (e)
		return e - 1;
	crypto_random(key, sizeof(key));
	c.threads = threads_new(a, key);
	int status = message_files_show(paths, n, add, &c);
	if (status != EX_OSERR)
		show(&c, json);
	return status;
}
