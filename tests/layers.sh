#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The architecture as a test: a folder includes only itself and folders above it in this list;
# adapters include no adapter but stream; the foreign headers stay in the folder they belong to.
: "${top_srcdir:=.}"
order="base mail sieve mustache reading conversation deadline reply outbox guard audit report config frame stream zone sandbox ledger mime html imap smtp daemon command"
adapters=" stream zone sandbox ledger mime html imap smtp "
bad=0
rank() { n=0; for l in $order; do n=$((n + 1)); [ "$l" = "$1" ] && { echo "$n"; return; }; done; echo 0; }

includes=$(cd "$top_srcdir/src" && grep -rn --include='*.[ch]' '^#include "' . |
	sed -n 's|^\./\([a-z]*\)/\([^:]*\):\([0-9]*\):#include "\([a-z]*\)/.*|\1 \4 src/\1/\2:\3|p' | sort -u)
while read -r from to where; do
	[ -n "$from" ] || continue
	[ "$from" = "$to" ] && continue
	a=$(rank "$from"); b=$(rank "$to")
	if [ "$a" = 0 ] || [ "$b" = 0 ]; then
		echo "# $where: folder '$from' or '$to' is not in the list"; bad=1
	elif [ "$b" -gt "$a" ]; then
		echo "# $where: $from/ must not include $to/, which stands below it"; bad=1
	elif [ "$to" != stream ] && case $adapters in *" $from "*) case $adapters in *" $to "*) true ;; *) false ;; esac ;; *) false ;; esac; then
		echo "# $where: adapter $from/ must not include adapter $to/"; bad=1
	fi
done <<EOF
$includes
EOF

only() { # header pattern, the one place that may include it
	hits=$(cd "$top_srcdir" && grep -rnE --include='*.[ch]' "^#include <($1)" src | grep -v "^src/$2")
	[ -z "$hits" ] || { echo "$hits" | sed "s|^|# only src/$2 may: |"; bad=1; }
}
only 'gnutls/' stream/
only 'lmdb\.h' ledger/engine_lmdb
only 'gmime/' mime/
only 'libxml/' html/
only 'libetpan/' imap/
only 'sodium' base/crypto.c
only 'zstd' base/compress.c
only 'idn2' base/idn.c
only 'seccomp\.h|linux/landlock' sandbox/
only 'jansson' command/

# Pure folders ask nobody what time it is and open nothing.
pure="mail sieve mustache reading conversation deadline reply outbox guard audit report config frame"
for d in $pure; do
	[ -d "$top_srcdir/src/$d" ] || continue
	hits=$(cd "$top_srcdir" && grep -nE '\b(time|clock_gettime|gettimeofday|getenv|open|fopen|socket|connect|clock_now|clock_mono_ms|log_event)\(' "src/$d"/*.[ch] 2>/dev/null | grep -v '^src/frame/frame\.c')
	[ -z "$hits" ] || { echo "$hits" | sed 's|^|# pure code must not: |'; bad=1; }
done

echo 1..1
if [ "$bad" = 0 ]; then echo "ok 1 - includes follow the architecture"; else echo "not ok 1 - includes follow the architecture"; fi
exit "$bad"
