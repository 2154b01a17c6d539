// SPDX-License-Identifier: Apache-2.0
/* hearback-reader itself, behind its walls, with mail that was made to hurt it. */
#include "base/io.h"
#include "daemon/reader/client.h"
#include "frame/reader.h"
#include "mail/limits.h"
#include "unit.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD                                                                                                 \
	"From: a@x.example\r\nTo: support@y.example\r\nSubject: t\r\nMessage-ID: "                           \
	"<1@x.example>\r\nMIME-Version: 1.0\r\n"

enum { MESSAGE_MAX = 64 << 20 };

static char program[4096];

static void repeat(struct buf *b, const char *text, size_t n)
{
	while (n--)
		buf_puts(b, text);
}

static void numbered(struct buf *b, const char *before, const char *after, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "%s%u%s", before, i, after);
}

/* -- the messages ------------------------------------------------------------------------------ */

static void nested_groups(struct buf *b)
{
	buf_puts(b, "To: ");
	repeat(b, "g:", 100000);
	buf_puts(b,
		 "a@b.example\r\n" HEAD "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nCc: ");
	repeat(b, "g:", 100000);
	buf_puts(b, "a@b.example\r\n\r\nhi\r\n");
}

static void million_parts(struct buf *b)
{
	buf_puts(b, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	repeat(b, "--b\r\n\r\nx\r\n", 1000000);
}

static void empty(struct buf *b)
{
	(void)b;
}

static void long_line(struct buf *b)
{
	buf_puts(b, "X-A: ");
	repeat(b, "aaaaaaaaaa", 2000000);
	buf_puts(b, "\r\n" HEAD "\r\nhi\r\n");
}

static void million_fields(struct buf *b)
{
	numbered(b, "X-", ": v\r\n", 1000000);
	buf_puts(b, HEAD "\r\nhi\r\n");
}

static void million_fields_in_part(struct buf *b)
{
	buf_puts(b, HEAD "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n");
	repeat(b, "a:\n", 2600000);
	buf_puts(b, "\r\nhi\r\n");
}

static void deep_multipart(struct buf *b)
{
	buf_puts(b, HEAD);
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(b, "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n--b%u\r\n", i, i);
	buf_puts(b, "Content-Type: text/plain\r\n\r\nhi\r\n");
}

static void deep_message(struct buf *b)
{
	buf_puts(b, HEAD);
	repeat(b, "Content-Type: message/rfc822\r\n\r\n", 100000);
}

static void bare_cr(struct buf *b)
{
	buf_puts(b, "From: a@x.example\rTo: b\rSubject: q\r\rhi");
}

static void nul(struct buf *b)
{
	buf_puts(b, "Subject: a");
	buf_putc(b, '\0');
	buf_puts(b, "b\r\n" HEAD "\r\nhi");
	buf_putc(b, '\0');
	buf_puts(b, "there\r\n");
}

static void references(struct buf *b)
{
	buf_puts(b, HEAD "References: ");
	numbered(b, "<", "@x.example> ", 200000);
	buf_puts(b, "\r\n\r\nhi\r\n");
}

static void recipients(struct buf *b)
{
	buf_puts(b, HEAD "Cc: ");
	numbered(b, "u", "@x.example,\r\n ", 200000);
	buf_puts(b, "\r\n\r\nhi\r\n");
}

static void comments(struct buf *b)
{
	buf_puts(b, "From: ");
	repeat(b, "(", 100000);
	buf_puts(b, " a@x.example\r\nReceived: ");
	repeat(b, "((\"", 100000);
	buf_puts(b, "\r\n\r\nhi\r\n");
}

static void encoded_words(struct buf *b)
{
	buf_puts(b, "Subject: ");
	repeat(b, "=?utf-8?q?a?= ", 100000);
	buf_puts(b, "\r\nX-Charset: ");
	repeat(b, "=?no-such-charset?b?/////w==?=", 1000);
	buf_puts(b, "\r\n" HEAD "\r\nhi\r\n");
}

static void parameters(struct buf *b)
{
	buf_puts(b, HEAD "Content-Type: text/plain");
	numbered(b, "; name*", "=a", 100000);
	buf_puts(b, "\r\nContent-Disposition: attachment");
	numbered(b, "; filename*", "*=%FF", 100000);
	buf_puts(b, "\r\n\r\nhi\r\n");
}

static void long_boundary(struct buf *b)
{
	buf_puts(b, HEAD "Content-Type: multipart/mixed; boundary=\"");
	repeat(b, "b", 1000000);
	buf_puts(b, "\"\r\n\r\n--");
	repeat(b, "b", 1000000);
	buf_puts(b, "\r\n\r\nx\r\n");
}

static void base64(struct buf *b)
{
	buf_puts(b, HEAD "Content-Transfer-Encoding: base64\r\n\r\n");
	repeat(b, "QUFB", 7500000);
}

static void markup(struct buf *b)
{
	buf_puts(b, HEAD "Content-Type: text/html\r\n\r\n");
	repeat(b, "<table><tr><td><blockquote><ul><li><a href=http://x.example/>", 20000);
	repeat(b, "</p></form>", 100000);
	buf_puts(b, "<!--");
	repeat(b, "<b", 1000000);
}

static void (*const hostile[])(struct buf *b) = {
	nested_groups,	million_parts, empty,	   long_line,	  million_fields, million_fields_in_part,
	deep_multipart, deep_message,  bare_cr,	   nul,		  references,	  recipients,
	comments,	encoded_words, parameters, long_boundary, base64,	  markup,
};
enum { HOSTILE = sizeof(hostile) / sizeof(*hostile) };

/* -- through the client ------------------------------------------------------------------------- */

static const struct reader_message good = { .bytes = { HEAD "\r\nhello\r\n",
						       sizeof(HEAD "\r\nhello\r\n") - 1 } };

static void assert_good(const struct facts *f)
{
	assert_int_equal(f->depth, FACTS_WHOLE);
	assert_span(f->text, "hello\n");
	assert_span(f->message_id, "1@x.example");
}

static void test_hostile(void **state)
{
	struct reader_client *c = reader_client_new(program);
	struct err err;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf b = BUF_CAPPED(MESSAGE_MAX);
		struct facts f[3];
		hostile[i](&b);
		assert_false(b.full);
		const struct reader_message m[] = { good, { .bytes = buf_span(&b) }, good };
		assert_int_equal(reader_client_read(c, a, m, 3, f, &err), 0);
		assert_good(&f[0]);
		assert_good(&f[2]);
		assert_int_equal(f[1].depth == FACTS_NONE, b.n == 0);
		print_message("# message %zu: %zu bytes, depth %u, flags %x\n", i, b.n, f[1].depth,
			      f[1].flags);
	}
	reader_client_free(&c);
}

static void test_many_batches(void **state)
{
	struct reader_client *c = reader_client_new(program);
	struct reader_message m[LIMIT_BATCH_MESSAGES + 1];
	struct facts f[LIMIT_BATCH_MESSAGES + 1];
	struct err err;

	(void)state;
	for (size_t i = 0; i <= LIMIT_BATCH_MESSAGES; i++)
		m[i] = good;
	for (unsigned round = 0; round < 30; round++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		assert_int_equal(reader_client_read(c, a, m, LIMIT_BATCH_MESSAGES + 1, f, &err), 0);
		for (size_t i = 0; i <= LIMIT_BATCH_MESSAGES; i++)
			assert_good(&f[i]);
	}
	reader_client_free(&c);
}

static void test_reader_that_always_dies(void **state)
{
	struct reader_client *c = reader_client_new("/bin/false");
	ARENA_CLEANUP struct arena *a = arena_new();
	const struct reader_message m[] = { good, good };
	struct facts f[2] = { 0 };
	struct err err;

	(void)state;
	assert_int_equal(reader_client_read(c, a, m, 2, f, &err), 0);
	assert_int_equal(f[0].depth, FACTS_NONE);
	assert_int_equal(f[1].depth, FACTS_NONE);
	assert_int_equal(f[1].size, good.bytes.n);
	reader_client_free(&c);
}

static void test_no_reader(void **state)
{
	struct reader_client *c = reader_client_new("/nowhere/hearback-reader");
	ARENA_CLEANUP struct arena *a = arena_new();
	struct facts f;
	struct err err;

	(void)state;
	assert_int_equal(reader_client_read(c, a, &good, 1, &f, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere/hearback-reader"));
	reader_client_free(&c);
}

/* -- under a supervisor ------------------------------------------------------------------------- */

struct child {
	pid_t pid;
	int supervisor;
	int keeper;
};

static struct child start(void)
{
	int s[2];
	int k[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, k), 0);
	pid_t pid = fork();
	if (pid == 0) {
		/* Away from 3 and 4 first. */
		int supervisor = fcntl(s[1], F_DUPFD_CLOEXEC, 20);
		int keeper = fcntl(k[1], F_DUPFD_CLOEXEC, 20);
		dup2(supervisor, CHILD_SUPERVISOR_FD);
		dup2(keeper, CHILD_KEEPER_FD);
		execl(program, "hearback-reader", (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	close(s[1]);
	close(k[1]);
	return (struct child){ pid, s[0], k[0] };
}

static int wait_for(const struct child *c)
{
	int status;

	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	return status;
}

static void send_type(int sock, enum frame_type type)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	const struct frame_start s = { .once = false };

	frame_begin(&b, type);
	if (type == FRAME_START)
		frame_start_put(&b, &s);
	assert_int_equal(frame_send(sock, &b, -1), 0);
}

static void wait_ready(const struct child *c)
{
	static char room[FRAME_MAX];
	struct frame f;

	send_type(c->supervisor, FRAME_START);
	assert_int_equal(frame_recv(c->supervisor, room, sizeof(room), &f), 1);
	assert_int_equal(f.type, FRAME_READY);
}

static bool status_says(pid_t pid, const char *line)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(65536);
	char path[64];
	struct err err;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	assert_int_equal(io_read_file(path, 65536, &b, &err), 0);
	return span_find(buf_span(&b), span_of(line)) >= 0;
}

static void test_stop(void **state)
{
	struct child c = start();

	(void)state;
	wait_ready(&c);
#ifndef HEARBACK_SANITIZED
	assert_true(status_says(c.pid, "Seccomp:\t2"));
#endif
	assert_true(status_says(c.pid, "NoNewPrivs:\t1"));
	send_type(c.supervisor, FRAME_STOP);
	assert_int_equal(wait_for(&c), 0);
	close(c.supervisor);
	close(c.keeper);
}

static void test_closed(void **state)
{
	struct child c = start();

	(void)state;
	wait_ready(&c);
	close(c.keeper);
	assert_int_equal(wait_for(&c), 0);
	close(c.supervisor);
	c = start();
	close(c.supervisor);
	assert_int_equal(wait_for(&c), 0);
	close(c.keeper);
}

/* Frames that are none, or say what is not so: the reader ends and harms nobody. */
static void test_nonsense(void **state)
{
	struct frame_read_item item = { .offset = 10, .length = 100 };
	const struct frame_read read = { .number = 1, .n = 1, .at = &item };

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct child c = start();
		BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
		FD_CLEANUP int sealed = memfd_sealed("short", SPAN("0123456789"));
		wait_ready(&c);
		frame_begin(&b, round == 0 ? FRAME_START : FRAME_READ);
		frame_read_put(&b, &read);
		assert_int_equal(frame_send(c.keeper, &b, round == 1 ? -1 : sealed), 0);
		assert_int_equal(wait_for(&c), 0);
		close(c.supervisor);
		close(c.keeper);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_many_batches),
		cmocka_unit_test(test_reader_that_always_dies),
		cmocka_unit_test(test_no_reader),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_nonsense),
	};
	const char *build = getenv("top_builddir");

	snprintf(program, sizeof(program), "%s/hearback-reader", build ? build : ".");
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
