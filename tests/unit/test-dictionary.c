// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/compress.h"
#include "base/crypto.h"
#include "ledger/dictionary.h"
#include <errno.h>

static const char message[] =
	"Received\0\0\0\0from mail.example.org (mail.example.org [192.0.2.1])\tby mx.example.com (Postfix) "
	"with ESMTPS id 0123456789\tfor <support@example.com>; Sat, 21 Nov 2026 10:00:00 +0000"
	"DKIM-Signature\0\0\0\0v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=default;"
	"Content-Type\0\0\0\0text/plain; charset=UTF-8"
	"Hello,\n\nI cannot log in to my account since the last update. Could you please help me?\n\n"
	"Kind regards,\n";

/* The ledger of last year was packed with these bytes: a change here makes it unreadable. */
static void it_never_changes(void **state)
{
	BUF_CLEANUP struct buf hex = BUF_CAPPED(100);
	struct hash h = hash_sha256(ledger_dictionary());

	(void)state;
	put_hex(&hex, h.b, 8);
	assert_span(buf_span(&hex), "231ac346be40eaf9");
}

static void it_helps_and_is_needed(void **state)
{
	struct packer *with = packer_new(ledger_dictionary()), *without = packer_new(SPAN_NONE);
	BUF_CLEANUP struct buf small = BUF_CAPPED(5000), large = BUF_CAPPED(5000), back = BUF_CAPPED(5000);

	(void)state;
	assert_int_equal(pack(with, SPAN(message), &small), 0);
	assert_int_equal(pack(without, SPAN(message), &large), 0);
	assert_true(small.n < large.n * 2 / 3);
	assert_int_equal(unpack(with, buf_span(&small), 5000, &back), 0);
	assert_true(span_eq(buf_span(&back), SPAN(message)));
	assert_int_equal(unpack(without, buf_span(&small), 5000, &back), -EBADMSG);
	packer_free(&with);
	packer_free(&without);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_never_changes),
		cmocka_unit_test(it_helps_and_is_needed),
	};

	return crypto_start() || cmocka_run_group_tests(tests, NULL, NULL);
}
