// SPDX-License-Identifier: Apache-2.0
/* hearback inspect: what we find in message files. */
#include "command/command.h"
#include "command/inspect_show.h"
#include "command/json.h"
#include "command/message_files.h"
#include "command/options.h"
#include "mail/limits.h"
#include <limits.h>

static const struct reading_account nobody;

/* -- JSON ---------------------------------------------------------------------------------------- */

static json_t *json_address(struct arena *a, struct address addr)
{
	struct span text = address_text(a, addr);

	/* "moderator" is no address for mail, but it is what stands there. */
	return json_pack("{s:o, s:o}", "name", json_span(addr.name), "address",
			 json_span(text.n ? text : addr.local));
}

static json_t *json_addresses(struct arena *a, const struct address_list *list)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < list->n; i++)
		json_array_append_new(out, json_address(a, list->at[i]));
	return out;
}

static json_t *json_ids(const struct message_ids *ids)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < ids->n; i++)
		json_array_append_new(out, json_span(ids->at[i]));
	return out;
}

static json_t *json_attachments(const struct facts *f)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < f->nparts; i++)
		json_array_append_new(out, json_pack("{s:o, s:o, s:I}", "name", json_span(f->parts[i].name),
						     "type", json_span(f->parts[i].type), "size",
						     (json_int_t)f->parts[i].size));
	return out;
}

static json_t *json_notes(const struct facts *f)
{
	json_t *out = json_array();
	size_t n;
	const struct inspect_note *notes = inspect_notes(&n);

	for (size_t i = 0; i < n; i++)
		if (f->flags & (uint32_t)notes[i].flag)
			json_array_append_new(out, json_string(notes[i].name));
	return out;
}

/* Bytes of `text` in UTF-8. */
static json_t *json_stretches(const struct stretch *at, uint32_t n)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < n; i++)
		json_array_append_new(out, json_pack("{s:s, s:I, s:I}", "kind", stretch_kind_name(at[i].kind), "from",
						     (json_int_t)at[i].from, "bytes", (json_int_t)at[i].n));
	return out;
}

static json_t *json_signs(const struct kind_found *k)
{
	json_t *out = json_array();

	for (uint32_t i = 0; i < k->n; i++)
		json_array_append_new(out, json_pack("{s:s, s:o, s:o}", "kind", kind_name(k->signs[i].kind),
						     "rule", json_span(k->signs[i].rule), "evidence",
						     json_span(k->signs[i].evidence)));
	return out;
}

static json_t *json_recipient(const struct bounce_recipient *r, const char *action)
{
	return json_pack("{s:o, s:s, s:b, s:o, s:o}", "address", json_span(r->address), "action", action, "permanent",
			 r->permanent, "status", json_span(r->status), "diagnostic", json_span(r->diagnostic));
}

/* Those who did not get the message, or not yet, and those for whom it is only late. */
static json_t *json_bounce(struct arena *a, const struct facts *f, enum kind kind)
{
	json_t *out = json_array(), *waiting = json_array();
	struct bounce_recipient *at = NULL;
	uint32_t n = kind == KIND_BOUNCE ? reading_bounce(a, f, &at) : 0;
	struct span returned = kind == KIND_BOUNCE ? reading_returned_id(a, f) : SPAN_NONE;

	for (uint32_t i = 0; i < n; i++) {
		switch (at[i].action) {
		case BOUNCE_FAILED:
			json_array_append_new(out, json_recipient(&at[i], "failed"));
			break;
		case BOUNCE_DELAYED:
			json_array_append_new(out, json_recipient(&at[i], "delayed"));
			break;
		case BOUNCE_WAITING:
			json_array_append_new(waiting, json_recipient(&at[i], "waiting"));
			break;
		case BOUNCE_DELIVERED:
		case BOUNCE_OTHER:
			break;
		}
	}
	return json_pack("{s:o, s:o, s:o}", "recipients", out, "waiting", waiting, "returned_id",
			 json_span(returned));
}

static void show_json(struct arena *a, const char *path, const struct facts *f, const struct kind_found *k)
{
	json_t *o = json_object();
	struct span whole;
	struct stretch *at;
	uint32_t n = reading_whole_text(a, f, &whole, &at);
	static const char *const depths[] = {
		[FACTS_WHOLE] = "whole", [FACTS_HEADER_ONLY] = "header-only", [FACTS_NONE] = "none"
	};

	json_object_set_new(o, "file", json_span(span_of(path)));
	json_object_set_new(o, "read", json_string(depths[f->depth]));
	json_object_set_new(o, "message_id", json_span(f->message_id));
	json_object_set_new(o, "subject", json_span(f->subject));
	json_object_set_new(o, "date", json_integer(f->date_at));
	json_object_set_new(o, "from", f->from.n ? json_address(a, f->from.at[0]) : json_null());
	json_object_set_new(o, "to", json_addresses(a, &f->to));
	json_object_set_new(o, "cc", json_addresses(a, &f->cc));
	json_object_set_new(o, "reply_to", json_addresses(a, &f->reply_to));
	json_object_set_new(o, "references", json_ids(&f->references));
	json_object_set_new(o, "in_reply_to", json_ids(&f->in_reply_to));
	json_object_set_new(o, "kind", json_string(kind_name(k->kind)));
	json_object_set_new(o, "signs", json_signs(k));
	json_object_set_new(o, "text", json_span(whole));
	json_object_set_new(o, "new_text", json_span(reading_excerpt(a, f, LIMIT_TEXT)));
	json_object_set_new(o, "stretches", json_stretches(at, n));
	json_object_set_new(o, "html_text", json_span(f->html_text));
	json_object_set_new(o, "language", json_span(inspect_language(a, f)));
	json_object_set_new(o, "notes", json_notes(f));
	json_object_set_new(o, "attachments", json_attachments(f));
	json_object_set_new(o, "bounce", json_bounce(a, f, k->kind));
	json_line(o);
}

struct way {
	bool json;
	struct page page;
};

static void show(void *context, struct arena *a, const char *path, const struct facts *f)
{
	const struct way *way = context;
	struct kind_found k;

	reading_kind(a, f, &nobody, false, &k);
	if (way->json)
		show_json(a, path, f, &k);
	else
		inspect_show(&way->page, a, path, f, &k);
}

int command_inspect(int argc, char **argv)
{
	static const struct command_spec spec = {
		.synopsis = "inspect [--json] PATH...",
		.meaning = "What a reader finds in messages.\n"
			   "PATH is a message file, an mbox, a Maildir, or a folder of these. In the text, \"|\" marks what its\n"
			   "sender wrote now and \":\" quotes answered in place; unmarked are quotes, signatures, and what\n"
			   "messages within the message say. A file called *.eml holds one message.",
		.least = 1,
		.most = INT_MAX,
	};
	struct way way = { .json = false };
	char **paths;
	int n, e = options_read(&spec, argc, argv, &way.json, &paths, &n);

	if (e)
		return e - 1;
	page_start(&way.page);
	return message_files_show(paths, n, show, &way);
}
