// SPDX-License-Identifier: Apache-2.0
#include "base/io.h"
#include "daemon/keeper/keeper.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void peer_open(struct peer *p, int fd)
{
	peer_close(p);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	*p = (struct peer){ .fd = fd, .heard_ms = clock_mono_ms() };
	p->last = &p->first;
}

void peer_close(struct peer *p)
{
	for (struct said *s = p->first, *next; s; s = next) {
		next = s->next;
		buf_free(&s->frame);
		if (s->fd >= 0)
			close(s->fd);
		free(s);
	}
	if (p->fd >= 0)
		close(p->fd);
	*p = (struct peer){ .fd = -1 };
	p->last = &p->first;
}

void peer_say(struct peer *p, struct buf *frame, int fd)
{
	if (p->fd < 0 || p->broken) {
		buf_free(frame);
		return;
	}
	struct said *s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	s->frame = *frame;
	s->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	*frame = (struct buf){ .cap = frame->cap };
	*p->last = s;
	p->last = &s->next;
}

void peer_flush(struct peer *p)
{
	while (p->fd >= 0 && !p->broken && p->first) {
		struct said *s = p->first;
		int r = frame_send(p->fd, &s->frame, s->fd);
		if (r == -EAGAIN)
			return;
		if (r) {
			p->broken = true;
			return;
		}
		p->first = s->next;
		if (!p->first)
			p->last = &p->first;
		buf_free(&s->frame);
		if (s->fd >= 0)
			close(s->fd);
		free(s);
	}
}

void keeper_alarm(struct keeper *k, enum alarm what, struct span account, const char *text)
{
	struct buf b = BUF_CAPPED(FRAME_MAX);

	frame_begin(&b, FRAME_ALARM);
	frame_alarm_put(&b, &(struct frame_alarm){ .what = what, .account = account, .text = span_of(text) });
	peer_say(&k->supervisor, &b, -1);
}

void room_walls_set(struct room_walls *w, struct span missing)
{
	size_t n = missing.n < sizeof(w->missing) - 1 ? missing.n : sizeof(w->missing) - 1;

	*w = (struct room_walls){ .told = true };
	if (n)
		memcpy(w->missing, missing.p, n);
}
