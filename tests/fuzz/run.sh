#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One fuzzer for so many seconds, beginning with what is known to be worth trying; one line tells what was covered.
# What it finds on the way stays in tests/fuzz/corpus below the build folder.
# usage: run.sh SECONDS PROGRAM
set -u
here=$(dirname "$0")
name=$(basename "$2")
corpus=tests/fuzz/corpus/$name
mkdir -p "$corpus"
# Each seed costs time that changes of it could have.
case $name in
fuzz-bounce) seeds="bounce" ;;
fuzz-new-text) seeds="reply_text" ;;
fuzz-html) seeds="reply_text parse" ;;
*) seeds="parse autoreply" ;;
esac
set -- "$1" "$2" "$corpus"
for folder in $seeds; do
	set -- "$@" "$here/../cases/$folder"
done
seconds=$1 program=$2
shift 2
"$program" -max_total_time="$seconds" -max_len=8192 -timeout=20 -rss_limit_mb=2048 -artifact_prefix="$corpus-" \
	-print_final_stats=1 "$@" >"$corpus.log" 2>&1
status=$?
if [ "$status" != 0 ]; then
	tail -n 40 "$corpus.log"
	echo "$name: found something: give $corpus-* to it alone, mend, and keep the input in tests/cases/fuzz"
	exit 1
fi
edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$corpus.log" | tail -n 1)
inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus.log")
echo "$name: $inputs inputs in $seconds s, $edges edges covered"
