# An acknowledgement that shows a password, a card number or the like would have come from the mail it answers: a template
# that quotes too much. A person looks at it.
require ["vnd.hearback", "body"];

if anyof (
	body :text :contains ["password:", "passwort:", "mot de passe :", "contraseña:", "-----BEGIN"],
	header :contains "Subject" ["password", "passwort"]) {
	hold "the finished message looks as if it repeats a secret";
}
