// SPDX-License-Identifier: Apache-2.0
/* The last resort: subjects that only machines write, in the words they write them with. A phrase
 * counts at the beginning, or in brackets at the beginning or end, and only as a whole: "Out of
 * office: back on Monday", not "Out of office planner is broken". "Auto:" alone is no sign
 * (RFC 3834 section 3.1.5). */
#include "reading/signs.h"

enum follow {
	WHOLE,	/* then the end or punctuation */
	ANY,	/* whatever follows */
	BACKED, /* as WHOLE, and only under the null return path, a daemon's name, or above a server's words:
		 * people write this, too */
	ANSWERS, /* as WHOLE, and only in an answer to something */
};

struct subject_rule {
	struct span phrase; /* lower case in ASCII; other letters as they are usually written */
	enum kind kind;
	enum follow follow;
};

static const struct subject_rule rules[] = {
	{ WORD("automatic reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatic response"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automated reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automated response"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("autoreply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("auto-reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("auto reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("autoresponse"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("auto response"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("auto-response"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("auto"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("out of office"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("out-of-office"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("out of office autoreply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("out of office reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("out of office until"), KIND_AUTO_REPLY, ANY },
	{ WORD("out of the office"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("i am out of the office"), KIND_AUTO_REPLY, ANY },
	{ WORD("ooo"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("away from my mail"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("autoresponder"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("vacation"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("on vacation"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("on holiday"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("vacation auto-reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("vacation reply"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatische antwort"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheitsnotiz"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheitsbenachrichtigung"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheitsmeldung"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheitsinfo"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheitsassistent"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("abwesenheit"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("abwesend"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("nicht im büro"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("automatisch antwoord"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("afwezigheidsbericht"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("niet op kantoor"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("autosvar"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatisk svar"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatiskt svar"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("frånvaro"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("frånvarande"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fravær"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fraværsmelding"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fraværende"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("ikke til stede"), KIND_AUTO_REPLY, ANSWERS },
	{ WORD("poissa toimistosta"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automaatvastus"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automātiskā atbilde"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatinis atsakymas"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automaattinen vastaus"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("réponse automatique"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("absence du bureau"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("absent du bureau"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("message d'absence"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("resposta automàtica"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("respuesta automática"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("respuesta automatica"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fuera de la oficina"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("resposta automática"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("ausência temporária"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fora do escritório"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("risposta automatica"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fuori sede"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("fuori ufficio"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatyczna odpowiedź"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("odpowiedź automatyczna"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatická odpověď"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("mimo kancelář"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatická odpoveď"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("mimo kancelárie"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatski odgovor"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("samodejni odgovor"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Аутоматски одговор"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("автоматичен отговор"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Автоматичен отговор"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Αυτόματη απάντηση"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("תשובה אוטומטית"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("מענה אוטומטי"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("رد تلقائي"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("الرد التلقائي"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("پاسخ خودکار"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("ตอบกลับอัตโนมัติ"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("trả lời tự động"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("balasan otomatis"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("automatikus válasz"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("răspuns automat"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("otomatik yanıt"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("ofis dışı"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("ofis dışı mesajı"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("автоматический ответ"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Автоматический ответ"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("автоответ"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Автоответ"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("Автоматична відповідь"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自動答覆"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自动答复"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("부재 중"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("부재중"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("不在通知"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自动回复"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自動回覆"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自動応答"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("自動返信"), KIND_AUTO_REPLY, WHOLE },
	{ WORD("자동 회신"), KIND_AUTO_REPLY, WHOLE },

	{ WORD("mail delivery failed"), KIND_BOUNCE, WHOLE },
	{ WORD("mail delivery failure"), KIND_BOUNCE, WHOLE },
	{ WORD("mail delivery problem"), KIND_BOUNCE, WHOLE },
	{ WORD("delivery status notification"), KIND_BOUNCE, ANY },
	{ WORD("undelivered mail returned to sender"), KIND_BOUNCE, ANY },
	{ WORD("undeliverable"), KIND_BOUNCE, WHOLE },
	{ WORD("undelivered"), KIND_BOUNCE, WHOLE },
	{ WORD("undeliverable mail"), KIND_BOUNCE, WHOLE },
	{ WORD("undeliverable message"), KIND_BOUNCE, WHOLE },
	{ WORD("returned mail"), KIND_BOUNCE, WHOLE },
	{ WORD("failure notice"), KIND_BOUNCE, WHOLE },
	{ WORD("mail system error"), KIND_BOUNCE, ANY },
	{ WORD("nondeliverable mail"), KIND_BOUNCE, WHOLE },
	{ WORD("message undeliverable"), KIND_BOUNCE, WHOLE },
	{ WORD("warning: could not send message"), KIND_BOUNCE, ANY },
	{ WORD("unzustellbar"), KIND_BOUNCE, WHOLE },
	{ WORD("unzustellbare nachricht"), KIND_BOUNCE, WHOLE },
	{ WORD("onbestelbaar"), KIND_BOUNCE, WHOLE },
	{ WORD("non remis"), KIND_BOUNCE, WHOLE },
	{ WORD("no se puede entregar"), KIND_BOUNCE, WHOLE },
	{ WORD("non recapitabile"), KIND_BOUNCE, WHOLE },
	{ WORD("メールエラー通知"), KIND_BOUNCE, WHOLE },
	{ WORD("メッセージを配信できません"), KIND_BOUNCE, ANY },
	{ WORD("メールを配信できません"), KIND_BOUNCE, ANY },
	{ WORD("未達"), KIND_BOUNCE, WHOLE },
	{ WORD("недоставленное сообщение"), KIND_BOUNCE, WHOLE },
	{ WORD("Недоставленное сообщение"), KIND_BOUNCE, WHOLE },
	{ WORD("не удается доставить"), KIND_BOUNCE, WHOLE },
	{ WORD("Не удается доставить"), KIND_BOUNCE, WHOLE },
	{ WORD("无法投递"), KIND_BOUNCE, WHOLE },
	{ WORD("系统退信"), KIND_BOUNCE, ANY },
	{ WORD("配信不能"), KIND_BOUNCE, WHOLE },
	{ WORD("nie można dostarczyć"), KIND_BOUNCE, WHOLE },
	{ WORD("mail failed, returning to sender"), KIND_BOUNCE, WHOLE },
	{ WORD("undelivered mail"), KIND_BOUNCE, WHOLE },
	{ WORD("undelivered message"), KIND_BOUNCE, WHOLE },
	{ WORD("non-delivery report"), KIND_BOUNCE, WHOLE },
	{ WORD("nondelivery report"), KIND_BOUNCE, WHOLE },
	{ WORD("non delivery notification"), KIND_BOUNCE, WHOLE },
	{ WORD("permanent delivery failure"), KIND_BOUNCE, WHOLE },
	{ WORD("message status - undeliverable"), KIND_BOUNCE, WHOLE },
	{ WORD("notice: mail delivery status"), KIND_BOUNCE, ANY },
	{ WORD("mail delivery status report"), KIND_BOUNCE, WHOLE },
	{ WORD("mail delivery error"), KIND_BOUNCE, WHOLE },
	{ WORD("benachrichtigung zum übermittlungsstatus"), KIND_BOUNCE, ANY },
	{ WORD("benachrichtung zum übermittlungsstatus"), KIND_BOUNCE, ANY },
	{ WORD("niet bezorgd"), KIND_BOUNCE, WHOLE },
	{ WORD("gick inte att leverera"), KIND_BOUNCE, WHOLE },
	{ WORD("kan inte levereras"), KIND_BOUNCE, WHOLE },
	{ WORD("kan ikke leveres"), KIND_BOUNCE, WHOLE },
	{ WORD("kunne ikke leveres"), KIND_BOUNCE, WHOLE },
	{ WORD("ikke levert"), KIND_BOUNCE, WHOLE },
	{ WORD("ei voitu toimittaa"), KIND_BOUNCE, WHOLE },
	{ WORD("não entregue"), KIND_BOUNCE, WHOLE },
	{ WORD("não é possível entregar"), KIND_BOUNCE, WHOLE },
	{ WORD("no entregado"), KIND_BOUNCE, WHOLE },
	{ WORD("non recapitato"), KIND_BOUNCE, WHOLE },
	{ WORD("mancata consegna"), KIND_BOUNCE, WHOLE },
	{ WORD("niedoręczone"), KIND_BOUNCE, WHOLE },
	{ WORD("niedostarczone"), KIND_BOUNCE, WHOLE },
	{ WORD("nedoručitelné"), KIND_BOUNCE, WHOLE },
	{ WORD("nedoručiteľné"), KIND_BOUNCE, WHOLE },
	{ WORD("kézbesíthetetlen"), KIND_BOUNCE, WHOLE },
	{ WORD("nelivrat"), KIND_BOUNCE, WHOLE },
	{ WORD("teslim edilemedi"), KIND_BOUNCE, WHOLE },
	{ WORD("не доставлено"), KIND_BOUNCE, WHOLE },
	{ WORD("Не доставлено"), KIND_BOUNCE, WHOLE },
	{ WORD("Не вдалося доставити"), KIND_BOUNCE, WHOLE },
	{ WORD("未传递"), KIND_BOUNCE, WHOLE },
	{ WORD("無法傳遞"), KIND_BOUNCE, WHOLE },
	{ WORD("系統退信"), KIND_BOUNCE, ANY },
	{ WORD("배달되지 않음"), KIND_BOUNCE, WHOLE },
	{ WORD("배달할 수 없음"), KIND_BOUNCE, WHOLE },
	{ WORD("mail could not be delivered"), KIND_BOUNCE, BACKED },
	{ WORD("message could not be delivered"), KIND_BOUNCE, BACKED },
	{ WORD("sorry, your message could not be delivered"), KIND_BOUNCE, BACKED },
	{ WORD("delivery failure"), KIND_BOUNCE, BACKED },
	{ WORD("delivery failed"), KIND_BOUNCE, BACKED },
	{ WORD("delivery error"), KIND_BOUNCE, BACKED },
	{ WORD("delivery report"), KIND_BOUNCE, BACKED },
	{ WORD("delivery notification"), KIND_BOUNCE, BACKED },
	{ WORD("message delivery failure"), KIND_BOUNCE, BACKED },
	{ WORD("delayed mail"), KIND_BOUNCE, BACKED },

	{ WORD("report domain:"), KIND_REPORT, ANY },
	{ WORD("complaint about message from"), KIND_REPORT, ANY },
};

/* A phrase must not end in the middle of a word, and what follows must not go on as a sentence. */
static bool ends_whole(struct span rest)
{
	rest = span_trim(rest);
	if (rest.n == 0)
		return true;
	unsigned char c = (unsigned char)rest.p[0];
	bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
	return (!letter && c < 0x80) || span_starts(rest, SPAN("\xef\xbc\x9a")) /* fullwidth colon */;
}

static bool backed(const struct signs *s)
{
	const struct address_list *from = &s->facts->from;
	struct sign sender;

	return s->facts->return_path_kind == RETURN_PATH_NULL || words_begin_with_failure(s->facts->text) ||
	       (from->n && reading_sender_name(s->arena, from->at[0], &sender) &&
		sender.kind != KIND_AUTO_GENERATED /* shops deliver parcels */);
}

static bool followed(const struct signs *s, const struct subject_rule *r, struct span rest)
{
	switch (r->follow) {
	case WHOLE:
		return ends_whole(rest);
	case ANY:
		return true;
	case BACKED:
		return ends_whole(rest) && backed(s);
	case ANSWERS:
		return ends_whole(rest) && s->facts->references.n + s->facts->in_reply_to.n > 0;
	}
	return false;
}

static bool begins(struct signs *s, struct span subject)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct subject_rule *r = &rules[i];
		if (span_istarts(subject, r->phrase) &&
		    followed(s, r, span_sub(subject, r->phrase.n, SIZE_MAX))) {
			signs_add(s, r->kind, SPAN("subject"), SPAN("Subject"), s->facts->subject);
			return true;
		}
	}
	return false;
}

void signs_of_subject(struct signs *s)
{
	struct span subject = span_trim(s->facts->subject);

	if (subject.n == 0)
		return;
	const struct span automatic = SPAN("auto: ");
	if (span_istarts(subject, automatic) &&
	    begins(s, span_trim(span_sub(subject, automatic.n, SIZE_MAX))))
		return;
	bool bracket = subject.p[0] == '[' || subject.p[0] == '(';
	if (begins(s, span_sub(subject, bracket ? 1 : 0, SIZE_MAX)))
		return;
	char last = subject.p[subject.n - 1];
	if (last != ')' && last != ']')
		return;
	size_t open = subject.n - 1;
	while (open && subject.p[open] != (last == ')' ? '(' : '['))
		open--;
	begins(s, span_sub(subject, open + 1, SIZE_MAX));
}
