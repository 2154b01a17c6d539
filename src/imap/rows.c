// SPDX-License-Identifier: Apache-2.0
/* FETCH rows as libetpan hands them over one by one: bodies go straight into the caller's buffer, and only
 * what was asked for is kept. A row may carry any items in any order, for any message. */
#include "base/date.h"
#include "imap/internal.h"

/* INTERNALDATE before this is no date. */
enum { FIRST_YEAR = 1980, LAST_YEAR = 9999 };

static uint32_t flags_of(struct mailimap_msg_att_dynamic *dynamic)
{
	uint32_t flags = 0;

	if (!dynamic->att_list)
		return 0;
	for (clistiter *i = clist_begin(dynamic->att_list); i; i = clist_next(i)) {
		struct mailimap_flag_fetch *f = clist_content(i);
		if (f->fl_type != MAILIMAP_FLAG_FETCH_OTHER || !f->fl_flag)
			continue;
		switch (f->fl_flag->fl_type) {
		case MAILIMAP_FLAG_SEEN:
			flags |= ARRIVAL_SEEN;
			break;
		case MAILIMAP_FLAG_ANSWERED:
			flags |= ARRIVAL_ANSWERED;
			break;
		case MAILIMAP_FLAG_FLAGGED:
			flags |= ARRIVAL_FLAGGED;
			break;
		case MAILIMAP_FLAG_DELETED:
			flags |= ARRIVAL_DELETED;
			break;
		case MAILIMAP_FLAG_DRAFT:
			flags |= ARRIVAL_DRAFT;
			break;
		default:
			break;
		}
	}
	return flags;
}

static bool within(int value, int from, int to)
{
	return value >= from && value <= to;
}

/* Unix seconds, 0 for what is no date. The zone is +hhmm as a number. */
static int64_t date_of(const struct mailimap_date_time *d)
{
	if (!d || !within(d->dt_year, FIRST_YEAR, LAST_YEAR) || !within(d->dt_month, 1, 12) ||
	    !within(d->dt_day, 1, 31) || !within(d->dt_hour, 0, 23) || !within(d->dt_min, 0, 59) ||
	    !within(d->dt_sec, 0, 60) || !within(d->dt_zone, -2359, 2359))
		return 0;
	int64_t offset = (int64_t)(d->dt_zone / 100) * HOUR + (int64_t)(d->dt_zone % 100) * MINUTE;
	return days_from_civil(d->dt_year, (unsigned)d->dt_month, (unsigned)d->dt_day) * DAY +
	       (int64_t)d->dt_hour * HOUR + (int64_t)d->dt_min * MINUTE + d->dt_sec - offset;
}

struct row {
	struct frame_batch_item item;
	unsigned bodies; /* body sections in the row: exactly one of the whole message is right */
	bool whole;
};

static void take_static(struct mailimap_msg_att_static *s, struct row *row)
{
	struct mailimap_msg_att_body_section *body = s->att_data.att_body_section;

	switch (s->att_type) {
	case MAILIMAP_MSG_ATT_UID:
		row->item.uid = s->att_data.att_uid;
		break;
	case MAILIMAP_MSG_ATT_RFC822_SIZE:
		row->item.size = s->att_data.att_rfc822_size;
		break;
	case MAILIMAP_MSG_ATT_INTERNALDATE:
		row->item.internal_at = date_of(s->att_data.att_internal_date);
		break;
	case MAILIMAP_MSG_ATT_BODY_SECTION:
		row->bodies++;
		/* NIL: there is such a message, but not its text. */
		row->whole = body->sec_body_part && (!body->sec_section || !body->sec_section->sec_spec) &&
			     body->sec_origin_octet == 0;
		break;
	default:
		break;
	}
}

static struct row read_row(struct mailimap_msg_att *att)
{
	struct row row = { 0 };

	for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
		struct mailimap_msg_att_item *item = clist_content(i);
		if (item->att_type == MAILIMAP_MSG_ATT_ITEM_DYNAMIC)
			row.item.flags = flags_of(item->att_data.att_dyn);
		else if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
			take_static(item->att_data.att_static, &row);
	}
	return row;
}

static struct frame_batch_item *find_item(struct rows *r, uint32_t uid)
{
	uint32_t low = 0;
	uint32_t high = r->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (r->items[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < r->n && r->items[low].uid == uid ? &r->items[low] : NULL;
}

static void keep_body(struct rows *r, const struct row *row)
{
	struct buf *bytes = r->bytes;
	struct frame_batch_item *item = find_item(r, row->item.uid);
	size_t length = bytes->n - r->start;

	if (!item || item->fetched || row->bodies != 1 || !row->whole || bytes->full) {
		bytes->n = r->start;
		bytes->full = false;
		return;
	}
	/* One byte more than the limit was asked for: if it came, there is more. */
	item->fetched = true;
	item->partial = length > r->limit;
	item->length = item->partial ? r->limit : (uint32_t)length;
	item->offset = (uint32_t)r->start;
	r->start += item->length;
	bytes->n = r->start;
}

static void keep_flags(struct rows *r, const struct row *row)
{
	struct frame_batch_item *item = find_item(r, row->item.uid);

	if (!item)
		return;
	item->fetched = true;
	item->flags = row->item.flags;
}

static void keep_place(struct rows *r, const struct row *row)
{
	/* Rows of other messages come unasked when somebody else changes a flag. */
	if (row->item.uid < r->from || row->item.uid > r->to)
		return;
	if (r->n == r->room)
		r->too_many = true;
	else
		r->items[r->n++] = row->item;
}

static void on_row(struct mailimap_msg_att *att, void *context)
{
	struct rows *r = &((struct imap *)context)->rows;

	if (!r->items)
		return;
	struct row row = read_row(att);
	if (row.item.uid > r->top)
		r->top = row.item.uid;
	if (r->bytes)
		keep_body(r, &row);
	else if (r->flags_only)
		keep_flags(r, &row);
	else if (row.item.uid)
		keep_place(r, &row);
}

static bool on_body(int type, struct mailimap_msg_att_body_section *section, const char *bytes, size_t n,
		    void *context)
{
	struct rows *r = &((struct imap *)context)->rows;

	(void)section;
	if (!r->bytes || type != MAILIMAP_MSG_ATT_BODY_SECTION)
		return true;
	size_t room = (size_t)r->limit + 1 - (r->bytes->n - r->start);
	buf_put(r->bytes, bytes, n < room ? n : room);
	return true;
}

static void on_progress(size_t current, size_t maximum, void *context)
{
	(void)current;
	(void)maximum;
	(void)context;
}

void rows_hook(struct imap *imap)
{
	/* libetpan calls the row handler only where a progress function is set, too. */
	mailimap_set_progress_callback(imap->m, NULL, on_progress, imap);
	mailimap_set_msg_att_handler(imap->m, on_row, imap);
	mailimap_set_msg_body_handler(imap->m, on_body, imap);
}
