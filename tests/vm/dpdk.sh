#!/bin/bash
# SPDX-License-Identifier: MIT
# dpdk.sh: fetch and unpack Debian's dpdk-testpmd; nothing is installed and no root is needed.
#
#   tests/vm/dpdk.sh
#
# Prints a folder that then holds dpdk-testpmd, the libraries it needs that this machine lacks in
# lib/, and DPDK's drivers for an e1000 in lib/, too. The folder lies under build/vm (or
# $UWDF_VM_DIR) and is used again by the next call.
set -euo pipefail

die() {
	echo "dpdk.sh: $*" >&2
	exit 1
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${UWDF_VM_DIR:-$top/build/vm}

# Drivers, which no program names: they are loaded from a folder.
drivers=(librte-net-e1000-23 librte-mempool-ring23)

# The package that has library $1.
package_of() {
	local name
	case $1 in
	librte_*.so.23)
		name=${1%.so.23}
		name=${name//_/-}
		[[ $name == *[0-9] ]] && name+=-
		echo "${name}23"
		;;
	libmlx5.so.1 | libmlx4.so.1) echo ibverbs-providers ;;
	libibverbs.so.1) echo libibverbs1 ;;
	libpcap.so.0.8) echo libpcap0.8 ;;
	libelf.so.1) echo libelf1 ;;
	libbsd.so.0) echo libbsd0 ;;
	libfdt.so.1) echo libfdt1 ;;
	libjansson.so.4) echo libjansson4 ;;
	libnuma.so.1) echo libnuma1 ;;
	libdbus-1.so.3) echo libdbus-1-3 ;;
	libnl-3.so.200) echo libnl-3-200 ;;
	libnl-route-3.so.200) echo libnl-route-3-200 ;;
	*) die "no package is known for $1" ;;
	esac
}

download() { # FOLDER PACKAGE...
	local into=$1
	shift
	(cd "$into" && timeout 120 apt-get -q -o APT::Sandbox::User="$(id -un)" download "$@" >download.log 2>&1)
}

renew_lists() {
	[[ $(id -u) == 0 ]] && apt-get update -q >&2
}

fetch() {
	local into=$1 package
	shift
	# without a list apt knows none of them, and one older than the archive names what is gone
	download "$into" "$@" || { renew_lists && download "$into" "$@"; } ||
		die "apt-get download $* failed: $(tail -n 2 "$into/download.log");" \
			"if the list is old, run: sudo apt-get update"
	for package in "$into"/*.deb; do
		dpkg-deb -x "$package" "$into/unpacked"
		rm "$package"
	done
	flatten "$into/unpacked" "$into/lib"
	cp -n "$into"/unpacked/usr/bin/dpdk-testpmd "$into/" 2>/dev/null || :
	rm -rf "$into/unpacked"
}

# All libraries in one folder: files, then the links to them under other names.
flatten() {
	local link target
	find "$1" -name '*.so*' -type f -exec cp -n {} "$2/" \;
	find "$1" -name '*.so*' -type l | while read -r link; do
		target=$(basename "$(readlink "$link")")
		[[ -e $2/$(basename "$link") || ! -e $2/$target ]] || ln -s "$target" "$2/$(basename "$link")"
	done
}

missing() {
	local file
	for file in "$1/dpdk-testpmd" "$1"/lib/*; do
		LD_LIBRARY_PATH=$1/lib ldd "$file" 2>/dev/null
	done | awk '/not found/ { print $1 }' | sort -u
}

arrange() {
	local into=$1 library packages
	mkdir -p "$into/lib"
	fetch "$into" dpdk-dev "${drivers[@]}"
	for _ in {1..6}; do # libraries bring libraries
		packages=()
		for library in $(missing "$into"); do
			packages+=("$(package_of "$library")")
		done
		((${#packages[@]})) || break
		readarray -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
		fetch "$into" "${packages[@]}"
	done
	[[ -z $(missing "$into") ]] || die "still missing: $(missing "$into" | tr '\n' ' ')"
	rm -f "$into/download.log"
}

main() {
	local new
	[[ -f $cache/dpdk/dpdk-testpmd ]] && { echo "$cache/dpdk"; return; }
	mkdir -p "$cache"
	exec 9>"$cache/.lock"
	flock -w 300 9 || die "somebody has held $cache/.lock for 300 s"
	if [[ ! -f $cache/dpdk/dpdk-testpmd ]]; then
		echo "fetching dpdk-dev and its libraries with apt-get download" >&2
		new=$(mktemp -d "$cache/new.XXXXXX")
		# shellcheck disable=SC2064 # the name as it is now
		trap "rm -rf '$new'" EXIT
		arrange "$new"
		chmod 755 "$new"
		mv "$new" "$cache/dpdk"
	fi
	echo "$cache/dpdk"
}

main "$@"
