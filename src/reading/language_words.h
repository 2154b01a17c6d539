// SPDX-License-Identifier: Apache-2.0
/* Frequent short words, lower case, of languages that share a script with others. */
#pragma once

static const struct {
	const char *language; /* ISO 639-1 */
	const char *words;
} language_words[] = {
	{ "en",
	  "the and to of is you for that have with not this are was my can please your it be "
	  "on from has but they we would when there what how if" },
	{ "de",
	  "der die und das ist nicht ich sie mit ein eine den dem zu von für auf es wir haben "
	  "habe bitte wie auch kann dass mir aber noch oder meine bei nach wird danke" },
	{ "fr",
	  "le la les et est je vous pas que pour une dans des ne sur avec mon votre nous ce "
	  "mais qui bonjour merci il plus ou être cette suis ai du au" },
	{ "es",
	  "el los las que y no un una por para con mi su es está pero como me se del lo más "
	  "gracias hola tengo puedo favor cuando usted ha sin han" },
	{ "pt",
	  "o os as que e não um uma por para com meu minha é está mas como me se do da em no "
	  "na ao obrigado olá você ou foi seu são mais já" },
	{ "it",
	  "il lo gli che e non un una per con mio è di del della sono ma come mi si nel alla "
	  "grazie ciao ho posso vostro quando anche più questo ha le" },
	{ "nl",
	  "de het een en van is niet ik u dat met voor op te zijn mijn aan wij maar om heb kan "
	  "bij deze als er naar ook graag wordt uw hoe bedankt" },
	{ "pl",
	  "nie w na i z do się jest że to o jak mam po proszę dla ale czy od moje przez jestem "
	  "co tak mnie są już dziękuję oraz może który" },
	{ "sv",
	  "och att det är jag inte en på med för som har ett av den till min ni kan vi men om "
	  "hej från ska när mitt eller tack var" },
	{ "da",
	  "og at det er jeg ikke en på med for som har et af den til min i kan vi men om hej "
	  "fra skal når mit eller tak hvordan hvad" },
	{ "nb",
	  "og at det er jeg ikke en på med for som har et av den til min kan vi men om hei fra "
	  "skal når mitt eller takk hvordan hva" },
	{ "fi",
	  "ja on ei että se en hän mutta ole olen kun niin mitä tämä oli minun voi ovat kanssa "
	  "mukaan jos vain myös hei kiitos miten voisitte sen" },
	{ "cs",
	  "a je se na v že to s do ne jsem si jak za ale pro po by jsou mi mám od prosím nebo "
	  "co už která dobrý děkuji byl není" },
	{ "hu",
	  "a az és nem hogy egy is van meg de ez ha csak már még mint volt vagy kérem köszönöm "
	  "nekem én lehet amit ezt mi nincs után" },
	{ "ro",
	  "și de la în nu o cu pe un este să mai am care din că pentru se dar sunt mi bună "
	  "mulțumesc vă sau fost dacă cum au" },
	{ "tr",
	  "ve bir bu için de da ile ne ben çok var değil mi daha olarak gibi ama kadar olan "
	  "lütfen merhaba nasıl teşekkürler yok benim size sonra her" },
	{ "ru",
	  "и в не на я что с по это как у мы вы для но за от же к из так бы мне его все если "
	  "уже при можно спасибо здравствуйте нет" },
	{ "uk",
	  "і в не на я що з по це як у ми ви для але за від до та так би мені його все якщо "
	  "вже при можна дякую вітаю немає є" },
	{ "bg",
	  "и в не на аз че с по това как у ние вие за но от до да се са е ми така ако вече при "
	  "може благодаря здравейте няма има" },
	{ "hi",
	  "है के में की और का से को यह नहीं हैं पर एक कि ने भी हो ही तो था इस या मैं आप मेरा "
	  "कर लिए अपने जो कृपया" },
	{ "mr",
	  "आहे आणि आहेत नाही हे ते या मी एक तर व हा ही की करू मला माझ्या आपल्या काय केले होते "
	  "आपण साठी त्यांच्या करा कृपया असे तुमच्या" },
	{ "ne",
	  "छ र को मा हो छन् गर्न भएको पनि यो म तपाईं हरु लागि गरेको थियो भने छैन मेरो कृपया "
	  "गर्नुहोस् हुन्छ" },
};
