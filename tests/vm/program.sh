#!/bin/sh
# SPDX-License-Identifier: MIT
# program.sh: in the guest, uwdf, uwdf-net and drivers/e1000.so as a person uses them, on functions
# of vfio-pci. A line PASS or FAIL a scenario, no wait without an end, and a status that says
# whether all passed.
#
# From the environment: NIC the e1000 on QEMU's user network, VIRTIO a virtio-net function,
# OTHERS the other kinds of e1000, each on a user network, EDU QEMU's teaching device.
tap=uw0
gateway=10.0.2.2
host='' net='' echoes=''
failures=0
export UWDF_RUNTIME_DIR=/run/uwdf

# --- waits and checks ---

now_ms() {
	local up
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# await SECONDS COMMAND...: until it succeeds. The seconds are a quiet machine's: it waits six times as long.
await() {
	local deadline=$(($(now_ms) + $1 * 6000))
	shift
	while ! "$@" >/dev/null 2>&1; do
		[ "$(now_ms)" -lt $deadline ] || return 1
		sleep 0.05
	done
}

fail() {
	echo "    $*"
	return 1
}

# A child that ended stays a zombie until somebody waits for it.
has_ended() {
	local stat=''
	{ read -r stat <"/proc/$1/stat"; } 2>/dev/null
	case ${stat##*) } in
	'' | Z*) return 0 ;;
	esac
	return 1
}

# ends SECONDS STATUS PID WHAT: by itself, in time, with this status.
ends() {
	local status=0
	await "$1" has_ended "$3" || { fail "$4 has not ended within $1 s"; return 1; }
	wait "$3" || status=$?
	[ $status = "$2" ] || fail "$4 ended with status $status instead of $2"
}

# says COUNT PATTERN FILE: as many of its lines match.
says() {
	local count
	count=$(grep -c -- "$2" "$3")
	[ "$count" = "$1" ] || { fail "$count lines say '$2', not $1:"; cat "$3"; return 1; }
}

# expect STATUS COMMAND...: what it prints is in /tmp/out. One that hangs in the kernel, which no
# signal ends, fails too.
expect() {
	local want=$1
	shift
	"$@" >/tmp/out 2>&1 &
	ends 15 "$want" $! "'$*'" || { cat /tmp/out; return 1; }
}

group_of() {
	basename "$(readlink "/sys/bus/pci/devices/$1/iommu_group")"
}

# lists ADDRESS DRIVER: uwdf list shows this driver, and the group that sysfs has.
lists() {
	expect 0 ./uwdf list --json "$1" || return 1
	echo "$(tr -d ' \n' </tmp/out)" >/tmp/list
	says 1 "\"driver\":$2,\"iommu_group\":$(group_of "$1")," /tmp/list
}

masters_bus() {
	[ $((0x$(od -An -tx2 -j4 -N2 "/sys/bus/pci/devices/$NIC/config" | tr -d ' ') & 4)) != 0 ]
}

# --- what runs ---

# host_up COMMAND...: a host whose descriptor 3 tells the device's name.
host_up() {
	[ -p /tmp/ready ] || mkfifo /tmp/ready
	exec 4<>/tmp/ready # this open does not wait: one that does fails when a child ends meanwhile
	"$@" 3>/tmp/ready 4<&- >/tmp/host.log 2>&1 &
	host=$!
	read -r -t 15 name <&4 || { fail "the host did not come up:"; cat /tmp/host.log; return 1; }
	exec 4<&-
}

run_host() {
	host_up ./uwdf run e1000 --device "$NIC" --ready-fd 3
}

interface_runs() {
	ifconfig $tap | grep -q RUNNING
}

count_answers() {
	grep -c 'bytes from' /tmp/echoes
}

has_answers() {
	[ "$(count_answers)" -ge "$1" ]
}

still_flow() {
	await 20 has_answers $(($(count_answers) + 3)) || fail "no answers from $gateway"
}

# The kernel's own network stack over the driver, with echo requests all the time from here on.
frames_flow() {
	./uwdf net "$name" --tap $tap --up >/tmp/net.log 2>&1 &
	net=$!
	await 20 interface_runs || { fail "uwdf net does not run $tap:"; cat /tmp/net.log; return 1; }
	ifconfig $tap 10.0.2.15 netmask 255.255.255.0
	: >/tmp/echoes # now: the background would empty it some time, after the answers before were counted
	ping -i 0.05 $gateway >>/tmp/echoes 2>&1 &
	echoes=$!
	still_flow
}

stop_host() {
	expect 0 ./uwdf stop "$name" && ends 5 0 "$host" "the host"
}

# Nothing of a scenario reaches the next one.
clean_up() {
	local pid
	for pid in $echoes $net $host; do
		has_ended "$pid" || kill -KILL "$pid"
		await 15 has_ended "$pid" || fail "process $pid cannot be killed"
		wait "$pid" 2>/dev/null
	done
	host='' net='' echoes=''
	[ ! -e "/sys/bus/pci/devices/$NIC" ] || expect 0 ./uwdf bind "$NIC"
}

# --- scenarios ---

bind_unbind_and_bind_again() {
	lists "$NIC" null &&
		expect 0 ./uwdf bind "$NIC" && lists "$NIC" '"vfio-pci"' &&
		expect 0 ./uwdf bind "$NIC" && lists "$NIC" '"vfio-pci"' &&
		expect 0 ./uwdf unbind "$NIC" && lists "$NIC" null &&
		expect 0 ./uwdf unbind "$NIC" && lists "$NIC" null &&
		expect 0 ./uwdf bind "$NIC" && lists "$NIC" '"vfio-pci"'
}

bind_an_interface_that_is_up() {
	local interface
	interface=$(basename "/sys/bus/pci/devices/$VIRTIO/"virtio*/net/*)
	ifconfig "$interface" up
	expect 1 ./uwdf bind "$VIRTIO" &&
		says 1 "^uwdf: the network interface $interface of $VIRTIO is up" /tmp/out &&
		says 1 "try: .*ip link set $interface down, or --force" /tmp/out && lists "$VIRTIO" '"virtio-pci"' &&
		expect 0 ./uwdf bind "$VIRTIO" --force && lists "$VIRTIO" '"vfio-pci"' &&
		expect 0 ./uwdf unbind "$VIRTIO" && lists "$VIRTIO" '"virtio-pci"'
}

stop_while_frames_flow() {
	run_host && frames_flow || return 1
	masters_bus || { fail "no bus master while frames flow"; return 1; }
	expect 1 ./uwdf unbind "$NIC" && says 1 "has its IOMMU group $(group_of "$NIC") open" /tmp/out &&
		still_flow && stop_host && ends 10 4 "$net" uwdf-net || return 1
	says 1 . /tmp/host.log && expect 0 ./uwdf devices --json && says 1 '^\[\]$' /tmp/out || return 1
	! masters_bus || fail "still bus master"
}

kill_and_run_again() {
	run_host && frames_flow || return 1
	kill -KILL "$host"
	ends 10 137 "$host" "the killed host" && run_host && ends 10 4 "$net" uwdf-net &&
		says 1 "^uwdf-net: .* is gone" /tmp/net.log || return 1
	kill "$echoes" 2>/dev/null # its interface is gone, so it may have ended itself
	wait "$echoes" 2>/dev/null
	[ "$name" = e1000 ] || { fail "the dead host keeps its name: $name"; return 1; }
	frames_flow && stop_host
}

# as_user LIMIT: the words that run a host as an ordinary user, who may lock LIMIT KiB.
as_user() {
	echo "unset UWDF_RUNTIME_DIR; ulimit -l $1; exec ./uwdf run e1000 --device $NIC"
}

run_as_ordinary_user() {
	local node
	node=/dev/vfio/$(group_of "$NIC")
	chown root "$node"
	expect 1 su -s /bin/sh user -c "$(as_user 4096)" && says 1 "^uwdf: opening $node: Permission denied" /tmp/out &&
		says 1 "try: sudo chown .* $node" /tmp/out || return 1
	chown user "$node"
	expect 1 su -s /bin/sh user -c "$(as_user 16)" && says 1 "^uwdf: .* on $NIC: .* RLIMIT_MEMLOCK allows 16384" /tmp/out &&
		says 1 "try: .*ulimit -l" /tmp/out && says 2 . /tmp/out && host_up su -s /bin/sh user -c "$(as_user 4096) --ready-fd 3" || return 1
	[ "$(stat -c %u "/proc/$host")" = 1000 ] || { fail "the host does not run as the user"; return 1; }
	name=/tmp/uwdf-1000/$name.sock # root's own directory has no such name
	frames_flow && stop_host
}

# The kernel waits within the write until the host has let go.
remove_while_frames_flow() {
	local writer begun
	run_host && frames_flow || return 1
	begun=$(now_ms)
	sh -c "echo 1 >/sys/bus/pci/devices/$NIC/remove" &
	writer=$!
	ends 10 4 "$host" "the host" && ends 10 0 $writer "the write to remove" && ends 10 4 "$net" uwdf-net || return 1
	echo "    gone after $(($(now_ms) - begun)) ms"
	says 2 . /tmp/host.log && says 1 "^uwdf: .* the device leaves: " /tmp/host.log &&
		says 1 "^uwdf-net: .* is gone" /tmp/net.log || return 1
	[ ! -e "/sys/bus/pci/devices/$NIC" ] || fail "$NIC is still there"
}

run_after_rescan() {
	echo 1 >/sys/bus/pci/rescan
	lists "$NIC" null && expect 0 ./uwdf bind "$NIC" && run_host && frames_flow && stop_host &&
		expect 0 ./uwdf unbind "$NIC" && lists "$NIC" null
}

# frames_flow_on ADDRESS: another NIC than the one above.
frames_flow_on() {
	local NIC=$1
	expect 0 ./uwdf bind "$NIC" && run_host && frames_flow && stop_host
}

# The tutorial's driver: its interrupt is a message here, its DMA goes through the IOMMU.
edu_over_msi() {
	expect 0 ./uwdf bind "$EDU" && host_up ./uwdf run edu --device "$EDU" --ready-fd 3 &&
		expect 0 ./edu-try "by message" && says 1 "^10! = 3628800" /tmp/out &&
		says 1 "^the device remembered: by message" /tmp/out && expect 0 ./uwdf devices --json || return 1
	tr -d ' \n' </tmp/out >/tmp/devices
	says 1 '"interrupts":{"kind":"MSI","vectors":1,"count":3,' /tmp/devices && stop_host
}

# The administrator refused io_uring to all (Linux 6.6 and later): said once, and everything works.
frames_flow_without_io_uring() {
	echo 2 >/proc/sys/kernel/io_uring_disabled || { fail "no such switch in $(uname -r)"; return 1; }
	frames_flow_on "$NIC" || return 1
	says 1 'io_uring is refused (Operation not permitted): using epoll' /tmp/host.log && says 2 . /tmp/host.log
}

scenario() {
	local begun verdict=PASS
	begun=$(now_ms)
	"$@" || verdict=FAIL
	clean_up || verdict=FAIL
	[ $verdict = PASS ] || failures=$((failures + 1))
	echo "$verdict $* ($(($(now_ms) - begun)) ms)"
}

# shellcheck source=tests/vm/cuse.sh
. ./cuse.sh

scenario bind_unbind_and_bind_again
scenario bind_an_interface_that_is_up
scenario stop_while_frames_flow
scenario kill_and_run_again
scenario run_as_ordinary_user
scenario remove_while_frames_flow
scenario run_after_rescan
for other in $OTHERS; do
	scenario frames_flow_on "$other"
done
scenario edu_over_msi
cuse_scenarios
case $(uname -r) in
6.1.*) ;; # has no such switch
*) scenario frames_flow_without_io_uring ;;
esac
exit $((failures != 0))
