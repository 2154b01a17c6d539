// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/io.h"
#include "frame/codec.h"
#include "frame/control.h"
#include "frame/poller.h"
#include "frame/reader.h"
#include "frame/sender.h"
#include "mail/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEMFD = 1000 };

/* -- codecs: one row for each frame ------------------------------------------------------------ */

/* Decodes `w`; if it succeeds, encodes what it got into `again`. */
typedef bool journey(struct arena *a, struct wire *w, struct buf *again);

#define PLAIN(name, type)                                                                       \
	static bool name##_journey(struct arena *a, struct wire *w, struct buf *again)          \
	{                                                                                       \
		struct type v;                                                                  \
		(void)a;                                                                        \
		if (!name##_get(w, &v))                                                         \
			return false;                                                           \
		name##_put(again, &v);                                                          \
		return true;                                                                    \
	}
#define SIZED(name, type)                                                                       \
	static bool name##_journey(struct arena *a, struct wire *w, struct buf *again)          \
	{                                                                                       \
		struct type v;                                                                  \
		if (!name##_get(a, w, MEMFD, &v))                                               \
			return false;                                                           \
		name##_put(again, &v);                                                          \
		return true;                                                                    \
	}

PLAIN(frame_start, frame_start)
PLAIN(frame_peer, frame_peer)
PLAIN(frame_ending, frame_ending)
PLAIN(frame_task, frame_task)
PLAIN(frame_progress, frame_progress)
PLAIN(frame_people, frame_people)
PLAIN(frame_resume, frame_resume)
PLAIN(frame_selected, frame_selected)
SIZED(frame_batch, frame_batch)
PLAIN(frame_seen_all, frame_seen_all)
PLAIN(frame_order, frame_order)
PLAIN(frame_order_done, frame_order_done)
SIZED(frame_read, frame_read)
SIZED(frame_facts, frame_facts)
PLAIN(frame_send, frame_send)
PLAIN(frame_dot, frame_dot)
PLAIN(frame_sent_result, frame_sent_result)
PLAIN(control_request, control_request)
PLAIN(row, row)
PLAIN(control_end, control_end)

#define LISTED(name, type)                                                              \
	static bool name##_journey(struct arena *a, struct wire *w, struct buf *again)          \
	{                                                                                       \
		struct type v;                                                                  \
		if (!name##_get(a, w, &v))                                                      \
			return false;                                                           \
		name##_put(again, &v);                                                          \
		return true;                                                                    \
	}
LISTED(frame_watch, frame_watch)
LISTED(frame_watched, frame_watched)

static bool frame_batch_done_journey(struct arena *a, struct wire *w, struct buf *again)
{
	uint64_t number;

	(void)a;
	if (!frame_batch_done_get(w, &number))
		return false;
	frame_batch_done_put(again, number);
	return true;
}

static bool frame_trouble_journey(struct arena *a, struct wire *w, struct buf *again)
{
	struct span text;

	(void)a;
	if (!frame_trouble_get(w, &text))
		return false;
	frame_trouble_put(again, text);
	return true;
}

static struct frame_batch_item batch_items[] = {
	{ 7, ARRIVAL_SEEN, 100, 10, 0, 10, true, false },
	{ 9, ARRIVAL_DRAFT | ARRIVAL_FLAGGED, 0, 999999, 10, 990, true, true },
	{ 11, 0, 5, 5, 0, 0, false, false },
};
static struct frame_read_item read_items[] = {
	{ 3, 0, 10, false }, { 4, 10, 990, true }, { 9, 0, 0, false },
};
static struct frame_facts_item facts_items[] = { { 3, 0, 500 }, { 4, 500, 500 } };

static void put_supervisor(struct buf out[])
{
	struct frame_start start = { true, false, SPAN("support"), SPAN("Gesendet/\xc3\xa4"), true, 1700000000, 100 };
	struct frame_peer peer = { ROOM_SENDER, SPAN("support"), true, 7 };
	struct frame_ending ending = { ENDING_CONFIG, 60, SPAN("hearback.conf:3: no such mailbox") };
	struct frame_people people = { { SPAN("a"), SPAN("b"), SPAN("") }, { 100, UINT32_MAX, 102 }, 2, { { 0, SPAN("root") }, { 1000, SPAN("anna") } } };

	frame_start_put(&out[0], &start);
	frame_peer_put(&out[1], &peer);
	frame_ending_put(&out[2], &ending);
	frame_people_put(&out[3], &people);
	frame_task_put(&out[4], &(struct frame_task){ TASK_RESTORE, SPAN("/var/lib/hearback/restore.part") });
	frame_progress_put(&out[5], &(struct frame_progress){ 7, UINT64_MAX });
}

static void put_poller(struct buf out[])
{
	struct frame_resume resume = { 1, 2, true, true };
	struct frame_selected selected = { SPAN("INBOX"), 1, 2, 3, MAILBOX_KEYWORDS, SPAN("Junk"), SPAN("Trash"), 1800000000 };
	struct frame_batch batch = { 1, 3, batch_items };
	struct frame_seen_all all = { 1, 2, 3, 4, 5, true };
	struct frame_order order = { 1, ORDER_MARK, 2, 3, SPAN("a@b"), 4, MARKS_FLAG, 1, 2 };
	struct frame_order_done done = { 1, true, 2, FOUND_TRASH, SPAN("no") };

	frame_resume_put(&out[0], &resume);
	frame_selected_put(&out[1], &selected);
	frame_batch_put(&out[2], &batch);
	frame_batch_done_put(&out[3], 77);
	frame_seen_all_put(&out[4], &all);
	frame_order_put(&out[5], &order);
	frame_order_done_put(&out[6], &done);
	frame_trouble_put(&out[7], SPAN("try again later"));
	frame_watch_put(&out[8], &(struct frame_watch){ 7, 3, (uint32_t[]){ 1, 2, 9 } });
	frame_watched_put(&out[9], &(struct frame_watched){ 7, 2, (struct frame_watched_item[]){ { 2, true }, { 9, false } } });
}

static void put_reader_and_sender(struct buf out[])
{
	struct frame_read bytes = { 1, true, 3, read_items };
	struct frame_facts facts = { 1, 2, facts_items };
	struct frame_send message = { 1, 2, SPAN(""), SPAN("a@b.c"), SPAN("support+trace@b.c") };
	struct frame_dot dot = { 1, 2 };
	struct frame_sent_result result = {
		1, 2, SEND_UNKNOWN, true, true, SPAN("dot"), SPAN("250 ok\n250 queued"), 1800000000,
	};

	frame_read_put(&out[0], &bytes);
	frame_facts_put(&out[1], &facts);
	frame_send_put(&out[2], &message);
	frame_dot_put(&out[3], &dot);
	frame_sent_result_put(&out[4], &result);
}

static void put_control(struct buf out[])
{
	struct control_request request = { .verb = SPAN("why") };
	struct row row = { .kind = SPAN("decision") };
	struct control_end end = { 65, SPAN("no such message") };

	control_add(&request, "id", SPAN("a@b"));
	control_add(&request, "json", SPAN(""));
	row_text(&row, "subject", SPAN("\xc3\x84"));
	row_number(&row, "n", -3);
	row_time(&row, "due", 1795255200);
	row_bool(&row, "quiet", true);
	row_list(&row, "rules", SPAN("a\nb"));
	control_request_put(&out[0], &request);
	row_put(&out[1], &row);
	control_end_put(&out[2], &end);
}

static journey *const journeys[] = {
	frame_start_journey, frame_peer_journey, frame_ending_journey, frame_people_journey,
	frame_task_journey, frame_progress_journey,
	frame_resume_journey, frame_selected_journey, frame_batch_journey, frame_batch_done_journey,
	frame_seen_all_journey, frame_order_journey, frame_order_done_journey, frame_trouble_journey,
	frame_watch_journey, frame_watched_journey,
	frame_read_journey, frame_facts_journey, frame_send_journey, frame_dot_journey,
	frame_sent_result_journey,
	control_request_journey, row_journey, control_end_journey,
};
enum { JOURNEYS = sizeof(journeys) / sizeof(journeys[0]) };
static struct buf encoded[JOURNEYS];

static int encode_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOURNEYS; i++)
		encoded[i] = BUF_CAPPED(FRAME_MAX);
	put_supervisor(encoded);
	put_poller(encoded + 6);
	put_reader_and_sender(encoded + 16);
	put_control(encoded + 21);
	return 0;
}

static int free_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOURNEYS; i++)
		buf_free(&encoded[i]);
	return 0;
}

static void frames_survive_the_journey(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOURNEYS; i++) {
		ARENA_CLEANUP struct arena *a = arena_new();
		BUF_CLEANUP struct buf again = BUF_CAPPED(FRAME_MAX);
		struct wire w = wire_over(buf_span(&encoded[i]));
		assert_true(encoded[i].n > 0);
		if (!journeys[i](a, &w, &again))
			fail_msg("frame %zu was refused", i);
		assert_int_equal(again.n, encoded[i].n);
		assert_memory_equal(again.p, encoded[i].p, again.n);
	}
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOURNEYS; i++) {
		for (size_t n = 0; n <= encoded[i].n + 1; n++) {
			ARENA_CLEANUP struct arena *a = arena_new();
			BUF_CLEANUP struct buf again = BUF_CAPPED(FRAME_MAX);
			char *copy = calloc(1, n + 1);
			assert_non_null(copy);
			memcpy(copy, encoded[i].p, n < encoded[i].n ? n : encoded[i].n);
			struct wire w = wire_over(span_make(copy, n));
			bool ok = journeys[i](a, &w, &again);
			free(copy);
			if (ok != (n == encoded[i].n))
				fail_msg("frame %zu with %zu of %zu bytes", i, n, encoded[i].n);
		}
	}
}

/* A changed byte gives a refusal or a frame that encodes to the same bytes. */
static void changed_bytes_do_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < JOURNEYS; i++) {
		for (size_t at = 0; at < encoded[i].n; at++) {
			ARENA_CLEANUP struct arena *a = arena_new();
			BUF_CLEANUP struct buf again = BUF_CAPPED(FRAME_MAX);
			char was = encoded[i].p[at];
			encoded[i].p[at] = (char)(was ^ 0x82);
			struct wire w = wire_over(buf_span(&encoded[i]));
			if (journeys[i](a, &w, &again)) {
				assert_int_equal(again.n, encoded[i].n);
				assert_memory_equal(again.p, encoded[i].p, again.n);
			}
			encoded[i].p[at] = was;
		}
	}
}

/* -- what a batch may say ------------------------------------------------------------------------ */

static bool batch_of(struct frame_batch_item first, struct frame_batch_item second)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_batch_item items[] = { first, second };
	struct frame_batch batch = { 1, 2, items };

	frame_batch_put(&b, &batch);
	struct wire w = wire_over(buf_span(&b));
	return frame_batch_get(a, &w, MEMFD, &batch);
}

static void a_batch_keeps_its_rules(void **state)
{
	static const struct frame_batch_item good = { 7, 0, 1, 1, 0, 10, true, false };
	static const struct {
		struct frame_batch_item second;
		bool ok;
	} table[] = {
		{ { 8, 31, 0, 0, 10, 990, true, true }, true },
		{ { 0xffffffff, 0, 1, 1, 500, 500, true, true }, true },
		{ { 8, 0, 1, 1, 0, 0, false, false }, true },
		{ { 8, 0, 1, 1, 10, 0, true, false }, true },
		{ { 7, 0, 1, 1, 10, 10, true, false }, false },
		{ { 6, 0, 1, 1, 10, 10, true, false }, false },
		{ { 0, 0, 1, 1, 10, 10, true, false }, false },
		{ { 8, 32, 1, 1, 10, 10, true, false }, false },
		{ { 8, 0, -1, 1, 10, 10, true, false }, false },
		{ { 8, 0, 1, 1, 10, 991, true, false }, false },
		{ { 8, 0, 1, 1, 1000, 1, true, false }, false },
		{ { 8, 0, 1, 1, 0xffffffff, 2, true, false }, false },
		{ { 8, 0, 1, 1, 2, 0xffffffff, true, false }, false },
		{ { 8, 0, 1, 1, 9, 10, true, false }, false },
		{ { 8, 0, 1, 1, 10, 10, false, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (batch_of(good, table[i].second) != table[i].ok)
			fail_msg("case %zu", i);
	}
}

static void counts_are_limited(void **state)
{
	ARENA_CLEANUP struct arena *a = arena_new();
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame_batch batch = { 1, LIMIT_BATCH_MESSAGES + 1, NULL };
	struct frame_facts facts = { 1, LIMIT_BATCH_MESSAGES, NULL };

	(void)state;
	batch.at = arena_many(a, batch.n, struct frame_batch_item);
	for (uint32_t i = 0; i < batch.n; i++)
		batch.at[i] = (struct frame_batch_item){
			.uid = i + 1, .offset = i, .length = 1, .fetched = true,
		};
	frame_batch_put(&b, &batch);
	struct wire w = wire_over(buf_span(&b));
	assert_false(frame_batch_get(a, &w, MEMFD, &batch));

	buf_reset(&b);
	facts.at = arena_many(a, facts.n, struct frame_facts_item);
	frame_facts_put(&b, &facts);
	w = wire_over(buf_span(&b));
	assert_true(frame_facts_get(a, &w, 0, &facts));
	assert_int_equal(facts.n, LIMIT_BATCH_MESSAGES);
}

/* -- text and rows ------------------------------------------------------------------------------- */

static void text_leaves_as_utf8_of_bounded_length(void **state)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	char bad[FRAME_TEXT + 100];
	struct span got;

	(void)state;
	frame_trouble_put(&b, SPAN("server said \xff\xfe"));
	struct wire w = wire_over(buf_span(&b));
	assert_true(frame_trouble_get(&w, &got));
	assert_span(got, "server said \xef\xbf\xbd\xef\xbf\xbd");

	buf_reset(&b);
	memset(bad, 0xff, sizeof(bad));
	frame_trouble_put(&b, span_make(bad, sizeof(bad)));
	w = wire_over(buf_span(&b));
	assert_true(frame_trouble_get(&w, &got));
	assert_true(got.n <= FRAME_TEXT && got.n > FRAME_TEXT - 3);

	buf_reset(&b);
	wire_put_bytes(&b, SPAN("\xff"));
	w = wire_over(buf_span(&b));
	assert_false(frame_trouble_get(&w, &got));
}

static void arguments_and_cells_are_found_by_name(void **state)
{
	struct control_request r = { .verb = SPAN("list") };
	struct row row = { .kind = SPAN("conversation") };

	(void)state;
	control_add(&r, "due", SPAN("1h"));
	control_add(&r, "quiet", SPAN(""));
	assert_span(control_arg(&r, "due"), "1h");
	assert_true(control_has(&r, "quiet"));
	assert_false(control_has(&r, "overdue"));
	assert_int_equal(control_arg(&r, "overdue").n, 0);
	for (int i = 0; i < 2 * CONTROL_ARGS; i++)
		control_add(&r, "x", SPAN("y"));
	assert_int_equal(r.n, CONTROL_ARGS);

	row_number(&row, "number", 42);
	assert_int_equal(row_cell(&row, "number")->number, 42);
	assert_null(row_cell(&row, "numbe"));
	for (int i = 0; i < 2 * CONTROL_CELLS; i++)
		row_bool(&row, "x", true);
	assert_int_equal(row.n, CONTROL_CELLS);
}

static void rooms_have_names(void **state)
{
	(void)state;
	assert_string_equal(room_name(ROOM_KEEPER), "keeper");
	assert_string_equal(room_name(ROOM_COUNT), "unknown");
}

/* -- the wire ------------------------------------------------------------------------------------ */

struct pair {
	int a, b;
};

static struct pair pair_open(int flags)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0, fds), 0);
	return (struct pair){ fds[0], fds[1] };
}

static void pair_close(struct pair *p)
{
	fd_closep(&p->a);
	fd_closep(&p->b);
}

static char room[FRAME_MAX];

static void a_frame_arrives_with_its_descriptor(void **state)
{
	struct pair p = pair_open(0);
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame f;
	struct span bytes;

	(void)state;
	frame_begin(&b, FRAME_TROUBLE);
	frame_trouble_put(&b, SPAN("hello"));
	FD_CLEANUP int fd = memfd_sealed("test", SPAN("content"));
	assert_true(fd >= 0);
	assert_int_equal(frame_send(p.a, &b, fd), 0);
	assert_int_equal(frame_send(p.a, &b, -1), 0);

	assert_int_equal(frame_recv(p.b, room, sizeof(room), &f), 1);
	assert_int_equal(f.type, FRAME_TROUBLE);
	assert_int_equal(f.payload.n, 9);
	assert_true(f.fds[0] >= 0 && f.fds[1] == -1);
	assert_true(fcntl(f.fds[0], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(memfd_map(f.fds[0], 100, &bytes), 0);
	assert_span(bytes, "content");
	memfd_unmap(&bytes);
	int received = f.fds[0];
	frame_close_fds(&f);
	assert_int_equal(f.fds[0], -1);
	assert_int_equal(fcntl(received, F_GETFD), -1);

	assert_int_equal(frame_recv(p.b, room, sizeof(room), &f), 1);
	assert_int_equal(f.fds[0], -1);
	pair_close(&p);
}

static void the_largest_frame_fits(void **state)
{
	struct pair p = pair_open(0);
	BUF_CLEANUP struct buf b = BUF_CAPPED(2 * FRAME_MAX);
	struct frame f;

	(void)state;
	frame_begin(&b, FRAME_ROW);
	while (b.n < FRAME_MAX)
		buf_putc(&b, 'x');
	assert_int_equal(frame_send(p.a, &b, -1), 0);
	assert_int_equal(frame_recv(p.b, room, sizeof(room), &f), 1);
	assert_int_equal(f.payload.n, FRAME_MAX - 2);
	buf_putc(&b, 'x');
	assert_int_equal(frame_send(p.a, &b, -1), -E2BIG);
	pair_close(&p);
}

static void a_full_buffer_is_not_sent(void **state)
{
	struct pair p = pair_open(SOCK_NONBLOCK);
	BUF_CLEANUP struct buf b = BUF_CAPPED(4);
	struct frame f;

	(void)state;
	frame_begin(&b, FRAME_BATCH_DONE);
	frame_batch_done_put(&b, 1);
	assert_true(b.full);
	assert_int_equal(frame_send(p.a, &b, -1), -E2BIG);
	buf_reset(&b);
	assert_int_equal(frame_send(p.a, &b, -1), -EINVAL);
	assert_int_equal(frame_recv(p.b, room, sizeof(room), &f), -EAGAIN);
	pair_close(&p);
}

static void a_full_socket_says_so(void **state)
{
	struct pair p = pair_open(SOCK_NONBLOCK);
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	int r = 0;

	(void)state;
	frame_begin(&b, FRAME_READY);
	for (int i = 0; i < 1000000 && r == 0; i++)
		r = frame_send(p.a, &b, -1);
	assert_int_equal(r, -EAGAIN);
	pair_close(&p);
}

static void the_end_is_seen_on_both_sides(void **state)
{
	struct pair p = pair_open(0);
	BUF_CLEANUP struct buf b = BUF_CAPPED(FRAME_MAX);
	struct frame f;

	(void)state;
	frame_begin(&b, FRAME_READY);
	assert_int_equal(frame_send(p.b, &b, -1), 0);
	fd_closep(&p.b);
	assert_int_equal(frame_recv(p.a, room, sizeof(room), &f), 1);
	assert_int_equal(frame_recv(p.a, room, sizeof(room), &f), 0);
	assert_int_equal(frame_send(p.a, &b, -1), -EPIPE);
	pair_close(&p);
}

/* Sends raw bytes with n copies of `fd`. */
static void send_raw(int sock, struct span bytes, int fd, size_t n)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(8 * sizeof(int))];
	} control = { 0 };
	char copy[16];
	struct iovec iov = { .iov_base = copy, .iov_len = bytes.n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	memcpy(copy, bytes.p, bytes.n);
	if (n) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(n * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);
		if (!c)
			abort();
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		for (size_t i = 0; i < n; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
	}
	assert_int_equal(sendmsg(sock, &m, 0), bytes.n);
}

static int lowest_free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void what_is_no_frame_is_refused_and_leaks_nothing(void **state)
{
	static const struct {
		struct span bytes;
		size_t fds, room;
		int result;
	} table[] = {
		{ { "\x01\x01", 2 }, 0, FRAME_MAX, 1 },
		{ { "\x01\x01", 2 }, 1, FRAME_MAX, 1 },
		{ { "\x01\x01", 2 }, 2, FRAME_MAX, 1 },
		{ { "\x01\x01", 2 }, 3, FRAME_MAX, -EPROTO },
		{ { "\x01\x01", 2 }, 8, FRAME_MAX, -EPROTO },
		{ { "\x01", 1 }, 1, FRAME_MAX, -EPROTO },
		{ { "\x02\x01", 2 }, 1, FRAME_MAX, -EPROTO },
		{ { "\x01\x00", 2 }, 1, FRAME_MAX, -EPROTO },
		{ { "\x01\x1f", 2 }, 1, FRAME_MAX, -EPROTO },
		{ { "\x01\xff", 2 }, 0, FRAME_MAX, -EPROTO },
		{ { "\x01\x01xx", 4 }, 1, 3, -EPROTO },
	};
	struct pair p = pair_open(0);
	struct frame f;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int before = lowest_free_fd();
		send_raw(p.a, table[i].bytes, p.a, table[i].fds);
		assert_int_equal(frame_recv(p.b, room, table[i].room, &f), table[i].result);
		if (table[i].result == 1) {
			assert_int_equal(f.fds[0] >= 0, table[i].fds > 0);
			assert_int_equal(f.fds[1] >= 0, table[i].fds > 1);
			frame_close_fds(&f);
		}
		assert_int_equal(lowest_free_fd(), before);
	}
	pair_close(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_survive_the_journey),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(a_batch_keeps_its_rules),
		cmocka_unit_test(counts_are_limited),
		cmocka_unit_test(text_leaves_as_utf8_of_bounded_length),
		cmocka_unit_test(arguments_and_cells_are_found_by_name),
		cmocka_unit_test(rooms_have_names),
		cmocka_unit_test(a_frame_arrives_with_its_descriptor),
		cmocka_unit_test(the_largest_frame_fits),
		cmocka_unit_test(a_full_buffer_is_not_sent),
		cmocka_unit_test(a_full_socket_says_so),
		cmocka_unit_test(the_end_is_seen_on_both_sides),
		cmocka_unit_test(what_is_no_frame_is_refused_and_leaks_nothing),
	};

	return cmocka_run_group_tests_name("frame", tests, encode_all, free_all);
}
