// SPDX-License-Identifier: Apache-2.0
/* Frames between the supervisor and its children. */
#include "frame/codec.h"
#include "frame/frame.h"

const char *room_name(enum room r)
{
	switch (r) {
	case ROOM_SUPERVISOR:
		return "supervisor";
	case ROOM_POLLER:
		return "poller";
	case ROOM_READER:
		return "reader";
	case ROOM_KEEPER:
		return "keeper";
	case ROOM_SENDER:
		return "sender";
	case ROOM_COUNT:
		break;
	}
	return "unknown";
}

void frame_start_put(struct buf *b, const struct frame_start *s)
{
	frame_put_bool(b, s->once);
	frame_put_bool(b, s->debug);
	frame_put_text(b, s->account, FRAME_NAME);
	frame_put_text(b, s->mailbox, FRAME_TEXT);
	frame_put_bool(b, s->sent);
	wire_put_i64(b, s->since);
	wire_put_u32(b, s->most);
}

bool frame_start_get(struct wire *w, struct frame_start *out)
{
	out->once = frame_get_bool(w);
	out->debug = frame_get_bool(w);
	out->account = frame_get_text(w, FRAME_NAME);
	out->mailbox = frame_get_text(w, FRAME_TEXT);
	out->sent = frame_get_bool(w);
	out->since = wire_i64(w);
	out->most = wire_u32(w);
	return wire_done(w) && out->since >= 0;
}

void frame_task_put(struct buf *b, const struct frame_task *s)
{
	wire_put_u8(b, (uint8_t)s->task);
	frame_put_text(b, s->folder, FRAME_TEXT);
}

bool frame_task_get(struct wire *w, struct frame_task *out)
{
	out->task = wire_u8_below(w, TASK_COUNT);
	out->folder = frame_get_text(w, FRAME_TEXT);
	return wire_done(w);
}

void frame_progress_put(struct buf *b, const struct frame_progress *p)
{
	wire_put_u64(b, p->messages);
	wire_put_u64(b, p->of);
}

bool frame_progress_get(struct wire *w, struct frame_progress *out)
{
	out->messages = wire_u64(w);
	out->of = wire_u64(w);
	return wire_done(w);
}

void frame_ready_put(struct buf *b, struct span missing)
{
	frame_put_text(b, missing, FRAME_NAME);
}

bool frame_ready_get(struct wire *w, struct span *missing)
{
	*missing = frame_get_text(w, FRAME_NAME);
	return wire_done(w);
}

void frame_peer_put(struct buf *b, const struct frame_peer *p)
{
	wire_put_u8(b, (uint8_t)p->room);
	frame_put_text(b, p->account, FRAME_NAME);
	frame_put_bool(b, p->sent);
	wire_put_u32(b, p->start);
}

static void peer_get(struct wire *w, struct frame_peer *out)
{
	out->room = wire_u8_below(w, ROOM_COUNT);
	out->account = frame_get_text(w, FRAME_NAME);
	out->sent = frame_get_bool(w);
	out->start = wire_u32(w);
}

bool frame_peer_get(struct wire *w, struct frame_peer *out)
{
	peer_get(w, out);
	return wire_done(w);
}

void frame_lost_put(struct buf *b, const struct frame_peer *p, struct span why, int64_t again)
{
	frame_peer_put(b, p);
	frame_put_text(b, why, FRAME_TEXT);
	wire_put_i64(b, again);
}

bool frame_lost_get(struct wire *w, struct frame_peer *out, struct span *why, int64_t *again)
{
	peer_get(w, out);
	*why = frame_get_text(w, FRAME_TEXT);
	*again = wire_i64(w);
	return wire_done(w) && *again >= 0;
}

void frame_walls_put(struct buf *b, const struct frame_peer *p, struct span missing)
{
	frame_peer_put(b, p);
	frame_put_text(b, missing, FRAME_NAME);
}

bool frame_walls_get(struct wire *w, struct frame_peer *out, struct span *missing)
{
	peer_get(w, out);
	*missing = frame_get_text(w, FRAME_NAME);
	return wire_done(w);
}

void frame_secret_put(struct buf *b, struct span error)
{
	frame_put_text(b, error, FRAME_TEXT);
}

bool frame_secret_get(struct wire *w, struct span *error)
{
	*error = frame_get_text(w, FRAME_TEXT);
	return wire_done(w);
}

void frame_ending_put(struct buf *b, const struct frame_ending *e)
{
	wire_put_u8(b, (uint8_t)e->why);
	wire_put_i64(b, e->retry_after);
	frame_put_text(b, e->text, FRAME_TEXT);
}

bool frame_ending_get(struct wire *w, struct frame_ending *out)
{
	out->why = wire_u8_below(w, ENDING_COUNT);
	out->retry_after = wire_i64(w);
	out->text = frame_get_text(w, FRAME_TEXT);
	return wire_done(w) && out->retry_after >= 0;
}

void frame_age_put(struct buf *b, const struct frame_peer *p, int64_t written_at)
{
	frame_peer_put(b, p);
	wire_put_i64(b, written_at);
}

bool frame_age_get(struct wire *w, struct frame_peer *out, int64_t *written_at)
{
	peer_get(w, out);
	*written_at = wire_i64(w);
	return wire_done(w) && *written_at >= 0;
}

void frame_people_put(struct buf *b, const struct frame_people *p)
{
	for (int i = 0; i < RIGHT_COUNT; i++) {
		frame_put_text(b, p->group[i], FRAME_NAME);
		wire_put_u32(b, p->gid[i]);
	}
	wire_put_u32(b, p->n);
	for (uint32_t i = 0; i < p->n; i++) {
		wire_put_u32(b, p->at[i].uid);
		frame_put_text(b, p->at[i].name, FRAME_NAME);
	}
}

bool frame_people_get(struct wire *w, struct frame_people *out)
{
	enum { PERSON_LEAST = 8 };

	for (int i = 0; i < RIGHT_COUNT; i++) {
		out->group[i] = frame_get_text(w, FRAME_NAME);
		out->gid[i] = wire_u32(w);
	}
	out->n = wire_count(w, PERSON_LEAST, FRAME_PEOPLE_MOST);
	for (uint32_t i = 0; i < out->n; i++) {
		out->at[i].uid = wire_u32(w);
		out->at[i].name = frame_get_text(w, FRAME_NAME);
	}
	return wire_done(w);
}

const char *alarm_name(enum alarm a)
{
	switch (a) {
	case ALARM_LOGIN:
		return "login";
	case ALARM_SENDER:
		return "sender";
	case ALARM_DISK:
		return "disk";
	case ALARM_COUNT:
		break;
	}
	return "unknown";
}

void frame_alarm_put(struct buf *b, const struct frame_alarm *a)
{
	wire_put_u8(b, (uint8_t)a->what);
	frame_put_text(b, a->account, FRAME_NAME);
	frame_put_text(b, a->text, FRAME_TEXT);
}

bool frame_alarm_get(struct wire *w, struct frame_alarm *out)
{
	out->what = wire_u8_below(w, ALARM_COUNT);
	out->account = frame_get_text(w, FRAME_NAME);
	out->text = frame_get_text(w, FRAME_TEXT);
	return wire_done(w);
}
