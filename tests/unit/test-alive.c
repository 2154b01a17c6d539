// SPDX-License-Identifier: Apache-2.0
/* The rounds of the supervisor, with rooms that answer or do not, at times of our own. */
#include "base/io.h"
#include "daemon/supervisor/house.h"
#include "unit.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOMS = 3, SECOND = 1000 };

static struct child rooms[ROOMS];
static int theirs[ROOMS];
static struct house house;
static int manager;
static char heard[4096];

static int set_up(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	(void)state;
	house = (struct house){ .children = rooms, .n = ROOMS, .watchdog_ms = 180 * SECOND };
	for (int i = 0; i < ROOMS; i++) {
		int pair[2];
		assert_int_equal(room_pair(pair), 0);
		rooms[i] = (struct child){ .room = i ? ROOM_READER : ROOM_KEEPER, .state = CHILD_RUNNING, .ready = true, .sock = pair[0] };
		theirs[i] = pair[1];
		rooms[i].pid = fork();
		if (rooms[i].pid == 0)
			for (;;)
				pause();
		assert_true(rooms[i].pid > 0);
	}
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	snprintf(a.sun_path + 1, sizeof(a.sun_path) - 1, "hearback-test-%d", (int)getpid());
	assert_int_equal(bind(manager, (const struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a.sun_path + 1))), 0);
	a.sun_path[0] = '@';
	setenv("NOTIFY_SOCKET", a.sun_path, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (int i = 0; i < ROOMS; i++) {
		kill(rooms[i].pid, SIGKILL);
		waitpid(rooms[i].pid, NULL, 0);
		close(rooms[i].sock);
		close(theirs[i]);
	}
	close(manager);
	unsetenv("NOTIFY_SOCKET");
	return 0;
}

/* How often the watchdog was fed since the last look. */
static int fed(void)
{
	int count = 0;
	ssize_t n;

	while ((n = recv(manager, heard, sizeof(heard) - 1, 0)) > 0) {
		heard[n] = '\0';
		count += strcmp(heard, "WATCHDOG=1") == 0;
	}
	return count;
}

static void answers(int i)
{
	static char room[FRAME_MAX];
	struct frame f;
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);

	assert_int_equal(frame_recv(theirs[i], room, sizeof(room), &f), 1);
	assert_int_equal(f.type, FRAME_ALIVE);
	frame_begin(&b, FRAME_ALIVE);
	assert_int_equal(frame_send(theirs[i], &b, -1), 0);
	assert_true(child_told(&house, &rooms[i]));
}

/* 0 while it runs, else the signal that ended it. */
static int ended_by(int i, int options)
{
	int status;

	if (waitpid(rooms[i].pid, &status, options) == 0)
		return 0;
	rooms[i].state = CHILD_DOWN;
	return WTERMSIG(status);
}

static void fed_when_all_have_answered(void **state)
{
	(void)state;
	assert_int_equal(house_round(&house, 20 * SECOND), 20 * SECOND);
	fed();
	for (int i = 0; i < ROOMS; i++) {
		house_round(&house, 41 * SECOND);
		assert_int_equal(fed(), 0);
		answers(i);
	}
	house_round(&house, 42 * SECOND);
	assert_int_equal(fed(), 1);
	/* Not more often than it is asked for. */
	for (int i = 0; i < ROOMS; i++)
		answers(i);
	house_round(&house, 43 * SECOND);
	assert_int_equal(fed(), 0);
}

static void the_silent_one_is_ended(void **state)
{
	(void)state;
	house_round(&house, 20 * SECOND);
	answers(0);
	answers(2);
	fed();
	house_round(&house, 79 * SECOND);
	assert_int_equal(ended_by(1, WNOHANG), 0);
	house_round(&house, 81 * SECOND);
	assert_int_equal(ended_by(1, 0), SIGABRT);
	assert_int_equal(ended_by(0, WNOHANG) + ended_by(2, WNOHANG), 0);
	assert_int_equal(fed(), 0);
	/* With it gone the others go on. */
	house_round(&house, 82 * SECOND);
	assert_int_equal(fed(), 1);
}

static void what_does_not_hear_is_killed(void **state)
{
	(void)state;
	house_round(&house, 20 * SECOND);
	assert_int_equal(kill(rooms[1].pid, SIGSTOP), 0);
	house_round(&house, 81 * SECOND);
	house_round(&house, 82 * SECOND);
	assert_int_equal(ended_by(1, WNOHANG), 0);
	house_round(&house, 84 * SECOND);
	assert_int_equal(ended_by(1, 0), SIGKILL);
}

static void one_that_does_not_come_to_serve_is_ended(void **state)
{
	(void)state;
	rooms[1].ready = false;
	rooms[1].started_ms = 1 * SECOND;
	house_round(&house, 500 * SECOND);
	assert_int_equal(ended_by(1, WNOHANG), 0);
	answers(0);
	answers(2);
	house_round(&house, 602 * SECOND);
	assert_int_equal(ended_by(1, 0), SIGABRT);
}

static void a_short_watchdog_is_fed_in_time(void **state)
{
	(void)state;
	house.watchdog_ms = 3 * SECOND;
	assert_int_equal(house_round(&house, 1 * SECOND), 1 * SECOND);
	for (int i = 0; i < ROOMS; i++)
		answers(i);
	fed();
	house_round(&house, 2 * SECOND);
	assert_int_equal(fed(), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fed_when_all_have_answered), TEST(the_silent_one_is_ended), TEST(what_does_not_hear_is_killed),
		TEST(one_that_does_not_come_to_serve_is_ended), TEST(a_short_watchdog_is_fed_in_time),
	};

	return cmocka_run_group_tests_name("alive", tests, NULL, NULL);
}
