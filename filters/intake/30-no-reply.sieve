# Addresses that nobody reads, beyond those that hearback knows by itself.
require ["vnd.hearback"];

if address :localpart :matches ["From", "Reply-To"] [
		"*no-reply*", "*noreply*", "*no_reply*", "*donotreply*", "*do-not-reply*", "*do_not_reply*", "*dont-reply*",
		"*nepasrepondre*", "*ne-pas-repondre*", "*nicht-antworten*", "*keine-antwort*", "*noresponder*", "*no-responder*",
		"*nao-responda*", "*non-rispondere*", "notification", "notifications", "alert", "alerts", "mailer", "newsletter",
		"newsletters", "automailer", "auto-confirm", "bounce", "bounces"] {
	suppress "nobody reads what is sent to its author";
}
