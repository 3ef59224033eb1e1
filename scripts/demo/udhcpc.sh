#!/bin/sh
# SPDX-License-Identifier: MIT
# udhcpc.sh: what udhcpc calls. Sets address and default route of one interface inside the
# demo's own network namespace (or guest) and writes the lease down; nothing under /etc is touched.
# shellcheck disable=SC2154 # udhcpc sets ip, subnet, router, interface, dns
busybox=${BUSYBOX:-busybox}

case $1 in
deconfig)
	$busybox ifconfig "$interface" 0.0.0.0 up
	;;
bound | renew)
	$busybox ifconfig "$interface" "$ip" netmask "$subnet"
	for gateway in $router; do
		$busybox route add default gw "$gateway" dev "$interface"
		break
	done
	printf 'address=%s\ngateway=%s\n' "$ip" "${router%% *}" >>"$RESULT"
	;;
esac
exit 0
