// SPDX-License-Identifier: Apache-2.0
/* Where commands ask: the socket in the state directory, and who may come. Whoever can connect is looked at by the
 * keeper; where nobody but root and ourselves may ask, nobody else can connect. */
#include "base/io.h"
#include "base/log.h"
#include "daemon/people.h"
#include "daemon/supervisor/house.h"
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

enum { CONTROL_BACKLOG = 16, LISTENER_LOOKS = 50, LISTENER_WAIT_US = 100000 };
enum { OURS_ALONE = 0600, ANYBODY = 0666 };

static bool somebody_listens(const struct sockaddr_un *a)
{
	FD_CLEANUP int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;
}

static bool address_of(const struct house *h, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return snprintf(out->sun_path, sizeof(out->sun_path), "%.*s/control", SPAN_ARG(h->config.state_dir)) < (int)sizeof(out->sun_path);
}

/* A socket that somebody listens on belongs to a hearback that is running, or to the rooms of one that was killed:
 * these end by themselves, but not in the same instant. */
int house_open_door(struct house *h)
{
	struct sockaddr_un a;

	if (!address_of(h, &a)) {
		fprintf(stderr, "hearback: state_dir: the name is too long for a socket in it; choose a shorter one\n");
		return EX_CONFIG;
	}
	for (int looks = 0; somebody_listens(&a); looks++) {
		if (looks == LISTENER_LOOKS) {
			fprintf(stderr, "hearback: %s: another hearback is running here\n", a.sun_path);
			return EX_TEMPFAIL;
		}
		usleep(LISTENER_WAIT_US);
	}
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	unlink(a.sun_path);
	/* Made with no more than OURS_ALONE: the umask is that of every room. */
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, CONTROL_BACKLOG) < 0) {
		fprintf(stderr, "hearback: %s: %s\n", a.sun_path, strerror(errno));
		return EX_OSERR;
	}
	h->listen_fd = fd;
	return 0;
}

void house_close_door(const struct house *h)
{
	struct sockaddr_un a;

	if (address_of(h, &a))
		unlink(a.sun_path);
}

int house_tell_people(struct house *h)
{
	BUF_CLEANUP struct buf f = BUF_CAPPED(FRAME_MAX);
	ARENA_CLEANUP struct arena *a = arena_new();
	struct frame_people *p = arena_one(a, struct frame_people);
	struct sockaddr_un at;
	struct stat st;

	people_look_up(a, &h->config, p);
	bool outside = people_outside(p);
	if (address_of(h, &at) && chmod(at.sun_path, outside ? ANYBODY : OURS_ALONE) < 0)
		log_event(LOG_WARN, "control.mode", "why=%s", log_quote(strerror(errno)));
	if (outside && stat(arena_str(a, h->config.state_dir), &st) == 0 && !(st.st_mode & S_IXOTH))
		log_event(LOG_WARN, "settings.warning", "why=%s",
			  log_quote("members of Unix groups that may ask cannot enter state_dir: chmod 0711 it"));
	frame_begin(&f, FRAME_PEOPLE);
	frame_people_put(&f, p);
	return frame_send(h->children[0].sock, &f, -1);
}
