#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains src/ledger/text.dict, the dictionary that the facts of messages are packed with.

usage: make-dictionary.py OUTPUT   (needs the zstd program)

The samples are made here, seeded, in the encoding of src/mail/facts.c: header blocks as common mail
programs and servers write them, and support mail in many languages. No mail of anybody goes in. A
ledger can only be read with the dictionary it was written with: never replace text.dict, add another.
"""
import base64, os, random, struct, subprocess, sys, tempfile
from email.utils import formatdate

R = random.Random(1)
SAMPLES, DICT_SIZE, DICT_ID = 6000, 32 * 1024, 0x68620001

# Openings, sentences, closings for each language.
TALK = {
 'en': ("Hello,|Hi,|Dear Support Team,|Good morning,|Hi team,|Hello support,|Dear Sir or Madam,",
  "I am having a problem with my account and cannot log in.|Could you please help me with this?|"
  "I have tried to reset my password several times, but I do not receive the email.|"
  "The error message says that the connection to the server timed out.|Please find the invoice attached.|"
  "I would like to cancel my subscription and get a refund.|My order has not arrived yet, can you tell me where it is?|"
  "We have been waiting for an answer since last week.|The payment was declined although the card has not expired.|"
  "Since the last update the application does not start any more.|Is there anything else you need from me?|"
  "Please let me know if you need any further information.|I look forward to hearing from you.|"
  "The invoice shows the wrong amount and the wrong billing address.|Can you confirm that you have received my message?|"
  "This is urgent because our production is down.|I attached a screenshot and the log file.|"
  "Which version of the browser are you using?|We are sorry for the inconvenience.|Thank you for contacting us.|"
  "Your request has been received and we will answer as soon as possible.|The customer number is on the contract.|"
  "The delivery was late and the package was damaged.|How can I export my data as a CSV file?|"
  "I would like to change the email address of our account.|We need a quote for the renewal of our license.|"
  "The account has been locked after three failed attempts.|The server returned an error when I tried to upload the file.|"
  "Our support hours are Monday to Friday from 9 to 5.|When will this be fixed?|The database backup failed again this night.|"
  "Could you please check the status of my ticket?|The import of the CSV file stops with a timeout.|I use Firefox on Windows and Linux.|"
  "My credit card was charged twice for the same order.|The tracking number does not work and the parcel seems to be lost.|"
  "We would like to add another user to our contract.|The link in your email is broken.|Please close this ticket, the problem is solved.|"
  "What does the monthly plan cost for our company?|The page is very slow and sometimes does not load at all.|I did not order this product.|"
  "Our customers cannot reach the website.|Please advise how we should proceed.|I have a question about the terms of the contract.",
  "Best regards,|Kind regards,|Thanks,|Thank you very much for your help.|Many thanks in advance,|Sincerely,|Cheers,|Regards,"),
 'de': ("Guten Tag,|Hallo,|Sehr geehrte Damen und Herren,|Liebes Support-Team,|Hallo zusammen,|Guten Morgen,",
  "ich kann mich seit heute Morgen nicht mehr in meinem Konto anmelden.|Können Sie mir bitte weiterhelfen?|"
  "Leider habe ich noch keine Antwort auf meine Anfrage erhalten.|Die Rechnung enthält einen falschen Betrag.|"
  "Bitte bestätigen Sie mir die Kündigung des Vertrags schriftlich.|Im Anhang finden Sie einen Screenshot der Fehlermeldung.|"
  "Die Lieferung ist bisher nicht angekommen.|Ich möchte meine Bestellung stornieren.|Wann können wir mit einer Lösung rechnen?|"
  "Seit dem letzten Update funktioniert die Anwendung nicht mehr.|Wir prüfen das und melden uns so schnell wie möglich bei Ihnen.|"
  "Für Rückfragen stehe ich Ihnen gerne zur Verfügung.|Das Passwort lässt sich nicht zurücksetzen.|"
  "Bitte ändern Sie die Rechnungsadresse unserer Firma.|Die Zahlung wurde abgelehnt, obwohl die Karte gültig ist.|"
  "Vielen Dank für Ihre schnelle Hilfe.|Es wäre sehr dringend, da unsere Kunden betroffen sind.",
  "Mit freundlichen Grüßen|Viele Grüße|Beste Grüße|Vielen Dank im Voraus!|Freundliche Grüße|Danke und Gruß"),
 'fr': ("Bonjour,|Madame, Monsieur,|Bonjour à toute l'équipe,|Bonsoir,|Chère équipe,",
  "je n'arrive plus à me connecter à mon compte depuis ce matin.|Pourriez-vous m'aider, s'il vous plaît ?|"
  "Je n'ai toujours pas reçu de réponse à ma demande.|La facture comporte une erreur de montant.|"
  "Vous trouverez en pièce jointe une capture d'écran.|Je souhaite annuler ma commande et être remboursé.|"
  "Ma commande n'est toujours pas arrivée.|Le message d'erreur s'affiche à chaque fois que j'essaie.|"
  "Depuis la dernière mise à jour, l'application ne fonctionne plus.|Merci de me confirmer la bonne réception de ce message.|"
  "Nous avons besoin d'une solution rapidement, c'est urgent.|Je reste à votre disposition pour tout complément d'information.|"
  "Pouvez-vous modifier l’adresse de facturation de notre société ?|Le paiement a été refusé alors que la carte est valide.|"
  "Nous vous remercions de votre message et nous vous répondrons dans les meilleurs délais.",
  "Cordialement,|Bien cordialement,|Merci d'avance pour votre aide.|Bonne journée,|Merci beaucoup,|Salutations distinguées,"),
 'es': ("Hola,|Buenos días:|Buenas tardes,|Estimados señores:|Estimado equipo de soporte:",
  "no puedo acceder a mi cuenta desde esta mañana.|¿Podrían ayudarme, por favor?|Todavía no he recibido ninguna respuesta.|"
  "La factura tiene un importe incorrecto.|Adjunto una captura de pantalla con el mensaje de error.|"
  "Quiero cancelar mi pedido y solicitar la devolución del dinero.|Mi pedido aún no ha llegado.|"
  "Desde la última actualización la aplicación no funciona.|Necesito una solución lo antes posible porque es urgente.|"
  "Por favor, confirmen que han recibido este mensaje.|Quedo a la espera de su respuesta.|He intentado cambiar la contraseña varias veces.|"
  "Gracias por ponerse en contacto con nosotros.",
  "Un saludo,|Saludos cordiales,|Muchas gracias por su ayuda.|Atentamente,|Gracias de antemano,"),
 'it': ("Buongiorno,|Salve,|Gentile assistenza,|Ciao,|Buonasera,",
  "non riesco più ad accedere al mio account da questa mattina.|Potete aiutarmi, per favore?|Non ho ancora ricevuto una risposta.|"
  "La fattura riporta un importo sbagliato.|In allegato trovate una schermata dell'errore.|Vorrei annullare il mio ordine e ricevere il rimborso.|"
  "Il pacco non è ancora arrivato.|Dopo l'ultimo aggiornamento l'applicazione non funziona più.|Resto in attesa di un vostro riscontro.|"
  "Vi prego di confermare la ricezione di questa email.|Ho provato più volte a reimpostare la password.",
  "Cordiali saluti,|Grazie mille per l'aiuto.|Distinti saluti,|Grazie in anticipo,|Buona giornata,"),
 'pt': ("Olá,|Bom dia,|Boa tarde,|Prezados,|Caro suporte,",
  "não consigo acessar a minha conta desde hoje de manhã.|Vocês podem me ajudar, por favor?|Ainda não recebi nenhuma resposta.|"
  "A fatura está com o valor errado.|Segue em anexo uma captura de tela do erro.|Gostaria de cancelar o pedido e receber o reembolso.|"
  "O meu pedido ainda não chegou.|Depois da última atualização o aplicativo não funciona mais.|Fico no aguardo do seu retorno.|"
  "Tentei redefinir a senha várias vezes, mas não recebo o e-mail.",
  "Atenciosamente,|Obrigado pela ajuda.|Obrigada,|Cumprimentos,|Desde já agradeço,"),
 'nl': ("Hallo,|Goedemorgen,|Beste,|Geachte heer, mevrouw,|Goedemiddag,",
  "ik kan sinds vanochtend niet meer inloggen op mijn account.|Kunt u mij hiermee helpen?|Ik heb nog geen antwoord ontvangen op mijn vraag.|"
  "Het bedrag op de factuur klopt niet.|In de bijlage vindt u een schermafbeelding van de foutmelding.|Ik wil mijn bestelling graag annuleren.|"
  "Mijn pakket is nog niet bezorgd.|Sinds de laatste update werkt de applicatie niet meer.|Ik hoor graag van u.|"
  "Het wachtwoord kan niet worden gewijzigd.",
  "Met vriendelijke groet,|Groeten,|Alvast bedankt voor uw hulp.|Vriendelijke groeten,|Bedankt,"),
 'pl': ("Dzień dobry,|Witam,|Szanowni Państwo,|Cześć,",
  "od dzisiaj rano nie mogę zalogować się na swoje konto.|Czy mogą mi Państwo pomóc?|Nadal nie otrzymałem odpowiedzi na moje zgłoszenie.|"
  "Na fakturze jest błędna kwota.|W załączniku przesyłam zrzut ekranu z komunikatem o błędzie.|Chciałbym anulować zamówienie.|"
  "Przesyłka jeszcze nie dotarła.|Po ostatniej aktualizacji aplikacja przestała działać.|Proszę o jak najszybszą odpowiedź.",
  "Pozdrawiam,|Z poważaniem,|Dziękuję za pomoc.|Z góry dziękuję,"),
 'tr': ("Merhaba,|Sayın Yetkili,|İyi günler,|Günaydın,",
  "bu sabahtan beri hesabıma giriş yapamıyorum.|Bana yardımcı olabilir misiniz?|Talebime henüz bir yanıt alamadım.|Faturadaki tutar yanlış görünüyor.|"
  "Hata mesajının ekran görüntüsü ektedir.|Siparişimi iptal etmek istiyorum.|Kargom hâlâ gelmedi.|Son güncellemeden sonra uygulama çalışmıyor.",
  "Saygılarımla,|İyi çalışmalar,|Yardımınız için teşekkür ederim.|Şimdiden teşekkürler,"),
 'ru': ("Здравствуйте!|Добрый день!|Уважаемая служба поддержки,|Привет,|Доброе утро,",
  "Я не могу войти в свой аккаунт с сегодняшнего утра.|Помогите, пожалуйста, решить эту проблему.|Я до сих пор не получил ответа на своё письмо.|"
  "В счёте указана неверная сумма.|Во вложении снимок экрана с сообщением об ошибке.|Я хочу отменить заказ и вернуть деньги.|"
  "Заказ ещё не доставлен.|После последнего обновления программа не работает.|Прошу подтвердить получение письма.|"
  "Не получается изменить пароль, письмо не приходит.",
  "С уважением,|Спасибо за помощь.|Заранее спасибо!|Всего доброго,"),
 'ja': ("お世話になっております。|いつもお世話になっております。|こんにちは。|ご担当者様|サポート担当者様",
  "今朝からアカウントにログインできません。|エラーメッセージが表示されます。|ご確認をお願いいたします。|請求書の金額が間違っているようです。|"
  "添付ファイルをご確認ください。|注文した商品がまだ届いていません。|注文をキャンセルしたいのですが、返金は可能でしょうか。|"
  "パスワードを再設定しましたが、メールが届きません。|お忙しいところ恐れ入りますが、至急ご対応いただけますでしょうか。|"
  "アップデート後、アプリが起動しなくなりました。|お問い合わせいただきありがとうございます。|契約の更新について教えてください。|ご連絡いただけますと幸いです。|サーバーのエラーが発生しています。|ご返信をお待ちしております。|"
  "サーバーに接続できない状態が続いております。",
  "よろしくお願いいたします。|何卒よろしくお願い申し上げます。|ありがとうございます。|以上、よろしくお願いします。"),
 'zh': ("您好，|你好，|尊敬的客服：|您好！",
  "从今天早上开始我无法登录我的账户。|请帮我处理一下这个问题。|我还没有收到回复。|发票上的金额不正确。|附件是错误信息的截图。|"
  "我想取消订单并申请退款。|我的订单还没有收到。|更新之后应用程序无法启动。|请尽快回复，谢谢。|我多次尝试重置密码，但是收不到邮件。|如果需要更多信息，请告诉我。",
  "谢谢！|此致|敬礼|祝好，|非常感谢您的帮助。"),
 'ko': ("안녕하세요.|안녕하세요, 고객지원 담당자님.|수고 많으십니다.",
  "오늘 아침부터 계정에 로그인할 수 없습니다.|확인 부탁드립니다.|아직 답변을 받지 못했습니다.|청구서 금액이 잘못되었습니다.|"
  "오류 메시지 화면을 첨부합니다.|주문을 취소하고 환불받고 싶습니다.|주문한 상품이 아직 도착하지 않았습니다.|업데이트 이후 앱이 실행되지 않습니다.",
  "감사합니다.|빠른 답변 부탁드립니다.|수고하세요."),
 'hi': ("नमस्ते,|नमस्कार,|प्रिय सहायता टीम,|महोदय,",
  "मैं आज सुबह से अपने खाते में लॉगिन नहीं कर पा रहा हूँ।|कृपया मेरी सहायता करें।|मुझे अभी तक कोई उत्तर नहीं मिला है।|बिल में राशि गलत है।|"
  "मैंने त्रुटि संदेश का स्क्रीनशॉट संलग्न किया है।|मेरा ऑर्डर अभी तक नहीं आया है।|मैं अपना ऑर्डर रद्द करना चाहता हूँ।|भुगतान नहीं हो रहा है, खाता बंद हो गया है।|"
  "कृपया जल्दी उत्तर दें, यह समस्या बहुत जरूरी है।|अपडेट के बाद ऐप काम नहीं कर रहा है।|मेरे पैसे वापस कर दीजिए।|मेरा पासवर्ड बदल नहीं रहा है।|आदेश संख्या नीचे दी गई है।",
  "धन्यवाद,|आपकी मदद के लिए धन्यवाद।|सादर,"),
 'ta': ("வணக்கம்,|அன்புள்ள ஆதரவு குழுவிற்கு,|ஐயா,",
  "இன்று காலை முதல் என் கணக்கில் உள்நுழைய முடியவில்லை.|தயவுசெய்து எனக்கு உதவுங்கள்.|இன்னும் எந்த பதிலும் வரவில்லை.|கட்டணத் தொகை தவறாக உள்ளது.|"
  "பிழைச் செய்தியின் படத்தை இணைத்துள்ளேன்.|என் ஆணை இன்னும் வரவில்லை.|விரைவில் பதில் அளிக்கவும்.|என் கணக்கு திறக்கவில்லை.|கடவுச்சொல்லை மாற்ற முடியவில்லை.|பணத்தைத் திருப்பித் தரவும்.|இந்தப் பிரச்சினை மிகவும் அவசரமானது.",
  "நன்றி,|உங்கள் உதவிக்கு நன்றி.|அன்புடன்,"),
 'bn': ("নমস্কার,|হ্যালো,|প্রিয় সহায়তা দল,|জনাব,",
  "আজ সকাল থেকে আমি আমার অ্যাকাউন্টে লগইন করতে পারছি না।|দয়া করে আমাকে সাহায্য করুন।|আমি এখনও কোনো উত্তর পাইনি।|বিলের পরিমাণ ভুল আছে।|"
  "আমি ত্রুটি বার্তার স্ক্রিনশট সংযুক্ত করেছি।|আমার অর্ডার এখনও আসেনি।|দ্রুত উত্তর দিন, এটি একটি জরুরি সমস্যা।|আমার অ্যাকাউন্ট খুলছে না।|আমি আমার টাকা ফেরত চাই।|পাসওয়ার্ড পরিবর্তন করা যাচ্ছে না।",
  "ধন্যবাদ,|আপনার সাহায্যের জন্য ধন্যবাদ।|শুভেচ্ছান্তে,"),
 'te': ("నమస్కారం,|నమస్తే,|ప్రియమైన సహాయ బృందానికి,",
  "ఈ ఉదయం నుండి నా ఖాతాలోకి లాగిన్ కాలేకపోతున్నాను.|దయచేసి నాకు సహాయం చేయండి.|నాకు ఇంకా సమాధానం రాలేదు.|బిల్లు మొత్తం తప్పుగా ఉంది.|నా ఆర్డర్ ఇంకా రాలేదు.|"
  "ఈ సమస్య చాలా అత్యవసరం.|నా ఖాతా తెరవడం లేదు.|పాస్‌వర్డ్ మార్చలేకపోతున్నాను.|నా డబ్బు తిరిగి ఇవ్వండి.", "ధన్యవాదాలు,|మీ సహాయానికి ధన్యవాదాలు.|ఇట్లు,"),
 'ml': ("നമസ്കാരം,|പ്രിയ സഹായ സംഘത്തിന്,|സർ,",
  "ഇന്ന് രാവിലെ മുതൽ എന്റെ അക്കൗണ്ടിൽ ലോഗിൻ ചെയ്യാൻ കഴിയുന്നില്ല.|ദയവായി എന്നെ സഹായിക്കുക.|എനിക്ക് ഇതുവരെ മറുപടി ലഭിച്ചിട്ടില്ല.|ബില്ലിലെ തുക തെറ്റാണ്.|"
  "എന്റെ ഓർഡർ ഇതുവരെ വന്നിട്ടില്ല.|ഈ പ്രശ്നം വളരെ അടിയന്തിരമാണ്.|എന്റെ അക്കൗണ്ട് തുറക്കുന്നില്ല.|പാസ്‌വേഡ് മാറ്റാൻ കഴിയുന്നില്ല.|എന്റെ പണം തിരികെ നൽകുക.", "നന്ദി,|നിങ്ങളുടെ സഹായത്തിന് നന്ദി.|സ്നേഹപൂർവ്വം,"),
 'ar': ("مرحبا،|السلام عليكم،|السادة فريق الدعم،|تحية طيبة،",
  "لا أستطيع تسجيل الدخول إلى حسابي منذ صباح اليوم.|هل يمكنكم مساعدتي من فضلكم؟|لم أتلق أي رد حتى الآن.|المبلغ في الفاتورة غير صحيح.|"
  "أرفقت لقطة شاشة لرسالة الخطأ.|أريد إلغاء الطلب واسترداد المبلغ.|لم يصل طلبي بعد.|يرجى الرد في أقرب وقت ممكن.",
  "شكرا لكم،|مع التحية،|وتفضلوا بقبول فائق الاحترام،|شكرا على مساعدتكم."),
 'sv': ("Hej,|Hej!|God morgon,", "jag kan inte logga in på mitt konto sedan i morse.|Kan ni hjälpa mig med detta?|Jag har inte fått något svar ännu.|"
  "Beloppet på fakturan är fel.|Jag bifogar en skärmbild av felmeddelandet.|Min beställning har inte kommit fram.",
  "Med vänliga hälsningar|Tack på förhand,|Vänligen,"),
}
WEIGHT = {'en': 10, 'de': 4, 'fr': 4, 'es': 3, 'ja': 3, 'hi': 3, 'zh': 3, 'pt': 2, 'it': 2, 'nl': 2, 'ru': 2}
SUBJECT = {'de': 'Anfrage zu Rechnung|Störung im Kundenportal|Kündigung', 'fr': 'Problème de connexion|Demande de remboursement|Facture',
 'es': 'Problema con mi pedido|Consulta sobre la factura', 'ja': 'ログインできません|請求書の件', 'hi': 'खाता समस्या|लॉगिन नहीं हो रहा'}
SUBJECT_EN = ('Cannot log in to the portal|Question about invoice|Order has not arrived|Refund request|Problem with my account|'
 'Password reset not working|Error message after update|Change of billing address|Support request|Help|Urgent: server down')
QUOTE = {'de': 'Am %s schrieb %s:', 'fr': 'Le %s, %s a écrit :', 'es': 'El %s, %s escribió:', 'it': 'Il %s %s ha scritto:',
 'pt': 'Em %s, %s escreveu:', 'nl': 'Op %s schreef %s:', 'ja': '%s %s:', 'ru': '%s, %s пишет:', 'pl': 'W dniu %s użytkownik %s napisał:'}
FORWARD = {'en': '-----Original Message-----\nFrom: %s\nSent: %s\nTo: %s\nSubject: %s\n', 'de': '-----Ursprüngliche Nachricht-----\nVon: %s\nGesendet: %s\nAn: %s\nBetreff: %s\n',
 'fr': '-----Message d\'origine-----\nDe : %s\nEnvoyé : %s\nÀ : %s\nObjet : %s\n', 'es': '-----Mensaje original-----\nDe: %s\nEnviado el: %s\nPara: %s\nAsunto: %s\n'}
TAIL = ['\nSent from my iPhone', '\nSent from my Samsung Galaxy smartphone.', '\nGet Outlook for iOS', '\nGet Outlook for Android', '\nSent from Yahoo Mail on Android',
 '\nVon meinem iPhone gesendet', '\nEnvoyé de mon iPhone', '\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you are not the intended recipient, please notify the sender and delete this message.']
FIRST = 'Anna Peter Maria John Sophie Carlos Yuki Wei Priya Ahmed Olga Jan Emma Luca Fatima David Laura Thomas'.split()
LAST = 'Schmidt Smith Martin Garcia Rossi Silva Tanaka Chen Sharma Hassan Ivanova Kowalski Larsen Brown Jones Miller'.split()
DOMAIN = ['example.com', 'example.org', 'example.net', 'customer.example', 'mail.example.com', 'shop.example', 'corp.example', 'uni.example']

def rand_hex(n): return '%0*x' % (n, R.getrandbits(4 * n))
def rand_b64(n): return base64.b64encode(R.randbytes(n)).decode()
def pick(text): return R.choice(text.split('|'))

class Person:
    def __init__(self):
        f, l = R.choice(FIRST), R.choice(LAST)
        self.name, self.local, self.domain = f + ' ' + l, R.choice([f.lower(), f.lower() + '.' + l.lower(), 'info', f[0].lower() + l.lower()]), R.choice(DOMAIN)
        self.mail = self.local + '@' + self.domain
        self.full = R.choice(['%s <%s>', '"%s" <%s>']) % (self.name, self.mail)

def received(p, ours, at):
    host, ip = 'mail%d.%s' % (R.randrange(90), p.domain), '%d.%d.%d.%d' % tuple(R.randrange(1, 255) for _ in range(4))
    return R.choice([
        'from %s (%s [%s])\tby mx.%s (Postfix) with ESMTPS id %s\tfor <%s>; %s' % (host, host, ip, ours.domain, rand_hex(10).upper(), ours.mail, at),
        'from %s (unknown [%s])\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\t(No client certificate requested)\tby mx.%s (Postfix) with ESMTPS id %s\tfor <%s>; %s' % (host, ip, ours.domain, rand_hex(11), ours.mail, at),
        'from %s ([%s])\tby mail.%s with LMTP\tid %s\t(envelope-from <%s>)\tfor <%s>; %s' % (host, ip, ours.domain, rand_b64(12), p.mail, ours.mail, at),
        'by 2002:a05:%s:b0:%s:%s with SMTP id %s;        %s' % (rand_hex(4), rand_hex(3), rand_hex(4), rand_hex(16), at.replace('+0000', '-0700 (PDT)')),
        'from mail-%s.google.com (mail-%s.google.com. [209.85.220.41])        by mx.google.com with SMTPS id %s        for <%s>        (Google Transport Security);        %s' % (rand_hex(4), rand_hex(4), rand_hex(20), ours.mail, at),
        'from AM0PR01MB%d.eurprd01.prod.exchangelabs.com (2603:10a6:208:%s::%s) by DB7PR01MB%d.eurprd01.prod.outlook.com with HTTPS; %s' % (R.randrange(9999), rand_hex(2), rand_hex(2), R.randrange(9999), at),
        'from %s by %s with esmtpsa (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <%s>) id %s for %s; %s' % (host, ours.domain, p.mail, rand_hex(16), ours.mail, at),
    ])

def header(p, ours, subject, at, mid, refs):
    date = formatdate(at)
    h = [('Return-Path', '<%s>' % p.mail), ('Delivered-To', ours.mail)][:R.randint(1, 2)]
    h += [('Received', received(p, ours, date)) for _ in range(R.randint(1, 4))]
    auth = 'mx.%s;\tdkim=pass (2048-bit key; unprotected) header.d=%s header.i=@%s header.b="%s";\tspf=pass (mx.%s: domain of %s designates 192.0.2.%d as permitted sender) smtp.mailfrom=%s;\tdmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=%s' % (
        ours.domain, p.domain, p.domain, rand_hex(8), ours.domain, p.mail, R.randrange(255), p.mail, p.domain)
    if R.random() < .3:
        auth = 'mx.%s; dmarc=pass header.from=%s; spf=pass smtp.mailfrom=%s; dkim=pass header.d=%s' % (ours.domain, p.domain, p.mail, p.domain)
    if R.random() < .7: h.append(('Authentication-Results', auth))
    if R.random() < .2: h.append(('Received-SPF', 'Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=mail.%s; envelope-from=%s; receiver=<UNKNOWN>' % (p.domain, p.mail)))
    if R.random() < .8:
        h.append(('DKIM-Signature', 'v=1; a=rsa-sha256; c=relaxed/relaxed;        d=%s; s=%s; t=%d; x=%d; darn=%s;        h=%s;        bh=%s=;        b=%s' % (p.domain,
            R.choice(['sel1', 's1', 'mail', '20230601', 'selector1', 'default', 'dkim']), at, at + 604800, ours.domain,
            R.choice(['to:subject:message-id:date:from:in-reply-to:references:mime-version:from:to:cc:subject:date:message-id:reply-to',
                'From:To:Subject:Date:Message-ID:Content-Type:MIME-Version', 'from:to:subject:date:message-id']), rand_b64(32)[:43], rand_b64(128))))
    rest = [('From', p.full), ('To', R.choice([ours.mail, ours.full, '<%s>' % ours.mail])), ('Subject', subject), ('Date', date), ('Message-ID', mid), ('MIME-Version', '1.0')]
    if refs: rest += [('In-Reply-To', refs[-1]), ('References', ' '.join(refs))]
    if R.random() < .2: rest.append(('Cc', Person().full))
    if R.random() < .2: rest.append(('Reply-To', p.mail))
    R.shuffle(rest)
    h += rest
    extra = [('X-Mailer', R.choice(['Apple Mail (2.3774.600.62)', 'Microsoft Outlook 16.0', 'iPhone Mail (21F90)', 'PHPMailer 6.8.0 (https://github.com/PHPMailer/PHPMailer)'])),
        ('User-Agent', R.choice(['Mozilla Thunderbird', 'Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.9.0', 'Roundcube Webmail/1.6.5', 'K-9 Mail for Android', 'Mutt/2.2.9'])),
        ('Thread-Topic', subject), ('Thread-Index', 'Ad' + rand_b64(16)), ('Accept-Language', R.choice(['en-US', 'de-DE, en-US', 'fr-FR, en-US', 'en-GB'])),
        ('Content-Language', R.choice(['en-US', 'de-DE', 'fr', 'en-GB'])), ('X-MS-Has-Attach', ''), ('X-MS-TNEF-Correlator', ''), ('Importance', 'normal'), ('X-Priority', '3 (Normal)'),
        ('X-MS-Exchange-Organization-SCL', '-1'), ('X-MS-PublicTrafficType', 'Email'), ('X-OriginatorOrg', p.domain), ('X-MS-Exchange-CrossTenant-AuthAs', 'Internal'),
        ('X-Google-Smtp-Source', 'AGHT+IE' + rand_b64(36)), ('X-Received', 'by 2002:a17:906:%s:b0:%s:%s with SMTP id %s.%d.%d; %s (PDT)' % (rand_hex(4), rand_hex(3), rand_hex(4), rand_hex(12), R.randrange(99), at, date)),
        ('X-Google-DKIM-Signature', 'v=1; a=rsa-sha256; c=relaxed/relaxed;        d=1e100.net; s=20230601; t=%d; x=%d;        h=to:subject:message-id:date:from:mime-version:x-gm-message-state         :from:to:cc:subject:date:message-id:reply-to;        bh=%s' % (at, at + 604800, rand_b64(32))),
        ('X-Gm-Message-State', 'AOJu0Y' + rand_b64(60)), ('ARC-Authentication-Results', 'i=1; ' + auth), ('ARC-Seal', 'i=1; a=rsa-sha256; t=%d; cv=none;        d=google.com; s=arc-20160816;        b=%s' % (at, rand_b64(90))),
        ('X-Spam-Status', 'No, score=-1.9 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,HTML_MESSAGE,SPF_HELO_NONE,SPF_PASS autolearn=ham autolearn_force=no version=4.0.0'),
        ('X-Spam-Level', ''), ('X-Spam-Flag', 'NO'), ('X-Virus-Scanned', 'Debian amavisd-new at mx.' + ours.domain), ('X-Spamd-Bar', '---'), ('X-Rspamd-Server', 'mx.' + ours.domain),
        ('Organization', 'Example GmbH'), ('X-Originating-IP', '[192.0.2.%d]' % R.randrange(255))]
    h += R.sample(extra, R.randint(1, 9))
    kind = R.random()
    if kind < .05: h += [('Auto-Submitted', 'auto-replied'), ('X-Auto-Response-Suppress', 'All'), ('Precedence', 'bulk'), ('X-Autoreply', 'yes')][:R.randint(1, 4)]
    elif kind < .12: h += [('List-Id', '<announce.%s>' % p.domain), ('List-Unsubscribe', '<https://%s/unsubscribe?u=%s>, <mailto:unsubscribe@%s>' % (p.domain, rand_hex(12), p.domain)), ('List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'), ('Precedence', 'list'), ('List-Post', '<mailto:list@%s>' % p.domain), ('Feedback-ID', rand_hex(8))]
    ctype = R.choice(['text/plain; charset=UTF-8', 'text/plain; charset="UTF-8"', 'text/plain; charset=utf-8; format=flowed', 'text/plain; charset="us-ascii"', 'text/plain; charset="iso-8859-1"', 'text/plain; charset="windows-1252"', 'text/plain; charset="iso-2022-jp"',
        'multipart/alternative; boundary="000000000000%s"' % rand_hex(16), 'multipart/mixed; boundary="----=_Part_%d_%d.%d"' % (R.randrange(9999), R.randrange(9999999), at), 'multipart/alternative; boundary="_000_AM0PR01MB%seurp_"' % rand_hex(16), 'multipart/report; report-type=delivery-status; boundary="%s.%d/mx.%s"' % (rand_hex(10).upper(), at, p.domain)])
    h.append(('Content-Type', ctype))
    if not ctype.startswith('multipart'): h.append(('Content-Transfer-Encoding', R.choice(['7bit', '8bit', 'quoted-printable', 'base64'])))
    return h, ctype

def wrap(text, width):
    lines = []
    for word in text.split(' '):
        if lines and len(lines[-1]) + len(word) < width: lines[-1] += ' ' + word
        else: lines.append(word)
    return '\n'.join(lines)

def talk(lang):
    opening, middle, closing = TALK[lang]
    paragraphs = [' '.join(R.sample(middle.split('|'), R.randint(1, min(4, len(middle.split('|')))))) for _ in range(R.randint(1, 3))]
    return pick(opening) + '\n\n' + '\n\n'.join(wrap(x, R.choice([72, 76, 9999])) for x in paragraphs) + '\n\n' + pick(closing) + '\n'

def b(s):
    s = s.encode() if isinstance(s, str) else s
    return struct.pack('>I', len(s)) + s

def addresses(people):
    return struct.pack('>IIBB', len(people), len(people), 0, 0) + b''.join(b(p.name) + b(p.local) + b(p.domain) for p in people)

def ids(list_):
    return struct.pack('>II', len(list_), len(list_)) + b''.join(b(x.strip('<>')) for x in list_)

def sample():
    lang = R.choices(list(TALK), [WEIGHT.get(l, 1) for l in TALK])[0]
    p, ours, at = Person(), Person(), 1600000000 + R.randrange(300000000)
    mid = lambda: R.choice(['<%s@%s>' % (rand_hex(32), p.domain), '<CA%s@mail.gmail.com>' % rand_b64(33), '<AM0PR01MB%s@AM0PR01MB%d.eurprd01.prod.outlook.com>' % (rand_hex(20).upper(), R.randrange(9999))])
    refs = [mid() for _ in range(R.choice([0, 0, 1, 2, 4]))]
    subject = pick(SUBJECT.get(lang, SUBJECT_EN))
    if refs: subject = R.choice(['Re: ', 'RE: ', 'AW: ', 'Fwd: ']) + subject
    this = mid()
    fields, ctype = header(p, ours, subject, at, this, refs)
    text = talk(lang) + p.name + '\n'
    if R.random() < .3: text += '-- \n' + p.name + '\nExample GmbH\nTel. +49 30 %d\nwww.%s\n' % (R.randrange(9999999), p.domain)
    if R.random() < .15: text += R.choice(TAIL)
    if refs:
        q = talk(lang)
        if R.random() < .7: text += '\n\n' + QUOTE.get(lang, 'On %s, %s wrote:') % (formatdate(at - 9999), ours.full) + '\n' + '\n'.join('> ' + l for l in q.split('\n'))
        else: text += '\n\n' + FORWARD.get(lang, FORWARD['en']) % (ours.full, formatdate(at - 9999), p.full, subject) + '\n' + q
    reports = b''
    if 'report' in ctype:
        text = "This is the mail system at host mx.%s.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\nIf you do so, please include this problem report. You can\ndelete your own text from the attached returned message.\n\n                   The mail system\n\n<%s>: host mx.%s[192.0.2.1] said: 550 5.1.1\n    <%s>: Recipient address rejected: User unknown (in reply to RCPT TO command)\n" % (p.domain, p.mail, p.domain, p.mail)
        blocks = [[('Reporting-MTA', 'dns; mx.' + p.domain), ('Arrival-Date', formatdate(at))], [('Final-Recipient', 'rfc822; ' + p.mail), ('Original-Recipient', 'rfc822;' + p.mail), ('Action', R.choice(['failed', 'delayed'])), ('Status', '5.1.1'), ('Remote-MTA', 'dns; mx.' + p.domain), ('Diagnostic-Code', 'smtp; 550 5.1.1 user unknown')]]
        reports = b''.join(struct.pack('>II', 3, len(x)) + b''.join(b(n) + b(v) for n, v in x) for x in blocks)
    html = text if ctype.startswith('multipart/alt') and R.random() < .5 else ''
    parts = [(t, n, 'attachment') for t, n in R.sample([('image/png', 'screenshot.png'), ('image/jpeg', 'image001.jpg'), ('application/pdf', 'invoice.pdf'), ('application/octet-stream', 'log.txt'), ('application/zip', 'archive.zip'), ('application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'document.docx')], R.choice([0, 0, 0, 1, 2]))]
    return (struct.pack('>BBQI', 1, 0, R.randrange(60000), len(fields)) + b''.join(b(n) + b(v) for n, v in fields) + b(subject) + b(this.strip('<>')) + ids(refs) + ids(refs[-1:]) + struct.pack('>q', at) +
        addresses([p]) + addresses([]) + addresses([]) + addresses([ours]) + addresses([]) + addresses([]) + b(p.full) + struct.pack('>IB', 1, 2) + b('') + b(p.local) + b(p.domain) +
        b(ctype.split(';')[0]) + b('') + b(text) + b(html) + struct.pack('>I', len(parts)) + b''.join(b(t) + b(n) + b(d) + struct.pack('>Q', R.randrange(99999)) for t, n, d in parts) +
        struct.pack('>I', 2 if reports else 0) + reports + b('') + struct.pack('>I', 0))

def main():
    if len(sys.argv) != 2: sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, '%05d' % i) for i in range(SAMPLES)]
        for name in names:
            with open(name, 'wb') as f: f.write(sample())
        subprocess.run(['zstd', '-q', '--train-fastcover', '-r', folder, '--maxdict=%d' % DICT_SIZE, '--dictID=%d' % DICT_ID, '-o', sys.argv[1], '-f'], check=True)
    print('%s: %d bytes' % (sys.argv[1], os.path.getsize(sys.argv[1])))

main()
