// SPDX-License-Identifier: Apache-2.0
/* Who asks over the control socket, by the word of the kernel, and what that person may ask for. */
#include "daemon/keeper/people.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

void people_learn(struct keeper *k, struct span payload)
{
	struct arena *a = arena_new();
	struct frame_people *p = arena_one(a, struct frame_people);
	struct wire w = wire_over(arena_span(a, payload));

	if (!frame_people_get(&w, p)) {
		arena_free(&a);
		return;
	}
	arena_free(&k->of_people);
	k->of_people = a;
	k->people = p;
}

static unsigned rights_of_group(const struct keeper *k, gid_t gid)
{
	unsigned rights = 0;

	for (unsigned i = 0; k->people && i < RIGHT_COUNT; i++)
		if (k->people->gid[i] != UINT32_MAX && k->people->gid[i] == gid)
			rights |= 1U << i;
	return rights;
}

static unsigned rights_of_groups(const struct keeper *k, int fd)
{
	socklen_t size = 0;
	unsigned rights = 0;

	/* Told how much room they take. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 || errno != ERANGE || !size)
		return 0;
	gid_t *groups = calloc(size, 1);
	if (!groups)
		abort();
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0)
		for (size_t i = 0; i < size / sizeof(*groups); i++)
			rights |= rights_of_group(k, groups[i]);
	free(groups);
	return rights;
}

void people_meet(struct keeper *k, struct client *c)
{
	struct ucred who = { .uid = (uid_t)-1, .gid = (gid_t)-1 };
	socklen_t n = sizeof(who);

	if (getsockopt(c->peer.fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		who = (struct ucred){ .uid = (uid_t)-1, .gid = (gid_t)-1 };
	c->uid = who.uid;
	c->rights = who.uid == 0 || who.uid == getuid() ? MAY_ALL : rights_of_group(k, who.gid) | rights_of_groups(k, c->peer.fd);
}

struct span people_actor(struct turn *t, const struct client *c)
{
	const struct frame_people *p = t->k->people;

	for (uint32_t i = 0; p && i < p->n; i++)
		if (p->at[i].uid == c->uid)
			return span_of(arena_printf(t->a, "%.*s (uid=%u)", SPAN_ARG(p->at[i].name), c->uid));
	return span_of(arena_printf(t->a, "uid=%u", c->uid));
}

bool people_forbid(struct turn *t, const struct client *c, unsigned wanted, struct control_end *end)
{
	const struct frame_people *p = t->k->people;
	BUF_CLEANUP struct buf named = BUF_CAPPED(1024);

	if (c->rights & (wanted | MAY_ALL))
		return false;
	for (unsigned i = 0; p && i < RIGHT_COUNT; i++)
		if (wanted & 1U << i)
			buf_printf(&named, "%s%.*s", named.n ? " or " : ", or members of the Unix group ", SPAN_ARG(p->group[i]));
	return people_refuse(end, EX_NOPERM, t, "you may not do that here; root and the user hearback runs as may%s", buf_cstr(&named));
}
