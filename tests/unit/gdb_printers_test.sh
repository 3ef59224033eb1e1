#!/bin/bash
# SPDX-License-Identifier: MIT
# gdb_printers_test.sh SUBJECT SCRIPT: gdb stops SUBJECT at subject_ready(), loads SCRIPT (the
# installed libuwdf-gdb.py), and each value must print as expected; in a core of it the same.
set -euo pipefail
export LC_ALL=C.UTF-8
subject=$1 script=$2
failed=0

command -v gdb >/dev/null || { echo "no gdb: scripts/install-packages test"; exit 77; }
[[ $(gdb -nx -batch -ex 'python print("yes")' 2>/dev/null) == yes ]] || { echo "this gdb has no Python"; exit 77; }

core=$(mktemp "${TMPDIR:-/tmp}/uwdf-core-XXXXXX")
trap 'rm -f "$core"' EXIT

# What it says of a program, or of a program and its core, after the commands that are left over.
ask() {
	local program=$1 what=()
	shift
	for word in subject.{object,child,none,stale,nonsense,collection} '*subject.inside' \
		subject.{good,bad,unknown,text,empty,broken,narrow,list,lonely,torn}; do
		what+=(-ex "p $word")
	done
	# shellcheck disable=SC2086 # a program, or a program and a core
	timeout 250 gdb -nx -batch -iex 'set auto-load no' -iex 'set debuginfod enabled off' \
		-ex "source $script" -ex 'set print static-members off' "$@" -ex 'echo \n' "${what[@]}" \
		-ex 'uwdf-tree subject.object' -ex 'uwdf-tree 0' -ex 'p subject.bad' \
		-ex 'disable pretty-printer' -ex 'p subject.bad' $program 2>&1 || true
}

# The lines that the commands printed: a value, or a tree.
answers() { grep -E '^\$[0-9]+ = |^ *(WDF|0x0: )' <<<"$1"; }

says=$(ask "$subject" -ex 'break subject_ready' -ex run -ex "generate-core-file $core")
later=$(ask "$subject $core")

expect() {
	grep -qE -- "$1" <<<"$says" || { echo "gdb did not print: $1"; failed=1; }
}

address='0x[0-9a-f]+'
expect "^\\\$1 = $address <WDFOBJECT at $address, created, 2 references, parent WDFDRIVER at $address>\$"
expect "^\\\$2 = $address <WDFOBJECT at $address, created, 1 reference, parent WDFOBJECT at $address>\$"
expect "^\\\$3 = NULL\$"
expect "^\\\$4 = $address <stale: a WDFOBJECT is there now, handle $address>\$"
expect "^\\\$5 = 0x10 <no object>\$"
expect "^\\\$6 = $address <WDFCOLLECTION at $address, created, 1 reference, parent WDFOBJECT at $address>\$"
expect "^\\\$7 = WDFOBJECT at $address, created, 2 references, parent WDFDRIVER at $address = \{SUBJECT_DATA = $address\}\$"
expect "^\\\$8 = STATUS_SUCCESS \(0x00000000\)\$"
expect "^\\\$9 = STATUS_INSUFFICIENT_RESOURCES \(0xc000009a\)\$"
expect "^\\\$10 = 0xe0001234\$"
expect "^\\\$11 = \"Grüße\"\$"
expect "^\\\$12 = NULL\$"
expect "^\\\$13 = <Length 8 above MaximumLength 4>\$"
expect "^\\\$14 = \"narrow\"\$"
expect "^\\\$15 = 3 entries = \{\[0\] = $address <subject\+[0-9]+>, \[1\] = "
expect "^\\\$16 = empty\$"
expect "^\\\$17 = 0 entries, then $address, whose Blink is $address\$"
expect "^WDFOBJECT at $address, created, 2 references, parent WDFDRIVER"
expect "^  WDFCOLLECTION at $address, created"
expect "^0x0: no object of the framework\$"
expect "^\\\$18 = STATUS_INSUFFICIENT_RESOURCES"
expect "^\\\$19 = -1073741670\$" # off again: what gdb itself would say
[[ $(answers "$says") == "$(answers "$later")" ]] || {
	echo "a core says otherwise:"
	diff <(answers "$says") <(answers "$later") || failed=1
}
((failed == 0)) || { echo "--- gdb said:"; echo "$says"; }
exit "$failed"
