# SPDX-License-Identifier: MIT
# suite.awk: of the CTestTestfile.cmake text of one build (-v preset= -v dir=), the tests with a
# label that matches -v labels=, renamed PRESET/NAME and labelled PRESET-LABEL (LABEL in release); none has a
# deadline of less than -v deadline= seconds.
function finish(    name, label) {
	if (record ~ /^add_test\(/) {
		name = test_name(record)
		command[name] = record
	} else if (record ~ /^set_tests_properties\(/ && match(record, /LABELS "[^"]*"/)) {
		label = substr(record, RSTART + 8, RLENGTH - 9)
		name = test_name(record)
		if (label ~ labels)
			emit(name, label, record)
	}
	record = ""
}

function test_name(text) {
	match(text, /\[=\[[^]]*\]=\]/)
	return substr(text, RSTART + 3, RLENGTH - 6)
}

function emit(name, label, properties) {
	sub(/\[=\[/, "[=[" preset "/", command[name])
	sub(/\[=\[/, "[=[" preset "/", properties)
	sub(/ SKIP_RETURN_CODE "[0-9]*"/, "", properties)
	if (match(properties, /TIMEOUT "[0-9]+"/) && substr(properties, RSTART + 9) + 0 < deadline + 0)
		sub(/TIMEOUT "[0-9]+"/, "TIMEOUT \"" deadline "\"", properties)
	if (preset != "release" && preset != label)
		sub(/LABELS "/, "LABELS \"" preset "-", properties)
	if (properties !~ /WORKING_DIRECTORY/)
		sub(/ PROPERTIES /, " PROPERTIES WORKING_DIRECTORY [=[" dir "]=] ", properties)
	print command[name]
	print properties
}

/^(add_test|set_tests_properties|subdirs|#)/ { finish() }
/^(add_test|set_tests_properties)\(/ { record = $0; next }
record != "" { record = record "\n" $0 }
END { finish() }
