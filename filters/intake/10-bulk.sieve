# Mail that calls itself bulk, in the fields that older and in-house programs use (RFC 3834 section 2). What the common
# list servers and responders write is known to hearback itself. Our own group and forms write such fields, too.
require ["vnd.hearback"];

if allof (not fact "through" ["group", "form"], anyof (
	header :is ["Precedence", "X-Precedence"] ["bulk", "junk", "list", "auto_reply"],
	header :contains ["X-Campaign-Id", "X-Mailing-Id", "X-Newsletter-Id", "Feedback-ID", "X-MC-User"] "")) {
	suppress "it was sent in bulk";
}
