# SPDX-License-Identifier: MIT
# cuse.sh: scenarios of program.sh: nodes that uwdf run --cuse makes, used by dd and by a program
# with ioctl(). The devices are models: none of it needs a PCI function.

# run_node NODE COMMAND...: a host with this node.
run_node() {
	local node=$1
	shift
	host_up "$@" --cuse --ready-fd 3 && await 5 test -c "/dev/uwdf/$node" || fail "no node $node"
}

stop_node() {
	stop_host && await 5 test ! -e "/dev/uwdf/$1" || fail "the node $1 outlives its host"
}

run_nic_node() {
	run_node e1000 ./uwdf run e1000 --device model:e1000
}

# idle DEVICE: no request is left at its driver.
idle() {
	./uwdf devices | grep -q "^$1 .* 0\$"
}

missing_module_is_named() {
	rmmod cuse
	expect 1 ./uwdf run nonpnp --cuse && says 1 '^uwdf: opening /dev/cuse, to make a node: No such file' /tmp/out &&
		says 1 'try: sudo modprobe cuse' /tmp/out || return 1
	insmod "$(find /lib/modules -name cuse.ko)"
}

dd_writes_and_reads() {
	run_node edu ./uwdf run edu --device model:edu || return 1
	head -c 1000 /vm/uwdf >/tmp/in
	expect 0 dd if=/tmp/in of=/dev/uwdf/edu bs=1000 count=1 && expect 0 dd if=/dev/uwdf/edu of=/tmp/back bs=1000 count=1 &&
		expect 0 cmp /tmp/in /tmp/back && expect 0 ./cuse_ioctl edu /dev/uwdf/edu || return 1
	[ "$(stat -c %a:%u:%g /dev/uwdf/edu)" = 600:0:0 ] || { fail "owner or mode: $(ls -l /dev/uwdf/edu)"; return 1; }
	expect 1 su -s /bin/sh user -c 'cat /dev/uwdf/edu' && says 1 'Permission denied' /tmp/out && stop_node edu
}

# One call of a program is as many requests of 128 KiB as it takes; the driver keeps the last one written.
dd_moves_a_megabyte_at_a_time() {
	run_node echo ./uwdf run echo --device model:edu && yes uwdf | head -c 1048576 >/tmp/in || return 1
	expect 0 dd if=/tmp/in of=/dev/uwdf/echo bs=1M count=1 && says 1 '^1+0 records out' /tmp/out &&
		expect 0 dd if=/dev/uwdf/echo of=/tmp/back bs=1M count=1 && says 1 '^1+0 records in' /tmp/out || return 1
	[ "$(tail -c 131072 /tmp/in | cat - /dev/null | md5sum)" = "$(tail -c 131072 /tmp/back | md5sum)" ] || fail "other bytes came back"
	[ "$(wc -c </tmp/back)" = 1048576 ] && stop_node echo
}

ioctl_in_four_methods() {
	run_node Nonpnp ./uwdf run nonpnp && expect 0 ./cuse_ioctl nonpnp /dev/uwdf/Nonpnp && stop_node Nonpnp
}

# A handler gets EINTR; who dies of the signal leaves nothing behind.
signal_cancels_the_read() {
	run_nic_node && expect 0 ./cuse_ioctl pending /dev/uwdf/e1000 || return 1
	for signal in TERM KILL; do
		dd if=/dev/uwdf/e1000 of=/dev/null bs=2048 count=1 2>/dev/null &
		await 5 sh -c '! ./uwdf devices | grep -q "^e1000 .* 0\$"' || { fail "the read does not wait"; return 1; }
		kill -$signal $!
		await 5 has_ended $! || { fail "dd is not ended by SIG$signal"; return 1; }
		await 5 idle e1000 || { fail "the read is left behind by SIG$signal"; return 1; }
	done
	stop_node e1000
}

# Who has it open keeps a host from being unloaded, and learns when it is stopped all the same.
device_goes_under_a_read() {
	local reader
	run_nic_node || return 1
	./cuse_ioctl gone /dev/uwdf/e1000 >/tmp/reader 2>&1 &
	reader=$!
	await 5 grep -q ready /tmp/reader && expect 1 ./uwdf unload e1000 && says 1 'clients have it open' /tmp/out &&
		stop_node e1000 && ends 5 0 $reader "the reader" || { cat /tmp/reader; return 1; }
}

each_device_has_a_node() {
	run_node hybrid ./uwdf run hybrid --device model:edu && await 5 test -c /dev/uwdf/Sidedoor || return 1
	stop_node hybrid && await 5 test ! -e /dev/uwdf/Sidedoor || fail "the node Sidedoor outlives its host"
}

cuse_scenarios() {
	scenario missing_module_is_named
	scenario dd_writes_and_reads
	scenario dd_moves_a_megabyte_at_a_time
	scenario ioctl_in_four_methods
	scenario signal_cancels_the_read
	scenario device_goes_under_a_read
	scenario each_device_has_a_node
}
