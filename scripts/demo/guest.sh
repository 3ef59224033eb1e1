#!/bin/sh
# SPDX-License-Identifier: MIT
# guest.sh: the guest's part of the demo: give the e1000 to vfio-pci, start the driver's host, use it.
export UWDF_RUNTIME_DIR=/run/uwdf BUSYBOX=busybox
address=0000:00:03.0
mkdir -p -m 700 $UWDF_RUNTIME_DIR

./uwdf bind $address || exit 1
# The very file that (a) ran: its sum is compared outside.
echo "result: driver_sum=$(sha256sum /vm/e1000.so | cut -c1-16)"
mkfifo /tmp/ready
./uwdf run /vm/e1000.so --device $address --ready-fd 3 3>/tmp/ready >/tmp/host.log 2>&1 &
host=$!
read -r -t 60 name </tmp/ready || { cat /tmp/host.log; exit 1; }

UWDF=/vm/uwdf DEVICE=$name EXPECTED=/vm/expected WORK=/tmp RESULT=/tmp/result \
	UDHCPC_SCRIPT=/vm/udhcpc.sh NIC_COUNTERS=/vm/nic_counters sh /vm/client.sh || { cat /tmp/host.log; exit 1; }
sed 's/^/result: /' /tmp/result

./uwdf stop "$name" || exit 1
wait $host || { echo "the host ended with status $?"; cat /tmp/host.log; exit 1; }
./uwdf unbind $address
