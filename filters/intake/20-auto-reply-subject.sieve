# Absence notices and confirmations of programs that mark them in no other way than by the subject.
require ["vnd.hearback"];

if anyof (
	header :matches "Subject" [
		# English
		"out of office*", "* is out of the office*", "automatic reply:*", "auto reply:*", "autoreply:*", "auto response:*",
		"auto-response:*", "vacation reply*", "on vacation*", "*ticket received:*", "your request has been received*",
		# German
		"abwesenheitsnotiz*", "automatische antwort:*", "abwesend:*", "abwesenheit:*", "bin nicht im büro*", "eingangsbestätigung*",
		# French
		"réponse automatique*", "absence du bureau*", "absent du bureau*", "message d'absence*", "accusé de réception*",
		# Spanish
		"respuesta automática*", "fuera de la oficina*", "ausente de la oficina*", "acuse de recibo*",
		# Italian
		"risposta automatica*", "fuori ufficio*", "assenza dall'ufficio*",
		# Portuguese
		"resposta automática*", "ausência temporária*", "fora do escritório*", "ausente do escritório*",
		# Dutch
		"automatisch antwoord*", "afwezig:*", "afwezigheidsbericht*", "niet aanwezig*",
		# Polish
		"automatyczna odpowiedź*", "odpowiedź automatyczna*", "poza biurem*", "nieobecność*",
		# Czech and Slovak
		"automatická odpověď*", "automatická odpoveď*", "mimo kancelář*", "nepřítomnost*",
		# Swedish, Danish, Norwegian
		"autosvar:*", "automatiskt svar*", "automatisk svar*", "frånvaro*", "fravær*", "ikke på kontoret*",
		# Finnish
		"automaattinen vastaus*", "poissaoloilmoitus*",
		# Russian and Ukrainian
		"автоматический ответ*", "автоответ*", "автовідповідь*", "автоматична відповідь*",
		# Turkish
		"otomatik yanıt*", "ofis dışında*",
		# Hungarian
		"automatikus válasz*", "házon kívül*",
		# Japanese, Chinese, Korean
		"自動応答*", "自動返信*", "自动回复*", "自動回覆*", "自動答覆*", "자동 회신*", "부재중*"
	]) {
	suppress "its subject is that of an automatic reply";
}
