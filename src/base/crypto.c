// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.h"
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

static const unsigned char *bytes(const void *p)
{
	return p;
}

int crypto_start(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

struct hash hash_blake2b(struct span a, struct span b)
{
	struct hash h;
	crypto_generichash_state s;

	crypto_generichash_init(&s, NULL, 0, sizeof(h.b));
	crypto_generichash_update(&s, bytes(a.p), a.n);
	crypto_generichash_update(&s, bytes(b.p), b.n);
	crypto_generichash_final(&s, h.b, sizeof(h.b));
	return h;
}

int hash_file(int fd, struct hash *out)
{
	enum { CHUNK = 64 * 1024 };
	crypto_generichash_state state;
	unsigned char chunk[CHUNK];
	off_t at = 0;
	ssize_t n;

	crypto_generichash_init(&state, NULL, 0, HASH_SIZE);
	while ((n = pread(fd, chunk, sizeof(chunk), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		crypto_generichash_update(&state, chunk, (size_t)n);
		at += n;
	}
	crypto_generichash_final(&state, out->b, HASH_SIZE);
	return 0;
}

struct hash hash_sha256(struct span s)
{
	struct hash h;

	crypto_hash_sha256(h.b, bytes(s.p), s.n);
	return h;
}

void hash_keyed(const uint8_t key[KEY_SIZE], const char *label, struct span data, uint8_t *out, size_t size)
{
	crypto_generichash_state s;

	if (size < crypto_generichash_BYTES_MIN || size > crypto_generichash_BYTES_MAX)
		abort();
	crypto_generichash_init(&s, key, KEY_SIZE, size);
	crypto_generichash_update(&s, bytes(label), strlen(label) + 1);
	crypto_generichash_update(&s, bytes(data.p), data.n);
	crypto_generichash_final(&s, out, size);
}

void hash_tag(const uint8_t key[KEY_SIZE], struct span data, uint8_t out[TAG_SIZE])
{
	_Static_assert(TAG_SIZE == crypto_shorthash_BYTES && KEY_SIZE >= crypto_shorthash_KEYBYTES, "SipHash-2-4");
	crypto_shorthash(out, bytes(data.p), data.n, key);
}

bool hash_eq(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

void crypto_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void sign_keypair(uint8_t pub[SIGN_PUBLIC], uint8_t sec[SIGN_SECRET])
{
	crypto_sign_keypair(pub, sec);
}

void sign_make(const uint8_t sec[SIGN_SECRET], struct span data, uint8_t out[SIGN_SIZE])
{
	crypto_sign_detached(out, NULL, bytes(data.p), data.n, sec);
}

bool sign_check(const uint8_t pub[SIGN_PUBLIC], struct span data, const uint8_t sig[SIGN_SIZE])
{
	return crypto_sign_verify_detached(sig, bytes(data.p), data.n, pub) == 0;
}

static const char hex_alphabet[] = "0123456789abcdef";
static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char base64_mail_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void put_bits(struct buf *out, const void *p, size_t n, unsigned width, const char *alphabet)
{
	const unsigned char *in = p;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		have += 8;
		while (have >= width) {
			have -= width;
			buf_putc(out, alphabet[bits >> have & ((1u << width) - 1)]);
		}
	}
	if (have)
		buf_putc(out, alphabet[bits << (width - have) & ((1u << width) - 1)]);
}

static bool get_bits(struct span s, void *out, size_t n, unsigned width, const char *alphabet)
{
	unsigned char *to = out;
	uint32_t bits = 0;
	unsigned have = 0;
	size_t done = 0;

	if (s.n != (n * 8 + width - 1) / width)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		const char *hit = s.p[i] ? strchr(alphabet, s.p[i]) : NULL;
		if (!hit)
			return false;
		bits = bits << width | (uint32_t)(hit - alphabet);
		have += width;
		if (have >= 8) {
			have -= 8;
			if (done == n)
				return false;
			to[done++] = (unsigned char)(bits >> have);
		}
	}
	return done == n && (bits & ((1u << have) - 1)) == 0;
}

void put_hex(struct buf *out, const void *p, size_t n)
{
	put_bits(out, p, n, 4, hex_alphabet);
}

void put_base32(struct buf *out, const void *p, size_t n)
{
	put_bits(out, p, n, 5, base32_alphabet);
}

void put_base64url(struct buf *out, const void *p, size_t n)
{
	put_bits(out, p, n, 6, base64_alphabet);
}

void put_base64(struct buf *out, const void *p, size_t n)
{
	put_bits(out, p, n, 6, base64_mail_alphabet);
	for (; n % 3; n++)
		buf_putc(out, '=');
}

bool get_hex(struct span s, void *out, size_t n)
{
	return get_bits(s, out, n, 4, hex_alphabet);
}

bool get_base32(struct span s, void *out, size_t n)
{
	return get_bits(s, out, n, 5, base32_alphabet);
}

bool get_base64url(struct span s, void *out, size_t n)
{
	return get_bits(s, out, n, 6, base64_alphabet);
}
