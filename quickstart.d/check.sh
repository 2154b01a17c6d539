#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# All tests. Each test speaks TAP and counts with all its points; each build counts as one.
# The last line is `N passed, N failed`; the exit status is 0 only if nothing failed.
set -u
cd "$(dirname "$0")/.." || exit 1
. quickstart.d/common.sh
passed=0
failed=0

point() { # exit status, what
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
		echo "ok      $2"
	else
		failed=$((failed + 1))
		echo "FAILED  $2"
	fi
}

# Adds up what the tests below a build folder have reported, and shows what failed.
count() { # folder
	results=$(find "$1/tests" -name '*.trs' -exec cat {} + 2>/dev/null)
	good=$(printf '%s\n' "$results" | grep -c '^:test-result: \(PASS\|XFAIL\)')
	bad=$(printf '%s\n' "$results" | grep -c '^:test-result: \(FAIL\|XPASS\|ERROR\)')
	passed=$((passed + good))
	failed=$((failed + bad))
	echo "        $good points passed, $bad failed"
	if [ "$bad" != 0 ]; then
		find "$1/tests" -name '*.trs' -exec grep -l '^:global-test-result: \(FAIL\|ERROR\)' {} + | while read -r trs; do
			echo "--- ${trs%.trs}.log"
			grep -vE '^(PASS: |ok )' "${trs%.trs}.log" | tail -n 60
		done
	fi
	[ "$good" != 0 ] || point 1 "any test ran in $1"
}

unit_tests() { find tests/unit -name 'test-*.c' | sed 's/\.c$//' | sort | tr '\n' ' '; }

echo "gcc"
quickstart.d/build.sh "$top/build-check" --enable-werror
point $? "builds with gcc without a warning"
find build-check -name '*.trs' -delete
make -s -C build-check check >build-check/check.log 2>&1
status=$?
count build-check
point $status "make check"

make -s -C build-check distcheck HEARBACK_SKIP_INTEGRATION=1 >build-check/distcheck.log 2>&1
status=$?
[ $status = 0 ] || tail -n 40 build-check/distcheck.log
point $status "make distcheck"

echo "clang"
quickstart.d/build.sh "$top/build-clang" --enable-werror CC=clang && make -s -C build-clang check TESTS= >build-clang/check.log 2>&1
point $? "builds with clang without a warning, tests included"

echo "AddressSanitizer and UndefinedBehaviorSanitizer"
quickstart.d/build.sh "$top/build-asan" --enable-werror --enable-sanitizers CFLAGS='-O1 -g'
point $? "builds with sanitizers"
find build-asan -name '*.trs' -delete
make -s -C build-asan check TESTS="$(unit_tests)" >build-asan/check.log 2>&1
status=$?
count build-asan
point $status "unit tests under the sanitizers"

echo "libFuzzer, 30 seconds for each parser of hostile input"
BUILD_TARGET=fuzzers quickstart.d/build.sh "$top/build-fuzz" --enable-werror --enable-sanitizers --enable-fuzzers \
	CC=clang CFLAGS='-O1 -g'
point $? "builds with clang for libFuzzer"
make -s -C build-fuzz fuzz FUZZ_SECONDS=30
point $? "no fuzzer finds anything"

echo "scripts"
# shellcheck disable=SC2046 # a list of files
shellcheck -x quickstart .ci/run $(find quickstart.d tests -name '*.sh')
point $? "shellcheck finds nothing"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
