// SPDX-License-Identifier: Apache-2.0
/* What is in the mailbox. Only UIDs are used: sequence numbers change under us. */
#include "imap/internal.h"
#include <stdlib.h>

/* The widest range one SEARCH looks at: its answer may name every UID in it. */
enum { GAP_WINDOW = 1 << 20, GAP_BYTES_A_UID = 11 };

enum wanted { WANTED_UID = 1, WANTED_PLACE = 2, WANTED_BODY = 4, WANTED_FLAGS = 8 };

static void want(struct mailimap_fetch_type *type, struct mailimap_fetch_att *att)
{
	if (!att || mailimap_fetch_type_new_fetch_att_list_add(type, att))
		abort();
}

static struct mailimap_fetch_type *fetch_type(unsigned wanted, uint32_t limit)
{
	struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();

	if (!type)
		abort();
	want(type, mailimap_fetch_att_new_uid());
	if (wanted & (WANTED_PLACE | WANTED_FLAGS))
		want(type, mailimap_fetch_att_new_flags());
	if (wanted & WANTED_PLACE) {
		want(type, mailimap_fetch_att_new_internaldate());
		want(type, mailimap_fetch_att_new_rfc822_size());
	}
	if (wanted & WANTED_BODY)
		want(type, mailimap_fetch_att_new_body_peek_section_partial(mailimap_section_new(NULL), 0,
									    limit + 1));
	return type;
}

/* One UID FETCH whose rows go to imap->rows; takes over the set. */
static enum imap_fault fetch_set(struct imap *imap, struct mailimap_set *set, unsigned wanted, uint32_t limit)
{
	struct mailimap_fetch_type *type = fetch_type(wanted, limit);
	clist *left = NULL;

	if (!set)
		abort();
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_uid_fetch(imap->m, set, type, &left);
	/* Where it fails, libetpan has freed its result and still hands it out. */
	if (code == MAILIMAP_NO_ERROR)
		mailimap_fetch_list_free(left);
	mailimap_fetch_type_free(type);
	mailimap_set_free(set);
	imap->rows.items = NULL;
	imap->rows.bytes = NULL;
	return imap_outcome(imap, code, "UID FETCH");
}

/* `to` 0 is "*". */
static enum imap_fault fetch(struct imap *imap, uint32_t from, uint32_t to, unsigned wanted, uint32_t limit)
{
	return fetch_set(imap, mailimap_set_new_interval(from, to), wanted, limit);
}

enum imap_fault imap_flags(struct imap *imap, struct frame_batch_item *items, uint32_t n)
{
	struct mailimap_set *set = mailimap_set_new_empty();

	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && items[end].uid == items[end - 1].uid + 1; end++)
			;
		if (!set || mailimap_set_add_interval(set, items[i].uid, items[end - 1].uid))
			abort();
	}
	imap->rows = (struct rows){ .items = items, .n = n, .flags_only = true };
	imap_arm(imap, imap->timeouts.list, COMMAND_BYTES + (uint64_t)n * ROW_BYTES);
	return fetch_set(imap, set, WANTED_FLAGS, 0);
}

enum imap_fault imap_refresh(struct imap *imap, uint32_t *top, uint32_t *exists)
{
	struct frame_batch_item last;

	*top = 0;
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	enum imap_fault fault =
		imap_outcome(imap, imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_noop(imap->m), "NOOP");
	if (fault)
		return fault;
	*exists = imap->looked = imap->m->imap_selection_info->sel_exists;
	if (!*exists)
		return IMAP_FINE;
	imap->rows = (struct rows){ .items = &last, .room = 1, .from = 1, .to = UINT32_MAX };
	imap_arm(imap, imap->timeouts.command, COMMAND_BYTES);
	fault = fetch(imap, 0, 0, WANTED_UID, 0);
	*top = imap->rows.top;
	return fault;
}

static int by_uid(const void *a, const void *b)
{
	const struct frame_batch_item *x = a;
	const struct frame_batch_item *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

enum imap_fault imap_list(struct imap *imap, uint32_t from, uint32_t to, struct frame_batch_item *items,
			  uint32_t *n)
{
	/* Twice the window: a row may come again when a flag changes meanwhile. */
	static struct frame_batch_item found[2 * LIMIT_UID_WINDOW];

	*n = 0;
	imap->rows = (struct rows){ .items = found, .room = 2 * LIMIT_UID_WINDOW, .from = from, .to = to };
	imap_arm(imap, imap->timeouts.list, COMMAND_BYTES + (uint64_t)LIMIT_UID_WINDOW * ROW_BYTES);
	enum imap_fault fault = fetch(imap, from, to, WANTED_PLACE, 0);
	if (fault)
		return fault;
	if (imap->rows.too_many)
		return imap_fail(imap, IMAP_LOST,
				 "UID FETCH: the server lists more messages than UIDs were asked for");
	qsort(found, imap->rows.n, sizeof(*found), by_uid);
	for (uint32_t i = 0; i < imap->rows.n && *n < LIMIT_UID_WINDOW; i++)
		if (!*n || items[*n - 1].uid != found[i].uid)
			items[(*n)++] = found[i];
	return IMAP_FINE;
}

/* A server may answer in any order; whoever reads the bytes expects that of the items. */
static void put_in_order(struct frame_batch_item *items, uint32_t n, struct buf *bytes)
{
	BUF_CLEANUP struct buf ordered = BUF_CAPPED(bytes->n);
	uint32_t end = 0;
	bool good = true;

	for (uint32_t i = 0; i < n; i++) {
		if (!items[i].fetched)
			continue;
		good = good && items[i].offset >= end;
		end = items[i].offset + items[i].length;
	}
	if (good)
		return;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = (uint32_t)ordered.n;
		buf_put(&ordered, bytes->p + items[i].offset, items[i].length);
		items[i].offset = at;
	}
	buf_reset(bytes);
	buf_put_span(bytes, buf_span(&ordered));
}

enum imap_fault imap_bodies(struct imap *imap, struct frame_batch_item *items, uint32_t n, uint32_t limit,
			    struct buf *bytes)
{
	buf_reset(bytes);
	imap->rows = (struct rows){ .items = items, .n = n, .bytes = bytes, .limit = limit };
	imap_arm(imap, imap->timeouts.bodies, COMMAND_BYTES + (uint64_t)n * (limit + ROW_BYTES));
	enum imap_fault fault = fetch(imap, items[0].uid, items[n - 1].uid, WANTED_BODY, limit);
	/* What a broken connection left half way is no message. */
	bytes->n = imap->rows.start;
	bytes->full = false;
	put_in_order(items, n, bytes);
	/* "Not now" says nothing about these messages. */
	if (fault == IMAP_SAID_NO && words_are_transient(words_of_tagged(imap_answer(imap))))
		return imap_fail(imap, IMAP_LOST, "UID FETCH: the server hands out nothing now: %s",
				 imap_quote(words_of_tagged(imap_answer(imap))));
	return fault;
}

enum imap_fault imap_next_uid(struct imap *imap, uint32_t from, uint32_t to, uint32_t *uid)
{
	uint64_t width = LIMIT_UID_WINDOW;

	*uid = 0;
	for (uint64_t at = from; at <= to;
	     at += width, width = width * 2 < GAP_WINDOW ? width * 2 : GAP_WINDOW) {
		uint64_t end = at + width - 1 < to ? at + width - 1 : to;
		struct mailimap_set *set = mailimap_set_new_interval((uint32_t)at, (uint32_t)end);
		struct mailimap_search_key *key = set ? mailimap_search_key_new_uid(set) : NULL;
		if (!key)
			abort();
		enum imap_fault fault = imap_search(imap, key, (end - at + 1) * GAP_BYTES_A_UID, (uint32_t)at,
						    (uint32_t)end, uid);
		if (fault || *uid)
			return fault;
	}
	return IMAP_FINE;
}
