/* SPDX-License-Identifier: MIT */
/* frame.h - Ethernet frames with a number in them, which tests send and know again. */
#ifndef TEST_FRAME_H
#define TEST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_TEST_ETHERTYPE 0x88b5 /* IEEE 802 local experimental */

/* Fill @len bytes: to @to, from @from, then a pattern that @number and the position determine. */
void nic_frame(uint8_t *frame, size_t len, const uint8_t to[6], const uint8_t from[6],
	       uint32_t number);
/* Is this, byte for byte, the frame that nic_frame() made? Padding behind @len must be zero. */
bool nic_frame_is(const uint8_t *frame, size_t got, size_t len, const uint8_t to[6],
		  const uint8_t from[6], uint32_t number);
/* The number in a frame of the test's own type; false for other frames. */
bool nic_frame_number(const uint8_t *frame, size_t len, uint32_t *out);

#endif
