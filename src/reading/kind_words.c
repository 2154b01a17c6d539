// SPDX-License-Identifier: Apache-2.0
/* Signs in the words: what mail servers say where they could not deliver. People say it too, so it counts only
 * from those who speak for a server, or beside a subject of the same sense where nothing stands before it. */
#include "reading/signs.h"

enum { LINES_MAX = 16, LINE_BYTES = 400 }; /* of words that are looked at */

/* How a server begins: "Your message could not be delivered to" somebody. */
static const struct span beginnings[] = {
	WORD("your message could not be delivered to"), WORD("your mail could not be delivered to"),
	WORD("your message was not delivered to"), WORD("your mail was not delivered to"),
	WORD("your message cannot be delivered to"), WORD("unable to deliver your message to"),
	WORD("unable to deliver message to"), WORD("delivery to the following recipient"),
	WORD("the following message to <"), WORD("votre message n'a pas pu"),
	WORD("ihre nachricht konnte nicht"), WORD("su mensaje no pudo"), WORD("su mensaje no se ha podido"),
	WORD("a sua mensagem não pôde"), WORD("sua mensagem não pôde"), WORD("uw bericht kon niet"),
	WORD("ваше сообщение не"), WORD("Ваше сообщение не"),
};

/* The first letter of a word in other scripts is left out where it may be a capital. */
static const struct span failures[] = {
	/* English */
	WORD("could not be delivered"), WORD("couldn't be delivered"), WORD("cannot be delivered"),
	WORD("can not be delivered"), WORD("was not delivered"), WORD("were not delivered"),
	WORD("not yet been delivered"), WORD("unable to deliver"), WORD("able to deliver your"),
	WORD("did not reach"), WORD("did not receive this message"), WORD("undeliverable"),
	WORD("delivery failed"), WORD("delivery has failed"), WORD("delivery failure"),
	WORD("failed to deliver"), WORD("fatal errors"), WORD("fatal delivery errors"),
	WORD("delivery has been delayed"), WORD("could not deliver"), WORD("failure reasons"),
	WORD("failed addresses follow"), WORD("delivery problems"), WORD("rejected by"), WORD("rcpt to:<"),
	/* German, Dutch */
	WORD("nicht zugestellt"), WORD("nachrichtenzustellung"), WORD("unzustellbar"),
	WORD("zustellung fehlgeschlagen"), WORD("niet worden afgeleverd"), WORD("niet bezorgd"),
	WORD("niet worden bezorgd"), WORD("bezorging aan deze"),
	/* French, Spanish, Portuguese, Italian, Romanian, Catalan */
	WORD("n'a pas pu être"), WORD("n'a pas pu etre"), WORD("échec de la remise"),
	WORD("n'a pas été remis"), WORD("no se pudo entregar"), WORD("no se pudo realizar la entrega"),
	WORD("pudo ser entregado"), WORD("podido ser entregado"), WORD("podido entregar"),
	WORD("ser entregue"), WORD("não foi entregue"), WORD("falha na entrega"),
	WORD("impossibile recapitare"), WORD("stato consegnato"), WORD("stato recapitato"),
	WORD("possibile recapitare"), WORD("possibile consegnare"), WORD("putut fi livrat"),
	WORD("pogut lliurar"),
	/* Swedish, Danish, Norwegian, Finnish */
	WORD("inte att leverera"), WORD("inte levereras"), WORD("ikke leveres"), WORD("levering mislykkedes"),
	WORD("leveringen mislyktes"), WORD("ikke levert"), WORD("voitu toimittaa"),
	WORD("toimitus epäonnistui"),
	/* Polish, Czech, Slovak, Hungarian, Turkish, Greek */
	WORD("nie powiodło się"), WORD("można dostarczyć"), WORD("udało się dostarczyć"),
	WORD("udalo sie dostarczyc"), WORD("podařilo doručit"), WORD("nelze doručit"), WORD("možné doručit"),
	WORD("podarilo doručiť"), WORD("kézbesít"), WORD("teslim edilemedi"), WORD("iletilemedi"),
	WORD("δυνατή η παράδοση"),
	/* Russian, Ukrainian, Bulgarian */
	WORD("быть доставлен"), WORD("удалось доставить"), WORD("было доставлен"), WORD("не доставлен"),
	WORD("вдалося доставити"), WORD("бути доставлен"), WORD("бъде доставен"),
	/* Japanese, Chinese, Korean */
	WORD("配信に失敗"), WORD("配信できま"), WORD("届けでき"), WORD("届けられ"), WORD("送信できま"), WORD("无法投递"), WORD("退回"),
	WORD("未能送达"), WORD("無法傳遞"), WORD("无法传递"), WORD("无法送达"), WORD("배달하지 못"), WORD("전달되지"), WORD("전송하지 못"),
};

static struct span without_strokes(struct span line)
{
	line = span_trim(line);
	while (line.n && strchr("*-=_#|", line.p[0]))
		line = span_trim(span_sub(line, 1, SIZE_MAX));
	return span_sub(line, 0, LINE_BYTES);
}

/* The next line with words. */
static bool next_words(struct span *text, struct span *line)
{
	while (span_split(text, '\n', line)) {
		*line = without_strokes(*line);
		if (line->n)
			return true;
	}
	return false;
}

bool words_begin_with_failure(struct span text)
{
	struct span line = SPAN_NONE, next = SPAN_NONE;

	if (!next_words(&text, &line))
		return false;
	span_split(&text, '\n', &next);
	if (span_chr(line, '@') < 0 && span_chr(next, '@') < 0)
		return false;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (span_istarts(line, beginnings[i]))
			return true;
	return false;
}

static bool tells_failure(struct span line)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (span_ifind(line, failures[i]) >= 0)
			return true;
	return false;
}

/* Postmaster and the like, under whose name people write, too. */
static bool speaks_for_server(const struct signs *s)
{
	const struct address_list *from = &s->facts->from;
	struct sign sender;

	return from->n && reading_sender_name(s->arena, from->at[0], &sender) && sender.kind == KIND_HUMAN;
}

void signs_of_words(struct signs *s)
{
	struct span text = s->facts->text, line;

	/* Who answers us is a person. */
	if (!speaks_for_server(s) || s->facts->in_reply_to.n)
		return;
	for (int i = 0; i < LINES_MAX && next_words(&text, &line); i++)
		if (tells_failure(line)) {
			signs_add(s, KIND_BOUNCE, SPAN("words"), SPAN("Text"), line);
			return;
		}
}
