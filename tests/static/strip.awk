# SPDX-License-Identifier: MIT
# strip.awk: print FILE:LINE: TEXT of the lines that match PATTERN once comments, strings and
# preprocessor includes are blanked (-v file= -v pattern=).
{
	original = $0
	line = $0
	out = ""
	if (line ~ /^[ \t]*#[ \t]*include/)
		line = ""
	while (line != "") {
		if (comment) {
			end = index(line, "*/")
			if (!end) {
				line = ""
				break
			}
			line = substr(line, end + 2)
			comment = 0
			continue
		}
		if (!match(line, /"|'|\/\*|\/\//)) {
			out = out line
			break
		}
		out = out substr(line, 1, RSTART - 1)
		mark = substr(line, RSTART, RLENGTH)
		line = substr(line, RSTART + RLENGTH)
		if (mark == "//")
			break
		if (mark == "/*") {
			comment = 1
			continue
		}
		# A literal: up to its closing quote, skipping what a backslash protects.
		while (line != "" && substr(line, 1, 1) != mark)
			line = substr(line, substr(line, 1, 1) == "\\" ? 3 : 2)
		line = substr(line, 2)
		out = out mark mark
	}
	if (out ~ pattern)
		print file ":" FNR ": " original
}
