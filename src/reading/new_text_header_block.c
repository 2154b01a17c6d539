// SPDX-License-Identifier: Apache-2.0
/* The fields of a message that Outlook and its like write above the text they quote:
 *	From: Megan
 *	Sent: Monday, April 2, 2012 5:44 PM
 *	To: Bob
 *	Subject: Test */
#include "reading/new_text.h"

enum field { FIELD_NONE = 0, FIELD_FROM = 1, FIELD_DATE = 2, FIELD_TO = 4, FIELD_SUBJECT = 8, FIELD_OTHER = 16 };

struct field_name {
	struct span name; /* lower case in ASCII */
	enum field field;
};

static const struct field_name names[] = {
	{ WORD("from"), FIELD_FROM }, { WORD("von"), FIELD_FROM }, { WORD("de"), FIELD_FROM }, { WORD("da"), FIELD_FROM },
	{ WORD("van"), FIELD_FROM }, { WORD("fra"), FIELD_FROM }, { WORD("från"), FIELD_FROM }, { WORD("od"), FIELD_FROM },
	{ WORD("от"), FIELD_FROM }, { WORD("От"), FIELD_FROM }, { WORD("Від"), FIELD_FROM }, { WORD("Од"), FIELD_FROM },
	{ WORD("发件人"), FIELD_FROM }, { WORD("寄件者"), FIELD_FROM }, { WORD("寄件人"), FIELD_FROM }, { WORD("差出人"), FIELD_FROM },
	{ WORD("보낸 사람"), FIELD_FROM }, { WORD("보낸사람"), FIELD_FROM }, { WORD("kimden"), FIELD_FROM }, { WORD("gönderen"), FIELD_FROM },
	{ WORD("lähettäjä"), FIELD_FROM }, { WORD("feladó"), FIELD_FROM }, { WORD("de la"), FIELD_FROM }, { WORD("Από"), FIELD_FROM },
	{ WORD("מאת"), FIELD_FROM }, { WORD("من"), FIELD_FROM }, { WORD("از"), FIELD_FROM }, { WORD("từ"), FIELD_FROM },
	{ WORD("dari"), FIELD_FROM }, { WORD("จาก"), FIELD_FROM }, { WORD("saatja"), FIELD_FROM }, { WORD("expéditeur"), FIELD_FROM },
	{ WORD("absender"), FIELD_FROM }, { WORD("mittente"), FIELD_FROM }, { WORD("remitente"), FIELD_FROM }, { WORD("afzender"), FIELD_FROM },
	{ WORD("प्रेषक"), FIELD_FROM },
	{ WORD("Từ"), FIELD_FROM }, { WORD("šalje"), FIELD_FROM }, { WORD("Šalje"), FIELD_FROM },
	{ WORD("nuo"), FIELD_FROM }, { WORD("no"), FIELD_FROM }, { WORD("frá"), FIELD_FROM },
	{ WORD("Шаље"), FIELD_FROM }, { WORD("pošiljatelj"), FIELD_FROM },

	{ WORD("date"), FIELD_DATE }, { WORD("sent"), FIELD_DATE }, { WORD("gesendet"), FIELD_DATE }, { WORD("datum"), FIELD_DATE },
	{ WORD("gesendet am"), FIELD_DATE }, { WORD("envoyé"), FIELD_DATE }, { WORD("envoyé le"), FIELD_DATE }, { WORD("fecha"), FIELD_DATE },
	{ WORD("enviado"), FIELD_DATE }, { WORD("enviado el"), FIELD_DATE }, { WORD("enviado em"), FIELD_DATE }, { WORD("enviada em"), FIELD_DATE },
	{ WORD("enviada"), FIELD_DATE }, { WORD("data"), FIELD_DATE }, { WORD("inviato"), FIELD_DATE }, { WORD("inviata"), FIELD_DATE },
	{ WORD("verzonden"), FIELD_DATE }, { WORD("verstuurd"), FIELD_DATE }, { WORD("sendt"), FIELD_DATE }, { WORD("dato"), FIELD_DATE },
	{ WORD("skickat"), FIELD_DATE }, { WORD("wysłano"), FIELD_DATE }, { WORD("wysłane"), FIELD_DATE }, { WORD("odesláno"), FIELD_DATE },
	{ WORD("odoslané"), FIELD_DATE }, { WORD("Отправлено"), FIELD_DATE }, { WORD("Дата"), FIELD_DATE }, { WORD("Надіслано"), FIELD_DATE },
	{ WORD("发送时间"), FIELD_DATE }, { WORD("发送日期"), FIELD_DATE }, { WORD("日期"), FIELD_DATE }, { WORD("寄件日期"), FIELD_DATE },
	{ WORD("傳送時間"), FIELD_DATE }, { WORD("送信日時"), FIELD_DATE }, { WORD("日付"), FIELD_DATE }, { WORD("日時"), FIELD_DATE },
	{ WORD("보낸 날짜"), FIELD_DATE }, { WORD("날짜"), FIELD_DATE }, { WORD("gönderme tarihi"), FIELD_DATE }, { WORD("gönderildi"), FIELD_DATE },
	{ WORD("tarih"), FIELD_DATE }, { WORD("lähetetty"), FIELD_DATE }, { WORD("päivämäärä"), FIELD_DATE }, { WORD("elküldve"), FIELD_DATE },
	{ WORD("dátum"), FIELD_DATE }, { WORD("trimis"), FIELD_DATE }, { WORD("Στάλθηκε"), FIELD_DATE }, { WORD("Ημερομηνία"), FIELD_DATE },
	{ WORD("נשלח"), FIELD_DATE }, { WORD("תאריך"), FIELD_DATE }, { WORD("التاريخ"), FIELD_DATE }, { WORD("تاريخ الإرسال"), FIELD_DATE },
	{ WORD("đã gửi"), FIELD_DATE }, { WORD("ngày"), FIELD_DATE }, { WORD("tanggal"), FIELD_DATE }, { WORD("dikirim"), FIELD_DATE },
	{ WORD("poslano"), FIELD_DATE }, { WORD("saadetud"), FIELD_DATE }, { WORD("दिनांक"), FIELD_DATE },
	{ WORD("Đã gửi"), FIELD_DATE }, { WORD("Ngày"), FIELD_DATE }, { WORD("ส่ง"), FIELD_DATE },
	{ WORD("วันที่"), FIELD_DATE }, { WORD("Изпратено"), FIELD_DATE }, { WORD("poslato"), FIELD_DATE },
	{ WORD("Послато"), FIELD_DATE }, { WORD("išsiųsta"), FIELD_DATE }, { WORD("nosūtīts"), FIELD_DATE },
	{ WORD("nosūtīta"), FIELD_DATE }, { WORD("datums"), FIELD_DATE }, { WORD("enviat"), FIELD_DATE },
	{ WORD("enviat el"), FIELD_DATE }, { WORD("kuupäev"), FIELD_DATE }, { WORD("भेजा गया"), FIELD_DATE },
	{ WORD("ارسال شده"), FIELD_DATE },

	{ WORD("to"), FIELD_TO }, { WORD("an"), FIELD_TO }, { WORD("à"), FIELD_TO }, { WORD("À"), FIELD_TO }, { WORD("a"), FIELD_TO },
	{ WORD("para"), FIELD_TO }, { WORD("aan"), FIELD_TO }, { WORD("naar"), FIELD_TO }, { WORD("til"), FIELD_TO }, { WORD("till"), FIELD_TO },
	{ WORD("do"), FIELD_TO }, { WORD("komu"), FIELD_TO }, { WORD("Кому"), FIELD_TO }, { WORD("收件人"), FIELD_TO }, { WORD("收件者"), FIELD_TO },
	{ WORD("宛先"), FIELD_TO }, { WORD("받는 사람"), FIELD_TO }, { WORD("받는사람"), FIELD_TO }, { WORD("kime"), FIELD_TO }, { WORD("alıcı"), FIELD_TO },
	{ WORD("vastaanottaja"), FIELD_TO }, { WORD("címzett"), FIELD_TO }, { WORD("către"), FIELD_TO }, { WORD("Προς"), FIELD_TO },
	{ WORD("אל"), FIELD_TO }, { WORD("إلى"), FIELD_TO }, { WORD("đến"), FIELD_TO }, { WORD("kepada"), FIELD_TO }, { WORD("za"), FIELD_TO },
	{ WORD("destinataire"), FIELD_TO }, { WORD("empfänger"), FIELD_TO }, { WORD("pour"), FIELD_TO },
	{ WORD("Đến"), FIELD_TO }, { WORD("ถึง"), FIELD_TO }, { WORD("До"), FIELD_TO }, { WORD("prima"), FIELD_TO },
	{ WORD("Прима"), FIELD_TO }, { WORD("За"), FIELD_TO }, { WORD("kam"), FIELD_TO }, { WORD("per a"), FIELD_TO },
	{ WORD("adressaat"), FIELD_TO }, { WORD("प्रति"), FIELD_TO }, { WORD("به"), FIELD_TO },

	{ WORD("subject"), FIELD_SUBJECT }, { WORD("betreff"), FIELD_SUBJECT }, { WORD("objet"), FIELD_SUBJECT }, { WORD("asunto"), FIELD_SUBJECT },
	{ WORD("assunto"), FIELD_SUBJECT }, { WORD("oggetto"), FIELD_SUBJECT }, { WORD("onderwerp"), FIELD_SUBJECT }, { WORD("emne"), FIELD_SUBJECT },
	{ WORD("ämne"), FIELD_SUBJECT }, { WORD("Ämne"), FIELD_SUBJECT }, { WORD("temat"), FIELD_SUBJECT }, { WORD("předmět"), FIELD_SUBJECT },
	{ WORD("predmet"), FIELD_SUBJECT }, { WORD("Тема"), FIELD_SUBJECT }, { WORD("主题"), FIELD_SUBJECT }, { WORD("主旨"), FIELD_SUBJECT },
	{ WORD("主題"), FIELD_SUBJECT }, { WORD("件名"), FIELD_SUBJECT }, { WORD("제목"), FIELD_SUBJECT }, { WORD("konu"), FIELD_SUBJECT },
	{ WORD("aihe"), FIELD_SUBJECT }, { WORD("tárgy"), FIELD_SUBJECT }, { WORD("subiect"), FIELD_SUBJECT }, { WORD("Θέμα"), FIELD_SUBJECT },
	{ WORD("נושא"), FIELD_SUBJECT }, { WORD("الموضوع"), FIELD_SUBJECT }, { WORD("chủ đề"), FIELD_SUBJECT }, { WORD("subjek"), FIELD_SUBJECT },
	{ WORD("zadeva"), FIELD_SUBJECT }, { WORD("teema"), FIELD_SUBJECT }, { WORD("विषय"), FIELD_SUBJECT },
	{ WORD("Chủ đề"), FIELD_SUBJECT }, { WORD("หัวเรื่อง"), FIELD_SUBJECT }, { WORD("เรื่อง"), FIELD_SUBJECT },
	{ WORD("Относно"), FIELD_SUBJECT }, { WORD("Предмет"), FIELD_SUBJECT }, { WORD("tema"), FIELD_SUBJECT },
	{ WORD("tēma"), FIELD_SUBJECT }, { WORD("assumpte"), FIELD_SUBJECT }, { WORD("efni"), FIELD_SUBJECT },
	{ WORD("موضوع"), FIELD_SUBJECT },

	{ WORD("cc"), FIELD_OTHER }, { WORD("bcc"), FIELD_OTHER }, { WORD("kopie"), FIELD_OTHER }, { WORD("kopi"), FIELD_OTHER },
	{ WORD("kopia"), FIELD_OTHER }, { WORD("copie"), FIELD_OTHER }, { WORD("копия"), FIELD_OTHER }, { WORD("Копия"), FIELD_OTHER },
	{ WORD("Копія"), FIELD_OTHER }, { WORD("抄送"), FIELD_OTHER }, { WORD("副本"), FIELD_OTHER }, { WORD("참조"), FIELD_OTHER },
	{ WORD("reply-to"), FIELD_OTHER }, { WORD("reply to"), FIELD_OTHER }, { WORD("antwort an"), FIELD_OTHER }, { WORD("répondre à"), FIELD_OTHER },
	{ WORD("rispondi a"), FIELD_OTHER }, { WORD("risposta"), FIELD_OTHER }, { WORD("responder a"), FIELD_OTHER }, { WORD("importance"), FIELD_OTHER },
	{ WORD("priority"), FIELD_OTHER }, { WORD("wichtigkeit"), FIELD_OTHER }, { WORD("priorität"), FIELD_OTHER }, { WORD("attachments"), FIELD_OTHER },
	{ WORD("anlagen"), FIELD_OTHER }, { WORD("pièces jointes"), FIELD_OTHER },
};

enum { FIELD_NAME_BYTES = 40 };

static struct span without_bold(struct span s)
{
	s = span_trim(s);
	while (s.n && s.p[0] == '*')
		s = span_trim(span_sub(s, 1, SIZE_MAX));
	while (s.n && s.p[s.n - 1] == '*')
		s = span_trim(span_sub(s, 0, s.n - 1));
	return s;
}

/* What stands before the colon, a no-break space before it not included. */
static struct span name_of(struct span line)
{
	struct span head = span_sub(line, 0, FIELD_NAME_BYTES);
	ptrdiff_t at = span_chr(head, ':');

	if (at < 0)
		at = span_find(head, SPAN("："));
	if (at <= 0)
		return SPAN_NONE;
	head = without_bold(span_sub(head, 0, (size_t)at));
	if (head.n > 2 && span_eq(span_sub(head, head.n - 2, 2), SPAN("\xc2\xa0")))
		head = span_trim(span_sub(head, 0, head.n - 2));
	return head;
}

static enum field field_of(struct span line)
{
	struct span name = name_of(line);

	for (size_t i = 0; name.n && i < COUNT(names); i++)
		if (span_ieq(name, names[i].name))
			return names[i].field;
	return FIELD_NONE;
}

/* Who asks for a journey writes "From:", "To:" and "Date:", too, but with no address and no subject. */
static bool is_header(unsigned seen, bool address)
{
	unsigned two = seen & (FIELD_FROM | FIELD_DATE | FIELD_TO);

	return (two & (two - 1)) && (address || ((seen & FIELD_FROM) && (seen & FIELD_SUBJECT)));
}

uint32_t header_block_at(const struct lines *l, uint32_t i)
{
	unsigned seen = field_of(line_trimmed(l, i)), folded = 0, gaps = 0;
	bool address = span_chr(line_trimmed(l, i), '@') >= 0;
	uint32_t last = i;

	if (!(seen & (FIELD_FROM | FIELD_DATE | FIELD_SUBJECT)))
		return 0;
	for (uint32_t k = i + 1; k < l->n && k - i < HEADER_BLOCK_LINES; k++) {
		struct span s = line_trimmed(l, k);
		enum field field = field_of(s);
		address = address || span_chr(s, '@') >= 0;
		if (field) {
			seen |= field;
			last = k;
			folded = gaps = 0;
		} else if (!s.n ? ++gaps > 1 : ++folded > 2) {
			break;
		}
	}
	return is_header(seen, address) ? last - i + 1 : 0;
}
