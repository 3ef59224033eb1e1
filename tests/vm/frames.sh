#!/bin/sh
# SPDX-License-Identifier: MIT
# frames.sh: in the guest, frames through dpdk-testpmd and then through the e1000 driver, on the same
# two NICs. Under -icount, so a cycle is an instruction.
#
#   sh frames.sh SENDER RECEIVER bench/frames' options...
#
# From the environment: DPDK, the folder with DPDK's libraries.
sender=$1 receiver=$2
shift 2

# testpmd has done what it was told when it prompts again; the rest of what it prints comes at its end.
await_prompt() {
	tries=0
	until [ "$(grep -c 'testpmd>' /tmp/testpmd)" -gt $said ]; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { echo "testpmd does not prompt:"; cat /tmp/testpmd; exit 1; }
		sleep 0.1
	done
}

say() {
	echo "$*" >&3
	said=$((said + 1))
	await_prompt
}

# One measurement: 0.1 s are 100 million instructions.
forward() {
	say set burst "$1"
	say "$2"
	sleep 0.1
	say stop
}

start_testpmd() {
	echo 96 >/proc/sys/vm/nr_hugepages
	mkfifo /tmp/commands
	: >/tmp/testpmd
	LD_LIBRARY_PATH=$DPDK/lib ./dpdk-testpmd --lcores=0@0,1@0 --in-memory --no-telemetry \
		-d ./librte_net_e1000.so.23.0 -d ./librte_mempool_ring.so.23.0 -a "$sender" -a "$receiver" -- \
		-i --record-core-cycles --total-num-mbufs=4096 --txpkts=64 --no-lsc-interrupt \
		</tmp/commands >/tmp/testpmd 2>&1 &
	testpmd=$!
	exec 3>/tmp/commands
	said=0
	await_prompt
	sleep 1.5 # QEMU's e1000 is deaf for a second
}

# Instructions a frame: received and sent, in the bench's four bursts, then allocated, sent and freed.
measure_testpmd() {
	start_testpmd
	for burst in 1 8 32 64; do
		forward $burst 'start tx_first'
	done
	say set fwd txonly
	forward 32 start
	echo quit >&3
	wait $testpmd
	exec 3>&-
	echo 0 >/proc/sys/vm/nr_hugepages
	sed -n 's/.*CPU cycles\/packet=\([0-9.]*\).*/\1/p' /tmp/testpmd >/tmp/figures
	[ "$(wc -l </tmp/figures)" = 5 ] || { cat /tmp/testpmd; exit 1; }
	echo "frames_testpmd_alloc_send_free_32 insns=$(sed -n 5p /tmp/figures)"
}

measure_testpmd
# shellcheck disable=SC2046 # four words
./frames "$@" /vm/e1000.so "$sender" "$receiver" $(head -n 4 /tmp/figures)
