// SPDX-License-Identifier: Apache-2.0
/* Frequent short words and letters with marks, lower case, of languages that share a script with others. Those we are unlikely to have templates in
 * stand there so that their mail is not taken for a neighbour's. "~" stands before letters. */
#pragma once

static const struct {
	const char *language; /* ISO 639-1 */
	const char *words;
} language_words[] = {
	{ "en",
	  "the and to of is you for that have with not this are was my can please your it be on "
	  "from has but they we would when there what how if could will or an as at by i me our us "
	  "do does did been were which any all about more no so than then them he she his her had "
	  "should may just need thanks thank hello want into only also after because out up get "
	  "know help question regarding order hi dear regards sorry still problem issue invoice" },
	{ "de",
	  "der die und das ist nicht ich sie mit ein eine den dem zu von für auf es wir haben habe "
	  "bitte wie auch kann dass mir aber noch oder meine bei nach wird danke werden sind wurde "
	  "wenn nur als aus an im sein keine kein einen einer einem um zum zur am vom hat können "
	  "muss mein uns ihre ihr ihnen diese dieser dieses was schon sehr mehr über durch hallo "
	  "leider hätte möchte vielen liebe wurden konnte immer bin frage bestellung rechnung grüße "
	  "geehrte damen herren guten tag fehlt bleibt problem ~ä ~ö ~ü ~ß" },
	{ "fr",
	  "le la les et est je vous pas que pour une dans des ne sur avec mon votre nous ce mais "
	  "qui bonjour merci il plus ou être cette suis ai du au un de non par peut si aux ma mes "
	  "vos elle sont été fait comme tout très bien sans avoir puis pouvez son ses leur ils "
	  "aussi encore lors cela sous donc alors jamais toujours à là où même doit peux question "
	  "commande facture problème cordialement madame monsieur ~é ~è ~à ~ç ~ê ~ù ~â ~î ~ô ~û ~œ "
	  "~ë ~ï" },
	{ "es",
	  "el los las que y no un una por para con mi su es está pero como me se del lo más gracias "
	  "hola tengo puedo favor cuando usted ha sin han la de en al puede son fue pudo ser muy ya "
	  "hay también este esta desde si sobre nos sus le todo porque qué cómo estoy quiero "
	  "ustedes pueden sólo entre hasta algo buenos días sea tiene debe he pregunta pedido "
	  "factura problema saludos estimados estimado ~ñ ~á ~é ~í ~ó ~ú ~ü" },
	{ "pt",
	  "o os as que e não um uma por para com meu minha é está mas como me se do da em no na ao "
	  "obrigado olá você ou foi seu são mais já dos das pelo pela ser pode tem à aos nos nas "
	  "sem este esta isso quando muito também só ainda até bom dia estou gostaria tenho há meus "
	  "sua deve nem vocês favor qual sobre podem pergunta pedido fatura problema cumprimentos "
	  "atenciosamente ~ã ~õ ~ç ~á ~é ~ê ~í ~ó ~ú ~â ~ô ~à" },
	{ "it",
	  "il lo gli che e non un una per con mio è di del della sono ma come mi si nel alla grazie "
	  "ciao ho posso vostro quando anche più questo ha le la i dei delle dal dalla al nella sul "
	  "sulla da in se essere può ed o stato questa mia vi ci già ancora molto dove cosa perché "
	  "buongiorno deve fare solo sia suo sua hanno abbiamo avete vorrei senza tra domanda "
	  "ordine fattura problema saluti gentile cordiali ~è ~à ~ù ~ò ~ì ~é" },
	{ "nl",
	  "de het een en van is niet ik u dat met voor op te zijn mijn aan wij maar om heb kan bij "
	  "deze als er naar ook graag wordt uw hoe bedankt of worden dit door die uit geen werd "
	  "moet was in ons we je jij jullie nog wel al meer kunt kunnen zou hebben heeft wat waar "
	  "wanneer over alleen tot dan beste hallo dank gebruik vraag bestelling factuur probleem "
	  "groet groeten geachte vriendelijke ~ë ~ï" },
	{ "pl",
	  "nie w na i z do się jest że to o jak mam po proszę dla ale czy od moje przez jestem co "
	  "tak mnie są już dziękuję oraz może który można lub być ma tylko jako bez przy podczas "
	  "jeśli tego ten ta te za ze mi mój moja pan pani państwo dzień dobry kiedy gdzie było "
	  "była został została jeszcze bardzo mogę chciałbym by nas nam także które żeby aby "
	  "pytanie zamówienie faktura pozdrawiam ~ł ~ś ~ż ~ź ~ą ~ę ~ć ~ń ~ó" },
	{ "sv",
	  "och att det är jag inte en på med för som har ett av den till min ni kan vi men om hej "
	  "från ska när mitt eller tack var de i så vara måste får fick ut efter vid över också "
	  "bara här där vad hur mig dig oss er ert mina detta denna denne skulle vill finns kommer "
	  "utan inget ingen än nu sedan någon något mycket två snälla fråga beställning faktura "
	  "hälsningar vänliga ~å ~ä ~ö" },
	{ "da",
	  "og at det er jeg ikke en på med for som har et af den til min i kan vi men om hej fra "
	  "skal når mit eller tak hvordan hvad mig dig os jer ved efter nu noget nogen meget uden "
	  "bliver blev været være kun denne dette hvis hvor hvorfor også vil ville kunne skulle "
	  "mine deres ud over under der ingen endnu venlig hilsen spørgsmål ordre bestilling "
	  "faktura hilsner ~æ ~ø ~å" },
	{ "nb",
	  "og at det er jeg ikke en på med for som har et av den til min kan vi men om hei fra skal "
	  "når mitt eller takk hvordan hva meg deg oss dere ved etter nå noe noen mye uten blir ble "
	  "vært være bare denne dette hvis hvor hvorfor også vil ville kunne skulle mine deres ut "
	  "over under ingen ennå vennlig hilsen å ei opp inn så spørsmål ordre bestilling faktura "
	  "hilsner ~æ ~ø ~å" },
	{ "fi",
	  "ja on ei että se en hän mutta ole olen kun niin mitä tämä oli minun voi ovat kanssa "
	  "mukaan jos vain myös hei kiitos miten voisitte sen tai voit olla joka jonka kuin minä "
	  "minulla te teidän me meidän onko milloin ennen jälkeen vielä nyt siitä siellä tästä "
	  "niitä sitä näin koska ilman kaikki saa voida voiko olisi mikä missä hyvä päivää "
	  "terveisin jo liian eikä älä pitää kysymys tilaus lasku ~ä ~ö" },
	{ "cs",
	  "a je se na v že s to do ne jsem si jak za ale pro po by jsou mi mám od prosím nebo co už "
	  "která dobrý děkuji byl není být pouze při jako který které bylo byla můžete mohu bych "
	  "jsme jste vás vám mě mne tento této toto také ještě když kde než nelze pokud má ve ze ke "
	  "tak den hezký moje můj své musí lze však proto dotaz objednávka faktura pozdravem ~ě ~ř "
	  "~ů ~ž ~š ~ý ~á ~í ~é ~ú ~ď ~ť ~ň ~ó ~č" },
	{ "hu",
	  "a az és nem hogy egy is van meg de ez ha csak már még mint volt vagy kérem köszönöm "
	  "nekem én lehet amit ezt mi nincs után el ki be le azt itt ott sem kell minden által "
	  "szeretném tisztelt üdvözlettel önök ön mikor hol miért hogyan nekünk vagyok vannak lesz "
	  "lett tudom tudja jó napot ennek ahhoz alatt között kérdés rendelés számla ~ő ~ű ~á ~é ~í "
	  "~ó ~ö ~ú ~ü" },
	{ "ro",
	  "și de la în nu o cu pe un este să mai am care din că pentru se dar sunt mi bună "
	  "mulțumesc vă sau fost dacă cum au a fi nici când acest această după până fără prin către "
	  "îmi meu mea dumneavoastră aveți puteți vreau aș sunteți ne ați lor unui unei ale al ai "
	  "cel poate trebuie doar ziua şi încă cât unde întrebare comandă factură stimă ~ș ~ț ~ă ~â "
	  "~î ~ş ~ţ" },
	{ "tr",
	  "ve bir bu için de da ile ne ben çok var değil mi daha olarak gibi ama kadar olan lütfen "
	  "merhaba nasıl teşekkürler yok benim size sonra her veya ya en o şu mı mu mü ki içinde "
	  "bana beni siz sizin biz hiç tüm ise eğer henüz olur oldu edin ederim ediyorum istiyorum "
	  "zaman değildir olmayan yalnızca önce iyi günler neden sipariş soru fatura saygılarımla "
	  "~ı ~ğ ~ş ~ç ~ö ~ü" },
	{ "ru",
	  "и в не на я что с по это как у мы вы для но за от же к из так бы мне его все если уже "
	  "при можно спасибо здравствуйте нет а о то он она они был была было быть есть или до нас "
	  "вас вам нам мой моя моё мои ещё еще когда где только чтобы также этот эта эти этого "
	  "очень могу можете пожалуйста после без ли добрый день со во меня который вопрос заказ "
	  "счёт уважением ~ы ~э ~ё ~ъ ~щ" },
	{ "uk",
	  "і в не на я що з по це як у ми ви для але за від до та так би мені його все якщо вже при "
	  "можна дякую вітаю немає є а про то він вона вони був була було бути чи або нас вас вам "
	  "нам мій моя моє мої ще коли де лише щоб також цей ця ці цього дуже можу можете будь "
	  "ласка після без добрий день зі із який під питання замовлення рахунок повагою ~і ~ї ~є "
	  "~ґ ~щ" },
	{ "bg",
	  "и в не на аз че с по това как у ние вие за но от до да се са е ми така ако вече при може "
	  "благодаря здравейте няма има а о той тя те беше бяха или ни ви нас вас мен мой моя моята "
	  "още кога къде само също този тази тези много мога можете моля след без ли със във към "
	  "който която които си ще като бих въпрос поръчка фактура ~ъ ~щ" },
	{ "sk",
	  "a je sa na v že s to do nie som si ako za ale pre po by sú mi mám od prosím alebo čo už "
	  "ktorá dobrý ďakujem bol byť iba pri ktorý ktoré bolo bola môžete môžem chcel sme ste vás "
	  "vám ma tento táto toto tiež ešte keď kde než má vo zo ku deň moje môj musí možné vaša "
	  "nové chcela ~ľ ~ĺ ~ŕ ~ô ~ä ~ž ~š ~ý ~á ~í ~é ~ú ~ď ~ť ~ň ~ó ~č" },
	{ "hr",
	  "i je se na u da ne za od do su ili ali kao sam smo ste nije što kako koji koja koje može "
	  "mogu molim hvala dobar dan mi vam vas moj moja moje ako već još samo bio bila bilo biti "
	  "nisam imam nakon kada gdje li će ću bi sa iz pri sve nema jer ovo ovaj ova ~đ ~č ~ć ~š "
	  "~ž" },
	{ "sl",
	  "in je se na v da ne za od do so ali ki kot sem smo ste ni kaj kako lahko prosim hvala "
	  "dober dan mi vam vas moj moja moje če že še samo bil bila bilo biti nisem imam po kdaj "
	  "kje bo bi iz pri vse med brez to pa ta tudi naj pozdravljeni ~č ~š ~ž" },
	{ "ca",
	  "el la els les que i no un una per amb de del dels en al és són està han ha més com si "
	  "aquest aquesta però quan on jo em ens us ho hi meu meva seu seva gràcies hola bon dia "
	  "puc podeu vull pot ser fer ni fins sense sobre també ja aquests estat cap només tinc ~ç "
	  "~à ~è ~é ~í ~ï ~ò ~ó ~ú ~ü" },
	{ "gl",
	  "o os as que e non un unha por para con meu miña é está pero como me se do da no na ao "
	  "grazas ola vostede ou foi seu son máis xa dos das pola polo ser pode ten aos nos nas sen "
	  "este esta iso cando moito tamén só aínda ata bos estou teño hai ningún podería ~ñ ~á ~é "
	  "~í ~ó ~ú" },
	{ "et",
	  "ja on ei et see ma ta me te nad oli kui ka aga või mis kes kuidas palun tänan tere minu "
	  "teie meie mul mulle saab saan ole olen veel juba ainult pärast enne ilma selle seda olla "
	  "kas siis kus miks võib iga väga kõik olema soovin ~õ ~ä ~ö ~ü" },
	{ "lt",
	  "ir yra ne aš kad tai į su iš per už nuo ar bet kaip mano jūsų mes jūs prašau ačiū laba "
	  "diena nėra dar jau tik po prieš be labai kada kur buvo būti galite galiu man jums šis ši "
	  "apie jei arba dėl ~ą ~č ~ę ~ė ~į ~š ~ų ~ū ~ž" },
	{ "lv",
	  "un ir ne es ka tas uz ar no par vai bet kā mans mana jūsu mēs jūs lūdzu paldies labdien "
	  "nav vēl jau tikai pēc pirms bez ļoti kad kur bija būt varat varu man jums šis šī ja lai "
	  "kas to ~ā ~č ~ē ~ģ ~ī ~ķ ~ļ ~ņ ~š ~ū ~ž" },
	{ "vi",
	  "và là của không có được cho các trong tôi bạn này đã với một những khi thì xin chào cảm "
	  "ơn vui lòng hàng chưa nhưng đến từ như nếu để vào về làm sao thế nào ở hoặc hay chúng "
	  "anh chị ~đ ~ư ~ơ ~ă ~â ~ê ~ô ~ạ ~ả ~ấ ~ầ ~ẩ ~ẫ ~ậ ~ắ ~ằ ~ẳ ~ẵ ~ặ ~ẹ ~ẻ ~ẽ ~ế ~ề ~ể ~ễ ~ệ "
	  "~ỉ ~ĩ ~ị ~ọ ~ỏ ~ố ~ồ ~ổ ~ỗ ~ộ ~ớ ~ờ ~ở ~ỡ ~ợ ~ụ ~ủ ~ứ ~ừ ~ử ~ữ ~ự ~ỳ ~ỵ ~ỷ ~ỹ ~à ~á ~ã "
	  "~è ~é ~ì ~í ~ò ~ó ~õ ~ù ~ú ~ý" },
	{ "id",
	  "yang dan di ini itu tidak untuk dengan dari pada saya anda kami ke akan sudah belum bisa "
	  "dapat adalah atau juga apa bagaimana mohon terima kasih tolong ada karena dalam jika "
	  "telah oleh kapan mana lebih tetapi" },
	{ "sr",
	  "и је се на у да не за од до су или али као сам смо сте није што како који која које може "
	  "могу молим хвала добар дан ми вам вас мој моја моје ако већ још само био била било бити "
	  "нисам имам након када где ли ће ћу би са из при све нема јер ово ~ђ ~ј ~љ ~њ ~ћ ~џ" },
	{ "be",
	  "і ў не на я што з па гэта як у мы вы для але за ад да так бы мне яго усе калі ўжо пры "
	  "можна дзякуй вітаю няма ёсць а пра то ён яна яны быў была было быць ці або нас вас вам "
	  "нам мой мая маё яшчэ дзе толькі каб таксама гэты ~ў ~і ~ы ~э ~ё" },
	{ "mk",
	  "и во не на јас што со по ова како ние вие за но од до да се сум е ми така ако веќе при "
	  "може благодарам здраво нема има а тој таа тие беше или ни ви нас вас мој моја уште кога "
	  "каде само исто овој оваа многу можам молам ќе го ја ~ѓ ~ѕ ~ј ~љ ~њ ~ќ ~џ" },
	{ "af",
	  "die het en van is nie ek u dat met vir op te my aan ons maar om kan by hierdie as daar "
	  "na ook asseblief word hoe dankie of deur uit geen moet was in sal kon hulle baie nog "
	  "meer wat waar wanneer oor ~ê ~ë ~ô" },
	{ "is",
	  "og að það er ég ekki á með fyrir sem hefur af til minn mín þið við en um frá þegar eða "
	  "takk hvað hvernig mér þér okkur eftir nú ekkert mjög án verið vera aðeins þetta þessi ef "
	  "hvar líka var góðan daginn vinsamlegast ~þ ~ð ~æ ~ö ~á ~é ~í ~ó ~ú ~ý" },
	{ "eu",
	  "da eta ez bat du dut nire zure gure izan dago dira egin mesedez eskerrik asko kaixo egun "
	  "on noiz non nola baina edo hau hori ere dute dugu zen ditu behar nahi dituzte duen" },
	{ "sw",
	  "na ya wa kwa ni la katika za hii si hili yangu yako yetu tafadhali asante habari nina "
	  "mimi lakini bado kama au je lini wapi vipi sana baada kabla hakuna kuna" },
	{ "sq",
	  "dhe të në e një me për nuk është që unë ju ne jam kam ka nga por si mund faleminderit "
	  "përshëndetje lutem porosia ime kur ku ose edhe ende vetëm pa pas ~ë ~ç" },
	{ "tl",
	  "ang ng sa na mga ay at ko ako hindi po aking inyong kayo kami salamat paano kailan pa "
	  "para may wala ito pero kung rin din naman" },
	{ "hi",
	  "है के में की और का से को यह नहीं हैं पर एक कि ने भी हो ही तो था इस या मैं आप मेरा कर लिए "
	  "अपने जो कृपया" },
	{ "mr",
	  "आहे आणि आहेत नाही हे ते या मी एक तर व हा ही की करू मला माझ्या आपल्या काय केले होते आपण "
	  "साठी त्यांच्या करा कृपया असे तुमच्या" },
	{ "ne",
	  "छ र को मा हो छन् गर्न भएको पनि यो म तपाईं हरु लागि गरेको थियो भने छैन मेरो कृपया "
	  "गर्नुहोस् हुन्छ" },
};
