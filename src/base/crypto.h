// SPDX-License-Identifier: Apache-2.0
/* The only wrapper of libsodium. Call crypto_start() once per process. */
#pragma once
#include "base/buf.h"

enum { HASH_SIZE = 32, KEY_SIZE = 32, TAG_SIZE = 8, ID_SIZE = 16, SIGN_SIZE = 64, SIGN_PUBLIC = 32, SIGN_SECRET = 64 };

struct hash {
	uint8_t b[HASH_SIZE];
};

int crypto_start(void);
/* Unkeyed BLAKE2b-256 over the parts, one after another without separators. */
struct hash hash_blake2b(struct span a, struct span b);
/* The same of a file, from its beginning. 0 or -errno. */
int hash_file(int fd, struct hash *out);
/* SHA-256 of the bytes of a message (RFC 6234). */
struct hash hash_sha256(struct span s);
/* Keyed BLAKE2b of `size` (16 to 64) bytes over `label`, a zero byte, and the data: the label
 * keeps uses apart. */
void hash_keyed(const uint8_t key[KEY_SIZE], const char *label, struct span data, uint8_t *out, size_t size);
/* Keyed SipHash-2-4 under the first half of the key: against chance and against who does not know the
 * key, where 8 bytes are enough and there is one for every small value. */
void hash_tag(const uint8_t key[KEY_SIZE], struct span data, uint8_t out[TAG_SIZE]);
bool hash_eq(const void *a, const void *b, size_t n);
void crypto_random(void *out, size_t n);

/* Ed25519. */
void sign_keypair(uint8_t pub[SIGN_PUBLIC], uint8_t sec[SIGN_SECRET]);
void sign_make(const uint8_t sec[SIGN_SECRET], struct span data, uint8_t out[SIGN_SIZE]);
bool sign_check(const uint8_t pub[SIGN_PUBLIC], struct span data, const uint8_t sig[SIGN_SIZE]);

/* Text forms: lower-case hex; lower-case base32 without padding (RFC 4648 alphabet), safe in a
 * Message-ID; URL-safe base64 without padding. */
void put_hex(struct buf *out, const void *p, size_t n);
void put_base32(struct buf *out, const void *p, size_t n);
void put_base64url(struct buf *out, const void *p, size_t n);
/* RFC 4648 section 4, with padding: what IMAP, SMTP and MIME write. */
void put_base64(struct buf *out, const void *p, size_t n);
/* Exactly n bytes, canonical form only (unused bits zero). */
bool get_hex(struct span s, void *out, size_t n);
bool get_base32(struct span s, void *out, size_t n);
bool get_base64url(struct span s, void *out, size_t n);
