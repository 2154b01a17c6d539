#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh FOLDER [configure's arguments]: builds hearback (or BUILD_TARGET) there, quietly; on failure the end of the log.
set -eu
folder=$1
shift
cd "$(dirname "$0")/.."
. quickstart.d/common.sh

[ ! -e config.status ] || fail "this clone was configured in place: run make distclean first"
mkdir -p "$folder"
log=$folder/quickstart-build.log
: >"$log"
say "Building in ${folder#"$top"/}/ (its log: ${log#"$top"/})"
trouble() {
	tail -n 30 "$log" >&2
	fail "the build failed: all of it stands in $log"
}

[ -x configure ] || autoreconf -fi >>"$log" 2>&1 || trouble
cd "$folder"
if [ ! -e config.status ] || [ "$(cat quickstart-arguments 2>/dev/null)" != "$*" ]; then
	"$top/configure" -q "$@" >>"$log" 2>&1 || trouble
	printf '%s\n' "$*" >quickstart-arguments
fi
make -s -j"$(nproc)" "${BUILD_TARGET-all}" >>"$log" 2>&1 || trouble
