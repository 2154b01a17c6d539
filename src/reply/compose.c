// SPDX-License-Identifier: Apache-2.0
#include "base/date.h"
#include "base/text.h"
#include "mail/address.h"
#include "mail/limits.h"
#include "reply/encode.h"
#include "reply/reply.h"
#include <errno.h>

enum { BODY_COLUMNS = 78 };

static bool token(struct span s, size_t max, const char *others)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = ascii_lower(s.p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr(others, c)))
			return false;
	}
	return s.n > 0 && s.n <= max;
}

static int check_input(const struct reply_input *in, struct err *err)
{
	if (!address_may_send(in->from_address))
		return err_set(err, -EINVAL, "From: not a plain address, set address of the account");
	if (!address_may_send(in->to_address))
		return err_set(err, -EINVAL, "To: not a plain address, nothing can be sent to it");
	if (!message_id_may_write(in->message_id))
		return err_set(err, -EINVAL, "Message-ID: not fit to be written");
	if (!token(in->hearback_id, REPLY_TOKEN_MAX, "-_.=+/"))
		return err_set(err, -EINVAL, "X-Hearback-Id: not a token");
	if (!token(in->audit_head, REPLY_AUDIT_MAX, "-_.=+/; "))
		return err_set(err, -EINVAL, "Hearback-Audit: not the text of an audit head");
	if (!token(in->language, REPLY_TOKEN_MAX, "-"))
		return err_set(err, -EINVAL, "Content-Language: not a language tag, write for example en");
	if (in->text.n > REPLY_TEXT_MAX)
		return err_set(err, -E2BIG, "the text is longer than %d bytes, shorten the template",
			       REPLY_TEXT_MAX);
	return 0;
}

static void put_simple(struct buf *out, const char *name, struct span value)
{
	struct header_line h = header_begin(out, name);

	header_word(&h, value);
	header_end(&h);
}

static void put_from(const struct reply_input *in, struct buf *out)
{
	BUF_CLEANUP struct buf name = BUF_CAPPED(4 * LIMIT_DISPLAY_NAME);
	BUF_CLEANUP struct buf address = BUF_CAPPED(LIMIT_ADDRESS + 2);
	struct header_line h = header_begin(out, "From");

	text_squeeze(&name, utf8_cut(in->from_name, LIMIT_DISPLAY_NAME));
	buf_printf(&address, name.n ? "<%.*s>" : "%.*s", SPAN_ARG(in->from_address));
	if (name.n)
		header_phrase(&h, buf_span(&name));
	header_word(&h, buf_span(&address));
	header_end(&h);
}

static int put_subject(const struct reply_input *in, struct buf *out, struct err *err)
{
	BUF_CLEANUP struct buf subject = BUF_CAPPED(4 * REPLY_SUBJECT_MAX);
	struct header_line h = header_begin(out, "Subject");

	text_squeeze(&subject, utf8_cut(in->subject, REPLY_SUBJECT_MAX));
	if (!subject.n)
		return err_set(err, -EINVAL, "Subject: empty, write a subject line into the template");
	if (in->answers)
		header_word(&h, SPAN("Auto:"));
	header_text(&h, buf_span(&subject));
	header_end(&h);
	return 0;
}

static void put_id(struct header_line *h, struct span id)
{
	BUF_CLEANUP struct buf b = BUF_CAPPED(LIMIT_MESSAGE_ID + 2);

	buf_printf(&b, "<%.*s>", SPAN_ARG(id));
	header_word(h, buf_span(&b));
}

/* RFC 5322 section 3.6.4: the parent's References (or a lone In-Reply-To) and the parent's id; of
 * many the first and the last. */
static void put_references(const struct reply_input *in, struct buf *out)
{
	const struct message_ids *ids = &in->parent_references;
	const uint32_t keep = LIMIT_REFERENCES_HEAD + LIMIT_REFERENCES_TAIL;
	struct header_line h = header_begin(out, "In-Reply-To");
	uint32_t good = 0, at = 0;

	put_id(&h, in->parent_id);
	header_end(&h);
	if (!ids->n && in->parent_in_reply_to.n == 1)
		ids = &in->parent_in_reply_to;
	for (uint32_t i = 0; i < ids->n; i++)
		good += message_id_may_write(ids->at[i]) && !span_eq(ids->at[i], in->parent_id);
	h = header_begin(out, "References");
	for (uint32_t i = 0; i < ids->n; i++) {
		if (!message_id_may_write(ids->at[i]) || span_eq(ids->at[i], in->parent_id))
			continue;
		/* With the parent's own id, good + 1 ids want to stand here. */
		if (good + 1 <= keep || at < LIMIT_REFERENCES_HEAD || at > good - LIMIT_REFERENCES_TAIL)
			put_id(&h, ids->at[i]);
		at++;
	}
	put_id(&h, in->parent_id);
	header_end(&h);
}

/* A part of a head is one word, however long. */
static void put_audit(const struct reply_input *in, struct buf *out)
{
	struct header_line h = header_begin(out, "Hearback-Audit");
	struct span rest = in->audit_head, part;

	while (span_split(&rest, ' ', &part))
		if (part.n)
			header_word(&h, part);
	header_end(&h);
}

/* May stand as it is: short ASCII lines, none that relays are known to change. */
static bool seven_bit(struct span text)
{
	struct span line;

	while (span_split(&text, '\n', &line)) {
		if (line.n > BODY_COLUMNS || span_starts(line, SPAN("From ")))
			return false;
		for (size_t i = 0; i < line.n; i++)
			if (line.p[i] < ' ' || line.p[i] > '~')
				return false;
	}
	return true;
}

static bool ascii(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

static int put_body(const struct reply_input *in, struct buf *out, struct err *err)
{
	BUF_CLEANUP struct buf text = BUF_CAPPED(4 * REPLY_TEXT_MAX);
	struct span line;

	text_printable(&text, in->text);
	struct span body = buf_span(&text);
	while (body.n && ascii_blank(body.p[body.n - 1]))
		body.n--;
	if (!body.n)
		return err_set(err, -EINVAL, "the text is empty, write one into the template");
	bool plain = seven_bit(body);
	buf_printf(out, "Content-Type: text/plain; charset=%s\r\n", ascii(body) ? "us-ascii" : "utf-8");
	put_simple(out, "Content-Transfer-Encoding", plain ? SPAN("7bit") : SPAN("quoted-printable"));
	put_simple(out, "Content-Language", in->language);
	buf_puts(out, "\r\n");
	if (!plain)
		put_quoted_printable(out, body);
	while (plain && span_split(&body, '\n', &line)) {
		buf_put_span(out, line);
		buf_puts(out, "\r\n");
	}
	return 0;
}

int reply_compose(const struct reply_input *in, struct buf *out, struct err *err)
{
	int r = check_input(in, err);

	if (r)
		return r;
	put_from(in, out);
	put_simple(out, "To", in->to_address);
	r = put_subject(in, out, err);
	if (r)
		return r;
	buf_puts(out, "Date: ");
	put_rfc5322_date(out, in->date_at);
	buf_puts(out, "\r\n");
	struct header_line h = header_begin(out, "Message-ID");
	put_id(&h, in->message_id);
	header_end(&h);
	if (in->answers && message_id_may_write(in->parent_id))
		put_references(in, out);
	put_simple(out, "Auto-Submitted", in->answers ? SPAN("auto-replied") : SPAN("auto-generated"));
	put_simple(out, "X-Auto-Response-Suppress", SPAN("All"));
	put_simple(out, "X-Hearback-Id", in->hearback_id);
	put_audit(in, out);
	put_simple(out, "MIME-Version", SPAN("1.0"));
	r = put_body(in, out, err);
	if (r == 0 && out->full)
		return err_set(err, -E2BIG, "the finished message is longer than %zu bytes", out->cap);
	return r;
}
