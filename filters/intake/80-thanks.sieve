# "Thank you!" on its own, in answer to us, asks for nothing: a robot's reply to it only annoys.
require ["vnd.hearback", "relational", "comparator-i;ascii-numeric"];

if allof (
	fact "is-reply" "yes",
	fact :matches "new-text" [
		"thanks", "thanks?", "thanks a lot*", "thank you", "thank you?", "thank you very much*", "many thanks*", "great, thanks*",
		"perfect, thanks*", "danke", "danke?", "danke sehr*", "danke schön*", "dankeschön*", "vielen dank", "vielen dank?",
		"herzlichen dank*", "merci", "merci?", "merci beaucoup*", "gracias", "gracias?", "muchas gracias*", "grazie", "grazie?",
		"grazie mille*", "obrigado*", "obrigada*", "muito obrigad*", "dank je*", "dank u*", "bedankt*", "tack", "tack?",
		"tack så mycket*", "tak", "tak?", "mange tak*", "takk", "takk?", "dziękuję", "dziękuję?", "děkuji", "děkuji?", "kiitos",
		"kiitos?", "спасибо", "спасибо?", "дякую", "дякую?", "teşekkürler*", "ありがとうございます*", "谢谢*"],
	not fact :contains "new-text" "?",
	fact :value "le" :comparator "i;ascii-numeric" "new-text-size" "80") {
	suppress "it says thank you and asks nothing";
}
