// SPDX-License-Identifier: Apache-2.0
/* Searching and moving. */
#include "base/date.h"
#include "imap/internal.h"
#include "mail/message_id.h"
#include <stdlib.h>

static int newest_first(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The UID at that place, counted from the newest; the oldest where there are fewer. */
static uint32_t uid_at(const clist *found, uint32_t n, uint32_t most)
{
	uint32_t *uids = calloc(n, sizeof(*uids));
	uint32_t k = 0;

	if (!uids)
		abort();
	for (clistiter *i = clist_begin(found); i && k < n; i = clist_next(i))
		uids[k++] = *(uint32_t *)clist_content(i);
	qsort(uids, n, sizeof(*uids), newest_first);
	uint32_t uid = uids[(most < n ? most : n) - 1];
	free(uids);
	return uid;
}

enum imap_fault imap_search_since(struct imap *imap, int64_t at, uint32_t most, uint32_t *first, uint32_t *found)
{
	clist *list = NULL;
	int64_t year;
	unsigned month;
	unsigned day;

	*first = *found = 0;
	civil_from_days(at / DAY - 1, &year, &month, &day);
	struct mailimap_date *date = mailimap_date_new((int)day, (int)month, (int)year);
	struct mailimap_search_key *key = date ? mailimap_search_key_new_since(date) : NULL;
	if (!key)
		abort();
	imap_arm(imap, imap->timeouts.list, FOLDERS_BYTES);
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_uid_search(imap->m, NULL, key, &list);
	mailimap_search_key_free(key);
	if (code == MAILIMAP_NO_ERROR && list) {
		*found = (uint32_t)clist_count(list);
		*first = *found ? uid_at(list, *found, most) : 0;
		mailimap_search_result_free(list);
	}
	return imap_outcome(imap, code, "UID SEARCH");
}

enum imap_fault imap_search(struct imap *imap, struct mailimap_search_key *key, uint64_t bytes, uint32_t from,
			    uint32_t to, uint32_t *lowest)
{
	clist *found = NULL;

	*lowest = 0;
	imap_arm(imap, imap->timeouts.list, COMMAND_BYTES + bytes);
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_uid_search(imap->m, NULL, key, &found);
	mailimap_search_key_free(key);
	/* Where it fails, libetpan has freed its result and still hands it out. */
	if (code != MAILIMAP_NO_ERROR)
		found = NULL;
	for (clistiter *i = found ? clist_begin(found) : NULL; i; i = clist_next(i)) {
		uint32_t uid = *(uint32_t *)clist_content(i);
		if (uid >= from && uid <= to && (!*lowest || uid < *lowest))
			*lowest = uid;
	}
	if (found)
		mailimap_search_result_free(found);
	return imap_outcome(imap, code, "UID SEARCH");
}

static char *copy(struct span s)
{
	char *text = strndup(s.p, s.n);

	if (!text)
		abort();
	return text;
}

static void add_key(struct mailimap_search_key *all, struct mailimap_search_key *key)
{
	if (!all || !key || mailimap_search_key_multiple_add(all, key))
		abort();
}

static struct mailimap_date *day_of(int64_t at)
{
	int64_t year;
	unsigned month, day;

	civil_from_days(at / DAY, &year, &month, &day);
	struct mailimap_date *date = mailimap_date_new((int)day, (int)month, (int)year);
	if (!date)
		abort();
	return date;
}

enum imap_fault imap_search_message_id(struct imap *imap, struct span id, int64_t at, uint32_t *uid)
{
	*uid = 0;
	if (!message_id_may_write(id))
		return imap_fail(imap, IMAP_SAID_NO, "UID SEARCH: not an id that may be written");
	struct mailimap_search_key *all = mailimap_search_key_new_multiple_empty();
	/* In whatever zone the server counts its days. */
	if (at > DAY) {
		add_key(all, mailimap_search_key_new_since(day_of(at - DAY)));
		add_key(all, mailimap_search_key_new_before(day_of(at + 2 * DAY)));
	}
	add_key(all, mailimap_search_key_new_header(copy(SPAN("Message-ID")), copy(id)));
	return imap_search(imap, all, COMMAND_BYTES, 1, UINT32_MAX, uid);
}

static void add_flag(struct mailimap_flag_list *list, struct mailimap_flag *flag)
{
	if (!list || !flag || mailimap_flag_list_add(list, flag))
		abort();
}

/* Takes over the list. */
static enum imap_fault store_list(struct imap *imap, struct mailimap_set *set, struct mailimap_flag_list *list,
				  bool add)
{
	struct mailimap_store_att_flags *att = add ? mailimap_store_att_flags_new_add_flags_silent(list)
						   : mailimap_store_att_flags_new_remove_flags_silent(list);
	if (!att)
		abort();
	int code = imap->broken ? MAILIMAP_ERROR_STREAM : mailimap_uid_store(imap->m, set, att);
	mailimap_store_att_flags_free(att);
	return imap_outcome(imap, code, "UID STORE");
}

static enum imap_fault store(struct imap *imap, struct mailimap_set *set, struct mailimap_flag *flag, bool add)
{
	struct mailimap_flag_list *list = mailimap_flag_list_new_empty();

	add_flag(list, flag);
	return store_list(imap, set, list, add);
}

/* The one UID a COPYUID names for one message; 0 for anything else. */
static uint32_t only_uid(struct mailimap_set *set)
{
	clistiter *first = set ? clist_begin(set->set_list) : NULL;
	const struct mailimap_set_item *item =
		first && clist_count(set->set_list) == 1 ? clist_content(first) : NULL;

	return item && item->set_first == item->set_last ? item->set_first : 0;
}

static enum imap_fault carry(struct imap *imap, struct mailimap_set *set, const char *name, bool move,
			     uint32_t *moved)
{
	struct mailimap_set *source = NULL;
	struct mailimap_set *target = NULL;
	uint32_t uidvalidity = 0;
	int code = MAILIMAP_ERROR_STREAM;

	if (!imap->broken && move)
		code = mailimap_uidplus_uid_move(imap->m, set, name, &uidvalidity, &source, &target);
	else if (!imap->broken)
		code = mailimap_uidplus_uid_copy(imap->m, set, name, &uidvalidity, &source, &target);
	*moved = only_uid(target);
	if (source)
		mailimap_set_free(source);
	if (target)
		mailimap_set_free(target);
	return imap_outcome(imap, code, move ? "UID MOVE" : "UID COPY");
}

/* RFC 6851 section 3.3. Without UID EXPUNGE the copy that is left stays marked: EXPUNGE would take along what
 * others have marked. */
static enum imap_fault copy_and_remove(struct imap *imap, struct mailimap_set *set, const char *name,
				       uint32_t *moved)
{
	enum imap_fault fault = carry(imap, set, name, false, moved);

	if (!fault)
		fault = store(imap, set, mailimap_flag_new_deleted(), true);
	if (!fault && imap->offers & OFFERS_UIDPLUS)
		fault = imap_outcome(imap, mailimap_uid_expunge(imap->m, set), "UID EXPUNGE");
	return fault;
}

enum imap_fault imap_move(struct imap *imap, uint32_t uid, const char *name, uint32_t *moved)
{
	struct mailimap_set *set = mailimap_set_new_single(uid);

	*moved = 0;
	if (!set)
		abort();
	imap_arm(imap, imap->timeouts.list, COMMAND_BYTES);
	/* Before it moves, for afterwards it lies in a mailbox that is not open. */
	enum imap_fault fault = store(imap, set, mailimap_flag_new_seen(), true);
	if (!fault)
		fault = imap->offers & OFFERS_MOVE ? carry(imap, set, name, true, moved)
						   : copy_and_remove(imap, set, name, moved);
	if (!fault && imap->looked)
		imap->looked--;
	if (fault == IMAP_SAID_NO) {
		/* It stays where it was, so it must look as it did; the line keeps why it could not move. */
		struct err why = imap->why;
		fault = store(imap, set, mailimap_flag_new_seen(), false);
		if (fault != IMAP_LOST) {
			imap->why = why;
			fault = IMAP_SAID_NO;
		}
	}
	mailimap_set_free(set);
	return fault;
}
