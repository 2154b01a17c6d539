# Somebody has written to a crowd, us among them: whoever answers may answer everybody.
require ["vnd.hearback", "relational", "comparator-i;ascii-numeric"];

if fact :value "ge" :comparator "i;ascii-numeric" "recipients" "8" {
	hold "it went to many addresses: does each of them expect an answer?";
}
