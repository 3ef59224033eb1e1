# SPDX-License-Identifier: MIT
# each.sh PROGRAM...: in the guest, run all of them; fail if any did.
status=0
for program; do
	"$program" || status=1
done
exit $status
