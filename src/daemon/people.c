// SPDX-License-Identifier: Apache-2.0
#include "daemon/people.h"
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

static void add(struct arena *a, struct frame_people *p, const struct passwd *who)
{
	if (!who || p->n == FRAME_PEOPLE_MOST)
		return;
	for (uint32_t i = 0; i < p->n; i++)
		if (p->at[i].uid == who->pw_uid)
			return;
	p->at[p->n++] = (struct person_name){ .uid = who->pw_uid, .name = arena_span(a, span_of(who->pw_name)) };
}

static uint32_t look_up_group(struct arena *a, struct frame_people *p, struct span name)
{
	const struct group *g = name.n ? getgrnam(arena_str(a, name)) : NULL;

	if (!g)
		return UINT32_MAX;
	for (char **member = g->gr_mem; *member; member++)
		add(a, p, getpwnam(*member));
	return g->gr_gid;
}

/* Whose primary group it is stands in no list of members: all who are known to this machine alone. */
static void add_local(struct arena *a, struct frame_people *p)
{
	FILE *f = fopen("/etc/passwd", "re");

	if (!f)
		return;
	for (const struct passwd *who; p->n < FRAME_PEOPLE_MOST && (who = fgetpwent(f));)
		add(a, p, who);
	fclose(f);
}

void people_look_up(struct arena *a, const struct config *c, struct frame_people *out)
{
	*out = (struct frame_people){
		.group = { [RIGHT_READ] = c->read_group, [RIGHT_LEAD] = c->lead_group, [RIGHT_AUDIT] = c->audit_group },
	};
	add(a, out, getpwuid(0));
	add(a, out, getpwuid(getuid()));
	for (int i = 0; i < RIGHT_COUNT; i++)
		out->gid[i] = look_up_group(a, out, out->group[i]);
	add_local(a, out);
}

bool people_outside(const struct frame_people *p)
{
	for (int i = 0; i < RIGHT_COUNT; i++)
		if (p->gid[i] != UINT32_MAX)
			return true;
	return false;
}
