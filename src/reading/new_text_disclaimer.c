// SPDX-License-Identifier: Apache-2.0
/* "This message is confidential. If you are not the intended recipient ...": last paragraphs that speak of
 * both, in the words of the law departments of many countries. */
#include "reading/new_text.h"

static const struct span secret[] = {
	WORD("confidential"), WORD("privileged"), WORD("vertraulich"), WORD("confidentiel"), WORD("confidencia"), WORD("riservat"),
	WORD("vertrouwelijk"), WORD("konfidentiel"), WORD("konfidensiell"), WORD("konfidentiell"), WORD("fortrolig"), WORD("luottamuksell"),
	WORD("poufn"), WORD("důvěrn"), WORD("dôvern"), WORD("bizalmas"), WORD("confidențial"), WORD("gizli"), WORD("онфиденциал"),
	WORD("онфіденційн"), WORD("机密"), WORD("保密"), WORD("機密"), WORD("기밀"), WORD("εμπιστευτικ"), WORD("povjerljiv"), WORD("zaupn"),
};
static const struct span recipient[] = {
	WORD("intended recipient"), WORD("intended solely"), WORD("intended only"), WORD("intended for"), WORD("named recipient"),
	WORD("addressee"), WORD("empfänger"), WORD("adressat"), WORD("destinataire"), WORD("destinatari"), WORD("destinatár"),
	WORD("geadresseerde"), WORD("ontvanger"), WORD("mottagare"), WORD("mottaker"), WORD("modtager"), WORD("vastaanottaj"),
	WORD("adresat"), WORD("adresát"), WORD("příjemc"), WORD("címzett"), WORD("alıcı"), WORD("получател"), WORD("адресат"),
	WORD("одержувач"), WORD("收件人"), WORD("收件者"), WORD("受信者"), WORD("수신"), WORD("παραλήπτ"), WORD("primatelj"), WORD("prejemnik"),
};

enum { DISCLAIMER_LINES = 40, DISCLAIMER_BYTES = 80 };

/* The lines from `from` to `to` say it. */
static bool disclaims(const struct lines *l, uint32_t from, uint32_t to)
{
	bool s = false, r = false;
	size_t n = 0;

	/* Few paragraphs are long enough, which is seen at once. */
	for (uint32_t i = from; i < to; i++)
		n += span_sub(line_trimmed(l, i), 0, 4096).n;
	for (uint32_t i = from; i < to && n >= DISCLAIMER_BYTES && !s; i++)
		s = text_has(span_sub(line_trimmed(l, i), 0, 4096), secret, COUNT(secret));
	for (uint32_t i = from; i < to && s && !r; i++)
		r = text_has(span_sub(line_trimmed(l, i), 0, 4096), recipient, COUNT(recipient));
	return s && r;
}

void mark_disclaimers(struct lines *l)
{
	for (uint32_t end = l->n;;) {
		while (end && (l->at[end - 1].blank || l->at[end - 1].kind != STRETCH_NEW))
			end--;
		uint32_t from = end;
		while (from && end - from < DISCLAIMER_LINES && !l->at[from - 1].blank && l->at[from - 1].kind == STRETCH_NEW)
			from--;
		if (from == end || !disclaims(l, from, end))
			return;
		lines_mark(l, from, end, STRETCH_DISCLAIMER);
		end = from;
	}
}
