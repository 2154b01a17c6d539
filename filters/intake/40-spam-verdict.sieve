# What our own spam filter says. Anybody can write these fields: a stranger who claims to send spam is believed, and no
# other claim has an effect.
require ["vnd.hearback", "relational", "comparator-i;ascii-numeric"];

if anyof (
	header :matches ["X-Spam-Flag", "X-Spam-Status", "X-Spam"] "yes*",
	header :contains "X-Spam-Action" ["reject", "rewrite subject", "add header"],
	header :value "ge" :comparator "i;ascii-numeric" ["X-MS-Exchange-Organization-SCL"] "5") {
	suppress "the spam filter took it for spam";
}
