/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <string.h>

#include "uwdf_nic.h"

static uint8_t pattern(uint32_t number, size_t at)
{
	return (uint8_t)(number * 31u + at * 7u + (at >> 8));
}

void nic_frame(uint8_t *frame, size_t len, const uint8_t to[6], const uint8_t from[6],
	       uint32_t number)
{
	for (size_t at = 0; at < len; at++)
		frame[at] = pattern(number, at);
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	frame[12] = NIC_TEST_ETHERTYPE >> 8;
	frame[13] = NIC_TEST_ETHERTYPE & 0xff;
	if (len >= 18)
		memcpy(frame + 14, &number, sizeof(number));
}

bool nic_frame_is(const uint8_t *frame, size_t got, size_t len, const uint8_t to[6],
		  const uint8_t from[6], uint32_t number)
{
	uint8_t expected[NIC_MAX_FRAME];

	nic_frame(expected, len, to, from, number);
	if (got < len || memcmp(frame, expected, len))
		return false;
	for (size_t at = len; at < got; at++) {
		if (frame[at])
			return false;
	}
	return true;
}

bool nic_frame_number(const uint8_t *frame, size_t len, uint32_t *out)
{
	if (len < 18 || frame[12] != NIC_TEST_ETHERTYPE >> 8 ||
	    frame[13] != (NIC_TEST_ETHERTYPE & 0xff))
		return false;
	memcpy(out, frame + 14, sizeof(*out));
	return true;
}
