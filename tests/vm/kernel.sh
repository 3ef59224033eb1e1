#!/bin/bash
# SPDX-License-Identifier: MIT
# kernel.sh: fetch and unpack a Debian cloud kernel; nothing is installed and no root is needed.
#
#   tests/vm/kernel.sh 6.1|6.12
#
# Prints the folder that then holds vmlinuz and lib/modules/VERSION with its modules.dep. The folder
# lies under build/vm (or $UWDF_VM_DIR) and is used again by the next call.
set -euo pipefail

die() {
	echo "kernel.sh: $*" >&2
	exit 1
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${UWDF_VM_DIR:-$top/build/vm}

# The package that the meta-package of this series stands for today.
newest_package() {
	local meta
	case $1 in
	6.1) meta=linux-image-cloud-amd64 ;;
	6.12) meta=linux-image-6.12-cloud-amd64 ;;
	*) die "no kernel '$1': say 6.1 or 6.12" ;;
	esac
	apt-cache depends --important "$meta" 2>/dev/null |
		awk -v want="^linux-image-${1//./\\.}\\." '$1 == "Depends:" && $2 ~ want { print $2; exit }'
}

renew_lists() {
	[[ $(id -u) == 0 ]] && apt-get update -q >&2
}

download() { # FOLDER PACKAGE
	(cd "$1" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$2" >download.log 2>&1)
}

fetch() {
	local series=$1 into=$2 package
	package=$(newest_package "$series")
	if [[ -z $package ]] && renew_lists; then
		package=$(newest_package "$series")
	fi
	[[ -n $package ]] || die "apt knows no cloud kernel $series: its package lists are missing or" \
		"lack bookworm-security; run: sudo apt-get update"
	echo "fetching $package with apt-get download" >&2
	if ! download "$into" "$package" && renew_lists; then # a list older than the archive names what is gone
		package=$(newest_package "$series")
		download "$into" "$package" || true
	fi
	compgen -G "$into/linux-image-*.deb" >/dev/null ||
		die "apt-get download $package failed: $(tail -n 2 "$into/download.log");" \
			"if the list is old, run: sudo apt-get update"
	dpkg-deb -x "$into"/linux-image-*.deb "$into/unpacked"
	rm "$into"/linux-image-*.deb
}

# Only what a guest is given stays: the kernel and the modules, with their dependencies computed.
arrange() {
	local from=$1/unpacked version
	[[ -d $from/lib/modules ]] || from=$1/unpacked/usr
	version=$(basename "$from"/lib/modules/*)
	mv "$1"/unpacked/boot/vmlinuz-* "$1/vmlinuz"
	mkdir -p "$1/lib/modules"
	mv "$from/lib/modules/$version" "$1/lib/modules/"
	PATH=$PATH:/usr/sbin:/sbin depmod -b "$1" "$version"
	echo "$version" >"$1/version"
	rm -rf "$1/unpacked"
}

main() {
	local series=${1-} new
	[[ -f $cache/$series/version && -n $series ]] && { echo "$cache/$series"; return; }
	mkdir -p "$cache"
	exec 9>"$cache/.lock"
	flock -w 300 9 || die "another kernel.sh has held $cache/.lock for 300 s"
	if [[ ! -f $cache/$series/version || -z $series ]]; then
		new=$(mktemp -d "$cache/new.XXXXXX")
		# shellcheck disable=SC2064 # the name as it is now
		trap "rm -rf '$new'" EXIT
		fetch "$series" "$new"
		arrange "$new"
		chmod 755 "$new"
		mv "$new" "$cache/$series"
	fi
	echo "$cache/$series"
}

main "$@"
