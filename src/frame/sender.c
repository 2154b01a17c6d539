// SPDX-License-Identifier: Apache-2.0
#include "frame/sender.h"
#include "frame/codec.h"
#include "mail/limits.h"

void frame_send_put(struct buf *b, const struct frame_send *s)
{
	wire_put_u64(b, s->entry);
	wire_put_u32(b, s->attempt);
	frame_put_text(b, s->sender, LIMIT_ADDRESS);
	frame_put_text(b, s->recipient, LIMIT_ADDRESS);
	frame_put_text(b, s->witness, LIMIT_ADDRESS);
}

bool frame_send_get(struct wire *w, struct frame_send *out)
{
	out->entry = wire_u64(w);
	out->attempt = wire_u32(w);
	out->sender = frame_get_text(w, LIMIT_ADDRESS);
	out->recipient = frame_get_text(w, LIMIT_ADDRESS);
	out->witness = frame_get_text(w, LIMIT_ADDRESS);
	return wire_done(w);
}

void frame_dot_put(struct buf *b, const struct frame_dot *d)
{
	wire_put_u64(b, d->entry);
	wire_put_u32(b, d->attempt);
}

bool frame_dot_get(struct wire *w, struct frame_dot *out)
{
	out->entry = wire_u64(w);
	out->attempt = wire_u32(w);
	return wire_done(w);
}

void frame_sent_result_put(struct buf *b, const struct frame_sent_result *r)
{
	wire_put_u64(b, r->entry);
	wire_put_u32(b, r->attempt);
	wire_put_u8(b, (uint8_t)r->outcome);
	frame_put_bool(b, r->witness_refused);
	frame_put_bool(b, r->no_connection);
	frame_put_text(b, r->step, FRAME_NAME);
	frame_put_text(b, r->reply, FRAME_TEXT);
	wire_put_i64(b, r->certificate_until);
}

bool frame_sent_result_get(struct wire *w, struct frame_sent_result *out)
{
	out->entry = wire_u64(w);
	out->attempt = wire_u32(w);
	out->outcome = wire_u8_below(w, SEND_OUTCOME_COUNT);
	out->witness_refused = frame_get_bool(w);
	out->no_connection = frame_get_bool(w);
	out->step = frame_get_text(w, FRAME_NAME);
	out->reply = frame_get_text(w, FRAME_TEXT);
	out->certificate_until = wire_i64(w);
	return wire_done(w) && out->certificate_until >= 0;
}
