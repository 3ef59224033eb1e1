#!/bin/sh
# SPDX-License-Identifier: MIT
# guest.sh: the guest's part of the demo: give the e1000 to vfio-pci, start the driver's host, use it.
export UWDF_RUNTIME_DIR=/run/uwdf BUSYBOX=busybox
address=0000:00:03.0
mkdir -p -m 700 $UWDF_RUNTIME_DIR

./uwdf bind $address || exit 1
# The very file that (a) ran: its sum is compared outside.
echo "result: driver_sum=$(sha256sum /vm/e1000.so | cut -c1-16)"
./uwdf run /vm/e1000.so --device $address >/tmp/host.log 2>&1 &
host=$!

tries=250
until [ -n "$(find $UWDF_RUNTIME_DIR -type s)" ]; do
	tries=$((tries - 1))
	if [ $tries = 0 ] || ! kill -0 $host; then
		cat /tmp/host.log
		exit 1
	fi
	sleep 0.02
done

UWDF=/vm/uwdf DEVICE=e1000 EXPECTED=/vm/expected WORK=/tmp RESULT=/tmp/result \
	UDHCPC_SCRIPT=/vm/udhcpc.sh NIC_COUNTERS=/vm/nic_counters sh /vm/client.sh || { cat /tmp/host.log; exit 1; }
sed 's/^/result: /' /tmp/result

./uwdf stop e1000 || exit 1
wait $host || { echo "the host ended with status $?"; cat /tmp/host.log; exit 1; }
./uwdf unbind $address
