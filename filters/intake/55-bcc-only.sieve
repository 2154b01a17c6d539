# Our address stands nowhere in the header: a mailing to addresses that somebody has collected.
require ["vnd.hearback"];

if fact "addressed" "no" {
	hold "our address is not among its recipients";
}
