# SPDX-License-Identifier: MIT
# closing.awk: pass ctest's output on, but for its closing lines, which go to build/suite/closing. A
# failed test may itself have printed a ctest's closing lines: only the last ones are ours.
function pass_on(    i) {
	for (i = 1; i <= count; i++)
		print held[i]
	count = 0
}

/% tests passed, [0-9]+ tests? failed out of/ { pass_on(); closing = 1 }
closing { held[++count] = $0; next }
{ print; fflush() }
END {
	for (i = 1; i <= count; i++)
		print held[i] >"build/suite/closing"
}
