#!/bin/sh
# SPDX-License-Identifier: MIT
# bench_e1000.sh: in the guest, what bench/ measures on two e1000: frames through dpdk-testpmd and then
# through the e1000 driver, on the same two NICs; interrupts. Under -icount, so a cycle is an instruction.
#
#   sh bench_e1000.sh SENDER RECEIVER
#
# From the environment: DPDK, the folder with DPDK's libraries.
sender=$1 receiver=$2
status=0

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

# One measurement: 0.1 s are 100 million instructions; less, and what its other thread takes is seen.
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
}

measure_testpmd
# shellcheck disable=SC2046 # five words
./frames --rounds 5 --samples 20 /vm/e1000.so "$sender" "$receiver" $(cat /tmp/figures) || status=1
./vector --rounds 5 --samples 50 "$sender" "$receiver" || status=1
./interrupt --rounds 5 --samples 50 /vm/bench_interrupt_driver.so "$sender" "$receiver" || status=1
exit $status
