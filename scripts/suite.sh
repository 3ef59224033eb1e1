# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# suite.sh: make one ctest project out of the tests of several builds; sourced by run-tests.
#
# build/suite/CTestTestfile.cmake is what "cmake" would have written: an add_test and a
# set_tests_properties a test, here copied from the builds with the build's name in front. So one
# ctest runs everything in parallel and its closing lines count everything.

suite_begin() {
	rm -rf build/suite
	mkdir -p build/suite
	echo "# written by run-tests" >build/suite/CTestTestfile.cmake
}

# suite_add_build PRESET LABELS: the tests of build/PRESET with a label in the pattern LABELS.
# Nothing is optional here: a test that would be skipped (status 77) fails. A test's deadline is for
# its short form: with UWDF_LONG each has two hours.
suite_add_build() {
	local deadline=${UWDF_LONG:+7200}
	find "build/$1" -name CTestTestfile.cmake -print0 | LC_ALL=C sort -z | xargs -0 cat |
		awk -v preset="$1" -v labels="^($2)\$" -v dir="$PWD/build/$1" -v deadline="${deadline:-0}" \
			-f scripts/suite.awk \
			>>build/suite/CTestTestfile.cmake
}

# suite_add NAME LABEL TIMEOUT PROPERTIES COMMAND...: a test that belongs to no build.
suite_add() {
	local name=$1 label=$2 timeout=$3 properties=$4 word
	shift 4
	{
		printf 'add_test([=[%s]=]' "$name"
		for word in "$@"; do printf ' [=[%s]=]' "$word"; done
		printf ')\nset_tests_properties([=[%s]=] PROPERTIES LABELS "%s" TIMEOUT "%s" WORKING_DIRECTORY [=[%s]=] %s)\n' \
			"$name" "$label" "$timeout" "$PWD" "$properties"
	} >>build/suite/CTestTestfile.cmake
}

# Names of the suite's tests so far that match a pattern, with ';' between them.
suite_names() {
	sed -n 's/^add_test(\[=\[\([^]]*\)\]=\].*/\1/p' build/suite/CTestTestfile.cmake | grep -E "$1" | paste -sd ';'
}

# suite_run CTEST_ARGUMENTS...: ctest, with everything from its closing lines on kept in
# build/suite/closing, so that reports can be printed before them.
suite_run() {
	: >build/suite/closing
	ctest --test-dir build/suite --no-tests=error --output-on-failure --timeout 300 "$@" 2>&1 |
		awk -f scripts/closing.awk
	return "${PIPESTATUS[0]}"
}

# The lines of the benches (bench/README.md), which ran as tests: ctest shows no test's words when it passes.
suite_benches() {
	local log=build/suite/Testing/Temporary/LastTest.log
	[[ -s $log ]] || return 0
	tr -d '\r' <"$log" | grep -E '^[^ ]+ ours=[^ ]+ limit=[^ ]+ unit=' || true
}

# Seconds a label beside what tests/BUDGET allows it.
suite_budget() {
	awk 'FILENAME == "tests/BUDGET" { if ($1 !~ /^#/ && NF == 2) budget[$1] = $2; next }
		/ sec\*proc / { if (!heading++) printf "%-18s %9s %9s %7s\n", "label", "seconds", "budget", "tests"
			count = $0; sub(/.*\(/, "", count); sub(/ .*/, "", count)
			printf "%-18s %9.1f %9s %7d%s\n", $1, $3, ($1 in budget ? budget[$1] : "-"), count,
				($1 in budget && $3 > budget[$1] ? "  OVER BUDGET" : "") }' tests/BUDGET build/suite/closing
}
