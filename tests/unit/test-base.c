// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/arena.h"
#include "base/compress.h"
#include "base/crypto.h"
#include "base/date.h"
#include "base/idn.h"
#include "base/text.h"
#include "base/wire.h"
#include <errno.h>

static void numbers_have_a_limit(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(span_to_u64(SPAN("65535"), 65535, &v));
	assert_int_equal(v, 65535);
	assert_false(span_to_u64(SPAN("65536"), 65535, &v));
	assert_false(span_to_u64(SPAN("99999999999999999999999"), UINT64_MAX, &v));
	assert_true(span_to_u64(SPAN("18446744073709551615"), UINT64_MAX, &v));
	assert_false(span_to_u64(SPAN("18446744073709551616"), UINT64_MAX, &v));
	assert_false(span_to_u64(SPAN(""), 10, &v));
	assert_false(span_to_u64(SPAN("-1"), 10, &v));
}

static void a_buffer_stops_at_its_cap(void **state)
{
	struct buf b = BUF_CAPPED(4);

	(void)state;
	buf_puts(&b, "abc");
	assert_false(b.full);
	buf_puts(&b, "de");
	assert_true(b.full);
	assert_span(buf_span(&b), "abc");
	buf_putc(&b, 'd');
	assert_int_equal(b.n, 3);
	assert_string_equal(buf_cstr(&b), "abc");
	buf_free(&b);
}

static void split_yields_every_piece(void **state)
{
	struct span rest = SPAN("a,,b"), head;

	(void)state;
	assert_true(span_split(&rest, ',', &head));
	assert_span(head, "a");
	assert_true(span_split(&rest, ',', &head));
	assert_span(head, "");
	assert_true(span_split(&rest, ',', &head));
	assert_span(head, "b");
	assert_false(span_split(&rest, ',', &head));
}

static void wire_refuses_what_does_not_fit(void **state)
{
	struct buf b = BUF_CAPPED(1000);

	(void)state;
	wire_put_u16(&b, 0xabcd);
	wire_put_i64(&b, -5);
	wire_put_bytes(&b, SPAN("hello"));
	struct wire w = wire_over(buf_span(&b));
	assert_int_equal(wire_u16(&w), 0xabcd);
	assert_int_equal(wire_i64(&w), -5);
	assert_span(wire_bytes(&w, 5), "hello");
	assert_true(wire_done(&w));
	assert_int_equal(wire_u8(&w), 0);
	assert_false(wire_done(&w));

	for (size_t n = 0; n < b.n; n++) {
		w = wire_over(span_sub(buf_span(&b), 0, n));
		wire_u16(&w);
		wire_i64(&w);
		wire_bytes(&w, 5);
		assert_false(wire_done(&w));
	}
	w = wire_over(SPAN("\xff\xff\xff\xff"));
	assert_int_equal(wire_count(&w, 1, UINT32_MAX), 0);
	assert_true(w.bad);
	buf_free(&b);
}

static void small_numbers_are_small_and_canonical(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 127, 128, 16383, 16384, UINT32_MAX, INT64_MAX, UINT64_MAX };
	struct buf b = BUF_CAPPED(1000);

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		buf_reset(&b);
		wire_put_var(&b, numbers[i]);
		struct wire w = wire_over(buf_span(&b));
		assert_true(wire_var(&w, UINT64_MAX) == numbers[i] && wire_done(&w));
		w = wire_over(buf_span(&b));
		if (numbers[i])
			assert_true(wire_var(&w, numbers[i] - 1) == 0 && w.bad);
		for (int sign = 0; sign < 2; sign++) {
			int64_t v = sign ? (int64_t)(0 - numbers[i]) : (int64_t)numbers[i];
			buf_reset(&b);
			wire_put_ivar(&b, v);
			w = wire_over(buf_span(&b));
			assert_true(wire_ivar(&w) == v && wire_done(&w));
		}
	}
	buf_reset(&b);
	wire_put_var(&b, 127);
	assert_int_equal(b.n, 1);
	static const char *const bad[] = { "\x80", "\x81\x00", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
					   "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x01" };
	static const size_t lengths[] = { 1, 2, 10, 11 };
	for (size_t i = 0; i < 4; i++) {
		struct wire w = wire_over(span_make(bad[i], lengths[i]));
		wire_var(&w, UINT64_MAX);
		assert_true(w.bad);
	}
	buf_free(&b);
}

static void dates_round_trip(void **state)
{
	(void)state;
	for (int64_t d = -800000; d < 800000; d += 97) {
		int64_t y;
		unsigned m, day;
		civil_from_days(d, &y, &m, &day);
		assert_true(m >= 1 && m <= 12 && day >= 1 && day <= 31);
		assert_int_equal(days_from_civil(y, m, day), d);
	}
	struct buf b = BUF_CAPPED(100);
	put_rfc5322_date(&b, 1795255200);
	assert_span(buf_span(&b), "Sat, 21 Nov 2026 10:00:00 +0000");
	buf_reset(&b);
	put_iso(&b, 0);
	assert_span(buf_span(&b), "1970-01-01T00:00:00Z");
	buf_reset(&b);
	put_duration(&b, 5 * 3600 + 58 * 60 + 3);
	assert_span(buf_span(&b), "5 h 58 min");
	int64_t v;
	assert_true(get_duration(SPAN("6h"), &v) && v == 21600);
	assert_true(get_duration(SPAN("2 min"), &v) && v == 120);
	assert_false(get_duration(SPAN("6"), &v));
	assert_false(get_duration(SPAN("h"), &v));
	assert_false(get_duration(SPAN("6h30"), &v));
	buf_free(&b);
}

static void text_cannot_move_a_cursor(void **state)
{
	struct buf b = BUF_CAPPED(1000);

	(void)state;
	text_escape(&b, SPAN("a\x1b]0;x\n\xe2\x80\xae\"\xff\xc3\xa9"));
	assert_span(buf_span(&b), "a\\x1b]0;x\\x0a\\u{202e}\\\"\\xff\xc3\xa9");
	buf_reset(&b);
	text_squeeze(&b, SPAN("  a \r\n\t b\0c "));
	assert_span(buf_span(&b), "a b c");
	assert_false(utf8_valid(SPAN("\xc0\x80")));
	assert_false(utf8_valid(SPAN("\xed\xa0\x80")));
	assert_false(utf8_valid(SPAN("\xf4\x90\x80\x80")));
	assert_true(utf8_valid(SPAN("\xf4\x8f\xbf\xbf")));
	assert_span(utf8_cut(SPAN("a\xc3\xa9"), 2), "a");
	buf_free(&b);
}

/* The quick check and the one that reads code points must agree on every short string. */
static void both_checks_of_utf8_agree(void **state)
{
	static const unsigned char edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf,
					       0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff };
	enum { EDGES = sizeof(edges) };

	(void)state;
	for (size_t i = 0; i < (size_t)EDGES * EDGES * EDGES * EDGES; i++) {
		char text[14] = "pre-ascii.";
		size_t k = i;
		for (size_t j = 0; j < 4; j++, k /= EDGES)
			text[10 + j] = (char)edges[k % EDGES];
		struct span s = span_make(text + i % 11, 14 - i % 11), rest = s;
		bool valid = true;
		while (rest.n && valid) {
			size_t n = utf8_next(rest, NULL);
			valid = n > 0;
			rest = span_sub(rest, n, SIZE_MAX);
		}
		if (utf8_valid(s) != valid)
			fail_msg("they differ on %02x %02x %02x %02x", (unsigned char)text[10], (unsigned char)text[11],
				 (unsigned char)text[12], (unsigned char)text[13]);
	}
}

static void encodings_are_canonical(void **state)
{
	struct buf b = BUF_CAPPED(1000);
	uint8_t in[10] = { 0, 1, 2, 253, 254, 255, 7, 8, 9, 10 }, out[10];

	(void)state;
	put_base32(&b, in, 10);
	assert_true(get_base32(buf_span(&b), out, 10));
	assert_memory_equal(in, out, 10);
	buf_reset(&b);
	put_base64url(&b, in, 10);
	assert_int_equal(b.n, 14);
	assert_true(get_base64url(buf_span(&b), out, 10));
	b.p[13]++;
	assert_false(get_base64url(buf_span(&b), out, 10));
	assert_false(get_base64url(span_sub(buf_span(&b), 0, 13), out, 10));
	assert_false(get_hex(SPAN("0G"), out, 1));
	buf_free(&b);
}

static void packing_comes_back(void **state)
{
	struct packer *p = packer_new(SPAN_NONE);
	struct buf packed = BUF_CAPPED(100000), text = BUF_CAPPED(100000);

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "line %d of a message\n", i);
	assert_int_equal(pack(p, buf_span(&text), &packed), 0);
	assert_true(packed.n < text.n / 2);
	struct buf back = BUF_CAPPED(100000);
	assert_int_equal(unpack(p, buf_span(&packed), 100000, &back), 0);
	assert_true(span_eq(buf_span(&back), buf_span(&text)));
	buf_reset(&back);
	assert_int_equal(unpack(p, buf_span(&packed), 10, &back), -E2BIG);
	assert_int_equal(unpack(p, SPAN("nonsense"), 100, &back), -EBADMSG);
	packer_free(&p);
	buf_free(&packed);
	buf_free(&text);
	buf_free(&back);
}

static void signatures_and_hashes(void **state)
{
	uint8_t pub[SIGN_PUBLIC], sec[SIGN_SECRET], sig[SIGN_SIZE];
	struct buf b = BUF_CAPPED(100);

	(void)state;
	sign_keypair(pub, sec);
	sign_make(sec, SPAN("a head"), sig);
	assert_true(sign_check(pub, SPAN("a head"), sig));
	assert_false(sign_check(pub, SPAN("a heap"), sig));
	struct hash h = hash_sha256(SPAN("abc"));
	put_hex(&b, h.b, 4);
	assert_span(buf_span(&b), "ba7816bf");
	buf_free(&b);
}

static void domains_become_ascii(void **state)
{
	struct buf b = BUF_CAPPED(300);

	(void)state;
	assert_true(idn_to_ascii(SPAN("B\xc3\xbc" "cher.Example"), &b));
	assert_span(buf_span(&b), "xn--bcher-kva.example");
	assert_false(idn_to_ascii(SPAN("a\0b"), &b));
	buf_free(&b);
}

static void an_arena_gives_everything_back(void **state)
{
	struct arena *a = arena_new();

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 1000; i++) {
			char *p = arena_alloc(a, i * 7 % 20000);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		}
		assert_string_equal(arena_printf(a, "%d-%s", 5, "x"), "5-x");
		arena_reset(a);
	}
	arena_free(&a);
	assert_null(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_a_limit),
		cmocka_unit_test(a_buffer_stops_at_its_cap),
		cmocka_unit_test(split_yields_every_piece),
		cmocka_unit_test(wire_refuses_what_does_not_fit),
		cmocka_unit_test(small_numbers_are_small_and_canonical),
		cmocka_unit_test(dates_round_trip),
		cmocka_unit_test(text_cannot_move_a_cursor),
		cmocka_unit_test(both_checks_of_utf8_agree),
		cmocka_unit_test(encodings_are_canonical),
		cmocka_unit_test(packing_comes_back),
		cmocka_unit_test(signatures_and_hashes),
		cmocka_unit_test(domains_become_ascii),
		cmocka_unit_test(an_arena_gives_everything_back),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
