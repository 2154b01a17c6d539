#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit for systemd: systemd understands it, finds little to harden (2.0 of 10 at most), and lets us raise our walls.
unit="${top_builddir:-.}/hearback.service"
if ! command -v systemd-analyze > /dev/null; then
	echo "1..0 # SKIP systemd-analyze is not installed"
	exit 0
fi
echo 1..4
failed=0
check() { # what, status, why
	if [ "$2" -eq 0 ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		echo "$3" | sed 's/^/# /'
		failed=1
	fi
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Where it is not installed, another program stands for ours.
sed -e 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' -e 's|^User=.*|User=nobody|' -e 's|^Group=.*|Group=nogroup|' "$unit" \
	> "$folder/hearback.service"

said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify "$folder/hearback.service" 2>&1 | grep hearback.service)
test -z "$said"
check "systemd understands every line" $? "$said"

said=$(systemd-analyze security --offline=true --threshold=20 "$folder/hearback.service" 2>&1)
check "exposure is at most 2.0" $? "$said"

missing=
for call in seccomp prlimit64 landlock_create_ruleset landlock_add_rule landlock_restrict_self; do
	grep -q "^SystemCallFilter=[^~]*\b$call\b" "$unit" || missing="$missing $call"
done
test -z "$missing"
check "what our walls are made of is allowed" $? "$missing"

grep '@[a-z]*dir@' "$unit" > "$folder/left"
test ! -s "$folder/left"
check "every folder is filled in" $? "$(cat "$folder/left")"
exit $failed
