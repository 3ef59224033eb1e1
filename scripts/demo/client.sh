#!/bin/sh
# SPDX-License-Identifier: MIT
# client.sh: use a running e1000 as a network card, the same way on the bare machine (inside a
# user and network namespace of its own) and in a guest. busybox's shell runs it too.
#
# From the environment: UWDF the program, DEVICE the device's name, EXPECTED the file that TFTP must
# bring, WORK a folder, RESULT where NAME=VALUE lines go, UDHCPC_SCRIPT. Status 0: all of it worked.
busybox=${BUSYBOX:-busybox}
tap=uw0
net=

fail() {
	echo "demo: $*" >&2
	[ -s "$WORK/net.log" ] && sed 's/^/    uwdf net: /' "$WORK/net.log" >&2
	exit 1
}

stop_net() {
	[ -n "$net" ] && kill "$net" 2>/dev/null && wait "$net" 2>/dev/null
	net=
}
trap stop_net EXIT
trap "exit 143" TERM INT

# Waits at most a minute or so for a command to succeed.
await() {
	tries=3000
	while [ $tries -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		kill -0 "$net" 2>/dev/null || return 1
		tries=$((tries - 1))
		sleep 0.02
	done
	return 1
}

# Not through /sys, which shows the network namespace of whoever mounted it.
tap_is_running() {
	$busybox ifconfig "$tap" | grep -q RUNNING
}

start_net() {
	"$UWDF" net "$DEVICE" --tap "$tap" >"$WORK/net.log" 2>&1 &
	net=$!
	await $busybox ifconfig "$tap" || fail "uwdf net made no interface $tap"
	$busybox ifconfig lo 127.0.0.1 up
	$busybox ifconfig "$tap" up || fail "$tap cannot be brought up"
	await tap_is_running || fail "$tap has no link"
	printf 'mac=%s\n' "$($busybox ifconfig "$tap" | sed -n 's/.*HWaddr \([0-9A-Fa-f:]*\).*/\1/p')" >>"$RESULT"
}

lease() {
	$busybox udhcpc -i "$tap" -f -n -q -t 30 -T 1 -s "$UDHCPC_SCRIPT" >"$WORK/udhcpc.log" 2>&1 ||
		{ cat "$WORK/udhcpc.log" >&2; fail "no DHCP lease"; }
	gateway=$(sed -n 's/^gateway=//p' "$RESULT")
	[ "$gateway" = 10.0.2.2 ] || fail "the gateway is '$gateway' instead of 10.0.2.2"
}

echo_requests() {
	$busybox ping -c 20 -i 0.05 -W 2 "$gateway" >"$WORK/ping.log" 2>&1 ||
		{ cat "$WORK/ping.log" >&2; fail "the gateway does not answer"; }
	sed -n 's/.*time=\([0-9.]*\) ms/\1/p' "$WORK/ping.log" | sort -n | awk '
		{ rtt[NR] = $1 }
		END {
			if (NR == 0) exit 1
			median = NR % 2 ? rtt[(NR + 1) / 2] : (rtt[NR / 2] + rtt[NR / 2 + 1]) / 2
			printf "answers=%d\nrtt_min=%.3f\nrtt_median=%.3f\nrtt_max=%.3f\n", NR, rtt[1], median, rtt[NR]
		}' >>"$RESULT"
	[ "$(sed -n 's/^answers=//p' "$RESULT")" = 20 ] || { cat "$WORK/ping.log" >&2; fail "not all 20 answers came"; }
}

fetch_file() {
	(cd "$WORK" && $busybox timeout 30 $busybox tftp -g -b 1428 -r payload -l fetched "$gateway") >"$WORK/tftp.log" 2>&1 ||
		{ cat "$WORK/tftp.log" >&2; fail "TFTP failed"; }
	$busybox cmp "$WORK/fetched" "$EXPECTED" || fail "the file arrived changed"
	printf 'bytes=%s\n' "$(wc -c <"$WORK/fetched")" >>"$RESULT"
}

# put_number NAME OBJECT MEMBER: a number out of what "uwdf devices --json" printed.
put_number() {
	number=$(tr -d " \n\t" <"$WORK/devices.json" | sed -n "s/.*\"$2\":{[^}]*\"$3\":\([0-9]*\).*/\1/p")
	[ -n "$number" ] || fail "uwdf devices --json has no $2.$3"
	printf "%s=%s\n" "$1" "$number" >>"$RESULT"
}

# Only once nothing can send any more do the driver's counters and QEMU's capture stand still.
settle() {
	$busybox ifconfig "$tap" down
	stop_net
	"$UWDF" devices --json >"$WORK/devices.json" || fail "uwdf devices failed"
	"${NIC_COUNTERS:?}" "$DEVICE" >>"$RESULT" || fail "the driver does not tell its counters"
	put_number interrupts interrupts count
	put_number dpcs interrupts dpcs
	put_number mappings dma mappings
}

: >"$RESULT"
start_net
lease
echo_requests
fetch_file
settle
