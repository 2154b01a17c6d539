// SPDX-License-Identifier: Apache-2.0
#include "audit/audit.h"

void audit_key_id(const uint8_t pub[SIGN_PUBLIC], uint8_t out[8])
{
	struct hash h = hash_blake2b(span_make(pub, SIGN_PUBLIC), SPAN_NONE);

	memcpy(out, h.b, 8);
}

/* Everything but the signature; what is signed is this behind a label, so that the key can never be
 * made to sign a head by signing something else. */
static void put_signed(const struct audit_head *h, struct buf *out)
{
	wire_put_u8(out, AUDIT_VERSION);
	wire_put_u64(out, h->seq);
	buf_put(out, h->hash.b, HASH_SIZE);
	wire_put_i64(out, h->at);
	buf_put(out, h->key_id, sizeof(h->key_id));
}

void audit_head_sign(struct audit_head *h, const uint8_t pub[SIGN_PUBLIC], const uint8_t sec[SIGN_SECRET])
{
	BUF_CLEANUP struct buf data = BUF_CAPPED(200);

	audit_key_id(pub, h->key_id);
	buf_puts(&data, "hearback audit head\n");
	put_signed(h, &data);
	sign_make(sec, buf_span(&data), h->signature);
}

bool audit_head_check(const struct audit_head *h, const uint8_t pub[SIGN_PUBLIC])
{
	BUF_CLEANUP struct buf data = BUF_CAPPED(200);
	uint8_t id[8];

	audit_key_id(pub, id);
	if (memcmp(id, h->key_id, sizeof(id)) != 0)
		return false;
	buf_puts(&data, "hearback audit head\n");
	put_signed(h, &data);
	return sign_check(pub, buf_span(&data), h->signature);
}

void audit_head_encode(const struct audit_head *h, struct buf *out)
{
	put_signed(h, out);
	buf_put(out, h->signature, SIGN_SIZE);
}

static void get_raw(struct wire *w, void *out, size_t n)
{
	struct span s = wire_raw(w, n);

	if (s.n)
		memcpy(out, s.p, n);
}

bool audit_head_decode(struct span in, struct audit_head *out)
{
	struct wire w = wire_over(in);

	*out = (struct audit_head){ 0 };
	if (wire_u8(&w) != AUDIT_VERSION)
		return false;
	out->seq = wire_u64(&w);
	get_raw(&w, out->hash.b, HASH_SIZE);
	out->at = wire_i64(&w);
	get_raw(&w, out->key_id, sizeof(out->key_id));
	get_raw(&w, out->signature, SIGN_SIZE);
	return wire_done(&w);
}

void audit_head_put_text(const struct audit_head *h, struct buf *out)
{
	buf_printf(out, "v=%d; n=%llu; h=", AUDIT_VERSION, (unsigned long long)h->seq);
	put_base64url(out, h->hash.b, HASH_SIZE);
	buf_printf(out, "; t=%lld; k=", (long long)h->at);
	put_base64url(out, h->key_id, sizeof(h->key_id));
	buf_puts(out, "; s=");
	put_base64url(out, h->signature, SIGN_SIZE);
}

/* The value of the next part, which must bear that name; a bad span if it does not. */
static bool next_part(struct span *rest, char name, struct span *value)
{
	struct span part;

	if (!span_split(rest, ';', &part))
		return false;
	part = span_trim(part);
	if (part.n < 2 || part.p[0] != name || part.p[1] != '=')
		return false;
	*value = span_sub(part, 2, SIZE_MAX);
	return true;
}

bool audit_head_get_text(struct span in, struct audit_head *out)
{
	struct span rest = in, v;
	uint64_t version, at;

	*out = (struct audit_head){ 0 };
	if (!next_part(&rest, 'v', &v) || !span_to_u64(v, AUDIT_VERSION, &version) ||
	    version != AUDIT_VERSION)
		return false;
	if (!next_part(&rest, 'n', &v) || !span_to_u64(v, UINT64_MAX, &out->seq))
		return false;
	if (!next_part(&rest, 'h', &v) || !get_base64url(v, out->hash.b, HASH_SIZE))
		return false;
	if (!next_part(&rest, 't', &v) || !span_to_u64(v, INT64_MAX, &at))
		return false;
	out->at = (int64_t)at;
	if (!next_part(&rest, 'k', &v) || !get_base64url(v, out->key_id, sizeof(out->key_id)))
		return false;
	return next_part(&rest, 's', &v) && get_base64url(v, out->signature, SIGN_SIZE) && rest.p == NULL;
}
