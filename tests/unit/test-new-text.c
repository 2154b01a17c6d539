// SPDX-License-Identifier: Apache-2.0
#include "unit.h"
#include "base/buf.h"
#include "eml.h"
#include "reading/reading.h"

static struct span excerpt(struct arena *a, struct span text)
{
	struct facts f = { .text = text };

	return reading_excerpt(a, &f, SIZE_MAX);
}

/* -- introductions ---------------------------------------------------------------------------------- */

/* Below "New text.\n\n", followed by a quote with marks, and by one without. */
static const char *const attributions[] = {
	"On Mon, 2 Apr 2012 at 18:26, Megan One <megan@example.com> wrote:",
	"On Mon, Apr 2, 2012 at 6:26 PM, Megan One <\nmegan@example.com> wrote:",
	"On Dec 9, Megan One\n<megan@example.com>\nwrote:",
	"Am 02.04.2012 um 18:26 schrieb Megan One <megan@example.com>:",
	"Am 2. April 2012 um 18:26 hat Megan One geschrieben:",
	"Le lun. 2 avr. 2012 à 18:26, Megan One <megan@example.com> a écrit :",
	"Le 2 avr. 2012 à 18:26, Megan One\n<megan@example.com> a écrit :",
	"El lun, 2 abr 2012 a las 18:26, Megan One (<megan@example.com>) escribió:",
	"Em seg., 2 de abr. de 2012 às 18:26, Megan One <megan@example.com> escreveu:",
	"Il giorno lun 2 apr 2012 alle ore 18:26 Megan One <megan@example.com> ha scritto:",
	"Op ma 2 apr 2012 om 18:26 schreef Megan One <megan@example.com>:",
	"Op 2 apr. 2012 om 18:26 heeft Megan One <megan@example.com> het volgende geschreven:",
	"Den mån 2 apr. 2012 kl 18:26 skrev Megan One <megan@example.com>:",
	"man. 2. apr. 2012 kl. 18.26 skrev Megan One <megan@example.com>:",
	"pon., 2 kwi 2012 o 18:26 Megan One <megan@example.com> napisał(a):",
	"W dniu 2.04.2012 o 18:26, Megan One pisze:",
	"po 2. 4. 2012 v 18:26 odesílatel Megan One <megan@example.com> napsal:",
	"ma 2. huhtik. 2012 klo 18.26 Megan One (megan@example.com) kirjoitti:",
	"Megan One <megan@example.com> ezt írta (időpont: 2012. ápr. 2., H, 18:26):",
	"În lun., 2 apr. 2012 la 18:26, Megan One <megan@example.com> a scris:",
	"пн, 2 апр. 2012 г. в 18:26, Megan One <megan@example.com>:",
	"02.04.2012 18:26, Megan One пишет:",
	"пн, 2 квіт. 2012 р. о 18:26 Megan One <megan@example.com> пише:",
	"На пн, 2.04.2012 г. в 18:26 Megan One <megan@example.com> написа:",
	"Στις Δευ 2 Απρ 2012 στις 18:26 ο χρήστης Megan One <megan@example.com> έγραψε:",
	"2 Nis 2012 Pzt 18:26 tarihinde Megan One <megan@example.com> şunu yazdı:",
	"בתאריך יום ב׳, 2 באפר׳ 2012 ב-18:26 מאת Megan One <megan@example.com> כתב:",
	"Vào 18:26 Th 2, 2 thg 4, 2012 Megan One <megan@example.com> đã viết:",
	"在 2012年4月2日，下午6:26，Megan One <megan@example.com> 写道：",
	"Megan One <megan@example.com> 於 2012年4月2日 週一 下午6:26寫道：",
	"2012年4月2日(月) 18:26 Megan One <megan@example.com>:",
	"2012年4月2日(月) 18:26、Megan Oneさん（megan@example.com）のメール:",
	"2012년 4월 2일 (월) 오후 6:26, Megan One <megan@example.com>님이 작성:",
	"2012-04-02 18:26 GMT+02:00 Megan One <megan@example.com>:",
	"Megan One <megan@example.com> wrote:",
	"Megan One <megan@example.com> schrieb am Mo., 2. Apr. 2012, 18:26:",
	"Понедельник, 2 апреля 2012, 18:26 +04:00 от Megan One <megan@example.com>:",
	"في الاثنين، 2 أبريل 2012 في 6:26 م تمت كتابة ما يلي بواسطة Megan One <megan@example.com>:",
	"Date: Mon, 2 Apr 2012 18:26:08 +0200\nTo: bob@example.com\nSubject: Test\nFrom: megan@example.com",
	"---- On Mon, 02 Apr 2012 18:26:08 +0530 Megan One <megan@example.com> wrote ----",
	"śr., 4 kwi 2012 o 18:26 Megan One <megan@example.com>\nnapisał(a):",
	"ср, 4 апр. 2012 г. в 18:26, Megan One\n<megan@example.com>:",
	"Megan One <megan@example.com> 於 2012年4月2日 週一\n下午6:26寫道：",
	"Megan One <megan@example.com>\nwrote:",
	"2012/4/2 Megan One\n<megan@example.com>",
	"في ٢ أبريل ٢٠١٢، كتب Megan One <megan@example.com>:",
	"‐‐‐‐‐‐‐ Original Message ‐‐‐‐‐‐‐",
	"------------------ Original ------------------",
	"-- Please reply above this line --",
	"---------- Mensaje de otra persona ----------\nDe: Megan One <megan@example.com>\nPara: Bob\nAsunto: Test",
	"-----Original Message-----\nFrom: Megan One <megan@example.com>\nSent: Monday, April 2, 2012 6:26 PM\nTo: Bob\nSubject: Test",
	"________________________________\nFrom: Megan One <megan@example.com>\nSent: Monday, April 2, 2012 6:26 PM\nTo: Bob\nSubject: Test",
	"*From:* Megan One\n*Sent:* Monday, April 2, 2012 6:26 PM\n*To:* Bob\n*Subject:* Test",
	"Von: Megan One <megan@example.com>\nGesendet: Montag, 2. April 2012 18:26\nAn: Bob\nBetreff: Test",
	"De : Megan One <megan@example.com>\nEnvoyé : lundi 2 avril 2012 18:26\nÀ : Bob\nObjet : Test",
	"De\xc2\xa0: Megan One\nDate\xc2\xa0: lundi 2 avril 2012\nÀ\xc2\xa0: Bob\nObjet\xc2\xa0: Test",
	"De: Megan One\nEnviado el: lunes, 2 de abril de 2012 18:26\nPara: Bob\nAsunto: Test",
	"De: Megan One\nEnviada em: segunda-feira, 2 de abril de 2012 18:26\nPara: Bob\nAssunto: Test",
	"Da: Megan One\nInviato: lunedì 2 aprile 2012 18:26\nA: Bob\nOggetto: Test",
	"Van: Megan One\nVerzonden: maandag 2 april 2012 18:26\nAan: Bob\nOnderwerp: Test",
	"Från: Megan One\nSkickat: den 2 april 2012 18:26\nTill: Bob\nÄmne: Test",
	"Fra: Megan One\nSendt: 2. april 2012 18:26\nTil: Bob\nEmne: Test",
	"Od: Megan One\nWysłano: poniedziałek, 2 kwietnia 2012 18:26\nDo: Bob\nTemat: Test",
	"От: Megan One\nОтправлено: 2 апреля 2012 г. 18:26\nКому: Bob\nТема: Test",
	"发件人: Megan One\n发送时间: 2012年4月2日 18:26\n收件人: Bob\n主题: Test",
	"差出人: Megan One\n送信日時: 2012年4月2日 18:26\n宛先: Bob\n件名: Test",
	"Từ: Megan One\nĐã gửi: 2 tháng 4 2012\nĐến: Bob\nChủ đề: Test",
	"От: Megan One\nИзпратено: 2 април 2012\nДо: Bob\nОтносно: Test",
	"Šalje: Megan One\nPoslano: 2. travnja 2012.\nPrima: Bob\nPredmet: Test",
	"Nuo: Megan One\nIšsiųsta: 2012 m. balandžio 2 d.\nKam: Bob\nTema: Test",
	"No: Megan One\nNosūtīts: 2012. gada 2. aprīlis\nKam: Bob\nTēma: Test",
	"De: Megan One\nEnviat: dilluns, 2 abril 2012\nPer a: Bob\nAssumpte: Test",
	"จาก: Megan One\nส่ง: 2 เม.ย. 2012\nถึง: Bob\nหัวเรื่อง: Test",
	"보낸 사람: Megan One\n보낸 날짜: 2012년 4월 2일\n받는 사람: Bob\n제목: Test",
};

static void introductions_in_many_languages(void **state)
{
	(void)state;
	int bad = 0;

	for (size_t i = 0; i < sizeof(attributions) / sizeof(*attributions); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct span marked = span_of(arena_printf(a, "New text.\n\n%s\n\n> old\n> text\n", attributions[i]));
		struct span bare = span_of(arena_printf(a, "New text.\n\n%s\n\nold\ntext\n", attributions[i]));

		if (!span_eq(excerpt(a, marked), SPAN("New text.")) || !span_eq(excerpt(a, bare), SPAN("New text."))) {
			print_error("# %s -> %.*s\n", attributions[i], SPAN_ARG(excerpt(a, bare)));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* -- what is taken for new ------------------------------------------------------------------------------ */

struct text_case {
	const char *text, *new;
};

static const struct text_case cases[] = {
	/* people write such lines themselves */
	{ "On 5 March I called.\nYour man said he would call back.\nHe did not.", NULL },
	{ "This is what I wrote:\n\nThe printer is on fire.", NULL },
	{ "From: Berlin\nTo: Munich\nDate: 5 May 2026\n\nHow much is it?", NULL },
	{ "See https://example.com/on-2012-someone-wrote: it is there.", NULL },
	{ "Steps:\n-----\n1. Switch on.\n-----\nNothing happens.", NULL },
	{ "Shall I use this?\n\n-----\nOr is it wrong?", NULL },
	{ "Sent from Berlin on Monday, the parcel has not arrived.\nWhere is it?", NULL },
	{ "Call me:\n+49 30 1234567\nbob@example.com", NULL },
	{ "| a | b |\n| 1 | 2 |", NULL },
	{ "This works:\n\n```\n> make\n--\nFrom: a@b\nTo: c@d\n```\n\nThat does not.", NULL },
	{ "First part.\n\n---\n\nThe second part has its own sentence.", NULL },
	{ "Thanks.\n\nSent from my desk, which is easier than my phone.", NULL },
	/* what is not new */
	{ "Yes.\n\nMegan schrieb am 2.4.2012 um 18:26:\n> Gut?", "Yes." },
	{ "Yes.\n\nQuoting Megan <megan@example.com>:\n> Good?", "Yes." },
	{ "```\nnever closed\n\n> old", "```\nnever closed" },
	{ "Thanks.\n\n-----\nBob\nExample Ltd", "Thanks." },
	{ "Thanks.\n\n-- \nBob\nExample Ltd\n", "Thanks." },
	{ "Thanks.\n--\nBob", "Thanks." },
	{ "Thanks.\n\n________\nBob\nExample Ltd", "Thanks." },
	{ "Thanks.\n\nSent from my iPhone\n", "Thanks." },
	{ "Danke.\n\nVon meinem iPhone gesendet", "Danke." },
	{ "Danke.\n\nDiese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.", "Danke." },
	{ "Danke.\n\nVon meinem Samsung Gerät gesendet.", "Danke." },
	{ "ありがとう。\n\niPadから送信", "ありがとう。" },
	{ "Thanks.\n\nSent from [ProtonMail](https://proton.example), encrypted email.", "Thanks." },
	{ "Thanks.\n\nSent with Proton Mail secure email.", "Thanks." },
	{ "Merci.\n\nEnvoyé de mon iPad", "Merci." },
	{ "ありがとう。\n\niPhoneから送信", "ありがとう。" },
	{ "Thanks.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", "Thanks." },
	{ "Thanks.\n\nBob Doe\nbob@example.com\n(555) 346-9947", "Thanks." },
	{ "Thanks.\n\nThis message is confidential and for the intended recipient only. If you are not he,\ndelete it.\n", "Thanks." },
	{ "Danke.\n\nDiese E-Mail ist vertraulich und nur für den Empfänger bestimmt, an den sie gerichtet ist, sonst niemanden.",
	  "Danke." },
	{ "See below.\n\n---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nSubject: x\n\nOld.", "See below." },
	{ "See below.\n\nBegin forwarded message:\n\nFrom: Bob <bob@example.com>\n\nOld.", "See below." },
	{ "Yes.\n\n> a quote of a long line that a program has broken in the middle, where it\nshould not\n> have done so", "Yes." },
	{ "Yes.\n\n> a quote of a long line that a program has broken, written by New York\nTimes\n> and others", "Yes." },
	{ "Thanks--- On Wed, 4/4/12, Bob <bob@example.com> wrote:\n> Hi", "Thanks" },
	{ "2013/7/20 Sam <sam@example.com>\n\n| bars\n| too\n\nYes.", "Yes." },
	/* answers stand where they are */
	{ "On Monday, 2 April 2012, Bob wrote:\n> Is it on?\nYes.", "Yes." },
	{ "On Monday, 2 April 2012, Bob wrote:\n> Is it on?\n\nYes.\n\n> Is it hot?\n\nNo.",
	  "> Is it on?\n\nYes.\n\n> Is it hot?\n\nNo." },
	{ "Hello,\n\n> Is it on?\n\nYes.", NULL },
	/* never nothing */
	{ "> nothing\n> but quotes", NULL },
	{ "-- \nonly a signature", NULL },
	{ "Sent from my iPhone", NULL },
	{ "---------- Forwarded message ---------\nFrom: Bob <bob@example.com>\nSubject: x\n\nIt burns.", NULL },
	{ "On Monday, 2 April 2012, Bob wrote:", NULL },
	{ "On Monday, 2 April 2012, Bob wrote:\n\nIt burns.", "It burns." },
};

static void new_is_what_this_person_wrote(void **state)
{
	(void)state;
	int bad = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		struct span wanted = span_of(cases[i].new ? cases[i].new : cases[i].text);
		struct span got = excerpt(a, span_of(cases[i].text));

		if (!span_eq(got, wanted)) {
			print_error("# %s -> %.*s\n", cases[i].text, SPAN_ARG(got));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

static void stretches_leave_no_gap(void **state)
{
	(void)state;
	struct arena *a ARENA_CLEANUP = arena_new();
	static const char text[] = "New.\n\nOn 2 April 2012, Bob wrote:\n> a\n\nMine.\n> b\nToo.\n\n-- \nEve\n";
	static const struct {
		enum stretch_kind kind;
		const char *text;
	} wanted[] = {
		{ STRETCH_NEW, "New.\n\n" },   { STRETCH_QUOTE, "On 2 April 2012, Bob wrote:\n" },
		{ STRETCH_CONTEXT, "> a\n\n" }, { STRETCH_NEW, "Mine.\n" },
		{ STRETCH_CONTEXT, "> b\n" },  { STRETCH_NEW, "Too.\n\n" },
		{ STRETCH_SIGNATURE, "-- \nEve\n" },
	};
	struct stretch *at;
	size_t end = 0;

	assert_int_equal(reading_new_text(a, SPAN(text), &at), sizeof(wanted) / sizeof(*wanted));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		assert_int_equal(at[i].kind, wanted[i].kind);
		assert_int_equal(at[i].from, end);
		assert_span(span_sub(SPAN(text), at[i].from, at[i].n), wanted[i].text);
		end += at[i].n;
	}
	assert_int_equal(end, sizeof(text) - 1);
}

/* -- HTML ------------------------------------------------------------------------------------------------- */

/* What programs mark as quoted, in languages that no table of ours knows. */
static const struct text_case pages[] = {
	{ "<div dir=ltr>New.</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">Xyz 2/4, Bob qwert<br></div>"
	  "<blockquote class=\"gmail_quote\">Old.</blockquote></div>",
	  "New." },
	{ "<p>New.</p><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>Xyz:</b> Bob</div><div>Old.</div>", "New." },
	{ "<p>New.</p><div id=x_divRplyFwdMsg><b>Xyz:</b> Bob</div><div>Old.</div>", "New." },
	{ "<p>New.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p>Xyz: Bob</p></div><p>Old.</p>",
	  "New." },
	{ "<div><p>New.</p><div><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm'>Xyz: Bob</div></div></div>Old.",
	  "New." },
	{ "New.<div><br><blockquote type=cite><div>Xyz Bob qwert:</div><br><div>Old.</div></blockquote></div>", "New." },
	{ "New.<div class=moz-cite-prefix>Xyz Bob qwert:<br></div><blockquote type=cite cite='mid:1@x'>Old.</blockquote>", "New." },
	{ "New.<div class=protonmail_quote>On Monday, 2 April 2012, Bob &lt;b@x.org&gt; wrote:<br><blockquote class=protonmail_quote type=cite>"
	  "Old.</blockquote></div>",
	  "New." },
	{ "New.<div id=yahoo_quoted_1 class=yahoo_quoted><div>Xyz, Bob qwert:</div><div>Old.</div></div>", "New." },
	{ "New.<hr id=zwchr><b>Xyz: </b>Bob<br>Old.", "New." },
	{ "New.<hr id=zwchr data-marker=__DIVIDER__><div data-marker=__HEADERS__><b>Xyz: </b>Bob</div>Old.", "New." },
	{ "New.<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>Mine.</blockquote>", "New.\nMine." },
	{ "<div class=gmail_quote><div class=gmail_attr>Xyz Bob qwert:</div><blockquote>Is it on?</blockquote>Yes."
	  "<blockquote>Is it hot?</blockquote>No.</div>",
	  "> Xyz Bob qwert:\n> Is it on?\nYes.\n> Is it hot?\nNo." },
};

static void programs_mark_quotes_in_html(void **state)
{
	(void)state;
	int bad = 0;

	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		struct arena *a ARENA_CLEANUP = arena_new();
		char *mail = arena_printf(a, "From: e@x.org\nContent-Type: text/html\n\n<html><body>%s</body></html>", pages[i].text);
		struct facts f = eml_facts(a, span_of(mail));
		struct span got = reading_excerpt(a, &f, SIZE_MAX);

		if (!span_eq(got, span_of(pages[i].new))) {
			print_error("# %s -> %.*s\n", pages[i].text, SPAN_ARG(got));
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

/* -- odd texts ---------------------------------------------------------------------------------------------- */

static void odd_texts_do_no_harm(void **state)
{
	(void)state;
	static const char *const pieces[] = { "\n", ">", ">\n", "--\n", "-", "On 1:11\n", "On 1/1 wrote:\n\n", "From: a@b\n", "a:\n\n\n",
					      "___\n", "C>\n", "> http://a\nb\n", "--- On ", "*", "\xe2\x80\x94\n", "|\n", "@x 2012:\n>\n" };

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		for (size_t k = 0; k < sizeof(pieces) / sizeof(*pieces); k++) {
			struct arena *a ARENA_CLEANUP = arena_new();
			BUF_CLEANUP struct buf b = BUF_CAPPED(100000);
			for (int n = 0; n < 500; n++) {
				buf_puts(&b, pieces[i]);
				buf_puts(&b, pieces[k]);
			}
			bool blank = !span_trim(buf_span(&b)).n;
			assert_int_equal(excerpt(a, buf_span(&b)).n == 0, blank);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(introductions_in_many_languages),
		cmocka_unit_test(new_is_what_this_person_wrote),
		cmocka_unit_test(stretches_leave_no_gap),
		cmocka_unit_test(programs_mark_quotes_in_html),
		cmocka_unit_test(odd_texts_do_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
