# A change of bank details is confirmed by phone, at the number we know. A robot's "we have your message" would help
# whoever pretends to be a supplier.
require ["vnd.hearback"];

if header :matches "Subject" [
		"*new bank account*", "*new bank details*", "*change* of bank*", "*changed bank*", "*updated bank*",
		"*updated payment details*", "*new iban*", "*neue bankverbindung*", "*geänderte bankverbindung*", "*neue iban*",
		"*changement de rib*", "*nouveau rib*", "*nouvelles coordonnées bancaires*", "*cambio de cuenta bancaria*",
		"*nuevos datos bancarios*", "*nuovo iban*", "*nuove coordinate bancarie*", "*nieuwe bankrekening*"] {
	hold "bank details: call back at the number we know before anything is answered";
}
