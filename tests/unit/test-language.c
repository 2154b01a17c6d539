// SPDX-License-Identifier: Apache-2.0
#include "reading/reading.h"
#include "unit.h"

static const struct sample {
	const char *language;
	const char *text;
} samples[] = {
	{ "en", "Hello, my order 1234 has not arrived yet. When will it be delivered? Thanks" },
	{ "de", "Guten Tag, meine Bestellung ist noch nicht angekommen. Können Sie mir helfen?" },
	{ "fr", "Bonjour, je n'ai pas reçu ma commande. Pouvez-vous m'aider ? Merci" },
	{ "es", "Hola, no he recibido mi pedido todavía. ¿Pueden ayudarme por favor?" },
	{ "pt", "Olá, ainda não recebi o meu pedido. Podem ajudar-me? Obrigado" },
	{ "it", "Buongiorno, non ho ancora ricevuto il mio ordine. Potete aiutarmi? Grazie" },
	{ "nl", "Goedendag, ik heb mijn bestelling nog niet ontvangen. Kunt u mij helpen?" },
	{ "pl", "Dzień dobry, nie otrzymałem jeszcze mojego zamówienia. Czy mogą Państwo pomóc?" },
	{ "sv", "Hej, jag har inte fått min beställning. Kan ni hjälpa mig?" },
	{ "da", "Hej, jeg har ikke modtaget min ordre endnu. Kan I hjælpe mig? Tak" },
	{ "nb", "Hei, jeg har ikke mottatt bestillingen min. Kan dere hjelpe meg? Takk" },
	{ "fi", "Hei, tilaukseni ei ole vielä saapunut. Voitteko auttaa? Kiitos" },
	{ "cs", "Dobrý den, ještě jsem nedostal svou objednávku. Můžete mi prosím pomoci?" },
	{ "hu", "Jó napot, még nem kaptam meg a rendelésemet. Kérem, segítsenek." },
	/* Neighbours must not be taken for one another. */
	{ "sk", "Dobrý deň, ešte som nedostal svoju objednávku. Môžete mi prosím pomôcť?" },
	{ "hr", "Dobar dan, još nisam dobio svoju narudžbu. Možete li mi pomoći?" },
	{ "sl", "Pozdravljeni, še nisem prejel svojega naročila. Mi lahko prosim pomagate?" },
	{ "ca", "Bon dia, encara no he rebut la meva comanda. Em podeu ajudar si us plau?" },
	{ "et", "Tere, ma ei ole veel oma tellimust saanud. Kas te saate mind aidata?" },
	{ "sr", "Добар дан, још нисам добио своју поруџбину. Можете ли ми помоћи?" },
	{ "id", "Selamat pagi, pesanan saya belum sampai. Mohon bantuan Anda, terima kasih." },
	{ "vi", "Xin chào, tôi vẫn chưa nhận được đơn hàng của mình." },
	{ "en", "Question regarding my order" },
	{ "de", "Frage zur Rechnung 4711" },
	{ "it", "Domanda sull'ordine, saluti" },
	{ "fr", "Où est ma facture ? Je ne la trouve plus" },
	{ "de", "Rechnung fehlt noch immer, wo bleibt sie?" },
	{ "ro", "Bună ziua, nu am primit încă comanda mea. Mă puteți ajuta? Mulțumesc" },
	{ "tr", "Merhaba, siparişim henüz gelmedi. Yardımcı olabilir misiniz lütfen? Teşekkürler" },
	{ "ru", "ЗДРАВСТВУЙТЕ, я ещё не получил мой заказ. Можете МНЕ помочь?" },
	{ "uk", "Вітаю, я ще не отримав моє замовлення. Чи можете мені допомогти? Дякую" },
	{ "bg", "Здравейте, още не съм получил поръчката си. Можете ли да ми помогнете?" },
	{ "el", "Καλημέρα, δεν έχω λάβει την παραγγελία μου." },
	{ "he", "שלום, לא קיבלתי את ההזמנה שלי" },
	{ "ar", "مرحبا، لم أستلم طلبي بعد. هل يمكنكم مساعدتي؟" },
	{ "fa", "سلام، سفارش من هنوز نرسیده است. می‌توانید کمک کنید؟" },
	{ "ur", "السلام علیکم، مجھے ابھی تک میرا آرڈر نہیں ملا" },
	{ "hi", "नमस्ते, मेरा ऑर्डर अभी तक नहीं आया है। कृपया मदद करें।" },
	{ "mr", "नमस्कार, माझी ऑर्डर अजून आली नाही. कृपया मला मदत करा." },
	{ "ne", "नमस्ते, मेरो अर्डर अझै आएको छैन। कृपया मद्दत गर्नुहोस्।" },
	{ "bn", "আমার অর্ডার এখনও আসেনি" },
	{ "ta", "எனது ஆர்டர் இன்னும் வரவில்லை" },
	{ "te", "నా ఆర్డర్ ఇంకా రాలేదు" },
	{ "ja", "注文した商品がまだ届いていません。" },
	{ "zh", "您好,我的订单还没有收到。" },
	{ "zh-hant", "您好，我的訂單還沒有收到，請問什麼時候會到？" },
	{ "zh", "请问我的订单什么时候到?" },
	{ "ko", "주문한 상품이 아직 도착하지 않았습니다." },
	{ "th", "สวัสดีครับ ยังไม่ได้รับสินค้า" },
	/* Product names are Latin everywhere; addresses are in no language. */
	{ "ja", "Product Name X200 Ultra Edition が届きません。確認をお願いします。" },
	{ "de", "https://example.com/the/order/of/you/and/this Die Seite geht nicht the-and@example.com" },
	{ "ja", "注文1234の商品がまだ届いていません。" },
	{ "", "Order 1234 ABC" },
	{ "", "hQIOAwTJ0obO8knp/EAgAiSHHrzUzh9J4QwDZp4ztL+gjkscQPVpr4Ktuw5" },
	{ "", "\xc3\x8b\xc3\xae\xc3\xb0\xc3\xa5\xc3\xac \xc3\xa8\xc3\xaf\xc3\xb1\xc3\xb3\xc3\xac" },
	{ "", "Hi Volker" },
	{ "", "" },
	{ "", "12345 +++ \xff\xfe" },
};

static void languages_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct span language = reading_language(a, span_of(samples[i].text));
		if (!span_eq(language, span_of(samples[i].language)))
			fail_msg("%s: taken for \"%.*s\"", samples[i].text, SPAN_ARG(language));
	}
}

/* More different words than a text of the length that is looked at can hold. */
static void many_words_do_no_harm(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	BUF_CLEANUP struct buf text = BUF_CAPPED(100000);

	for (uint32_t i = 0; i < 30000; i++)
		buf_printf(&text, "%c ", 'a' + (int)(i % 26));
	for (uint32_t i = 0; i < 2000; i++)
		buf_printf(&text, "%c%c%c ", 'a' + (int)(i % 26), 'a' + (int)(i / 26 % 26), 'a' + (int)(i / 676));
	reading_language(a, buf_span(&text));
	reading_language(a, span_sub(buf_span(&text), 60000, SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(languages_are_told),
		cmocka_unit_test(many_words_do_no_harm),
	};

	return cmocka_run_group_tests_name("language", tests, NULL, NULL);
}
