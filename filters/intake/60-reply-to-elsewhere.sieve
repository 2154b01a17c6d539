# The author and the address that answers should go to belong to different houses: a form of somebody else's, or a trick.
require ["vnd.hearback"];

if fact "reply-to" "elsewhere" {
	hold "answers to it would go to another domain than its author's";
}
