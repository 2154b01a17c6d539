// SPDX-License-Identifier: Apache-2.0
/* Signatures: below "-- " (RFC 3676 section 4.3) and what programs write instead of it, below a drawn
 * line, and what a telephone says of itself. They reach to the next quote or the end. */
#include "reading/new_text.h"

static const struct span devices[] = {
	WORD("sent from "), WORD("sent via "), WORD("sent with "), WORD("sent using "),
	WORD("get outlook for"), WORD("get bluemail for"), WORD("von meinem "), WORD("gesendet von "),
	WORD("gesendet mit "), WORD("gesendet über "), WORD("diese nachricht wurde von meinem"),
	WORD("envoyé de "), WORD("envoyé depuis "), WORD("envoyé à partir "), WORD("envoyé avec "),
	WORD("télécharger outlook pour"), WORD("enviado desde "), WORD("enviado de "), WORD("enviado do "),
	WORD("enviado a partir "), WORD("enviado con "), WORD("enviado via "), WORD("obtener outlook para"),
	WORD("inviato da"), WORD("inviato con "), WORD("verzonden vanaf "), WORD("verstuurd vanaf "),
	WORD("verzonden met "), WORD("verzonden via "), WORD("skickat från "), WORD("skickades från "),
	WORD("sendt fra "), WORD("sendt via "), WORD("lähetetty "), WORD("wysłane z "), WORD("wysłano z "),
	WORD("odesláno z "), WORD("odoslané z "), WORD("Отправлено с "), WORD("Отправлено из "),
	WORD("Надіслано з "), WORD("Изпратено от "), WORD("trimis de pe "), WORD("trimis din "),
	WORD("Στάλθηκε από "), WORD("נשלח מ"), WORD("أرسلت من"), WORD("được gửi từ "), WORD("dikirim dari "),
	WORD("发自我的"), WORD("從我的"), WORD("从我的"), WORD("poslano z "), WORD("poslano s "), WORD("küldve "),
	WORD("enviat des de "), WORD("saadetud minu "),
};
/* These may be whole sentences. */
static const struct span device_sentences[] = {
	WORD("this message was sent from my "), WORD("sent from protonmail"), WORD("sent from [protonmail"),
	WORD("sent with proton"), WORD("diese nachricht wurde von meinem "), WORD("gesendet von meinem "),
	WORD("this email was sent from my "), WORD("scarica outlook per "), WORD("provenance : "),
	WORD("получить outlook для"), WORD("hanki outlook"), WORD("hämta outlook för"), WORD("hent outlook "),
	WORD("download outlook "), WORD("获取 outlook"), WORD("取得 outlook"), WORD("outlook for ios を"),
	WORD("outlook for android を"), WORD("ottieni outlook per"), WORD("obter o outlook para"),
	WORD("baixe o outlook para"), WORD("pobierz program outlook"), WORD("sent from mailspring"),
	WORD("sent from outlook"), WORD("envoyé avec proton"), WORD("gesendet mit proton"),
};
static const struct span device_ends[] = {
	WORD("から送信"), WORD("에서 보냄"), WORD("gönderildi"), WORD("gesendet"), WORD("傳送"), WORD("发送"),
	WORD("küldve"),
};

static const struct span products[] = {
	WORD("phone"), WORD("ipad"), WORD("samsung"), WORD("mobile"), WORD("android"), WORD("galaxy"),
	WORD("huawei"), WORD("xiaomi"), WORD("blackberry"), WORD("tablet"), WORD("gerät"),
};

enum { DEVICE_BYTES = 90, DEVICE_WORDS = 10 };

/* Without the marks of type around it and the link behind it. */
static struct span device_words(struct span s)
{
	ptrdiff_t link = span_chr(s, '<');

	if (link > 0)
		s = span_trim(span_sub(s, 0, (size_t)link));
	while (s.n && memchr("*_([|<", s.p[0], 6))
		s = span_sub(s, 1, SIZE_MAX);
	return s;
}

static size_t words_of(struct span s)
{
	size_t n = 0;
	struct span word;

	while (span_split(&s, ' ', &word))
		n += word.n > 0;
	return n;
}

/* "Sent from my iPhone", but not a sentence that begins like it. */
static bool is_device(struct span s)
{
	s = device_words(s);
	if (s.n < 8 || s.n > DEVICE_BYTES || words_of(s) > DEVICE_WORDS)
		return false;
	bool closed = memchr(".,?!:;", s.p[s.n - 1], 6);
	if (text_begins(s, device_sentences, COUNT(device_sentences)))
		return true;
	if (span_istarts(s, SPAN("sent from my ")) && (!closed || span_find(s, SPAN(", ")) < 0))
		return true;
	if (!closed && text_begins(s, devices, COUNT(devices)))
		return true;
	if (s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < COUNT(device_ends); i++)
		if (span_iends(s, device_ends[i]) && text_has(s, products, COUNT(products)))
			return true;
	return false;
}

static bool is_delimiter(struct span s)
{
	return span_eq(s, SPAN("--")) || span_eq(s, SPAN("__")) || span_eq(s, SPAN("—")) || span_eq(s, SPAN("– –"));
}

/* Below a drawn line: few and short lines, no question and no second drawn line; no sentence either, unless the
 * line is one of underscores, as lists and offices draw it. */
static bool looks_signed(const struct lines *l, uint32_t i)
{
	bool underscores = line_trimmed(l, i).p[0] == '_';
	uint32_t n = 0;

	for (i++; i < l->n && l->at[i].kind == STRETCH_NEW; i++) {
		struct span s = line_trimmed(l, i);
		if (!s.n)
			continue;
		if (s.n > SIGNATURE_LINE_BYTES || is_rule(s) || ++n > SIGNATURE_LINES)
			return false;
		if (s.p[s.n - 1] == '?' || (!underscores && memchr(".!:", s.p[s.n - 1], 3)))
			return false;
	}
	return n > 0;
}

/* `ruled`: a line is drawn above already, so that this writer draws them between sections. */
static bool begins(const struct lines *l, uint32_t i, bool *ruled)
{
	struct span s = line_trimmed(l, i);

	if (l->at[i].code)
		return false;
	if (is_delimiter(s) || is_device(s))
		return true;
	if (!is_rule(s) || *ruled)
		return false;
	*ruled = true;
	return looks_signed(l, i);
}

void mark_signatures(struct lines *l)
{
	bool within = false, above = false, ruled = false;

	for (uint32_t i = 0; i < l->n; i++) {
		if (l->at[i].blank)
			continue;
		if (l->at[i].kind != STRETCH_NEW) {
			within = false;
			above = above || l->at[i].kind == STRETCH_QUOTE;
			continue;
		}
		within = within || (above && begins(l, i, &ruled));
		above = true;
		if (within)
			l->at[i].kind = STRETCH_SIGNATURE;
	}
}
