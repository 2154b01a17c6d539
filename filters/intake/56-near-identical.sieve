# Many people write the same within minutes: somebody has mailed a customer list, or their mail programs answer one. Whoever
# would be acknowledged has perhaps not written to us.
require ["vnd.hearback", "relational", "comparator-i;ascii-numeric"];

if fact :value "ge" :comparator "i;ascii-numeric" "alike" "4" {
	hold "many people have just written the same";
}
