// SPDX-License-Identifier: Apache-2.0
#include "reply/encode.h"
#include "base/text.h"

enum { WORD_MAX_PLAIN = 60 };

static const char word_begin[] = "=?utf-8?Q?";
static const char word_end[] = "?=";
enum { WORD_FRAME = sizeof(word_begin) - 1 + sizeof(word_end) - 1 };

static bool alnum(char c)
{
	return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

struct header_line header_begin(struct buf *out, const char *name)
{
	buf_puts(out, name);
	buf_putc(out, ':');
	return (struct header_line){ .out = out, .column = strlen(name) + 1 };
}

void header_end(struct header_line *h)
{
	buf_puts(h->out, "\r\n");
}

static void fold(struct header_line *h)
{
	buf_puts(h->out, "\r\n ");
	h->column = 1;
}

void header_word(struct header_line *h, struct span word)
{
	if (h->column > 1 && h->column + 1 + word.n > ENCODE_COLUMNS) {
		fold(h);
	} else {
		buf_putc(h->out, ' ');
		h->column++;
	}
	buf_put_span(h->out, word);
	h->column += word.n;
}

static bool plain_ascii(struct span text)
{
	size_t word = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < ' ' || text.p[i] > '~')
			return false;
		word = text.p[i] == ' ' ? 0 : word + 1;
		if (word > WORD_MAX_PLAIN)
			return false;
	}
	return span_find(text, SPAN("=?")) < 0;
}

/* Letters and digits stand for themselves everywhere an encoded word may be (RFC 2047 section 5). */
static void put_q(struct header_line *h, char c)
{
	if (alnum(c)) {
		buf_putc(h->out, c);
		h->column++;
	} else if (c == ' ') {
		buf_putc(h->out, '_');
		h->column++;
	} else {
		buf_printf(h->out, "=%02X", (unsigned)(unsigned char)c);
		h->column += 3;
	}
}

static size_t q_length(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += alnum(s.p[i]) || s.p[i] == ' ' ? 1 : 3;
	return n;
}

/* Never cuts inside a character (RFC 2047 section 5 (3)). */
static void put_encoded_words(struct header_line *h, struct span text)
{
	bool open = false;

	while (text.n) {
		size_t n = utf8_next(text, NULL);
		struct span rune = span_sub(text, 0, n ? n : 1);
		if (open && h->column + q_length(rune) + sizeof(word_end) - 1 > ENCODE_COLUMNS) {
			buf_puts(h->out, word_end);
			h->column += sizeof(word_end) - 1;
			open = false;
		}
		if (!open) {
			if (h->column + 1 + WORD_FRAME + q_length(rune) > ENCODE_COLUMNS) {
				fold(h);
			} else {
				buf_putc(h->out, ' ');
				h->column++;
			}
			buf_puts(h->out, word_begin);
			h->column += sizeof(word_begin) - 1;
			open = true;
		}
		for (size_t i = 0; i < rune.n; i++)
			put_q(h, rune.p[i]);
		text = span_sub(text, rune.n, SIZE_MAX);
	}
	if (open) {
		buf_puts(h->out, word_end);
		h->column += sizeof(word_end) - 1;
	}
}

void header_text(struct header_line *h, struct span text)
{
	struct span word;

	if (!plain_ascii(text)) {
		put_encoded_words(h, text);
		return;
	}
	while (span_split(&text, ' ', &word))
		header_word(h, word);
}

void header_phrase(struct header_line *h, struct span text)
{
	BUF_CLEANUP struct buf quoted = BUF_CAPPED(2 * ENCODE_COLUMNS);

	if (!plain_ascii(text) || text.n > WORD_MAX_PLAIN) {
		put_encoded_words(h, text);
		return;
	}
	buf_putc(&quoted, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_putc(&quoted, '\\');
		buf_putc(&quoted, text.p[i]);
	}
	buf_putc(&quoted, '"');
	header_word(h, buf_span(&quoted));
}

/* RFC 2045 section 6.7. Blanks at the end of a line are encoded, so are "From " and "." at its
 * beginning, which some relays change. */
static void put_qp_line(struct buf *out, struct span line)
{
	size_t column = 0;

	for (size_t i = 0; i < line.n; i++) {
		char c = line.p[i];
		bool last = i + 1 == line.n;
		bool plain = c >= ' ' && c <= '~' && c != '=' && !(c == ' ' && last) &&
			     !(i == 0 && c == '.') && !(i == 0 && span_starts(line, SPAN("From ")));
		size_t n = plain ? 1 : 3;
		if (column + n > ENCODE_COLUMNS - 1) {
			buf_puts(out, "=\r\n");
			column = 0;
		}
		/* A soft line break may have put one of them at a beginning. */
		if (plain && column == 0 && i > 0 && (c == '.' || c == 'F')) {
			plain = false;
			n = 3;
		}
		if (plain)
			buf_putc(out, c);
		else
			buf_printf(out, "=%02X", (unsigned)(unsigned char)c);
		column += n;
	}
	buf_puts(out, "\r\n");
}

void put_quoted_printable(struct buf *out, struct span text)
{
	struct span line;

	if (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	while (span_split(&text, '\n', &line))
		put_qp_line(out, line);
}
