// SPDX-License-Identifier: Apache-2.0
#include "frame/poller.h"
#include "frame/codec.h"
#include "mail/limits.h"

enum { ARRIVAL_FLAGS = ARRIVAL_DRAFT * 2 - 1, BATCH_ITEM_SIZE = 34 };

const char *mailbox_offer_name(unsigned bit)
{
	static const char *const names[] = { "flags-told", "keywords", "flagged", "answered",
					     "gmail-labels", "condstore", "qresync", "idle" };

	return bit < sizeof(names) / sizeof(names[0]) ? names[bit] : NULL;
}

void frame_resume_put(struct buf *b, const struct frame_resume *r)
{
	wire_put_u32(b, r->uidvalidity);
	wire_put_u32(b, r->last_uid);
	frame_put_bool(b, r->read_only);
	frame_put_bool(b, r->no_list);
}

bool frame_resume_get(struct wire *w, struct frame_resume *out)
{
	out->uidvalidity = wire_u32(w);
	out->last_uid = wire_u32(w);
	out->read_only = frame_get_bool(w);
	out->no_list = frame_get_bool(w);
	return wire_done(w);
}

void frame_selected_put(struct buf *b, const struct frame_selected *s)
{
	frame_put_text(b, s->mailbox, FRAME_TEXT);
	wire_put_u32(b, s->uidvalidity);
	wire_put_u32(b, s->uidnext);
	wire_put_u32(b, s->exists);
	wire_put_u32(b, s->offers);
	frame_put_text(b, s->junk, FRAME_TEXT);
	frame_put_text(b, s->trash, FRAME_TEXT);
	wire_put_i64(b, s->certificate_until);
}

bool frame_selected_get(struct wire *w, struct frame_selected *out)
{
	out->mailbox = frame_get_text(w, FRAME_TEXT);
	out->uidvalidity = wire_u32(w);
	out->uidnext = wire_u32(w);
	out->exists = wire_u32(w);
	out->offers = wire_u32(w);
	out->junk = frame_get_text(w, FRAME_TEXT);
	out->trash = frame_get_text(w, FRAME_TEXT);
	out->certificate_until = wire_i64(w);
	return wire_done(w) && out->certificate_until >= 0;
}

static void put_item(struct buf *b, const struct frame_batch_item *i)
{
	wire_put_u32(b, i->uid);
	wire_put_u32(b, i->flags);
	wire_put_i64(b, i->internal_at);
	wire_put_u64(b, i->size);
	wire_put_u32(b, i->offset);
	wire_put_u32(b, i->length);
	frame_put_bool(b, i->fetched);
	frame_put_bool(b, i->partial);
}

static void get_item(struct wire *w, struct frame_batch_item *out)
{
	out->uid = wire_u32(w);
	out->flags = wire_u32(w);
	out->internal_at = wire_i64(w);
	out->size = wire_u64(w);
	out->offset = wire_u32(w);
	out->length = wire_u32(w);
	out->fetched = frame_get_bool(w);
	out->partial = frame_get_bool(w);
}

void frame_batch_put(struct buf *b, const struct frame_batch *p)
{
	wire_put_u64(b, p->number);
	wire_put_u32(b, p->n);
	for (uint32_t i = 0; i < p->n; i++)
		put_item(b, &p->at[i]);
}

bool frame_batch_get(struct arena *a, struct wire *w, size_t size, struct frame_batch *out)
{
	uint32_t uid = 0;
	uint64_t end = 0;

	out->number = wire_u64(w);
	out->n = wire_count(w, BATCH_ITEM_SIZE, LIMIT_BATCH_MESSAGES);
	out->at = arena_many(a, out->n, struct frame_batch_item);
	for (uint32_t i = 0; i < out->n; i++) {
		struct frame_batch_item *it = &out->at[i];
		get_item(w, it);
		if (it->uid <= uid || it->flags & ~(uint32_t)ARRIVAL_FLAGS || it->internal_at < 0 ||
		    it->length > LIMIT_FETCH_MAX || (!it->fetched && it->length) ||
		    (it->length && !frame_inside(it->offset, it->length, size, &end)))
			return false;
		uid = it->uid;
	}
	return wire_done(w);
}

void frame_batch_done_put(struct buf *b, uint64_t number)
{
	wire_put_u64(b, number);
}

bool frame_batch_done_get(struct wire *w, uint64_t *number)
{
	*number = wire_u64(w);
	return wire_done(w);
}

void frame_seen_all_put(struct buf *b, const struct frame_seen_all *s)
{
	wire_put_u32(b, s->uidvalidity);
	wire_put_u32(b, s->uidnext);
	wire_put_u32(b, s->exists);
	wire_put_u64(b, s->look);
	wire_put_i64(b, s->started_at);
	frame_put_bool(b, s->shrunk);
}

bool frame_seen_all_get(struct wire *w, struct frame_seen_all *out)
{
	out->uidvalidity = wire_u32(w);
	out->uidnext = wire_u32(w);
	out->exists = wire_u32(w);
	out->look = wire_u64(w);
	out->started_at = wire_i64(w);
	out->shrunk = frame_get_bool(w);
	return wire_done(w);
}

void frame_order_put(struct buf *b, const struct frame_order *o)
{
	wire_put_u64(b, o->number);
	wire_put_u8(b, (uint8_t)o->kind);
	wire_put_u32(b, o->uidvalidity);
	wire_put_u32(b, o->uid);
	frame_put_text(b, o->text, FRAME_TEXT);
	wire_put_i64(b, o->at);
	wire_put_u8(b, (uint8_t)o->style);
	wire_put_u8(b, (uint8_t)o->add);
	wire_put_u8(b, (uint8_t)o->remove);
}

bool frame_order_get(struct wire *w, struct frame_order *out)
{
	out->number = wire_u64(w);
	out->kind = wire_u8_below(w, ORDER_COUNT);
	out->uidvalidity = wire_u32(w);
	out->uid = wire_u32(w);
	out->text = frame_get_text(w, FRAME_TEXT);
	out->at = wire_i64(w);
	out->style = wire_u8_below(w, MARK_STYLES);
	out->add = wire_u8_below(w, MARK_ALL + 1);
	out->remove = wire_u8_below(w, MARK_ALL + 1);
	return wire_done(w);
}

void frame_order_done_put(struct buf *b, const struct frame_order_done *d)
{
	wire_put_u64(b, d->number);
	frame_put_bool(b, d->ok);
	wire_put_u32(b, d->uid);
	wire_put_u8(b, (uint8_t)d->found);
	frame_put_text(b, d->text, FRAME_TEXT);
}

bool frame_order_done_get(struct wire *w, struct frame_order_done *out)
{
	out->number = wire_u64(w);
	out->ok = frame_get_bool(w);
	out->uid = wire_u32(w);
	out->found = wire_u8_below(w, ORDER_FOUND_COUNT);
	out->text = frame_get_text(w, FRAME_TEXT);
	return wire_done(w);
}

void frame_watch_put(struct buf *b, const struct frame_watch *f)
{
	wire_put_u32(b, f->uidvalidity);
	wire_put_u32(b, f->n);
	for (uint32_t i = 0; i < f->n; i++)
		wire_put_u32(b, f->uids[i]);
}

bool frame_watch_get(struct arena *a, struct wire *w, struct frame_watch *out)
{
	uint32_t last = 0;

	out->uidvalidity = wire_u32(w);
	out->n = wire_count(w, sizeof(uint32_t), LIMIT_WATCHED);
	out->uids = arena_many(a, out->n, uint32_t);
	for (uint32_t i = 0; i < out->n; i++) {
		out->uids[i] = wire_u32(w);
		if (out->uids[i] <= last)
			return false;
		last = out->uids[i];
	}
	return wire_done(w);
}

void frame_watched_put(struct buf *b, const struct frame_watched *f)
{
	wire_put_u32(b, f->uidvalidity);
	wire_put_u32(b, f->n);
	for (uint32_t i = 0; i < f->n; i++) {
		wire_put_u32(b, f->at[i].uid);
		frame_put_bool(b, f->at[i].gone);
	}
}

bool frame_watched_get(struct arena *a, struct wire *w, struct frame_watched *out)
{
	uint32_t last = 0;

	out->uidvalidity = wire_u32(w);
	out->n = wire_count(w, sizeof(uint32_t) + 1, LIMIT_WATCHED);
	out->at = arena_many(a, out->n, struct frame_watched_item);
	for (uint32_t i = 0; i < out->n; i++) {
		out->at[i] = (struct frame_watched_item){ .uid = wire_u32(w) };
		out->at[i].gone = frame_get_bool(w);
		if (out->at[i].uid <= last)
			return false;
		last = out->at[i].uid;
	}
	return wire_done(w);
}

void frame_trouble_put(struct buf *b, struct span text)
{
	frame_put_text(b, text, FRAME_TEXT);
}

bool frame_trouble_get(struct wire *w, struct span *text)
{
	*text = frame_get_text(w, FRAME_TEXT);
	return wire_done(w);
}
