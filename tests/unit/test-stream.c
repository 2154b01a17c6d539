// SPDX-License-Identifier: Apache-2.0
#include "base/io.h"
#include "stream/stream.h"
#include "unit.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair {
	struct stream *ours;
	int theirs;
};

static struct pair pair_new(void)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	return (struct pair){ .ours = stream_adopt(fd[0], "mail.example.com", 993), .theirs = fd[1] };
}

static void pair_free(struct pair *p)
{
	stream_close(&p->ours);
	fd_closep(&p->theirs);
}

static void say(struct pair *p, const char *text)
{
	assert_int_equal(io_write_all(p->theirs, text, strlen(text)), 0);
}

static void test_never_armed_reads_nothing(void **state)
{
	struct pair p = pair_new();
	char room[16];

	(void)state;
	say(&p, "x");
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -EMSGSIZE);
	pair_free(&p);
}

static void test_budget_is_exact(void **state)
{
	struct pair p = pair_new();
	char room[16];

	(void)state;
	say(&p, "0123456789");
	stream_arm(p.ours, 5000, 6);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), 6);
	assert_memory_equal(room, "012345", 6);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -EMSGSIZE);
	/* The first failure stays, whatever is armed later. */
	stream_arm(p.ours, 5000, 100);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -EMSGSIZE);
	assert_int_equal(stream_write(p.ours, "x", 1), -EMSGSIZE);
	assert_int_equal(stream_failed(p.ours), -EMSGSIZE);
	assert_string_not_equal(stream_why(p.ours), "");
	pair_free(&p);
}

static void test_end_is_an_error(void **state)
{
	struct pair p = pair_new();
	char room[16];

	(void)state;
	say(&p, "tail");
	shutdown(p.theirs, SHUT_WR);
	stream_arm(p.ours, 5000, 100);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), 4);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -EPIPE);
	assert_string_equal(stream_why(p.ours), "the server closed the connection");
	pair_free(&p);
}

static void test_silence_and_deadline(void **state)
{
	struct pair p = pair_new();
	char room[16];

	(void)state;
	stream_idle(p.ours, 20);
	stream_arm(p.ours, 5000, 100);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -ETIMEDOUT);
	assert_non_null(strstr(stream_why(p.ours), "silent"));
	pair_free(&p);

	p = pair_new();
	stream_arm(p.ours, 20, 100);
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), -ETIMEDOUT);
	assert_non_null(strstr(stream_why(p.ours), "in time"));
	pair_free(&p);
}

/* Bytes that keep coming must not outlive the deadline, however many there are. */
static void test_deadline_holds_while_bytes_come(void **state)
{
	struct pair p = pair_new();
	char room[1];
	ssize_t r = 1;

	(void)state;
	stream_arm(p.ours, 30, 1u << 20);
	for (int i = 0; i < 1 << 20 && r == 1; i++) {
		say(&p, "x");
		r = stream_read(p.ours, room, sizeof(room));
	}
	assert_int_equal(r, -ETIMEDOUT);
	pair_free(&p);
}

static void test_write_to_a_closed_peer_is_no_signal(void **state)
{
	struct pair p = pair_new();

	(void)state;
	fd_closep(&p.theirs);
	stream_arm(p.ours, 5000, 100);
	assert_int_equal(stream_write(p.ours, "x", 1), -EPIPE);
	pair_free(&p);
}

static void test_write_meets_the_deadline(void **state)
{
	struct pair p = pair_new();
	char *much = calloc(1, 8u << 20);

	(void)state;
	stream_arm(p.ours, 30, 0);
	assert_int_equal(stream_write(p.ours, much, 8u << 20), -ETIMEDOUT);
	free(much);
	pair_free(&p);
}

static void test_lines(void **state)
{
	struct pair p = pair_new();
	BUF_CLEANUP struct buf line = BUF_CAPPED(64);
	char room[8];

	(void)state;
	say(&p, "220 hello\r\n\r\nbare\n12345678\r\nrest");
	stream_arm(p.ours, 5000, 1000);
	assert_int_equal(stream_read_line(p.ours, &line, 9), 0);
	assert_span(buf_span(&line), "220 hello");
	assert_true(stream_pending(p.ours));
	assert_int_equal(stream_read_line(p.ours, &line, 9), 0);
	assert_span(buf_span(&line), "");
	assert_int_equal(stream_read_line(p.ours, &line, 9), 0);
	assert_span(buf_span(&line), "bare");
	assert_int_equal(stream_read_line(p.ours, &line, 8), 0);
	assert_span(buf_span(&line), "12345678");
	/* What was read ahead for lines is there for stream_read, too. */
	assert_int_equal(stream_read(p.ours, room, sizeof(room)), 4);
	assert_memory_equal(room, "rest", 4);
	assert_false(stream_pending(p.ours));
	pair_free(&p);
}

static void test_line_refusals(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		int expect;
	} cases[] = {
		{ "123456789\r\n", 11, -EMSGSIZE },
		{ "123456789\n", 10, -EMSGSIZE },
		{ "1234567890123456789012345678901234567890", 40, -EMSGSIZE },
		{ "a\0b\r\n", 5, -EPROTO },
		{ "no end", 6, -EPIPE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pair p = pair_new();
		BUF_CLEANUP struct buf line = BUF_CAPPED(64);

		assert_int_equal(io_write_all(p.theirs, cases[i].text, cases[i].n), 0);
		shutdown(p.theirs, SHUT_WR);
		stream_arm(p.ours, 5000, 1000);
		assert_int_equal(stream_read_line(p.ours, &line, 8), cases[i].expect);
		pair_free(&p);
	}
}

/* Bytes read in clear before TLS would be taken for the server's protected words. */
static void test_bytes_ahead_of_tls_are_refused(void **state)
{
	struct pair p = pair_new();
	BUF_CLEANUP struct buf line = BUF_CAPPED(64);
	struct err err;

	(void)state;
	say(&p, "220 go ahead\r\n250 injected\r\n");
	stream_arm(p.ours, 5000, 1000);
	assert_int_equal(stream_read_line(p.ours, &line, 64), 0);
	assert_int_equal(stream_tls(p.ours, "mail.example.com", NULL, 1000, &err), -EPROTO);
	assert_non_null(strstr(err.text, "mail.example.com:993"));
	assert_int_equal(stream_failed(p.ours), -EPROTO);
	pair_free(&p);
}

static void test_plain_text_where_tls_should_be(void **state)
{
	struct pair p = pair_new();
	struct err err;

	(void)state;
	say(&p, "* OK IMAP4rev1 ready, no TLS on this port, sorry\r\n");
	assert_int_equal(stream_tls(p.ours, "mail.example.com", NULL, 5000, &err), -EPROTO);
	assert_non_null(strstr(err.text, "does not speak TLS"));
	pair_free(&p);
}

static void test_ca_file_is_checked(void **state)
{
	struct pair p = pair_new();
	struct err err;

	(void)state;
	assert_int_equal(stream_tls(p.ours, "mail.example.com", "/nowhere/ca.pem", 5000, &err), -EINVAL);
	assert_non_null(strstr(err.text, "/nowhere/ca.pem"));
	pair_free(&p);
	p = pair_new();
	assert_int_equal(stream_tls(p.ours, "mail.example.com", "/dev/null", 5000, &err), -EINVAL);
	pair_free(&p);
}

static void test_connect(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stream *s = NULL;
	struct err err;

	(void)state;
	assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	/* localhost may have two addresses, of which only one listens. */
	assert_int_equal(stream_connect("localhost", ntohs(at.sin_port), 5000, &s, &err), 0);
	assert_true(stream_fd(s) >= 0);
	stream_close(&s);
	assert_null(s);
	close(listener);
	assert_int_equal(stream_connect("127.0.0.1", ntohs(at.sin_port), 5000, &s, &err), -ECONNREFUSED);
	assert_non_null(strstr(err.text, "127.0.0.1:"));
	assert_null(s);
	assert_true(stream_connect("no-such-host.invalid", 993, 5000, &s, &err) < 0);
	assert_non_null(strstr(err.text, "no-such-host.invalid:993: "));
}

/* -- a name with several addresses ----------------------------------------------------------------------- */

int __real_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list);
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list);

/* "several.example" is an IPv6 address where nobody is, one that drops everything, and one that answers. */
int __wrap_getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **list)
{
	static const char *const several[] = { "::1", "127.0.0.2", "127.0.0.1" };

	if (strcmp(name, "several.example") != 0)
		return __real_getaddrinfo(name, service, hints, list);
	for (size_t i = 0; i < sizeof(several) / sizeof(*several); i++) {
		assert_int_equal(__real_getaddrinfo(several[i], service, hints, list), 0);
		list = &(*list)->ai_next;
	}
	return 0;
}

static int listener_at(const char *address, in_port_t *port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = *port };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = at.sin_port;
	return fd;
}

/* Its queue is full: the system drops whoever else knocks. */
static void fill(const char *address, in_port_t port, int *clients, size_t n)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = port };

	assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
	for (size_t i = 0; i < n; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (connect(clients[i], (struct sockaddr *)&at, sizeof(at)))
			assert_int_equal(errno, EINPROGRESS);
	}
}

static void test_dead_addresses_are_passed(void **state)
{
	enum { CLIENTS = 4, PATIENCE_MS = 1500 };
	in_port_t port = 0;
	int clients[CLIENTS];
	struct stream *s = NULL;
	struct err err;

	(void)state;
	int good = listener_at("127.0.0.1", &port, 1);
	int dead = listener_at("127.0.0.2", &port, 0);
	fill("127.0.0.2", port, clients, CLIENTS);
	assert_int_equal(stream_connect("several.example", ntohs(port), PATIENCE_MS, &s, &err), 0);
	stream_close(&s);
	for (size_t i = 0; i < CLIENTS; i++)
		close(clients[i]);
	close(dead);
	close(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_armed_reads_nothing),
		cmocka_unit_test(test_budget_is_exact),
		cmocka_unit_test(test_end_is_an_error),
		cmocka_unit_test(test_silence_and_deadline),
		cmocka_unit_test(test_deadline_holds_while_bytes_come),
		cmocka_unit_test(test_write_to_a_closed_peer_is_no_signal),
		cmocka_unit_test(test_write_meets_the_deadline),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_line_refusals),
		cmocka_unit_test(test_bytes_ahead_of_tls_are_refused),
		cmocka_unit_test(test_plain_text_where_tls_should_be),
		cmocka_unit_test(test_ca_file_is_checked),
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_dead_addresses_are_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
