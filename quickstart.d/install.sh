#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, after asking apt what that would do. Starts and enables no service.
# install.sh run [check]
set -eu
cd "$(dirname "$0")/.."
. quickstart.d/common.sh

build="gcc make autoconf automake pkg-config libetpan-dev libgmime-3.0-dev liblmdb-dev libgnutls28-dev
	libsodium-dev libzstd-dev libidn2-dev libseccomp-dev libxml2-dev libjansson-dev libcmocka-dev"
run="postfix dovecot-imapd dovecot-lmtpd dovecot-sieve libsasl2-modules ca-certificates openssl python3"
check="clang libclang-rt-14-dev shellcheck xz-utils"

policy=/usr/sbin/policy-rc.d
policy_kept=$policy.hearback-quickstart

installed() { # package
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null) in ?i*) ;; *) return 1 ;; esac
}

wanted=$build
for group; do
	case $group in
	run) wanted="$wanted $run" ;;
	check) wanted="$wanted $check" ;;
	*) fail "install.sh: unknown group $group" ;;
	esac
done

# Everything that starts at boot, one path a line.
starts() {
	find /etc/systemd/system -type l -path '*.wants/*' 2>/dev/null
	find /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d -name 'S*' 2>/dev/null
}

# A mail server that somebody uses here, as "package (unit starts at boot)".
server_in_use() {
	# shellcheck disable=SC2016 # dpkg's variables
	for package in $(dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Provides}\n' |
		awk '$1 ~ /^.i/ && (/mail-transport-agent|imap-server/ || $2 ~ /^(postfix|exim4-base|dovecot-core)$/) { print $2 }'); do
		if [ -f "$kept/packages" ] && grep -qx "$package" "$kept/packages"; then
			continue
		fi
		for unit in $(dpkg -L "$package" | sed -n 's|.*/systemd/system/\([^/@]*\)\.service$|\1|p; s|^/etc/init\.d/\([^/]*\)$|\1|p' | sort -u); do
			if starts | grep -qE "/($unit\.service|S[0-9]+$unit)\$"; then
				say "$package ($unit starts at boot)"
				return
			fi
		done
	done
}

restore_policy() {
	if [ -e "$policy_kept" ]; then
		mv -f "$policy_kept" "$policy"
	elif [ -e "$kept/no-policy" ]; then
		rm -f "$policy"
	fi
	rm -f "$kept/no-policy"
}

forbid_starts() {
	if [ -e "$policy" ]; then
		cp -p "$policy" "$policy_kept.part"
		mv "$policy_kept.part" "$policy_kept"
	else
		: >"$kept/no-policy"
	fi
	printf '#!/bin/sh\nexit 101\n' >"$policy.part"
	chmod 755 "$policy.part"
	mv "$policy.part" "$policy"
}

# Undoes what the packages' scripts have just set to start at boot.
disable_new_starts() { # file with what started before
	starts | sort | comm -13 "$1" - | while read -r link; do
		case $link in
		*.wants/*)
			deb-systemd-helper disable "$(basename "$link")" >/dev/null 2>&1 || true
			rm -f "$link"
			;;
		*) update-rc.d "$(basename "$link" | sed 's/^S[0-9]*//')" disable >/dev/null 2>&1 || true ;;
		esac
	done
	left=$(starts | sort | comm -13 "$1" -)
	[ -z "$left" ] || fail "$left: would still start at boot: remove it by hand"
}

[ -r /etc/debian_version ] || fail "this is no Debian: the packages would have other names; see README.md for building by hand"
# An earlier run may have been killed in the middle.
restore_policy

user=$(server_in_use)
[ -z "$user" ] || fail "a mail server is in use here: $user. Nothing was changed. Run this on another machine or in a container."

missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

mkdir -p "$kept"
log=$(mktemp)
before=$(mktemp)
trap 'rm -f "$log" "$before"; restore_policy' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
say "Packages to install:$missing"
apt-get -q update >"$log" 2>&1 || { tail -n 5 "$log" >&2; fail "apt-get update failed: see above"; }
# shellcheck disable=SC2086 # a list of words
apt-get -s -q --no-install-recommends install $missing >"$log" 2>&1 || { tail -n 15 "$log" >&2; fail "apt cannot install them: see above. Nothing was changed."; }
removed=$(sed -n 's/^Remv \([^ ]*\).*/\1/p' "$log" | tr '\n' ' ')
upgraded=$(sed -n 's/^Inst \([^ ]*\) \[.*/\1/p' "$log" | tr '\n' ' ')
[ -z "$removed" ] || fail "this would remove: $removed- nothing was changed. Run it on another machine or in a container."
[ -z "$upgraded" ] || [ "${QUICKSTART_UPGRADES-}" = yes ] ||
	fail "this would upgrade: $upgraded- nothing was changed. Run apt-get upgrade first, or allow it with QUICKSTART_UPGRADES=yes."
sed -n 's/^Inst \([^ ]*\) (.*/\1/p' "$log" | sort >"$kept/new"

starts | sort >"$before"
forbid_starts
case " $missing " in *" postfix "*)
	# Neither a configuration nor aliases for the system's own Postfix.
	echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
	;;
esac
# shellcheck disable=SC2086
apt-get -y -q --no-install-recommends --no-remove install $missing >"$log" 2>&1 || { tail -n 15 "$log" >&2; fail "the installation failed: see above"; }
disable_new_starts "$before"
cat "$kept/new" >>"$kept/packages"
sort -u -o "$kept/packages" "$kept/packages"
rm -f "$kept/new"
