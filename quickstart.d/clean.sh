#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Ends what may still run and removes what the quickstart has made, but for packages.
set -eu
cd "$(dirname "$0")/.."
. quickstart.d/common.sh

if [ -e .quickstart ]; then
	work_folder
	python3 quickstart.d/show.py stop "$work"
	rm -rf "$work"
	rm -f .quickstart
fi
rm -rf build build-check build-clang build-asan build-fuzz build-aux autom4te.cache
rm -f aclocal.m4 configure config.h.in Makefile.in config.h.in~ configure~
find . -name __pycache__ -type d -prune -exec rm -rf {} +
if [ -s "$kept/packages" ]; then
	say "Packages that were installed for it stay. To remove them as well:"
	say "  apt-get purge $(tr '\n' ' ' <"$kept/packages")"
fi
rm -rf "$kept"
