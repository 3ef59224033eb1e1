#!/bin/bash
# SPDX-License-Identifier: MIT
# net_test.sh BUILD_DIR: the kernel's network stack over the e1000 driver and QEMU's user network, in a
# namespace of its own; then what uwdf-net does when it may not, or when its host is killed.
set -eu
build=$1
work=$(mktemp -d)
host=''
export UWDF_RUNTIME_DIR=$work/run

clean_up() {
	[[ -z $host ]] || kill -KILL "$host" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

fail() {
	echo "net_test: $*"
	cat "$work"/*.log
	exit 1
}

start_host() {
	mkfifo "$work/ready"
	"$build/uwdf" run "$build/drivers/e1000.so" --device qemu:e1000,netdev=n0 --ready-fd 3 \
		--qemu-arg -netdev --qemu-arg user,id=n0,ipv6=off \
		--qemu-arg -object --qemu-arg "filter-dump,id=d0,netdev=n0,file=$work/capture" \
		3>"$work/ready" >"$work/host.log" 2>&1 &
	host=$!
	read -r -t 60 _ <"$work/ready" || fail "the host did not come up"
	rm "$work/ready"
}

# Runs in the namespace. The ready line comes when the interface is there.
cat >"$work/inside.sh" <<'INSIDE'
set -eu
mkfifo "$WORK/net"
"$BUILD/uwdf" net e1000 --tap nic0 --up --stats >"$WORK/net" 2>"$WORK/net.log" &
net=$!
exec 4<"$WORK/net"
read -r ready <&4
echo "$ready"
[[ $ready == *"address 52:54:00:12:34:56, link up"* ]]
[[ $(cat /sys/class/net/nic0/address 2>/dev/null || busybox ip link show nic0) == *52:54:00:12:34:56* ]]
busybox ip addr add 10.0.2.15/24 dev nic0
busybox ping -c 3 -i 0.1 -W 5 10.0.2.2 >"$WORK/ping.log"
if [[ $END == stop ]]; then
	kill -TERM "$net"
else
	kill -KILL "$HOST"
fi
code=0
wait "$net" || code=$?
cat <&4
exit "$code"
INSIDE

inside() {
	BUILD=$build WORK=$work HOST=$host END=$1 timeout 120 unshare --user --map-root-user --net bash "$work/inside.sh" \
		>"$work/inside.log" 2>&1
}

# Every record of the capture (24 bytes of header, then 16 a record): none that we sent is below 60.
shortest_frame() {
	od -An -v -tu1 -w1 "$work/capture" | awk '
		{ byte[NR - 1] = $1 }
		END {
			for (at = 24; at + 16 <= NR; at += 16 + len) {
				len = byte[at + 8] + 256 * byte[at + 9]
				ours = byte[at + 22] == 82 && byte[at + 23] == 84 && byte[at + 27] == 86
				if (ours && (!shortest || len < shortest))
					shortest = len
			}
			print shortest + 0
		}'
}

if ! unshare --user --map-root-user --net true 2>/dev/null || [[ ! -w /dev/net/tun ]]; then
	echo "net_test: no namespaces or no /dev/net/tun here"
	exit 77
fi

start_host
inside stop || fail "frames do not pass"
grep -q "received [1-9][0-9]* frames .* 0 dropped), sent [1-9]" "$work/inside.log" || fail "no counts"
(($(shortest_frame) >= 60)) || fail "a frame of $(shortest_frame) bytes was sent"

code=0
unshare --user --map-root-user "$build/uwdf-net" e1000 --tap nic0 >"$work/denied.log" 2>&1 || code=$?
[[ $code == 1 && $(<"$work/denied.log") == *"making TAP interface nic0"*"unshare -Urn"* ]] || fail "code $code without the right"

rm -f "$work/net"
code=0
inside kill || code=$?
[[ $code == 4 && $(<"$work/net.log") == *"e1000 is gone"* ]] || fail "code $code after the host was killed"
host=''
echo "net_test: all is well"
