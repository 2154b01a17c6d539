// SPDX-License-Identifier: Apache-2.0
/* "-----Original Message-----" and "---------- Forwarded message ---------", by language. */
#include "reading/new_text.h"

static const struct span originals[] = {
	WORD("original message"), WORD("reply message"), WORD("original email"), WORD("original e-mail"),
	WORD("original appointment"), WORD("mail original"), WORD("původní e-mail"), WORD("pôvodný e-mail"),
	WORD("ursprüngliche nachricht"), WORD("urspruengliche nachricht"), WORD("originalnachricht"),
	WORD("antwort nachricht"), WORD("original-nachricht"), WORD("message d'origine"),
	WORD("message d’origine"), WORD("message original"), WORD("mensaje original"),
	WORD("mensagem original"), WORD("messaggio originale"), WORD("messaggio orig"),
	WORD("oorspronkelijk bericht"), WORD("oorspronkelijke bericht"), WORD("originalmeddelande"),
	WORD("ursprungligt meddelande"), WORD("oprindelig meddelelse"), WORD("oprindelig besked"),
	WORD("original besked"), WORD("opprinnelig melding"), WORD("original melding"),
	WORD("alkuperäinen viesti"), WORD("wiadomość oryginalna"), WORD("oryginalna wiadomość"),
	WORD("původní zpráva"), WORD("pôvodná správa"), WORD("eredeti üzenet"), WORD("mesaj original"),
	WORD("orijinal mesaj"), WORD("izvorna poruka"), WORD("originalna poruka"), WORD("izvirno sporočilo"),
	WORD("сходное сообщение"), /* ru */
	WORD("ригінальн"), /* uk */
	WORD("ρχικό μήνυμα"), /* el */
	WORD("原始邮件"), WORD("原始郵件"), /* zh */
	WORD("元のメッセージ"), /* ja */
	WORD("원본"), WORD("thư gốc"), /* ko, vi */
	WORD("הודעה מקורית"), /* he */
};

static const struct span forwards[] = {
	WORD("forwarded message"), WORD("forwarded by"), WORD("weitergeleitete nachricht"),
	WORD("weitergeleitete e-mail"), WORD("message transféré"), WORD("mensaje reenviado"),
	WORD("mensagem encaminhada"), WORD("mensagem reencaminhada"), WORD("messaggio inoltrato"),
	WORD("doorgestuurd bericht"), WORD("vidarebefordrat"), WORD("videresendt"),
	WORD("videresendt melding"), WORD("välitetty viesti"), WORD("edelleenlähetetty"),
	WORD("przekazana wiadomość"), WORD("přeposlaná zpráva"), WORD("továbbított"), WORD("mesaj redirec"),
	WORD("yönlendirilmiş"), WORD("iletilmiş ileti"), WORD("пересыл"), WORD("Пересыл"), WORD("转发"),
	WORD("轉寄"), WORD("転送"), WORD("전달"), WORD("missatge reenviat"), WORD("ересланн"), WORD("ереадресован"),
};

/* Help desks write this above what they quote of themselves. */
static const struct span above[] = {
	WORD("reply above this line"), WORD("your reply above this line"), WORD("write above this line"),
	WORD("reply above this text"), WORD("oberhalb dieser linie"), WORD("über dieser zeile"),
	WORD("au-dessus de cette ligne"), WORD("encima de esta línea"), WORD("acima desta linha"),
	WORD("sopra questa riga"), WORD("boven deze regel"), WORD("ovanför denna rad"),
};

/* Apple's, without dashes. */
static const struct span begins[] = {
	WORD("begin forwarded message"), WORD("anfang der weitergeleiteten"),
	WORD("début du message transféré"), WORD("début du message réexpédié"),
	WORD("inicio del mensaje reenviado"), WORD("início da mensagem"), WORD("inizio messaggio inoltrato"),
	WORD("begin doorgestuurd bericht"), WORD("vidarebefordrat mejl"), WORD("start på videresendt"),
	WORD("videresendt melding"),
};

enum { DIVIDER_BYTES = 120, TITLE_STROKES = 4 };

/* Drawn with hyphens of any kind. */
static struct span without_strokes(struct span s, size_t *before, size_t *after)
{
	static const struct span strokes[] = {
		WORD("-"), WORD("_"), WORD("*"), WORD("="), WORD("‐"), WORD("–"), WORD("—"), WORD("#"),
	};
	bool more = true;

	for (*before = *after = 0; more;) {
		more = false;
		for (size_t k = 0; k < COUNT(strokes); k++) {
			if (span_starts(s, strokes[k])) {
				s = span_sub(s, strokes[k].n, SIZE_MAX);
				++*before;
				more = true;
			}
			if (span_iends(s, strokes[k])) {
				s.n -= strokes[k].n;
				++*after;
				more = true;
			}
		}
	}
	return span_trim(s);
}

bool is_titled_rule(struct span s)
{
	size_t before, after;

	return s.n <= DIVIDER_BYTES && without_strokes(s, &before, &after).n && before >= TITLE_STROKES &&
	       after >= TITLE_STROKES;
}

uint32_t divider_at(const struct lines *l, uint32_t i, bool *forwarded)
{
	struct span s = line_trimmed(l, i);
	size_t before, after;

	if (s.n < 6 || s.n > DIVIDER_BYTES)
		return 0;
	*forwarded = s.p[s.n - 1] == ':' && text_begins(s, begins, COUNT(begins));
	if (*forwarded)
		return 1;
	struct span words = without_strokes(s, &before, &after);
	if (before >= 2 && text_has(words, above, COUNT(above)))
		return 1;
	if (before < 2 || after < 2)
		return 0;
	*forwarded = text_has(words, forwards, COUNT(forwards));
	if (*forwarded || span_ieq(words, SPAN("Original")))
		return 1;
	return text_has(words, originals, COUNT(originals)) ? 1 : 0;
}
