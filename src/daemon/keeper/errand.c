// SPDX-License-Identifier: Apache-2.0
/* A keeper that was started for one thing: it hears one request from whoever started it, says rows and an
 * end, and is gone. Nobody else can ask it. */
#include "base/log.h"
#include "daemon/keeper/errand.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

bool errand_refuse(struct errand *e, uint32_t status, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	e->end = (struct control_end){ .status = status, .text = arena_span(e->k->a, span_of(line)) };
	return false;
}

static void say(const struct errand *e, const struct buf *f)
{
	if (frame_send(e->k->supervisor.fd, f, -1))
		_exit(EX_UNAVAILABLE);
}

void errand_row(const struct errand *e, const struct row *r)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);

	frame_begin(&f, FRAME_ROW);
	row_put(&f, r);
	say(e, &f);
}

/* Who may ask for what is no question here. */
static bool hear(struct errand *e, char *room)
{
	struct frame f;

	for (;;) {
		int r = frame_recv(e->k->supervisor.fd, room, FRAME_MAX, &f);
		if (r == -EINTR || r == -EAGAIN)
			continue;
		if (r <= 0)
			return false;
		frame_close_fds(&f);
		struct wire w = wire_over(f.payload);
		if (f.type == FRAME_REQUEST)
			return control_request_get(&w, &e->request);
	}
}

void errand_run(struct keeper *k, int target)
{
	struct errand e = { .k = k, .target = target };
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	char *room = malloc(FRAME_MAX);

	if (!room)
		abort();
	fcntl(k->supervisor.fd, F_SETFL, 0);
	peer_flush(&k->supervisor);
	if (!hear(&e, room))
		_exit(EX_PROTOCOL);
	if (k->task == TASK_SCRIBE)
		errand_backup(&e);
	else if (k->task == TASK_RESTORE)
		errand_restore(&e);
	else
		errand_rebuilt(&e);
	engine_close(&k->engine);
	frame_begin(&f, FRAME_END);
	control_end_put(&f, &e.end);
	say(&e, &f);
	free(room);
}
