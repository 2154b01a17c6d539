# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Shared by ./quickstart and the scripts beside this file, sourced in the clone's top folder.
# shellcheck disable=SC2034 # not every script uses every variable

top=$(pwd)

kept=/var/lib/hearback-quickstart # what must outlive the clone: the list of packages it installed

fail() {
	printf 'quickstart: %s\n' "$*" >&2
	exit 1
}

say() { printf '%s\n' "$*"; }

need_root() {
	[ "$(id -u)" = 0 ] || fail "needs root, because Postfix does: run it as root (in a container, if you like)"
}

# True if every folder down to $1 lets other users pass: the servers do not run as root.
passable() {
	at=$1
	while :; do
		case $(stat -c %A "$at") in *[xt]) ;; *) return 1 ;; esac
		[ "$at" != / ] || return 0
		at=$(dirname "$at")
	done
}

# Sets $work to where servers and hearback keep their files: .quickstart in the clone, or what
# .quickstart points to if the clone is closed to other users or its path too long for sockets.
work_folder() {
	if [ ! -e "$top/.quickstart" ]; then
		rm -f "$top/.quickstart"
		if passable "$top" && [ ${#top} -le 40 ]; then
			mkdir "$top/.quickstart"
		else
			made=$(mktemp -d /var/tmp/hearback-quickstart.XXXXXX)
			chmod 755 "$made"
			ln -s "$made" "$top/.quickstart"
		fi
	fi
	work=$(readlink -f "$top/.quickstart")
}
