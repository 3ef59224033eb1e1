# SPDX-License-Identifier: MIT
# pcap.awk: count the frames of a capture by direction. Input: od -An -v -tu1 -w1 FILE, a byte
# a line; -v mac= is the NIC's address ("52:54:00:12:34:56"): frames from it were transmitted.
function hex(text,    i, value) {
	value = 0
	text = tolower(text)
	for (i = 1; i <= length(text); i++)
		value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return value
}

BEGIN {
	split(mac, part, ":")
	for (i = 1; i <= 6; i++)
		own[i] = hex(part[i])
	at = -24 # the file's header
}

at < 0 { at++; next }
{
	at++
	if (at >= 9 && at <= 12)
		len += $1 * 256 ^ (at - 9) # bytes captured, little-endian
	if (at >= 23 && at <= 28 && $1 == own[at - 22])
		same++
	if (at >= 16 && at == 16 + len) {
		if (same == 6)
			sent++
		else
			received++
		at = len = same = 0
	}
}

END {
	if (at != 0) {
		print "the capture ends within a frame" >"/dev/stderr"
		exit 1
	}
	printf "captured_sent=%d\ncaptured_received=%d\n", sent, received
}
